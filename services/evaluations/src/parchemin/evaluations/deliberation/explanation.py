"""The grounds of a proposal in words, as a jury reads them. Pure."""

from fractions import Fraction

from parchemin.common.language import Language, Text
from parchemin.evaluations.deliberation.policy import Ground, Grounds, Policy

_ACQUIRED = Text("{code} acquise : {why}.", "{code} acquired: {why}.")
_NOT_ACQUIRED = Text("{code} non acquise : {why}.", "{code} not acquired: {why}.")
_KEPT = Text("{code} acquise lors d'une session antérieure.", "{code} acquired in an earlier session.")
_EXEMPT = Text("{code} dispensée.", "{code} exempt.")
_ABSENT = Text("le candidat n'était pas présent", "the candidate was not present")
_ALL_MET = Text("{counted} {are_met}", "{counted} met")
_MET = Text("{counted} partiellement {are_met}, aucun non atteint", "{counted} partly met, none not met")
_NOT_MET = Text("{counted} non {are_met}", "{counted} not met")
_PARTLY_MET = Text(
    "{counted} partiellement {are_met}, il en faut moins {limit}", "{counted} partly met, it takes less than {limit}"
)
_NOT_JUDGED = Text("{counted} sans niveau sur les fiches signées", "{counted} without a level on the signed sheets")
_HALF = Text("de la moitié", "half")
_SHARE = Text("de {share} des critères", "{share} of the criteria")


def explain(code: str, grounds: Grounds, policy: Policy, language: Language) -> str:
    """One sentence on why the policy proposes what it does for the competency of this code.

    `C.2 non acquise : 1 critère sur 2 partiellement atteint, il en faut moins de la moitié.`
    """
    match grounds.ground:
        case Ground.KEPT:
            return _KEPT.say(language, code=code)
        case Ground.EXEMPT:
            return _EXEMPT.say(language, code=code)
        case Ground.ABSENT:
            return _NOT_ACQUIRED.say(language, code=code, why=_ABSENT.say(language))
    verdict = _ACQUIRED if grounds.acquires else _NOT_ACQUIRED
    return verdict.say(language, code=code, why=_why(grounds, policy, language))


def _why(grounds: Grounds, policy: Policy, language: Language) -> str:
    texts = {
        Ground.NOT_JUDGED: _NOT_JUDGED,
        Ground.NOT_MET: _NOT_MET,
        Ground.PARTLY_MET: _PARTLY_MET,
        Ground.MET: _MET if grounds.criteria else _ALL_MET,
    }
    text = texts[grounds.ground]
    number = grounds.of if text is _ALL_MET else len(grounds.criteria)
    return text.say(
        language,
        counted=_counted(number, grounds.of, language),
        are_met="atteint" if number == 1 else "atteints",
        limit=_limit(policy.partly_met_below, language),
    )


def _counted(number: int, of: int, language: Language) -> str:
    if language == "fr":
        return f"{number} {'critère' if number == 1 else 'critères'} sur {of}"
    return f"{number} of {of} {'criterion' if of == 1 else 'criteria'}"


def _limit(share: Fraction, language: Language) -> str:
    return _HALF.say(language) if share == Fraction(1, 2) else _SHARE.say(language, share=share)
