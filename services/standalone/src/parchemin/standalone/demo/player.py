"""Plays a scenario through the public API, as the people of a school would."""

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeVar
from uuid import UUID

from parchemin.standalone.demo.cast import Cast, juror_name
from parchemin.standalone.demo.client import Json, Refused, Resource
from parchemin.standalone.demo.scenario import (
    Candidate,
    Exemption,
    Override,
    Registration,
    Scenario,
    Session,
)

T = TypeVar("T")
R = TypeVar("R")
AT_ONCE = 8
"""Requests under way at a time."""

LEGITIMATE = {
    "block_not_enrolled",
    "nothing_to_assess",
    "already_registered",
    "modality_not_held",
    "not_assessed",
    "exemption_empties_block",
    "exemption_exists",
    "competency_not_enrolled",
    "competency_unknown",
    "measures_faulty",
}
"""Refusals by a rule of the certification: a year at school has some, and goes on."""

Advance = Callable[[], None]


class Player:
    """Remembers what the server calls what the scenario names."""

    def __init__(self, scenario: Scenario, cast: Cast, settle: Callable[[], Awaitable[None]]) -> None:
        """`settle` returns when every event has had its effect."""
        self.scenario = scenario
        self.refusals: list[str] = []
        self.enrolments: dict[str, str] = {}
        self.candidates: dict[str, str] = {}
        self.jurors: dict[str, str] = {}
        self.sessions: dict[str, str] = {}
        self._cast = cast
        self._settle = settle

    async def found_school(self) -> None:
        """The certifier admits the school, which enters its jurors."""
        school = self.scenario.organisation
        body = {"code": _code(school.code), "name": school.name}
        created = await self._cast.certifier.post("/v1/organisations", body, key=self._key("organisation"))
        self._cast.organisation_id = UUID(created.id)
        for index, ref in enumerate(self.scenario.jurors()):
            first, last = juror_name(index)
            juror = {
                "first_name": first,
                "last_name": last,
                "quality": "professional",
                "qualified": True,
                "external": True,
            }
            entered = await self._cast.administrator.post("/v1/jurors", juror, key=self._key("juror", ref))
            self.jurors[ref] = entered.id
        await self._settle()

    async def enrol(self, advance: Advance) -> None:
        """The school enters its candidates, and enrols each."""
        await _all(self._enrol, self.scenario.candidates, advance)
        await self._settle()

    async def _enrol(self, candidate: Candidate) -> None:
        body = candidate.model_dump(mode="json", exclude={"ref", "access_path", "blocks"})
        administrator = self._cast.administrator
        entered = await administrator.post("/v1/candidates", body, key=self._key("candidate", candidate.ref))
        enrolment = {
            "candidate_id": entered.id,
            "access_path": candidate.access_path,
            "blocks": list(candidate.blocks),
        }
        opened = await administrator.post("/v1/enrolments", enrolment, key=self._key("enrolment", candidate.ref))
        self.candidates[candidate.ref] = entered.id
        self.enrolments[candidate.ref] = opened.id

    async def accommodate(self, advance: Advance) -> None:
        """The disability officer opens follow-ups on the candidates' consents, grants measures and proposes exemptions;
        the certifier decides on these."""
        officer = self._cast.disability_officer
        asking = [plan.candidate for plan in self.scenario.accommodations]
        asking += [exemption.candidate for exemption in self.scenario.exemptions]
        await _all(self._follow_up, dict.fromkeys(asking))
        plans: defaultdict[str, list[Json]] = defaultdict(list)
        for plan in self.scenario.accommodations:
            plans[plan.candidate] += [measure.model_dump(mode="json") for measure in plan.measures]
        for candidate, measures in plans.items():
            body = {"enrolment_id": self.enrolments[candidate], "measures": measures}
            granting = officer.post("/v1/accommodations", body, key=self._key("accommodation", candidate))
            await self._legitimately(granting)
            advance()
        for exemption in self.scenario.exemptions:
            await self._legitimately(self._exempt(exemption))
            advance()
        await self._settle()

    async def _follow_up(self, candidate: str) -> None:
        """Nothing is recorded before the consent, nor granted before a need."""
        officer = self._cast.disability_officer
        refs = [one.ref for one in self.scenario.candidates]
        body = {
            "candidate_id": self.candidates[candidate],
            "consent": {"reference": f"RH-{refs.index(candidate) + 1:04d}"},
        }
        opened = await officer.post("/v1/disability_follow_ups", body, key=self._key("follow-up", candidate))
        need = {
            "kind": "need",
            "phase": "evaluation",
            "domain": "tests",
            "text": "Entretien du référent handicap avec le candidat.",
        }
        path = f"/v1/disability_follow_ups/{opened.id}/entries"
        await officer.post(path, {"content": need}, key=self._key("need", candidate))

    async def _exempt(self, exemption: Exemption) -> None:
        body = {
            "enrolment_id": self.enrolments[exemption.candidate],
            "competency": exemption.competency,
            "argument": exemption.argument,
            "working_conditions": exemption.working_conditions,
        }
        key = self._key("exemption", exemption.candidate, exemption.competency)
        proposed = await self._cast.disability_officer.post("/v1/exemptions", body, key=key)
        await self._cast.certifier.put(
            f"/v1/exemptions/{proposed.id}/decision",
            {"decision": exemption.decision, "reason": exemption.reason, "integrity": exemption.integrity},
            of=proposed,
            at=f"/v1/exemptions/{proposed.id}",
            done=lambda known: known["state"] == exemption.decision,
        )

    async def hold(self, session: Session, advance: Advance) -> None:
        """One session, from its plan to the closed deliberation."""
        held = await self._plan(session)
        registered = await self._register(session, held.id)
        held = await self._lead(held, "open")
        held = await self._lead(held, "running")
        await _all(lambda ref: self._swear(session, held.id, ref), session.jury.everyone)
        await _all(lambda pair: self._grade(session, *pair), registered, advance)
        held = await self._lead(held, "deliberating")
        president = self.jurors[session.jury.president]
        for override in session.overrides:
            await self._legitimately(self._override(override, registered, president))
        await self._lead(held, "closed", by=president, deliberated_on=session.date.isoformat())
        await self._settle()

    async def _plan(self, session: Session) -> Resource:
        body = {
            "place": session.place,
            "held_on": session.date.isoformat(),
            "modalities": list(session.modalities),
            "jury": {
                "president": self.jurors[session.jury.president],
                "members": [self.jurors[ref] for ref in session.jury.members],
            },
        }
        planned = await self._cast.administrator.post("/v1/sessions", body, key=self._key("session", session.ref))
        self.sessions[session.ref] = planned.id
        return planned

    async def _register(self, session: Session, session_id: str) -> list[tuple[Registration, Resource]]:
        async def register(registration: Registration) -> tuple[Registration, Resource] | None:
            body = {
                "session_id": session_id,
                "enrolment_id": self.enrolments[registration.candidate],
                "modality": registration.modality,
            }
            key = self._key("registration", session.ref, registration.candidate, registration.modality)
            made = await self._legitimately(self._cast.administrator.post("/v1/registrations", body, key=key))
            return None if made is None else (registration, made)

        made = await _all(register, session.registrations)
        return [pair for pair in made if pair is not None]

    async def _swear(self, session: Session, session_id: str, ref: str) -> None:
        body = {"sworn": True, "conflicts": []}
        juror = self._cast.juror(self.jurors[ref])
        await juror.post(f"/v1/sessions/{session_id}/statements", body, key=self._key("oath", session.ref, ref))

    async def _grade(self, session: Session, registration: Registration, registered: Resource) -> None:
        path = f"/v1/registrations/{registered.id}"
        attended = await self._cast.administrator.put(
            f"{path}/attendance",
            {"attendance": registration.attendance},
            of=registered,
            at=path,
            done=lambda known: known["attendance"] == registration.attendance,
        )
        if registration.attendance != "present":
            return
        for ref in session.jury.everyone:
            levels = [_level(registration, ref, code) for code in attended.body["assessed_criteria"]]
            body = {"registration_id": registered.id, "levels": levels, "state": "signed"}
            juror = self._cast.juror(self.jurors[ref])
            await juror.post("/v1/sheets", body, key=self._key("sheet", registered.id, ref))

    async def _override(
        self, override: Override, registered: Sequence[tuple[Registration, Resource]], president: str
    ) -> None:
        juror = self._cast.juror(president)
        for registration, resource in registered:
            if registration.candidate != override.candidate:
                continue
            known = await juror.get(f"/v1/registrations/{resource.id}")
            if override.competency in known.body["assessed_competencies"]:
                await juror.put(
                    f"/v1/registrations/{resource.id}/overrides/{override.competency}",
                    {"acquired": override.acquired, "reason": override.reason},
                    of=known,
                    at=f"/v1/registrations/{resource.id}",
                    done=lambda now: any(one["competency"] == override.competency for one in now["overrides"]),
                )
                return
        self.refusals.append(f"override of {override.competency} for {override.candidate}: not assessed")

    async def _lead(self, held: Resource, state: str, *, by: str | None = None, **body: object) -> Resource:
        caller = self._cast.administrator if by is None else self._cast.juror(by)
        path = f"/v1/sessions/{held.id}"
        change = {"state": state, **body}
        return await caller.put(f"{path}/state", change, of=held, at=path, done=lambda known: known["state"] == state)

    async def _legitimately(self, work: Awaitable[T]) -> T | None:
        try:
            return await work
        except Refused as refusal:
            if refusal.code not in LEGITIMATE:
                raise
            self.refusals.append(str(refusal))
            return None

    def _key(self, *parts: str) -> str:
        return hashlib.sha256("\x1f".join((self.scenario.name, *parts)).encode()).hexdigest()


def _level(registration: Registration, juror: str, criterion: str) -> Json:
    level = registration.level(juror, criterion)
    comment = "Niveau non atteint, constaté à l'écrit et à l'oral." if level == "not_met" else None
    return {"criterion": criterion, "level": level, "comment": comment}


def _code(text: str) -> str:
    kept = "".join(character if character.isalnum() and character.isascii() else "-" for character in text.upper())
    return kept.strip("-")[:32] or "ECOLE"


async def _all(work: Callable[[T], Awaitable[R]], subjects: Iterable[T], advance: Advance | None = None) -> list[R]:
    """Some at a time; the first that fails ends it, and its own error is raised."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(subject: T) -> R:
        async with places:
            done = await work(subject)
        if advance is not None:
            advance()
        return done

    tasks = [asyncio.ensure_future(one(subject)) for subject in subjects]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
