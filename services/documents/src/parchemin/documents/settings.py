"""Settings of the documents service; prefix `PARCHEMIN_DOCUMENTS_`."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from parchemin.common.language import Language, Text
from parchemin.common.settings import ServiceSettings, house
from parchemin.documents.composition.drafts import Stationery
from parchemin.documents.rendering.models import CertifierMentions


class Settings(ServiceSettings):
    """What the certifier and the installation say about documents."""

    model_config = SettingsConfigDict(env_prefix="PARCHEMIN_DOCUMENTS_", frozen=True)

    folder: Path | None = None
    """Where the files are kept; by default `documents` under the house's `var`."""
    certifier: CertifierMentions | None = None
    """The mandatory mentions, as a JSON object. Without them every document is a specimen, and says so."""
    certifier_file: Path | None = None
    """The same in a file, read where `certifier` is not set."""
    language: Language = "fr"
    """Language of the documents that facts give rise to from now on."""
    appeal_fr: str = Field(
        default="Les voies et délais de recours sont ceux du règlement du certificateur.", min_length=1
    )
    """Way and time limit of appeal, as the certifier's rules word it; the law sets none, so none is said here."""
    appeal_en: str = Field(
        default="The ways and time limits of appeal are those of the certifier's rules.", min_length=1
    )
    issuing_poll_seconds: float = Field(default=2.0, gt=0)
    """How often the issuer looks for documents to make when nothing wakes it."""

    @property
    def store_folder(self) -> Path:
        """The folder of the document store."""
        return self.folder or house().var / "documents"

    def stationery(self) -> Stationery:
        """What is printed on every document and does not come from an event. Fails where the file is wrong."""
        certifier = self.certifier
        if certifier is None and self.certifier_file is not None:
            certifier = CertifierMentions.model_validate_json(self.certifier_file.read_bytes())
        return Stationery(
            certifier=certifier,
            appeal=Text(self.appeal_fr, self.appeal_en),
            verification_page=f"{house().public_url.rstrip('/')}/verify",
        )
