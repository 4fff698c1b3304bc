"""Answers that may have to be given again: sealed as long as they are kept, since they name persons.

The key is the service's own. What is said of one person is found by the ids that an answer names.
"""

import json
import re
from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.database import vault_of
from parchemin.common.vault import FieldCipher, Purpose, Vault
from parchemin.common.vault.vault import NOBODY

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ciphers: WeakKeyDictionary[Vault, FieldCipher] = WeakKeyDictionary()


async def sealed(
    session: AsyncSession, scope: str, key: str, headers: Mapping[str, str], body: bytes
) -> dict[str, Any]:
    """The columns of `idempotency_keys` that hold an answer."""
    cipher = await _cipher(session)
    told = json.dumps(headers).encode()
    ids = dict.fromkeys(_ID.findall(f"{headers.get('location', '')} {body.decode(errors='replace')}"))
    return {
        "headers": None,
        "body": cipher.seal_bytes(len(told).to_bytes(4) + told + body, place=_place(scope, key)),
        "about": " ".join(ids),
    }


async def opened(session: AsyncSession, row: Row[Any]) -> tuple[dict[str, str], bytes]:
    """Headers and body of the answer in a row of `idempotency_keys`."""
    if row.about is None:
        return row.headers or {}, row.body
    content = (await _cipher(session)).open_bytes(row.body, place=_place(row.scope, row.key))
    end = 4 + int.from_bytes(content[:4])
    return json.loads(content[4:end]), content[end:]


async def _cipher(session: AsyncSession) -> FieldCipher:
    """Of the service. Kept once it is known to be committed, so that a request costs no query for it."""
    vault = vault_of(session)
    if vault in _ciphers:
        return _ciphers[vault]
    known = await vault.ciphers(session, [NOBODY], Purpose.ANSWERS)
    if known:
        return _ciphers.setdefault(vault, known[NOBODY])
    return await vault.cipher(session, NOBODY, Purpose.ANSWERS)


def _place(scope: str, key: str) -> str:
    return f"idempotency_keys.body:{scope}:{key}"
