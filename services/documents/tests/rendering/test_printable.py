"""Names of everywhere, hostile strings, and scripts that the shipped fonts do not have."""

import io
import re
import threading
from contextlib import suppress
from types import SimpleNamespace

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parchemin.documents.rendering.compiler import render
from parchemin.documents.rendering.printable import (
    FONTS,
    UnprintableText,
    font_coverage,
    printable,
    unprintable_characters,
)

LATIN = (
    "Nguyễn Łucja İzmir Œuvrard Ó Briain Ş ş Ő ő Þ ð ẞ ß ŋ Ǎ ǎ Ạ ặ ỹ Ģ ģ ķ Ļ Ń ř Ť ů Ž ĳ ė ħ ĸ ŉ ’ « » – — … € n° № ʼ"
)


def printed(pdf: bytes) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages))


def test_shipped_fonts_cover_latin_and_weigh_under_four_megabytes() -> None:
    assert set(font_coverage()) == {"CormorantGaramond", "SourceSans3"}
    assert unprintable_characters(LATIN) == ()
    assert unprintable_characters("Ελένη Ольга") == ()
    assert sum(path.stat().st_size for path in FONTS.iterdir()) < 4_000_000
    assert {path.name for path in FONTS.glob("OFL-*.txt")} == {
        "OFL-CormorantGaramond.txt",
        "OFL-SourceSans3.txt",
    }


def test_every_name_of_a_promotion_prints(build: SimpleNamespace) -> None:
    minutes = printed(render(build.minutes(build.promotion)))
    for name in build.promotion:
        assert name in minutes


@pytest.mark.parametrize("name", ["Thị Mai Nguyễn", "Łucja Kowalczyk", "Ciarán Ó Briain", "Noël Œuvrard", "İpek Şen Ő"])
def test_a_name_with_rare_letters_prints_on_the_diploma(build: SimpleNamespace, name: str) -> None:
    first, _, birth = name.partition(" ")
    assert name in printed(render(build.diploma(holder=build.holder(first_names=(first,), birth_name=birth))))


@pytest.mark.parametrize(
    "hostile",
    [
        '#panic("x")',
        "*a* _b_ `c`",
        "$x^2$",
        "<b>gras</b>",
        '"\\"',
        "\\u{41} \\n",
        "= titre",
        "#{1+1}",
        "@ref",
        "-- ~ //",
    ],
)
def test_markup_in_data_is_printed_literally(build: SimpleNamespace, hostile: str) -> None:
    holder = build.holder(birth_name=hostile, used_name=hostile, birth_city=hostile)
    assert printed(render(build.notice(holder=holder, appeal=hostile))).count(hostile) == 4


@pytest.mark.parametrize(
    ("name", "characters"), [("محمد", "محد"), ("张伟", "张伟"), ("Zoé 😀", "😀"), ("a\x00b", "\x00")]
)
def test_an_identity_in_another_script_is_refused_by_name(build: SimpleNamespace, name: str, characters: str) -> None:
    with pytest.raises(UnprintableText) as refused:
        render(build.diploma(holder=build.holder(first_names=("Ana", name))))
    assert refused.value.field == "document.holder.first_names[1]"
    assert refused.value.characters == tuple(characters)
    assert f"U+{ord(characters[0]):04X}" in str(refused.value)


def test_free_text_in_another_script_is_spelled_out(build: SimpleNamespace) -> None:
    assert "Bravo [U+1F44F]" in printed(render(build.notice(appeal="Bravo 👏")))


def test_a_character_that_also_begins_a_cluster_is_spelled_out_in_both_places() -> None:
    assert printable({"reason": "\x1f\x1f\u093a"}) == {"reason": "[U+001F][U+001F][U+093A]"}
    assert printable({"reason": "a\n\u093a"}) == {"reason": "a\n[U+093A]"}


def test_decomposed_and_pasted_text_is_put_right() -> None:
    assert printable("Zoe\u0301\u200b\ufeff\nLefe\u0300vre\u202e") == "Zoé Lefèvre"
    assert printable({"reason": "a\r\nb\x0bc"}) == {"reason": "a\nb\nc"}


@settings(max_examples=25, deadline=None)
@given(name=st.text(min_size=1, max_size=30), remark=st.text(min_size=1, max_size=60))
def test_any_text_is_printed_or_refused_before_typst_sees_it(build: SimpleNamespace, name: str, remark: str) -> None:
    notice = build.notice(appeal=remark, holder=build.holder(birth_name=name))
    with suppress(UnprintableText):
        assert render(notice).startswith(b"%PDF")


@settings(max_examples=15, deadline=None)
@given(st.text(st.sampled_from(sorted(frozenset().union(*font_coverage().values()))), min_size=1, max_size=80))
def test_all_that_counts_as_covered_compiles_in_both_families(build: SimpleNamespace, characters: str) -> None:
    with suppress(UnprintableText):
        assert render(build.notice(holder=build.holder(birth_name=f"a{characters}", birth_city=f"b{characters}")))


def test_threads_render_together_and_alike(build: SimpleNamespace) -> None:
    expected = render(build.diploma())
    made: list[bytes] = []
    threads = [threading.Thread(target=lambda: made.append(render(build.diploma()))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [expected] * 8
