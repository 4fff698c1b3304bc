"""The public page. Static files under a policy that lets nothing else in; no cookie, nothing kept."""

from importlib.resources import files

from fastapi import APIRouter, Depends, Response

from parchemin.common.auth import public

router = APIRouter(tags=["verification"], dependencies=[Depends(public)])

_FILES = files("parchemin.documents.verification") / "static"
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; font-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-cache",
}


_PAGE = (_FILES / "verify.html").read_bytes()
_SCRIPT = (_FILES / "verify.js").read_bytes()
_STYLE = (_FILES / "verify.css").read_bytes()
_FONT = (_FILES / "verify.woff2").read_bytes()


@router.get("/verify", response_class=Response, include_in_schema=False)
async def verification_page() -> Response:
    """The page that the QR code opens. The code is in the fragment, which browsers send to nobody."""
    return Response(_PAGE, media_type="text/html; charset=utf-8", headers=_HEADERS)


@router.get("/verify.js", response_class=Response, include_in_schema=False)
async def verification_script() -> Response:
    """The page's script."""
    return Response(_SCRIPT, media_type="text/javascript; charset=utf-8", headers=_HEADERS)


@router.get("/verify.css", response_class=Response, include_in_schema=False)
async def verification_style() -> Response:
    """The page's style."""
    return Response(_STYLE, media_type="text/css; charset=utf-8", headers=_HEADERS)


@router.get("/verify.woff2", response_class=Response, include_in_schema=False)
async def verification_font() -> Response:
    """The face of the page's headings, that of the parchment (Cormorant Garamond SemiBold, OFL 1.1; Latin only)."""
    return Response(_FONT, media_type="font/woff2", headers=_HEADERS)
