"""The language of texts in an answer, negotiated and told (RFC 9110 §12.5.4, §8.5)."""

from typing import Annotated

from fastapi import Depends, Request, Response

from parchemin.common.language import Language, preferred_language


async def spoken(request: Request, response: Response) -> Language:
    """What the client prefers; the answer says it, and that it depends on it."""
    language = preferred_language(request.headers.get("accept-language"))
    response.headers.update({"Content-Language": language, "Vary": "Accept-Language"})
    return language


Spoken = Annotated[Language, Depends(spoken)]
