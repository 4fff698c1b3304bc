"""Settings of the candidates service; prefix `PARCHEMIN_CANDIDATES_`."""

from pydantic_settings import SettingsConfigDict

from parchemin.common.settings import ServiceSettings


class Settings(ServiceSettings):
    """As every service's, and what a measure's detail may not name."""

    model_config = SettingsConfigDict(env_prefix="PARCHEMIN_CANDIDATES_", frozen=True)

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
