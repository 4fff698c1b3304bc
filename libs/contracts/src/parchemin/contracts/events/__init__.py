"""All published events, by type."""

from parchemin.contracts.envelope import Event
from parchemin.contracts.events import (
    appeals,
    budget,
    candidates,
    documents,
    enrolments,
    erasure,
    evaluations,
    identities,
    privacy,
    sessions,
)

CATALOGUE: dict[str, type[Event]] = {
    event.type: event
    for event in (
        candidates.OrganisationRegisteredV1,
        candidates.CandidateIdentifiedV1,
        identities.CandidateIdentifiedV2,
        identities.CandidatesMergedV1,
        candidates.EnrolmentOpenedV1,
        candidates.EnrolmentBlocksExtendedV1,
        candidates.MeasuresGrantedV1,
        candidates.ExemptionGrantedV1,
        erasure.CandidateErasedV1,
        privacy.PersonalFileRequestedV1,
        privacy.AssessmentsGatheredV1,
        privacy.ProductionsGatheredV1,
        privacy.DocumentsGatheredV1,
        enrolments.EnrolmentStateChangedV1,
        enrolments.BlockRecognisedV1,
        enrolments.EnrolmentTransferredV1,
        evaluations.ReferentialPublishedV1,
        evaluations.JurorIdentifiedV1,
        evaluations.SheetSignedV1,
        evaluations.BlockValidatedV1,
        evaluations.CertificationAwardedV1,
        evaluations.ResultsDecidedV1,
        evaluations.DeliberationClosedV1,
        sessions.IncidentDecidedV1,
        appeals.AppealRuledV1,
        appeals.BlockValidationRevokedV1,
        appeals.CertificationRevokedV1,
        sessions.CandidateConvenedV1,
        sessions.SessionCancelledV1,
        sessions.SubmissionReceivedV1,
        budget.ProductionOpenedV1,
        budget.ProductionSnapshotTakenV1,
        documents.DocumentIssuedV1,
        documents.DocumentIssuedV2,
    )
}
