"""Settings of the candidates service; prefix `PARCHEMIN_CANDIDATES_`."""

from pydantic import NonNegativeInt, PositiveFloat, PositiveInt
from pydantic_settings import SettingsConfigDict

from parchemin.common.settings import ServiceSettings


class Settings(ServiceSettings):
    """As every service's, and how imports are done."""

    model_config = SettingsConfigDict(env_prefix="PARCHEMIN_CANDIDATES_", frozen=True)

    max_body_bytes: PositiveInt = 8_000_000
    """As large as the file of the largest cohort."""
    import_rows_at_once: NonNegativeInt = 1_000
    """Rows up to which an import is done in the request that brings it."""
    import_poll_seconds: PositiveFloat = 5.0
    """How often the importer looks for work that nobody told it of."""
    import_rejected_hours: PositiveInt = 72
    """How long the rejected rows of an import may be fetched, to be corrected."""
