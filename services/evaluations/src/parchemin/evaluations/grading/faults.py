"""Why a sheet is not taken: the errors of its use cases, and the faults in what it says."""

from collections.abc import Callable
from uuid import UUID

from parchemin.common.http.conditions import etag
from parchemin.common.language import Text
from parchemin.common.problems import Conflict, FieldFault, Unprocessable
from parchemin.common.problems.http import StaleVersion
from parchemin.contracts.vocabulary import CriterionLevel
from parchemin.evaluations.grading.assessment import Assessment
from parchemin.evaluations.grading.contents import Content
from parchemin.evaluations.grading.rules import Finding, sheet_faults

SHEET_ID = ("sheet_id",)


class SheetExists(Conflict):
    """The juror has a sheet for this registration, and it says something else."""

    code = "sheet_exists"
    detail = Text("Votre fiche existe déjà : {sheet_id}.", "Your sheet exists already: {sheet_id}.")
    members = SHEET_ID


class SheetChanged(StaleVersion):
    """The juror saved the sheet meanwhile, from elsewhere, and it says something else."""

    members = SHEET_ID


class SheetSigned(Conflict):
    """A signed sheet does not change; it is corrected by a new version with a reason."""

    code = "sheet_signed"
    detail = Text(
        "Une fiche signée ne change pas : corrigez-la par une nouvelle version motivée.",
        "A signed sheet does not change: correct it by a new version with a reason.",
    )
    members = SHEET_ID


class SheetNotSigned(Conflict):
    """Only a signed sheet is corrected; a draft is simply saved again."""

    code = "sheet_not_signed"
    detail = Text("Seule une fiche signée se corrige.", "Only a signed sheet is corrected.")


class SheetFaulty(Unprocessable):
    """Some findings of the sheet are not acceptable."""

    code = "sheet_faulty"
    detail = Text("La fiche contient des erreurs.", "The sheet contains errors.")


def refused(error: type[SheetExists | SheetChanged | SheetSigned], sheet_id: UUID, version: int) -> Exception:
    """The error, with what the juror's app needs to show both sheets side by side: which one stands, and its ETag."""
    return error(sheet_id=sheet_id, headers={"ETag": etag(version)})


FAULT_TEXTS = {
    "criterion_unknown": Text("{} n'est pas un critère de cette modalité.", "{} is no criterion of this modality."),
    "criterion_not_assessed": Text(
        "{} relève d'une compétence acquise ou dispensée.", "{} belongs to a competency that is acquired or exempt."
    ),
    "criterion_twice": Text("{} est noté deux fois.", "{} is given a level twice."),
    "comment_missing": Text("{} non atteint demande un commentaire.", "{} not met takes a comment."),
    "level_missing": Text("{} n'a pas de niveau.", "{} has no level."),
    "level_outside_parts": Text(
        "Le niveau de {} sort de ceux de l'écrit et de l'oral.", "The level of {} is not between written and oral."
    ),
    "competency_not_assessed": Text("{} n'est pas évaluée ici.", "{} is not assessed here."),
    "opinion_twice": Text("{} reçoit deux avis.", "{} is given two opinions."),
}


def by_place(field: str, place: int, _code: str) -> str:
    """The pointer of a list's item."""
    return f"/{field}/{place}/competency" if field == "opinions" else f"/{field}/{place}"


def by_code(field: str, _place: int, code: str) -> str:
    """The pointer of a patch's member."""
    return f"/{field}/{code}"


def require_faultless(
    content: Content, assessed: Assessment, pointer: Callable[[str, int, str], str] = by_place
) -> None:
    """Refuse a content that says what it may not, or not enough to be signed, with all its faults."""
    findings = [_finding(**level) for level in content.levels]
    signing = content.state == "signed"
    faults = [
        FieldFault(
            "/levels" if fault.index is None else pointer("levels", fault.index, fault.criterion),
            fault.code,
            _filled(fault.code, fault.criterion),
        )
        for fault in sheet_faults(findings, known=assessed.known_criteria, to_judge=assessed.criteria, signing=signing)
    ]
    told: set[str] = set()
    for index, opinion in enumerate(content.opinions):
        code = opinion["competency"]
        fault = "competency_not_assessed" if code not in assessed.competencies else "opinion_twice"
        if code not in assessed.competencies or code in told:
            faults.append(FieldFault(pointer("opinions", index, code), fault, _filled(fault, code)))
        told.add(code)
    if faults:
        raise SheetFaulty(faults=faults)


def _finding(
    criterion: str,
    level: str | None = None,
    written: str | None = None,
    oral: str | None = None,
    comment: str | None = None,
    **_noted: str,
) -> Finding:
    return Finding(criterion, _level(level), comment, _level(written), _level(oral))


def _level(stored: str | None) -> CriterionLevel | None:
    return None if stored is None else CriterionLevel(stored)


def _filled(code: str, subject: str) -> Text:
    text = FAULT_TEXTS[code]
    return Text(text.fr.replace("{}", subject), text.en.replace("{}", subject))
