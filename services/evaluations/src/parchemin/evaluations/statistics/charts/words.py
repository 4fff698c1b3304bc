"""Texts of the pictures."""

from decimal import Decimal

from parchemin.common.language import Language, Text
from parchemin.contracts.vocabulary import CriterionLevel
from parchemin.evaluations.statistics.rules import GroupBy

RATES = {
    GroupBy.SESSION: Text("Taux de réussite par session", "Pass rate by session"),
    GroupBy.ACCESS_PATH: Text("Taux de réussite par voie d'accès", "Pass rate by access path"),
    GroupBy.BLOCK: Text("Taux de validation par bloc", "Validation rate by block"),
    GroupBy.COMPETENCY: Text("Taux d'acquisition par compétence", "Acquisition rate by competency"),
    GroupBy.CRITERION: Text("Part des critères atteints", "Share of criteria met"),
}
TREND = Text("{title} : évolution", "{title}: trend")
LEVELS = Text("Niveaux par critère", "Levels by criterion")
COUNTED = {
    GroupBy.SESSION: Text("Inscriptions évaluées, toutes compétences acquises", "Registrations assessed, all acquired"),
    GroupBy.ACCESS_PATH: Text(
        "Inscriptions évaluées, toutes compétences acquises", "Registrations assessed, all acquired"
    ),
    GroupBy.BLOCK: Text("Parcours évalués, bloc validé", "Enrolments assessed, block validated"),
    GroupBy.COMPETENCY: Text("Candidats évalués, compétence acquise", "Candidates assessed, competency acquired"),
    GroupBy.CRITERION: Text("Constats des fiches signées", "Findings of signed sheets"),
}
LEVEL = {
    CriterionLevel.MET: Text("Atteint", "Met"),
    CriterionLevel.PARTLY_MET: Text("Partiellement atteint", "Partly met"),
    CriterionLevel.NOT_MET: Text("Non atteint", "Not met"),
}
NOTHING = Text("Aucune donnée dans ce périmètre", "No data in this scope")
SMALL = Text("moins de {below} personnes", "fewer than {below} people")
NOBODY = Text("personne d'évalué", "nobody assessed")
ALL_TOGETHER = Text("Ensemble", "All together")


def percent(value: Decimal, language: Language) -> str:
    """`77,3 %` or `77.3%`; no decimal where there is none."""
    text = f"{value.normalize():f}"
    return text.replace(".", ",") + " %" if language == "fr" else text + "%"
