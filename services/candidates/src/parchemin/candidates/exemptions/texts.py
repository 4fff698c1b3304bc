"""The texts of exemptions at rest: sealed under the candidate's key, each in its place."""

from collections.abc import Mapping
from uuid import UUID

from parchemin.candidates.exemptions.models import Exemption
from parchemin.candidates.sealing import opened
from parchemin.common.vault import FieldCipher

TEXTS = ("argument", "working_conditions", "reason", "integrity")


def place_of(text: str, exemption_id: UUID) -> str:
    """What a sealed text belongs to."""
    return f"exemptions.{text}:{exemption_id}"


def open_texts(cipher: FieldCipher | None, exemption: Exemption) -> Mapping[str, str | None]:
    """Every text, as far as there is one and the key to it."""
    return {text: opened(cipher, getattr(exemption, text), place=place_of(text, exemption.id)) for text in TEXTS}
