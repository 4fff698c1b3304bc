"""Settings of the candidates service; prefix `PARCHEMIN_CANDIDATES_`."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from parchemin.common.settings import ServiceSettings


class Settings(ServiceSettings):
    """As every service's, and the calendar of enrolments."""

    model_config = SettingsConfigDict(env_prefix="PARCHEMIN_CANDIDATES_", frozen=True)

    time_zone: str = "Europe/Paris"
    """Where the schools are: a day ends there."""
    expiry_poll_seconds: float = Field(default=3600.0, gt=0)
    """How often enrolments are looked for whose last day has passed."""
