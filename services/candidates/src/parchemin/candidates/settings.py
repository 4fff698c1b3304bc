"""Settings of the candidates service; prefix `PARCHEMIN_CANDIDATES_`."""

from pydantic_settings import SettingsConfigDict

from parchemin.common.settings import ServiceSettings


class Settings(ServiceSettings):
    """As every service's."""

    model_config = SettingsConfigDict(env_prefix="PARCHEMIN_CANDIDATES_", frozen=True)
