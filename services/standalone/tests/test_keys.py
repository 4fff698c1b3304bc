"""`parchemin keys`: a new wrapping key, and the old one done away with."""

import asyncio
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from typer.testing import CliRunner

from parchemin.common.bus import LocalBus
from parchemin.common.settings import EncryptionSettings
from parchemin.common.vault import Purpose, Vault
from parchemin.common.vault.wrapping import installation_keys
from parchemin.standalone.cli import app
from parchemin.standalone.services import ServiceName, service_of

runner = CliRunner()
PLACE = "somewhere"


def invoke(*arguments: str) -> str:
    result = runner.invoke(app, ["keys", *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


async def _sealed(person: UUID, var: Path) -> bytes:
    service, vault = service_of(ServiceName.DOCUMENTS, LocalBus()), Vault(installation_keys(EncryptionSettings(), var))
    async with service.database.transaction() as session:
        sealed = (await vault.cipher(session, person, Purpose.IDENTITY)).seal("Zoé", place=PLACE)
    await service.database.dispose()
    return sealed


async def _opened(person: UUID, sealed: bytes, var: Path) -> str:
    service, vault = service_of(ServiceName.DOCUMENTS, LocalBus()), Vault(installation_keys(EncryptionSettings(), var))
    async with service.database.reading() as session:
        cipher = (await vault.ciphers(session, [person], Purpose.IDENTITY))[person]
    await service.database.dispose()
    return cipher.open(sealed, place=PLACE)


def test_the_key_is_changed_and_what_it_sealed_still_opens(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert runner.invoke(app, ["migrate"]).exit_code == 0
    old, new = invoke("new").strip(), invoke("new").strip()
    person = uuid4()
    monkeypatch.setenv("PARCHEMIN_ENCRYPTION_KEY", old)
    sealed = asyncio.run(_sealed(person, var))

    monkeypatch.setenv("PARCHEMIN_ENCRYPTION_KEY", new)
    forgotten = runner.invoke(app, ["keys", "rotate"])
    assert forgotten.exit_code == 1
    assert "which the settings do not name" in forgotten.stderr
    assert old not in forgotten.output

    monkeypatch.setenv("PARCHEMIN_ENCRYPTION_PREVIOUS_KEYS", old)
    assert "(current)" not in invoke("status")
    assert "documents: 1 keys are wrapped anew" in invoke("rotate")
    assert "documents: 0 keys are wrapped anew" in invoke("rotate")
    monkeypatch.delenv("PARCHEMIN_ENCRYPTION_PREVIOUS_KEYS")
    assert "documents: 1 by" in invoke("status")
    assert "(current)" in invoke("status")
    assert asyncio.run(_opened(person, sealed, var)) == "Zoé"
