"""What the product can be set by, as its settings classes say."""

from pydantic_settings import BaseSettings

from parchemin.budget.settings import Settings as Budget
from parchemin.candidates.settings import Settings as Candidates
from parchemin.common.bus.kafka import KafkaSettings
from parchemin.common.personal_files import ExchangeSettings
from parchemin.common.settings import AuthSettings, EncryptionSettings, HouseSettings
from parchemin.documents.settings import Settings as Documents
from parchemin.evaluations.settings import Settings as Evaluations

CLASSES: tuple[type[BaseSettings], ...] = (
    HouseSettings,
    AuthSettings,
    EncryptionSettings,
    KafkaSettings,
    ExchangeSettings,
    Candidates,
    Evaluations,
    Budget,
    Documents,
)


def known_settings() -> set[str]:
    """The names of all variables: a misspelt one in a deployment file would be passed over in silence."""
    return {
        f"{settings.model_config['env_prefix']}{field}".upper()
        for settings in CLASSES
        for field in settings.model_fields
    }
