"""Pydantic's findings as field faults: a JSON pointer, Pydantic's stable code, a text in both languages."""

from collections.abc import Sequence
from typing import Any

from pydantic_core import PydanticCustomError

from parchemin.common.language import Text
from parchemin.common.problems.errors import FieldFault

_FRENCH = {
    "missing": "Ce champ est obligatoire.",
    "extra_forbidden": "Ce champ n'est pas attendu.",
    "string_type": "Un texte est attendu.",
    "string_too_short": "Le texte est trop court (minimum : {min_length}).",
    "string_too_long": "Le texte est trop long (maximum : {max_length}).",
    "string_pattern_mismatch": "Le texte n'a pas la forme attendue.",
    "string_unicode": "Le texte contient des caractères invalides.",
    "int_type": "Un nombre entier est attendu.",
    "int_parsing": "Un nombre entier est attendu.",
    "int_from_float": "Un nombre entier est attendu.",
    "bool_type": "Un booléen est attendu.",
    "bool_parsing": "Un booléen est attendu.",
    "decimal_type": "Un nombre décimal est attendu.",
    "decimal_parsing": "Un nombre décimal est attendu.",
    "decimal_max_places": "Trop de décimales (maximum : {decimal_places}).",
    "decimal_max_digits": "Trop de chiffres (maximum : {max_digits}).",
    "decimal_whole_digits": "Trop de chiffres avant la virgule (maximum : {whole_digits}).",
    "finite_number": "Un nombre fini est attendu.",
    "greater_than": "La valeur doit être supérieure à {gt}.",
    "greater_than_equal": "La valeur doit être au moins {ge}.",
    "less_than": "La valeur doit être inférieure à {lt}.",
    "less_than_equal": "La valeur doit être au plus {le}.",
    "date_type": "Une date est attendue (AAAA-MM-JJ).",
    "date_parsing": "Une date est attendue (AAAA-MM-JJ).",
    "date_from_datetime_parsing": "Une date est attendue (AAAA-MM-JJ).",
    "date_from_datetime_inexact": "Une date sans heure est attendue (AAAA-MM-JJ).",
    "datetime_type": "Une date et une heure sont attendues (RFC 3339).",
    "datetime_parsing": "Une date et une heure sont attendues (RFC 3339).",
    "datetime_from_date_parsing": "Une date et une heure sont attendues (RFC 3339).",
    "timezone_aware": "Le fuseau horaire est obligatoire (RFC 3339).",
    "uuid_type": "Un identifiant UUID est attendu.",
    "uuid_parsing": "Un identifiant UUID est attendu.",
    "enum": "Valeur inconnue ; attendu : {expected}.",
    "literal_error": "Valeur inconnue ; attendu : {expected}.",
    "list_type": "Une liste est attendue.",
    "tuple_type": "Une liste est attendue.",
    "dict_type": "Un objet est attendu.",
    "model_type": "Un objet est attendu.",
    "model_attributes_type": "Un objet est attendu.",
    "too_short": "Trop peu d'éléments (minimum : {min_length}).",
    "too_long": "Trop d'éléments (maximum : {max_length}).",
}
_PLACES = {"query", "path", "header", "cookie"}


def refusal(code: str, *, fr: str, en: str) -> PydanticCustomError:
    """What a validator of ours raises: a stable code, and the text in both languages."""
    return PydanticCustomError(code, "{en}", {"fr": fr, "en": en})


class _Blank(dict[str, object]):
    """Leaves a place empty rather than fail on a finding that lacks it."""

    def __missing__(self, key: str) -> str:
        return "?"


def field_faults(findings: Sequence[Any]) -> list[FieldFault]:
    """One fault for each of Pydantic's findings (the dictionaries of `ValidationError.errors()`)."""
    return [
        FieldFault(pointer=_pointer(tuple(found["loc"])), code=found["type"], detail=_text(found)) for found in findings
    ]


def _pointer(location: tuple[str | int, ...]) -> str:
    place, *rest = location or ("body",)
    steps = [str(step).replace("~", "~0").replace("/", "~1") for step in rest]
    if place in _PLACES:
        return f"#{place}/" + "/".join(steps)
    return "".join(f"/{step}" for step in steps)


def _text(found: Any) -> Text:
    english = found["msg"].removeprefix("Value error, ")
    template = _FRENCH.get(found["type"])
    french = template.format_map(_Blank(found.get("ctx", {}))) if template else "Cette valeur est invalide."
    if "fr" in found.get("ctx", {}):
        french = str(found["ctx"]["fr"])
    return Text(fr=_literal(french), en=_literal(english))


def _literal(text: str) -> str:
    """`Text` fills places in braces; a finding's own braces are to be said as they are."""
    return text.replace("{", "{{").replace("}", "}}")
