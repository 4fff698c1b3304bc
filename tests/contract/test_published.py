"""What is published stays: also against a branch that changes a schema and its file in one commit."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.contract import published
from tests.contract.published import LIST, OLDER, SAMPLES, SCHEMAS, NoHistory

REMEDY = "see that the change is meant, then run `python -m tests.contract.published`"


def seen(look: Callable[[], list[str]]) -> list[str]:
    """What is found in the history. Where there is none (a source archive, a shallow clone) the list remains."""
    try:
        return look()
    except NoHistory as reason:
        pytest.skip(f"no history to compare with: {reason}")


def test_every_schema_keeps_what_any_commit_has_promised() -> None:
    broken = seen(published.broken_promises)
    assert not broken, "declare the next version of the event beside it instead\n" + "\n".join(broken)


def test_todays_schemas_are_the_listed_ones() -> None:
    assert published.unlisted() == [], REMEDY


def test_the_list_and_the_samples_only_grow() -> None:
    assert seen(published.unsaid) == []
    assert seen(lambda: published.rewritten(SAMPLES)) == []
    assert seen(lambda: published.rewritten(OLDER)) == []


class Repository:
    """A project of one schema, on a branch of its own."""

    name = "parchemin.toys.note_taken.v1.json"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")
        self.schema({"text": {"type": "string"}}, required=["text"])
        self.freeze()
        self.write(f"{SAMPLES}/{self.name}", {"text": "first"})
        self.commit()
        self.git("switch", "--quiet", "--create", "branch")

    def git(self, *arguments: str) -> None:
        owner = {"NAME": "Somebody", "EMAIL": "somebody@example.org"}
        people = {f"GIT_{role}_{name}": value for role in ("AUTHOR", "COMMITTER") for name, value in owner.items()}
        subprocess.run(["git", *arguments], cwd=self.folder, check=True, env={**os.environ, **people})

    def write(self, path: str, content: object) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(content), encoding="utf-8")

    def schema(self, properties: dict[str, Any], required: list[str]) -> None:
        self.write(f"{SCHEMAS}/{self.name}", {"type": "object", "properties": properties, "required": required})

    def freeze(self) -> None:
        known = published.listed(self.folder)
        for name, digest in published.hashes(self.folder).items():
            known.setdefault(name, []).append(digest)
        self.write(LIST, known)

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message=Change", "--no-gpg-sign")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


def test_a_schema_that_is_broken_together_with_its_file_is_found_after_the_commit(repository: Repository) -> None:
    repository.schema({"text": {"type": "integer"}}, required=["text"])
    repository.freeze()
    repository.commit()
    repository.write("later", {})
    repository.commit()
    [fault] = published.broken_promises(repository.folder)
    assert fault.startswith(f"{repository.name} $/text: was ")
    assert published.unlisted(repository.folder) == []


def test_a_schema_that_is_broken_in_two_steps_is_found(repository: Repository) -> None:
    (repository.folder / SCHEMAS / repository.name).unlink()
    repository.commit()
    assert published.broken_promises(repository.folder) == [f"{repository.name}: removed"]
    repository.schema({"text": {"type": "string"}}, required=[])
    repository.commit()
    assert published.broken_promises(repository.folder) == [f"{repository.name} $/text: no longer always there"]


def test_an_optional_member_is_welcome_and_is_listed(repository: Repository) -> None:
    repository.schema({"text": {"type": "string"}, "seen": {"type": "integer"}}, required=["text"])
    repository.commit()
    assert published.broken_promises(repository.folder) == []
    assert published.unlisted(repository.folder) == [repository.name]
    repository.freeze()
    repository.commit()
    assert published.unlisted(repository.folder) == []
    assert published.unsaid(repository.folder) == []


def test_a_rewritten_list_and_a_rewritten_sample_are_found(repository: Repository) -> None:
    repository.write(LIST, {repository.name: list(published.hashes(repository.folder).values()) * 2})
    repository.write(f"{SAMPLES}/{repository.name}", {"text": "better"})
    repository.commit()
    assert published.unsaid(repository.folder) == []
    assert published.rewritten(SAMPLES, repository.folder) == [repository.name]
    repository.write(LIST, {repository.name: ["0" * 64]})
    repository.commit()
    assert published.unsaid(repository.folder) == [repository.name]


def test_a_shallow_clone_says_that_it_has_no_history_and_still_has_the_list(
    repository: Repository, tmp_path: Path
) -> None:
    repository.schema({"text": {"type": "integer"}}, required=["text"])
    repository.commit()
    shallow = tmp_path / "shallow"
    repository.git("clone", "--quiet", "--depth=1", f"file://{repository.folder}", str(shallow))
    with pytest.raises(NoHistory):
        published.broken_promises(shallow)
    assert published.unlisted(shallow) == [repository.name]
