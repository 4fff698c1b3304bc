"""Use cases about sheets: a juror's own, signed once, corrected by a new version."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.http.conditions import require_version
from parchemin.common.ids import new_id
from parchemin.common.language import Text
from parchemin.common.outbox import publish
from parchemin.common.ownership import one, owned
from parchemin.common.problems import Conflict, FieldFault, Forbidden, Unprocessable
from parchemin.common.statements import table_of
from parchemin.contracts.events.evaluations import SheetSignedV1
from parchemin.evaluations.grading.assessment import Assessment, assessment
from parchemin.evaluations.grading.models import Sheet
from parchemin.evaluations.grading.rules import Finding, SheetFault, SheetState, may_become, sheet_faults
from parchemin.evaluations.grading.schemas import Correction, NewSheet, SheetContent, SheetEntry, SheetView
from parchemin.evaluations.jurors.service import calling_juror, juror_ids_of
from parchemin.evaluations.sessions.models import EvaluationSession
from parchemin.evaluations.sessions.service import visible_sessions

FIRST_VERSION = 1
"""Of a row that is new; its ETag."""


class SheetExists(Conflict):
    """The juror has a sheet for this registration."""

    code = "sheet_exists"
    detail = Text("Votre fiche existe déjà : {sheet_id}.", "Your sheet exists already: {sheet_id}.")


class SheetSigned(Conflict):
    """A signed sheet does not change; it is corrected by a new version with a reason."""

    code = "sheet_signed"
    detail = Text(
        "Une fiche signée ne change pas : corrigez-la par une nouvelle version motivée.",
        "A signed sheet does not change: correct it by a new version with a reason.",
    )


class SheetNotSigned(Conflict):
    """Only a signed sheet is corrected; a draft is simply saved again."""

    code = "sheet_not_signed"
    detail = Text("Seule une fiche signée se corrige.", "Only a signed sheet is corrected.")


class SheetFaulty(Unprocessable):
    """Some findings of the sheet are not acceptable."""

    code = "sheet_faulty"
    detail = Text("La fiche contient des erreurs.", "The sheet contains errors.")


FAULT_TEXTS = {
    "criterion_unknown": Text("{} n'est pas un critère de cette modalité.", "{} is no criterion of this modality."),
    "criterion_not_assessed": Text(
        "{} relève d'une compétence acquise ou dispensée.", "{} belongs to a competency that is acquired or exempt."
    ),
    "criterion_twice": Text("{} est noté deux fois.", "{} is given a level twice."),
    "comment_missing": Text("{} non atteint demande un commentaire.", "{} not met takes a comment."),
    "level_missing": Text("{} n'a pas de niveau.", "{} has no level."),
    "competency_not_assessed": Text("{} n'est pas évaluée ici.", "{} is not assessed here."),
    "opinion_twice": Text("{} reçoit deux avis.", "{} is given two opinions."),
}


async def save_new(session: AsyncSession, principal: Principal, new: NewSheet) -> SheetView:
    """The caller's sheet for a registration of a session they sit in."""
    assessed = await assessment(session, principal, new.registration_id)
    if assessed.sheet_id is not None:
        raise SheetExists(sheet_id=assessed.sheet_id)
    _check(new, assessed, signing=new.state == "signed")
    return await _enter(session, assessed, new, state=new.state)


async def save(session: AsyncSession, principal: Principal, sheet_id: UUID, entry: SheetEntry, expected: int) -> Sheet:
    """Replace the caller's draft, or sign it."""
    sheet, assessed = await _own(session, principal, sheet_id)
    require_version(sheet, expected)
    if not may_become(SheetState(sheet.state), SheetState(entry.state)):
        raise SheetSigned
    _check(entry, assessed, signing=entry.state == "signed")
    sheet.levels, sheet.opinions = _stored(entry)
    sheet.updated_at = utc_now()
    if entry.state == "signed":
        sheet.state, sheet.signed_at = "signed", sheet.updated_at
        await publish(session, _signed(assessed, sheet.id, sheet.number, sheet.signed_at))
    return sheet


async def correct(session: AsyncSession, principal: Principal, sheet_id: UUID, correction: Correction) -> SheetView:
    """A new, signed version of a signed sheet; the old one stays, and counts no more."""
    sheet, assessed = await _own(session, principal, sheet_id)
    if not may_become(SheetState(sheet.state), SheetState.CORRECTED):
        raise SheetNotSigned
    _check(correction, assessed, signing=True)
    sheet.state = "corrected"
    sheet.updated_at = utc_now()
    await session.flush()
    number, reason = sheet.number + 1, correction.reason
    return await _enter(session, assessed, correction, state="signed", number=number, reason=reason)


def visible_sheets(principal: Principal) -> Select[Sheet]:
    """The caller's own; and of a registration for which theirs is signed, the other jurors' signed ones."""
    mine = juror_ids_of(principal)
    own = aliased(Sheet)
    signed_mine = exists().where(
        col(own.registration_id) == col(Sheet.registration_id),
        col(own.juror_id).in_(mine),
        col(own.state) == "signed",
    )
    sessions = visible_sessions(principal).with_only_columns(col(EvaluationSession.id))
    return (
        owned(Sheet, principal)
        .where(col(Sheet.session_id).in_(sessions))
        .where(or_(col(Sheet.juror_id).in_(mine), (col(Sheet.state) != "draft") & signed_mine))
    )


async def _own(session: AsyncSession, principal: Principal, sheet_id: UUID) -> tuple[Sheet, Assessment]:
    """The caller's own sheet, locked, and what there is to judge on it."""
    juror = await calling_juror(session, principal)
    sheet = await one(session, visible_sheets(principal).with_for_update(), Sheet, sheet_id)
    if sheet.juror_id != juror.id:
        raise Forbidden
    return sheet, await assessment(session, principal, sheet.registration_id)


def _check(content: SheetContent, assessed: Assessment, *, signing: bool) -> None:
    findings = [Finding(entry.criterion, entry.level, entry.comment) for entry in content.levels]
    faults = [
        _fault(fault)
        for fault in sheet_faults(findings, known=assessed.known_criteria, to_judge=assessed.criteria, signing=signing)
    ]
    told: set[str] = set()
    for index, opinion in enumerate(content.opinions):
        code = opinion.competency
        if code not in assessed.competencies:
            faults.append(_opinion_fault(index, "competency_not_assessed", code))
        elif code in told:
            faults.append(_opinion_fault(index, "opinion_twice", code))
        told.add(code)
    if faults:
        raise SheetFaulty(faults=faults)


def _fault(fault: SheetFault) -> FieldFault:
    pointer = "/levels" if fault.index is None else f"/levels/{fault.index}"
    return FieldFault(pointer, fault.code, _filled(fault.code, fault.criterion))


def _opinion_fault(index: int, fault: str, competency: str) -> FieldFault:
    return FieldFault(f"/opinions/{index}/competency", fault, _filled(fault, competency))


def _filled(code: str, subject: str) -> Text:
    text = FAULT_TEXTS[code]
    return Text(text.fr.replace("{}", subject), text.en.replace("{}", subject))


_INSERT = insert(table_of(Sheet))


async def _enter(
    session: AsyncSession,
    assessed: Assessment,
    content: SheetContent,
    *,
    state: str,
    number: int = 1,
    reason: str | None = None,
) -> SheetView:
    """Add a row, by its table: the mapper would cost as much as all else that is done for a sheet."""
    now = utc_now()
    levels, opinions = _stored(content)
    row = {
        "id": new_id(),
        "version": FIRST_VERSION,
        "created_at": now,
        "updated_at": now,
        "organisation_id": assessed.organisation_id,
        "session_id": assessed.session_id,
        "registration_id": assessed.registration_id,
        "juror_id": assessed.juror_id,
        "number": number,
        "state": state,
        "levels": levels,
        "opinions": opinions,
        "signed_at": now if state == "signed" else None,
        "reason": reason,
    }
    await (await session.connection()).execute(_INSERT, row)
    entered = SheetView.model_validate(row)
    if entered.signed_at is not None:
        await publish(session, _signed(assessed, entered.id, number, entered.signed_at))
    return entered


def _stored(content: SheetContent) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Levels and opinions as their columns hold them."""
    stored = content.model_dump(mode="json", include={"levels", "opinions"})
    return stored["levels"], stored["opinions"]


def _signed(assessed: Assessment, sheet_id: UUID, number: int, signed_at: datetime) -> SheetSignedV1:
    return SheetSignedV1(
        sheet_id=sheet_id,
        registration_id=assessed.registration_id,
        enrolment_id=assessed.enrolment_id,
        session_id=assessed.session_id,
        organisation_id=assessed.organisation_id,
        juror_id=assessed.juror_id,
        modality=assessed.modality,
        number=number,
        signed_at=signed_at,
    )


async def signed_sheets(session: AsyncSession, registration_ids: Collection[UUID]) -> Sequence[Sheet]:
    """The sheets of these registrations that count at the deliberation."""
    statement = select(Sheet).where(col(Sheet.registration_id).in_(registration_ids), col(Sheet.state) == "signed")
    return (await session.execute(statement)).scalars().all()
