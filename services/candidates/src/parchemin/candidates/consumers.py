"""Events from elsewhere, and this service's use cases that they concern. What they lead to stands in the folder of its
subject; one event may lead to several things, in this order and in one transaction."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.candidates.accommodations import reviews
from parchemin.candidates.exemptions.grading import learn_results, learn_signed_sheet
from parchemin.candidates.privacy.erasures import sittings
from parchemin.candidates.privacy.holders.service import learn_award, learn_revocation
from parchemin.candidates.privacy.personal_files.service import learn_part
from parchemin.candidates.progress.hearing import learn_outcome
from parchemin.candidates.progress.recording import RECORDERS
from parchemin.candidates.referentials.service import learn_referential
from parchemin.common.consumer import Consumer
from parchemin.common.vault import Vault
from parchemin.contracts.envelope import Event
from parchemin.contracts.events.appeals import CertificationRevokedV1
from parchemin.contracts.events.evaluations import (
    CertificationAwardedV1,
    ReferentialPublishedV1,
    ResultsDecidedV1,
    SheetSignedV1,
)
from parchemin.contracts.events.privacy import AssessmentsGatheredV1, DocumentsGatheredV1, ProductionsGatheredV1
from parchemin.contracts.events.sessions import CandidateConvenedV1

Use = Callable[[AsyncSession, Any], Awaitable[None]]


def listen(consumer: Consumer, vault: Vault) -> None:
    """Have every event that concerns this service handled."""
    uses: defaultdict[type[Event], list[Use]] = defaultdict(list)
    uses[ReferentialPublishedV1] += [learn_referential]
    uses[SheetSignedV1] += [learn_signed_sheet]
    uses[CandidateConvenedV1] += [reviews.learn_convocation, sittings.learn_convocation]
    uses[ResultsDecidedV1] += [learn_results, sittings.learn_results]
    uses[CertificationAwardedV1] += [partial(learn_award, vault=vault)]
    uses[CertificationRevokedV1] += [learn_revocation]
    for gathered in (AssessmentsGatheredV1, ProductionsGatheredV1, DocumentsGatheredV1):
        uses[gathered] += [learn_part]
    for outcome in RECORDERS:
        uses[outcome] += [learn_outcome]
    for event, several in uses.items():
        consumer.on(event, partial(_each, several))


async def _each(uses: Sequence[Use], session: AsyncSession, event: Any) -> None:
    for use in uses:
        await use(session, event)
