"""What the shipped fonts can print, and what happens to the rest.

PDF/A and PDF/UA refuse a text that no embedded font can show. What a document certifies (identities, titles,
mentions) is then refused with the characters named, so that the record can be corrected. What people wrote
freely (reasons, comments) never holds up a document: the character is spelled out by its code,
`[U+1F44D]`.
"""

import re
import unicodedata
from functools import cache
from pathlib import Path
from struct import unpack_from

FONTS = Path(__file__).parent / "fonts"

FREE_TEXTS = frozenset({"reason", "comment", "appeal", "quorum", "measures", "bring", "access_notes"})
"""Fields that hold prose; every other text is printed exactly or not at all."""

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None


class UnprintableText(ValueError):
    """A text that must be printed exactly holds characters that no shipped font can show."""

    def __init__(self, field: str, characters: tuple[str, ...]) -> None:
        self.field = field
        self.characters = characters
        named = ", ".join("+".join(f"U+{ord(point):04X}" for point in character) for character in characters)
        super().__init__(f"{field}: no shipped font can print {named}")


def printable(value: Json, field: str = "document", free: bool = False) -> Json:
    """Return `value` with every text as it can be printed; raise `UnprintableText` where one cannot be."""
    match value:
        case str():
            return _printable_text(value, field, free)
        case list():
            return [printable(item, f"{field}[{index}]", free) for index, item in enumerate(value)]
        case dict():
            return {
                name: printable(item, f"{field}.{name}", free or name in FREE_TEXTS) for name, item in value.items()
            }
        case _:
            return value


def unprintable_characters(text: str) -> tuple[str, ...]:
    """The characters of `text` (base and marks together) that no font can show, each once, in order."""
    if any(covered.issuperset(text) for covered in font_coverage().values()):
        return ()
    return tuple(dict.fromkeys(cluster for cluster in _clusters(text) if not _is_covered(cluster)))


@cache
def font_coverage() -> dict[str, frozenset[str]]:
    """Characters that all styles of a family have: a name is set in roman here and in italic there."""
    families: dict[str, frozenset[str]] = {}
    for path in sorted(FONTS.glob("*.ttf")):
        family = path.stem.partition("-")[0]
        covered = frozenset(map(chr, _mapped_codepoints(path.read_bytes())))
        families[family] = families.get(family, covered) & covered
    return families


def _printable_text(text: str, field: str, free: bool) -> str:
    text = _LINE_ENDS.sub("\n", unicodedata.normalize("NFC", text)).replace("\t", " ")
    # Invisible format characters (zero-width spaces, direction overrides) come with copy and paste.
    text = "".join(point for point in text if unicodedata.category(point) != "Cf")
    if not free:
        text = re.sub(" *\n *", " ", text)
    if not free:
        refused = unprintable_characters(text)
        if refused:
            raise UnprintableText(field, refused)
        return text
    return "\n".join(_spelled_out(line) for line in text.split("\n"))


def _spelled_out(line: str) -> str:
    """Cluster by cluster: one that cannot be printed may begin another one ("\x1f", "\x1f\u093a")."""
    refused = unprintable_characters(line)
    return "".join(_spelled(cluster) if cluster in refused else cluster for cluster in _clusters(line))


def _spelled(cluster: str) -> str:
    return "".join(f"[U+{ord(point):04X}]" for point in cluster)


def _clusters(text: str) -> list[str]:
    clusters: list[str] = []
    for point in text:
        if clusters and unicodedata.category(point).startswith("M"):
            clusters[-1] += point
        else:
            clusters.append(point)
    return clusters


def _is_covered(cluster: str) -> bool:
    return any(covered.issuperset(cluster) for covered in font_coverage().values())


def _mapped_codepoints(font: bytes) -> set[int]:
    """Code points of the Unicode BMP that a font maps to a glyph: OpenType `cmap`, subtable format 4."""
    (tables,) = unpack_from(">H", font, 4)
    directory = {font[at : at + 4]: unpack_from(">II", font, at + 8) for at in range(12, 12 + 16 * tables, 16)}
    cmap, _ = directory[b"cmap"]
    (subtables,) = unpack_from(">H", font, cmap + 2)
    points: set[int] = set()
    for record in range(cmap + 4, cmap + 4 + 8 * subtables, 8):
        start = cmap + int(unpack_from(">I", font, record + 4)[0])
        form, _, _, doubled = unpack_from(">HHHH", font, start)
        if form != 4:
            continue
        count = doubled // 2
        ends = unpack_from(f">{count}H", font, start + 14)
        starts = unpack_from(f">{count}H", font, start + 16 + doubled)
        for first, last in zip(starts, ends, strict=True):
            points.update(range(first, last + 1))
    return points - {0xFFFF}
