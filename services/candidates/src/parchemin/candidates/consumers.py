"""Events from elsewhere, and this service's use cases that they concern. A type has one handler here; what it leads to
stands in the folder of its subject."""

from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.candidates.accommodations.reviews import learn_convocation
from parchemin.candidates.exemptions.grading import learn_results, learn_signed_sheet
from parchemin.candidates.referentials.service import learn_referential
from parchemin.common.consumer import Consumer
from parchemin.contracts.events.evaluations import ReferentialPublishedV1, ResultsDecidedV1, SheetSignedV1
from parchemin.contracts.events.sessions import CandidateConvenedV1


def listen(consumer: Consumer) -> None:
    """Have every event that concerns this service handled."""
    consumer.on(ReferentialPublishedV1, learn_referential)
    consumer.on(SheetSignedV1, learn_signed_sheet)
    consumer.on(CandidateConvenedV1, learn_convocation)
    consumer.on(ResultsDecidedV1, on_results_decided)


async def on_results_decided(session: AsyncSession, event: ResultsDecidedV1) -> None:
    """What was graded cannot be exempt any more."""
    await learn_results(session, event)
