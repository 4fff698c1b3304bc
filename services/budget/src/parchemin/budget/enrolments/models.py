"""What this service knows of enrolments, from the candidates service's events."""

from uuid import UUID

from parchemin.budget.base import Base
from parchemin.common.columns import Aggregate


class KnownEnrolment(Aggregate, Base, table=True):
    """An enrolment, for which productions may be opened. Its `id` is the one it has everywhere."""

    __tablename__ = "known_enrolments"

    candidate_id: UUID
