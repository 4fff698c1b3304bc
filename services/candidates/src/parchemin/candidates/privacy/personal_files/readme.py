"""What the archive says of itself."""

from parchemin.candidates.privacy.personal_files.models import PersonalFile
from parchemin.common.personal_files import Piece

_NAMES = {"evaluations": "évaluations", "budget": "budgets de production", "documents": "documents délivrés"}
_TEXT = """COPIE DE VOS DONNÉES
====================

Cette archive rassemble ce que la plateforme sait de vous (RGPD, articles 15 et 20).
Demande {request}, préparée à partir du {day}.

  candidats/    votre identité, vos parcours, vos consentements, qui a consulté votre dossier
  evaluations/  vos inscriptions aux épreuves, présences, décisions, recours, et ce que vous avez remis
  budget/       vos productions et leurs budgets
  documents/    les documents qui vous ont été délivrés

Les fichiers .json sont du texte structuré (UTF-8) : tout éditeur les ouvre, tout logiciel les relit.
Pourquoi chaque donnée est conservée, et combien de temps : adresse /v1/processing_purposes de la plateforme.
{disability}
{missing}
"""
_WITH = """
Ce qui concerne un handicap figure dans candidats/ (aménagements, dispenses, suivis) :
vous seul·e l'avez demandé, personne d'autre ne reçoit cette copie.
"""
_WITHOUT = """
Ce qui concerne un handicap n'y figure pas : seule la personne elle-même peut en demander la copie.
"""
_MISSING = """
ATTENTION : cette copie est incomplète. N'ont pas répondu à temps : {services}.
Demandez-en une nouvelle ; si cela se répète, écrivez à votre établissement.
"""


def readme(file: PersonalFile, *, missing: list[str]) -> Piece:
    """`LISEZMOI.txt`, the first file of the archive."""
    services = ", ".join(_NAMES[service] for service in missing)
    text = _TEXT.format(
        request=file.id,
        day=f"{file.created_at:%d/%m/%Y}",
        disability=_WITH if file.by_the_person else _WITHOUT,
        missing=_MISSING.format(services=services) if missing else "",
    ).encode()
    return Piece("LISEZMOI.txt", len(text), lambda: iter([text]))
