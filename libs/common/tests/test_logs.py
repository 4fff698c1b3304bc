"""What the logs say, and what they keep to themselves."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from fastapi.exceptions import ResponseValidationError
from pydantic import BaseModel

from parchemin.common.logs import configure_logs
from parchemin.common.tracing import trace


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def test_a_line_is_json_with_the_trace_and_an_exception_shows_no_variables(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("INFO")

    def fail() -> None:
        private = "a name"
        raise ZeroDivisionError(len(private))

    with trace(None):
        try:
            fail()
        except ZeroDivisionError:
            structlog.get_logger().exception("it_failed", code=7)
    line = json.loads(capsys.readouterr().out)
    assert (line["event"], line["code"], line["level"], len(line["trace_id"])) == ("it_failed", 7, "error", 32)
    assert line["exception"][0]["exc_type"] == "ZeroDivisionError"
    assert "a name" not in json.dumps(line)


class Person(BaseModel):
    name: int


def test_an_error_that_quotes_what_a_person_entered_is_logged_without_it(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("INFO")
    quoting = [
        lambda: Person.model_validate({"name": "Zoé, input_type=x"}),
        lambda: raise_(ResponseValidationError([{"type": "int_type", "loc": ("name",), "msg": "", "input": "Zoé"}])),
        lambda: raise_(RuntimeError("duplicate key\nDETAIL:  Key (email)=(Zoé) already exists.")),
    ]
    for fail in quoting:
        try:
            fail()
        except Exception as error:
            structlog.get_logger().error("it_failed", exc_info=error)
            logging.getLogger("some.library").exception("it failed")
    said = "".join(capsys.readouterr())
    assert len(said.splitlines()) == 2 * len(quoting)
    assert "Zoé" not in said
    assert "duplicate key" in said


def test_a_log_that_cannot_be_written_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    configure_logs("INFO")
    full = open("/dev/full", "w", encoding="utf-8")  # noqa: SIM115 - closing it fails as well
    monkeypatch.setattr("sys.stdout", full)
    structlog.get_logger().error("it_failed")
    structlog.get_logger().info("it_goes_on")
    with pytest.raises(OSError, match="No space left"):
        full.close()


def raise_(error: Exception) -> None:
    raise error


def test_what_libraries_say_is_json_too_and_no_url_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("INFO")
    logging.getLogger("some.library").warning("watch %s", "out")
    logging.getLogger("uvicorn.error").info("started")
    logging.getLogger("uvicorn.access").info("GET /v1/candidates?name=Zoé")
    logging.getLogger("httpx").info("HTTP Request: GET https://id.example/?code=secret")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["event"] for line in lines] == ["watch out", "started"]
