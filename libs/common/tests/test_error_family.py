"""Every error of the code base, as a family."""

import importlib
import pkgutil
from collections.abc import Iterator

import parchemin
from parchemin.common.language import Text
from parchemin.common.problems import DomainError


def family(root: type[DomainError]) -> Iterator[type[DomainError]]:
    for member in root.__subclasses__():
        yield member
        yield from family(member)


def ours() -> list[type[DomainError]]:
    for module in pkgutil.walk_packages(parchemin.__path__, "parchemin."):
        if ".migrations" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    return [error for error in set(family(DomainError)) if error.__module__.startswith("parchemin.")]


def test_each_error_has_a_code_of_its_own_a_status_and_its_texts_in_both_languages() -> None:
    errors = ours()
    assert len(errors) > 30
    by_code: dict[str, type[DomainError]] = {}
    for error in sorted(errors, key=lambda error: f"{error.__module__}.{error.__qualname__}"):
        where = f"{error.__module__}.{error.__qualname__}"
        assert error.code == error.code.lower()
        assert error.code.replace("_", "").isalnum(), where
        first = by_code.setdefault(error.code, error)  # one that says more of the same error is of its family
        assert issubclass(error, first), f"{where} and {first} share a code"
        assert 400 <= error.status < 600, where
        for text in (error.title, error.detail):
            assert isinstance(text, Text), where
            assert text.fr.strip(), where
            assert text.en.strip(), where
            assert text.fr != text.en, where
