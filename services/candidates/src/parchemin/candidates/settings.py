"""Settings of the candidates service; prefix `PARCHEMIN_CANDIDATES_`."""

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt
from pydantic_settings import SettingsConfigDict

from parchemin.candidates.privacy.erasures.rules import Patience
from parchemin.common.settings import ServiceSettings


class Settings(ServiceSettings):
    """What the certifier and the installation say about candidates' data and enrolments."""

    model_config = SettingsConfigDict(env_prefix="PARCHEMIN_CANDIDATES_", frozen=True)

    erasure_appeal_days: NonNegativeInt = 90
    """Days after a jury's decision in which nobody is erased: an appeal may be filed and ruled on. The law sets no
    number for it; administrative decisions may be contested for two months (CJA, R. 421-1), and an answer takes one."""
    erasure_abandoned_days: PositiveInt = 365
    """Days after an appointment by which a session without a decision counts as given up."""
    erasure_poll_seconds: float = Field(default=60.0, gt=0)
    """How often the service looks for erasures that had to wait."""
    personal_file_due_hours: PositiveInt = 24
    """Hours that the other services have to give their part of a person's file."""
    personal_file_days: PositiveInt = 7
    """Days for which a copy of a person's file can be fetched."""
    personal_file_poll_seconds: float = Field(default=30.0, gt=0)
    """How often the service looks for copies to assemble, and for those that have expired."""

    retention_never_enrolled_days: PositiveInt = 1095
    """Days after the last change for which the record of somebody who never enrolled is kept."""
    retention_idle_contact_days: PositiveInt = 1825
    """Days after the last change of a person's record and enrolments for which their contact is kept."""
    retention_disability_days: NonNegativeInt = 0
    """Days, once appeals are over, for which accommodations and the reasons of exemptions are kept."""
    retention_access_log_days: PositiveInt = 365
    """Days for which the access log is kept."""

    medical_stems: tuple[str, ...] = (
        "autis",
        "asperger",
        "dyslex",
        "dysprax",
        "dysphas",
        "dyscalcul",
        "dysorthogr",
        "tdah",
        "adhd",
        "trisom",
        "bipolair",
        "schizophr",
        "depress",
        "anxie",
        "phobi",
        "anorexi",
        "burnout",
        "epilep",
        "diabet",
        "cancer",
        "tumeur",
        "chimio",
        "sclero",
        "parkinson",
        "crohn",
        "asthm",
        "hemiplegi",
        "paraplegi",
        "tetraplegi",
        "myopath",
        "malentend",
        "malvoyan",
        "amblyop",
        "surdit",
        "cecit",
        "handicap",
        "invalid",
        "pathologi",
        "maladi",
        "diagnos",
        "syndrom",
        "rqth",
    )
    """Beginnings of words that tell why, in French or English, without accents: a detail with one is refused. JSON."""

    @property
    def patience(self) -> Patience:
        """What an erasure waits for, in days."""
        return Patience(appeal_days=self.erasure_appeal_days, abandoned_days=self.erasure_abandoned_days)

    time_zone: str = "Europe/Paris"
    """Where the schools are: a day ends there."""
    expiry_poll_seconds: float = Field(default=3600.0, gt=0)
    """How often enrolments are looked for whose last day has passed."""

    max_body_bytes: PositiveInt = 8_000_000
    """As large as the file of the largest cohort."""
    import_rows_at_once: NonNegativeInt = 1_000
    """Rows up to which an import is done in the request that brings it."""
    import_poll_seconds: PositiveFloat = 5.0
    """How often the importer looks for work that nobody told it of."""
    import_rejected_hours: PositiveInt = 72
    """How long the rejected rows of an import may be fetched, to be corrected."""
