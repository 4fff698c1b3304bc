"""`parchemin keys`: the key that wraps the keys of persons, and its rotation."""

import asyncio
import base64
import os
from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy import func, select

from parchemin.common.bus import LocalBus
from parchemin.common.settings import EncryptionSettings, house
from parchemin.common.tables import person_keys
from parchemin.common.vault import Vault
from parchemin.common.vault.cipher import KEY
from parchemin.common.vault.kms import new_key_wrapped_by_kms
from parchemin.common.vault.wrapping import WrappingKeyMissing, WrappingKeys, installation_keys
from parchemin.standalone.services import ServiceName, service_of

app = typer.Typer(no_args_is_help=True, help="The key that wraps the keys of persons.")
console = Console(soft_wrap=True)
errors = Console(stderr=True, soft_wrap=True)


@app.command("new")
def new_key(
    kms_key: Annotated[
        str | None,
        typer.Option(metavar="KEY_ID", help="Have a key management service make and wrap it, under this key of its."),
    ] = None,
) -> None:
    """Print a new key: for PARCHEMIN_ENCRYPTION_KEY, or wrapped, for PARCHEMIN_ENCRYPTION_KMS_WRAPPED_KEY."""
    if kms_key is None:
        typer.echo(base64.urlsafe_b64encode(os.urandom(KEY)).decode())
    else:
        typer.echo(new_key_wrapped_by_kms(EncryptionSettings(), kms_key))


@app.command("status")
def status() -> None:
    """How many keys each wrapping key has wrapped. One that has none may go from the settings."""
    current = _keys().current
    for name in ServiceName:
        counts = asyncio.run(_counts(name))
        told = [f"{count} by {key}{' (current)' if key == current else ''}" for key, count in sorted(counts.items())]
        console.print(f"{name}: {', '.join(told) or 'no keys yet'}", highlight=False)


@app.command("rotate")
def rotate(
    services: Annotated[
        list[ServiceName] | None, typer.Argument(help="Whose; those of all four where none is named.")
    ] = None,
) -> None:
    """Wrap all keys by the current key, while people work; what they sealed is not touched.

    Set the new key, the old one in PARCHEMIN_ENCRYPTION_PREVIOUS_KEYS, restart all processes, then run this. When it
    is through, the old one may go.
    """
    for name in services or list(ServiceName):
        try:
            count = asyncio.run(_rotate(name))
        except WrappingKeyMissing as missing:
            errors.print(f"[red]{name}: a key is wrapped by {missing}, which the settings do not name.[/red]")
            raise typer.Exit(1) from missing
        console.print(f"{name}: {count} keys are wrapped anew", highlight=False)


def _keys() -> WrappingKeys:
    return installation_keys(EncryptionSettings(), house().var / "keys")


async def _counts(name: ServiceName) -> dict[str, int]:
    service = service_of(name, LocalBus())
    wrapped = select(person_keys.c.wrapped_by, func.count()).where(person_keys.c.wrapped.is_not(None))
    try:
        async with service.database.reading() as session:
            rows = await session.execute(wrapped.group_by(person_keys.c.wrapped_by))
            return {key or "": count for key, count in rows}
    finally:
        await service.database.dispose()


async def _rotate(name: ServiceName) -> int:
    service, vault, count = service_of(name, LocalBus()), Vault(_keys()), 0
    try:
        while True:
            async with service.database.transaction() as session:
                some = await vault.rewrap(session)
            count += some
            if not some:
                return count
    finally:
        await service.database.dispose()
