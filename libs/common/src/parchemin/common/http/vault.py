"""The service's vault, for its routes."""

from typing import Annotated

from fastapi import Depends, Request

from parchemin.common.vault import Vault


async def installed_vault(request: Request) -> Vault:
    """As the service was made with it."""
    vault: Vault = request.app.state.vault
    return vault


InstalledVault = Annotated[Vault, Depends(installed_vault)]
