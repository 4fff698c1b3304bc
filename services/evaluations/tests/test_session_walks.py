"""Sessions led at random, whatever is asked for in whatever order: each answer is the one that a model foretells.

The model knows what the guide says of a session, and nothing of the service's code.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    import httpx
    from services.evaluations.tests.conftest import Held, Json, School

pytestmark = pytest.mark.asyncio

FORWARD = {"draft": "open", "open": "running", "running": "deliberating", "deliberating": "closed"}
UNDER_WAY = ("running", "deliberating")
DONE = "done"


@pytest.fixture
def engine() -> str:
    """The steps are the same on both engines: one tells."""
    return "sqlite"


@dataclass
class Line:
    """A candidate of the list."""

    registration: "Json"
    attendance: str | None = None
    signed: set[int] = field(default_factory=set)
    conflicts: set[int] = field(default_factory=set)
    suspicions: list["Suspicion"] = field(default_factory=list)

    @property
    def free(self) -> set[int]:
        return {0, 1, 2} - self.conflicts

    @property
    def excluded(self) -> bool:
        return any(one.outcome == "excluded" for one in self.suspicions)

    @property
    def barred(self) -> bool:
        return self.excluded or any(one.suspended and one.pending for one in self.suspicions)


@dataclass
class Suspicion:
    """A suspicion of fraud."""

    incident: "Json"
    at: str = "reported"
    suspended: bool = False
    outcome: str | None = None

    @property
    def pending(self) -> bool:
        return self.at in {"reported", "suspended", "heard"}

    def foretell(self, wanted: str) -> str:
        earlier = {"suspended": {"reported"}, "heard": {"reported", "suspended"}, "decided": {"heard"}}
        return DONE if self.at in earlier.get(wanted, {"reported", "suspended"}) else "illegal_incident_step"


@dataclass
class Day:
    """A session as the model has it."""

    fit: bool
    state: str = "draft"
    lines: list[Line] = field(default_factory=list)

    @property
    def pending(self) -> bool:
        return any(one.pending for line in self.lines for one in line.suspicions)

    def foretell_step(self, wanted: str) -> str:
        legal = wanted == FORWARD.get(self.state) or (wanted == "cancelled" and self.state in {"draft", "open"})
        if not legal:
            return "illegal_step"
        if wanted == "open" and not self.fit:
            return "jury_unfit"
        if wanted == "running" and any(len(line.free) < 2 for line in self.lines):
            return "too_few_graders"
        if wanted in {"deliberating", "closed"} and self.pending:
            return "incidents_open"
        return self._foretell_deliberation() if wanted == "deliberating" else DONE

    def _foretell_deliberation(self) -> str:
        if any(line.attendance is None for line in self.lines):
            return "attendance_missing"
        graded = [line for line in self.lines if line.attendance == "present" and not line.excluded]
        if any(len(line.free) < 2 for line in graded):
            return "too_few_graders"
        return DONE if all(line.free <= line.signed for line in graded) else "sheets_missing"

    def foretell_sheet(self, line: Line, juror: int) -> str:
        if juror in line.signed:
            return DONE  # the same again, as a tablet sends it: answered as the first time, whatever came meanwhile
        if self.state != "running":
            return "wrong_state"
        if line.attendance != "present":
            return "candidate_not_present"
        if juror in line.conflicts:
            return "juror_in_conflict"
        if line.barred:
            return "grading_suspended"
        return DONE

    def foretell_conflict(self, line: Line, juror: int) -> str:
        if juror in line.conflicts:
            return "conflict_declared"
        return "juror_has_graded" if juror in line.signed and self.state != "closed" else DONE


class Walk:
    """The service and the model, asked the same."""

    def __init__(self, school: "School", held: "Held", day: Day) -> None:
        self.school, self.held, self.day = school, held, day

    async def forward(self, *_: int) -> None:
        await self._step(FORWARD.get(self.day.state, "open"))

    async def jump(self, number: int, _: int) -> None:
        await self._step(["open", "running", "deliberating", "closed", "cancelled"][number % 5])

    async def register(self, *_: int) -> None:
        if len(self.day.lines) == 2:
            return
        body = {"session_id": self.held.id, "enrolment_id": await self.school.enrol(1), "modality": "M1"}
        expected = DONE if self.day.state in {"draft", "open"} else "wrong_state"
        answer = await self._asked(expected, self.school.call("POST", "/v1/registrations", body))
        if expected is DONE:
            self.day.lines.append(Line(answer))

    async def attend(self, number: int, choice: int) -> None:
        for line in self._line(number):
            attendance = ["present", "present", "absent", "excused"][choice % 4]
            url = f"/v1/registrations/{line.registration['id']}"
            expected = DONE if self.day.state == "running" else "wrong_state"
            entry = {"attendance": attendance}
            await self._asked(expected, self.school.put(f"{url}/attendance", entry, of=url))
            line.attendance = attendance if expected is DONE else line.attendance

    async def attend_all(self, *_: int) -> None:
        for number in range(len(self.day.lines)):
            await self.attend(number, 0)

    async def sign(self, number: int, choice: int) -> None:
        juror = choice % 3
        for line in self._line(number):
            expected = self.day.foretell_sheet(line, juror)
            writing = self.school.write(line.registration, self.held.jury[juror], state="signed")
            await self._asked(expected, writing)
            line.signed |= {juror} if expected is DONE else set()

    async def sign_all(self, *_: int) -> None:
        for number in range(len(self.day.lines)):
            for juror in range(3):
                await self.sign(number, juror)

    async def declare(self, number: int, choice: int) -> None:
        juror = choice % 3
        for line in self._line(number):
            enrolment = line.registration["enrolment_id"]
            tie = {"juror_id": self.held.jury[juror], "enrolment_id": enrolment, "kind": "trained"}
            expected = self.day.foretell_conflict(line, juror)
            await self._asked(expected, self.school.call("POST", "/v1/conflicts_of_interest", tie))
            line.conflicts |= {juror} if expected is DONE else set()

    async def suspect(self, number: int, _: int) -> None:
        for line in self._line(number):
            report = {
                "kind": "fraud_suspicion",
                "registration_id": line.registration["id"],
                "description": "Téléphone allumé.",
                "occurred_at": "2024-06-17T10:20:00+02:00",
            }
            expected = DONE if self.day.state in UNDER_WAY else "wrong_state"
            asking = self.school.call("POST", f"/v1/sessions/{self.held.id}/incidents", report)
            incident = await self._asked(expected, asking)
            if expected is DONE:
                line.suspicions.append(Suspicion(incident))

    async def suspend(self, number: int, _: int) -> None:
        await self._lead(number, "suspended")

    async def hear(self, number: int, _: int) -> None:
        await self._lead(number, "heard", hearing="heard")

    async def dismiss(self, number: int, _: int) -> None:
        await self._lead(number, "dismissed", reason="Sans suite.")

    async def decide(self, number: int, choice: int) -> None:
        outcome = ["excluded", "warning", "dismissed"][choice % 3]
        await self._lead(number, "decided", outcome=outcome, reason="Fait établi.")

    async def _lead(self, number: int, wanted: str, **details: str) -> None:
        for suspicion in [one for line in self._line(number) for one in line.suspicions[-1:]]:
            url = f"/v1/incidents/{suspicion.incident['id']}"
            by = self.school.juror(self.held.president) if wanted == "decided" else None
            body = {"state": wanted, **details}
            expected = suspicion.foretell(wanted) if self.day.state in UNDER_WAY else "wrong_state"
            await self._asked(expected, self.school.put(f"{url}/state", body, of=url, by=by))
            if expected is DONE:
                suspicion.at, suspicion.outcome = wanted, details.get("outcome")
                suspicion.suspended |= wanted == "suspended"

    async def _step(self, wanted: str) -> None:
        expected = self.day.foretell_step(wanted)
        view = await self._asked(expected, self.school.lead(self.held, wanted))
        if expected is DONE:
            assert view["state"] == wanted
            self.day.state = wanted
            if wanted == "running":  # nobody is registered from here on: one statement covers the day
                for juror in self.held.jury:
                    await self.school.swear(self.held, juror)

    def _line(self, number: int) -> Sequence[Line]:
        lines = self.day.lines
        return lines[number % len(lines) :][:1] if lines else []

    async def _asked(self, expected: str, asking: "Any") -> "Json":
        answer: httpx.Response = await asking
        found = DONE if answer.is_success else answer.json()["code"]
        assert found == expected, (self.day, answer.text)
        return dict(answer.json())


DAILY = ["forward", "forward", "register", "attend", "attend_all", "sign", "sign_all", "declare", "jump"]
PROCEDURE = ["suspect", "suspend", "hear", "decide", "dismiss"]
commands = st.tuples(st.sampled_from(DAILY + PROCEDURE), st.integers(0, 4), st.integers(0, 3))

UNTIL_CALLED = [(name, 0, 0) for name in ("register", "register", "forward", "forward", "attend_all", "sign_all")]
UNTIL_SUSPENDED = [*UNTIL_CALLED[:-1], ("suspect", 0, 0), ("suspend", 0, 0), ("sign_all", 0, 0), ("forward", 0, 0)]
A_LIFE = [*UNTIL_CALLED, *[("forward", 0, 0)] * 3, ("declare", 0, 0), ("suspect", 0, 0)]
AN_EXCLUSION = [*UNTIL_SUSPENDED, ("hear", 0, 0), ("decide", 0, 0), *[("forward", 0, 0)] * 2, ("decide", 0, 0)]
A_WARNING = [*UNTIL_SUSPENDED, ("hear", 0, 0), ("decide", 0, 1), ("forward", 0, 0), ("sign_all", 0, 0), *A_LIFE[-4:]]
A_LATE_DOUBT = [
    *UNTIL_CALLED,
    ("forward", 0, 0),
    *[(name, 0, 0) for name in ("suspect", "forward", "dismiss", "forward")],
]
TOO_CLOSE = [("register", 0, 0), ("forward", 0, 0), *[("declare", 0, n) for n in (0, 1, 1)], *[("jump", 1, 0)] * 2]

beginnings = st.sampled_from(
    [UNTIL_CALLED[:1], UNTIL_CALLED[:-2], UNTIL_CALLED[:-1], UNTIL_CALLED, UNTIL_SUSPENDED[:-1]]
)


@settings(max_examples=14, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.just(True), st.builds(lambda begun, rest: begun + rest, beginnings, st.lists(commands, min_size=8, max_size=20))
)
@example(True, A_LIFE)
@example(True, A_LATE_DOUBT)
@example(True, AN_EXCLUSION)
@example(True, A_WARNING)
@example(True, TOO_CLOSE)
@example(False, A_LIFE)
async def test_each_step_is_taken_or_refused_as_the_model_says(
    school: "School", fit: bool, asked: list[tuple[str, int, int]]
) -> None:
    jury = [await school.enter_juror(external=fit) for _ in range(3)]
    walk = Walk(school, await school.plan("M1", jury=jury), Day(fit))
    for name, number, choice in asked:
        await getattr(walk, name)(number, choice)
