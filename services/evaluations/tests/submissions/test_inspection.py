"""Hostile files are refused, each for what it is; what candidates hand in goes through."""

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest
from services.evaluations.tests.submissions.corpus import benign, hostile, office, packed, pdf, script

from parchemin.evaluations.submissions.inspection import sandbox
from parchemin.evaluations.submissions.inspection.inspect import inspect
from parchemin.evaluations.submissions.inspection.kinds import MEDIA_TYPES
from parchemin.evaluations.submissions.inspection.sandbox import inspect_apart
from parchemin.evaluations.submissions.inspection.verdicts import VERDICTS, Refused

HOSTILE, BENIGN = hostile(), benign()
MEGABYTE = 1 << 20


def judged(path: Path, name: str, content: bytes) -> str:
    path.write_bytes(content)
    try:
        return inspect(path, name, MEDIA_TYPES)
    except Refused as refused:
        return refused.code


def test_the_corpus_is_large_enough() -> None:
    assert len(HOSTILE) >= 40


@pytest.mark.parametrize("threat", HOSTILE)
def test_a_hostile_file_is_refused_for_what_it_is(threat: str, tmp_path: Path) -> None:
    name, content, code = HOSTILE[threat]
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    assert judged(tmp_path / "file", name, content) == code
    assert time.process_time() - started < 5
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < 200 * MEGABYTE
    assert code in VERDICTS


@pytest.mark.parametrize("kind", BENIGN)
def test_what_candidates_hand_in_goes_through(kind: str, tmp_path: Path) -> None:
    name, content = BENIGN[kind]
    extension = name.rpartition(".")[2].lower().replace("jpeg", "jpg")
    assert judged(tmp_path / "file", name, content) == MEDIA_TYPES[extension]


def test_kinds_that_the_installation_does_not_take_are_refused_within_archives_too(tmp_path: Path) -> None:
    for name, content in (("a.docx", office()), ("a.zip", packed({"a.docx": office()}))):
        (tmp_path / "file").write_bytes(content)
        with pytest.raises(Refused, match="type_not_allowed"):
            inspect(tmp_path / "file", name, {"pdf", "zip"})


def test_every_verdict_is_told_in_both_languages() -> None:
    for text in VERDICTS.values():
        assert text.fr
        assert text.en
        assert text.fr != text.en


@pytest.mark.asyncio
async def test_the_file_is_opened_in_a_process_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(pdf())
    assert await inspect_apart(path, "a.pdf", MEDIA_TYPES) == "application/pdf"
    path.write_bytes(pdf(script, hidden=True))
    with pytest.raises(Refused, match="pdf_script"):
        await inspect_apart(path, "a.pdf", MEDIA_TYPES)
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.asyncio
async def test_a_process_without_time_or_memory_ends_as_a_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(pdf())
    with pytest.raises(Refused, match="inspection_failed"):
        await inspect_apart(path, "a.pdf", MEDIA_TYPES, seconds=0.01)
    monkeypatch.setattr(sandbox, "MEMORY", 20 * MEGABYTE)
    with pytest.raises(Refused, match="inspection_failed"):
        await inspect_apart(path, "a.pdf", MEDIA_TYPES)


def test_the_process_cannot_lift_its_limits(tmp_path: Path) -> None:
    code = (
        "from parchemin.evaluations.submissions.inspection.child import limit; limit(1 << 30, 5, 1000)\n"
        f"open({str(tmp_path / 'large')!r}, 'wb', buffering=0).write(bytes(5000)) < 5000 and exit(1)"
    )
    ended = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, check=False)
    assert ended.returncode != 0
    assert (tmp_path / "large").stat().st_size <= 1000
