"""Settings of the budget service; prefix `PARCHEMIN_BUDGET_`."""

from pydantic import PositiveInt
from pydantic_settings import SettingsConfigDict

from parchemin.common.settings import ServiceSettings


class Settings(ServiceSettings):
    """As every service's, with room for the longest estimate."""

    model_config = SettingsConfigDict(env_prefix="PARCHEMIN_BUDGET_", frozen=True)

    max_body_bytes: PositiveInt = 4_000_000
    """2,000 lines, with labels of 300 characters of up to four bytes each."""
