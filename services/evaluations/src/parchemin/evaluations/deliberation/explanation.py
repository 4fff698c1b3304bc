"""The grounds of a proposal in words, as a jury reads them. Pure."""

from parchemin.common.language import Language, Text
from parchemin.evaluations.deliberation.policy import Ground, Grounds

_KEPT = Text("{code} acquise lors d'une session antérieure.", "{code} acquired in an earlier session.")
_EXEMPT = Text("{code} dispensée.", "{code} exempt.")
_ACQUIRED = Text("{code} acquise : {why}.", "{code} acquired: {why}.")
_NOT_ACQUIRED = Text("{code} non acquise : {why}.", "{code} not acquired: {why}.")

_EXCLUDED = Text("le candidat a été exclu pour fraude", "the candidate was excluded for fraud")
_ABSENT = Text("le candidat n'était pas présent", "the candidate was not present")
_NOT_JUDGED = Text("{counted} sans niveau sur les fiches signées", "{counted} without a level on the signed sheets")
_NOT_MET = Text("{counted} non {are_met}", "{counted} not met")
_ELIMINATED = Text("{counted} non {are_met}, éliminatoire", "{counted} not met, eliminatory")
_NONE_ALLOWED = Text("{counted} partiellement {are_met}, aucun n'est admis", "{counted} partly met, none is allowed")
_TOO_MANY = Text("{counted} partiellement {are_met}, {limit} au plus", "{counted} partly met, {limit} at most")
_ALL_MET = Text("{counted} {are_met}", "{counted} met")
_MET = Text("{counted} partiellement {are_met}, aucun non atteint", "{counted} partly met, none not met")
_POINTS = Text("{points} points sur {most}, il en faut {needed}", "{points} of {most} points, {needed} needed")


def explain(code: str, grounds: Grounds, language: Language) -> str:
    """One sentence on why the policy proposes what it does for the competency of this code.

    `C.2 non acquise : 1 critère sur 2 partiellement atteint, aucun n'est admis.`
    """
    match grounds.ground:
        case Ground.KEPT:
            return _KEPT.say(language, code=code)
        case Ground.EXEMPT:
            return _EXEMPT.say(language, code=code)
    verdict = _ACQUIRED if grounds.acquires else _NOT_ACQUIRED
    return verdict.say(language, code=code, why=_why(grounds, language))


def _why(grounds: Grounds, language: Language) -> str:
    score = grounds.score
    if score and grounds.ground is not Ground.NOT_MET:
        return _POINTS.say(language, points=score.points, most=score.most, needed=score.needed)
    text = _text(grounds)
    number = grounds.of if text is _ALL_MET else len(grounds.criteria)
    return text.say(
        language,
        counted=_counted(number, grounds.of, language),
        are_met="atteint" if number == 1 else "atteints",
        limit=grounds.partly_met_at_most,
    )


def _text(grounds: Grounds) -> Text:
    match grounds.ground:
        case Ground.EXCLUDED:
            return _EXCLUDED
        case Ground.ABSENT:
            return _ABSENT
        case Ground.NOT_JUDGED:
            return _NOT_JUDGED
        case Ground.NOT_MET:
            return _ELIMINATED if grounds.score else _NOT_MET
        case Ground.PARTLY_MET:
            return _TOO_MANY if grounds.partly_met_at_most else _NONE_ALLOWED
        case _:
            return _MET if grounds.criteria else _ALL_MET


def _counted(number: int, of: int, language: Language) -> str:
    if language == "fr":
        return f"{number} {'critère' if number == 1 else 'critères'} sur {of}"
    return f"{number} of {of} {'criterion' if of == 1 else 'criteria'}"
