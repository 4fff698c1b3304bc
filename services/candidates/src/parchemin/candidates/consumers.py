"""Events from elsewhere, and this service's use cases that they concern. A type has one handler here; what it leads to
stands in the folder of its subject."""

from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.candidates.accommodations.reviews import learn_convocation
from parchemin.candidates.exemptions.grading import learn_results, learn_signed_sheet
from parchemin.candidates.privacy.erasures import sittings
from parchemin.candidates.privacy.holders.service import learn_award, learn_revocation
from parchemin.candidates.privacy.personal_files.service import learn_part
from parchemin.candidates.referentials.service import learn_referential
from parchemin.common.consumer import Consumer
from parchemin.common.vault import Vault
from parchemin.contracts.events.appeals import CertificationRevokedV1
from parchemin.contracts.events.evaluations import (
    CertificationAwardedV1,
    ReferentialPublishedV1,
    ResultsDecidedV1,
    SheetSignedV1,
)
from parchemin.contracts.events.privacy import AssessmentsGatheredV1, DocumentsGatheredV1, ProductionsGatheredV1
from parchemin.contracts.events.sessions import CandidateConvenedV1


def listen(consumer: Consumer, vault: Vault) -> None:
    """Have every event that concerns this service handled."""
    consumer.on(ReferentialPublishedV1, learn_referential)
    consumer.on(SheetSignedV1, learn_signed_sheet)
    consumer.on(CandidateConvenedV1, on_convocation)
    consumer.on(ResultsDecidedV1, on_results_decided)
    consumer.on(CertificationAwardedV1, partial(learn_award, vault=vault))
    consumer.on(CertificationRevokedV1, learn_revocation)
    for gathered in (AssessmentsGatheredV1, ProductionsGatheredV1, DocumentsGatheredV1):
        consumer.on(gathered, learn_part)


async def on_convocation(session: AsyncSession, event: CandidateConvenedV1) -> None:
    """Plans are reviewed before the session, and nobody is erased before its jury has decided."""
    await learn_convocation(session, event)
    await sittings.learn_convocation(session, event)


async def on_results_decided(session: AsyncSession, event: ResultsDecidedV1) -> None:
    """What was graded cannot be exempt any more; the time for an appeal begins."""
    await learn_results(session, event)
    await sittings.learn_results(session, event)
