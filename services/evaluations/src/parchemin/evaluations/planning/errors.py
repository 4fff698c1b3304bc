"""What planning may end with."""

from collections.abc import Sequence

from parchemin.common.language import Text
from parchemin.common.problems import Conflict, FieldFault, Unprocessable
from parchemin.evaluations.planning.checking import Clash

NAMED_AT_MOST = 100
"""How many clashes an answer names."""


class TimetableMissing(Conflict):
    """Nothing says within what the session is planned."""

    code = "timetable_missing"
    detail = Text("La session n'a pas de calendrier.", "The session has no timetable.")


class TimetableFaulty(Unprocessable):
    """The timetable names what is not there: a room, a modality, an hour."""

    code = "timetable_faulty"
    detail = Text("Le calendrier contient des erreurs.", "The timetable contains errors.")


class PlanImpossible(Conflict):
    """No plan respects all rules, or none was found; `errors` name each clash. Nothing was changed."""

    code = "plan_impossible"
    detail = Text(
        "Aucun plan ne respecte toutes les règles : {count} obstacle(s).",
        "No plan respects all rules: {count} clash(es).",
    )


class SlotClashes(Conflict):
    """The slot cannot be there; `errors` name each clash. Nothing was changed."""

    code = "slot_clashes"
    detail = Text("Ce créneau n'est pas possible là.", "The slot cannot be there.")


def said(clashes: Sequence[Clash]) -> list[FieldFault]:
    """Clashes as a problem names them."""
    return [FieldFault(clash.pointer, clash.code, Text(clash.fr, clash.en)) for clash in clashes[:NAMED_AT_MOST]]
