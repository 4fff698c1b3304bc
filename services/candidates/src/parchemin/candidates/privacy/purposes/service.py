"""The register of processing, as it is shipped."""

from functools import cache
from importlib.resources import files

from parchemin.candidates.privacy.purposes.rules import Register


@cache
def shipped_register() -> Register:
    """Read once; a register that is not whole does not load."""
    text = (files("parchemin.candidates.privacy.purposes") / "data/purposes.json").read_text(encoding="utf-8")
    return Register.model_validate_json(text)
