"""The register of processing as the API shows it."""

from pydantic import BaseModel

from parchemin.candidates.privacy.purposes.rules import LegalBasis, Processing, Register
from parchemin.common.language import Language


class ProcessingView(BaseModel):
    """One processing, in the client's language."""

    code: str
    service: str
    purpose: str
    legal_basis: LegalBasis
    source: str
    recipients: tuple[str, ...]
    retention: str
    fields: tuple[str, ...]

    @classmethod
    def of(cls, processing: Processing, language: Language) -> "ProcessingView":
        """What one entry of the register says."""
        return cls(
            code=processing.code,
            service=processing.service,
            purpose=getattr(processing.purpose, language),
            legal_basis=processing.legal_basis,
            source=processing.source,
            recipients=getattr(processing.recipients, language),
            retention=getattr(processing.retention, language),
            fields=processing.fields,
        )


class RegisterView(BaseModel):
    """The register of processing."""

    edition: str
    items: list[ProcessingView]

    @classmethod
    def of(cls, register: Register, language: Language) -> "RegisterView":
        """The whole of it."""
        return cls(edition=register.edition, items=[ProcessingView.of(one, language) for one in register.processings])
