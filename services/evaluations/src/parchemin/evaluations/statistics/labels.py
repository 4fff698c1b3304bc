"""What the keys of statistics are called."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.language import Language, Text
from parchemin.common.statements import table_of
from parchemin.contracts.vocabulary import AccessPath
from parchemin.evaluations.sessions.models import EvaluationSession
from parchemin.evaluations.statistics.rules import UNKNOWN, GroupBy

ACCESS_PATHS = {
    AccessPath.INITIAL_TRAINING: Text("Formation initiale", "Initial training"),
    AccessPath.APPRENTICESHIP: Text("Apprentissage", "Apprenticeship"),
    AccessPath.PROFESSIONALISATION_CONTRACT: Text("Contrat de professionnalisation", "Professionalisation contract"),
    AccessPath.CONTINUING_TRAINING: Text("Formation continue", "Continuing training"),
    AccessPath.VAE: Text("VAE", "Validation of experience (VAE)"),
    AccessPath.INDIVIDUAL_APPLICATION: Text("Candidature individuelle", "Individual application"),
    UNKNOWN: Text("Voie inconnue", "Path unknown"),
}
_BLOCK = Text("Bloc {key}", "Block {key}")
_sessions = table_of(EvaluationSession)


async def labels_of(
    session: AsyncSession, group_by: GroupBy, keys: Collection[str], language: Language
) -> dict[str, str]:
    """The label of each key. Codes of the referential are their own."""
    match group_by:
        case GroupBy.SESSION:
            columns = (_sessions.c.id, _sessions.c.held_on, _sessions.c.place)
            found = await session.execute(select(*columns).where(_sessions.c.id.in_([UUID(key) for key in keys])))
            return {str(row.id): f"{row.held_on.isoformat()} {row.place}" for row in found}
        case GroupBy.ACCESS_PATH:
            return {key: ACCESS_PATHS[AccessPath(key) if key != UNKNOWN else UNKNOWN].say(language) for key in keys}
        case GroupBy.BLOCK:
            return {key: _BLOCK.say(language, key=key) for key in keys}
        case _:
            return {key: key for key in keys}
