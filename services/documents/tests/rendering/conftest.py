"""Builders of the documents that the rendering tests print: ordinary data, any part of which a test may replace.

They are reached by the fixture `build`, since tests are imported by path and can't import their neighbours.
"""

from datetime import date
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest
from pydantic import BaseModel

from parchemin.documents.rendering import models

Made = TypeVar("Made", bound=BaseModel)

TITLE = "Chargé de productions audiovisuelles, cinéma et plurimédia"

BLOCK_TITLES = {
    1: "Préparer un projet de production audiovisuelle sur le plan financier",
    2: "Piloter l'organisation technique, logistique et administrative d'une production audiovisuelle",
    3: "Coordonner la gestion opérationnelle et financière de la production audiovisuelle",
}

CERTIFIER = models.CertifierMentions(
    legal_name="Institut des métiers de l'image SAS",
    trade_name="IMI Certification",
    rncp_number="40000",
    decision_date=date(2025, 7, 18),
    level=6,
    eqf_level=6,
    nsf_codes=("323", "320p"),
    signatory_name="Hélène Vasseur",
    signatory_role="Directrice générale",
    place="Paris",
)

VERIFICATION = models.Verification(code="7KQF-2MZD-X4", url="https://verifier.example.org/d/7KQF-2MZD-X4")


def made(model: type[Made], changes: dict[str, Any], ordinary: dict[str, Any]) -> Made:
    return model(**(ordinary | changes))


def a_letterhead(**changes: Any) -> models.Letterhead:
    return made(
        models.Letterhead,
        changes,
        {
            "organisation_name": "Institut des métiers de l'image",
            "organisation_code": "IMI",
            "certifier": CERTIFIER,
            "verification": VERIFICATION,
            "document_id": "019a3c5e-7d1f-7c64-9d1e-5b2f6c7a8d90",
            "issued_on": date(2026, 7, 6),
        },
    )


def a_holder(**changes: Any) -> models.Holder:
    return made(
        models.Holder,
        changes,
        {
            "first_names": ("Zoé",),
            "birth_name": "Lefèvre",
            "sex": "F",
            "birth_date": date(1981, 6, 17),
            "birth_city": "Paris 12e",
            "birth_country": "FR",
        },
    )


def a_diploma(**changes: Any) -> models.Diploma:
    return made(
        models.Diploma,
        changes,
        {
            "letterhead": a_letterhead(),
            "holder": a_holder(),
            "certification_title": TITLE,
            "register_number": "2026-0001",
            "awarded_on": date(2026, 7, 2),
            "blocks": tuple(
                models.ValidatedBlock(number=number, title=title, validated_on=date(2026, 7, 2))
                for number, title in BLOCK_TITLES.items()
            ),
        },
    )


COMPETENCIES = {
    "M1": ("C.1", "C.2", "C.3", "C.4", "C.5", "C.6", "C.7"),
    "M2": ("C.8", "C.9", "C.10", "C.11", "C.12", "C.13"),
    "M3": ("C.14", "C.15", "C.16", "C.17", "C.18"),
    "M4": ("C.19", "C.20", "C.21", "C.22"),
}

STATEMENT = (
    "Contrôler quotidiennement l'organisation du tournage et de la post-production, en s'assurant de la mise à "
    "disposition de tous les moyens humains, techniques et logistiques prévus, afin de fournir des plateaux techniques "
    "fonctionnels et suffisants pour l'équipe de réalisation."
)


def an_attestation(modalities: tuple[str, ...] = ("M1",), number: int = 1, **changes: Any) -> models.BlockAttestation:
    codes = [code for modality in modalities for code in COMPETENCIES[modality]]
    return made(
        models.BlockAttestation,
        changes,
        {
            "letterhead": a_letterhead(),
            "holder": a_holder(),
            "certification_title": TITLE,
            "block_number": number,
            "block_title": BLOCK_TITLES[number],
            "validated_on": date(2026, 7, 2),
            "competencies": tuple(
                models.AttestedCompetency(
                    code=code,
                    statement=None if code == "C.18" else STATEMENT,
                    criteria_title="Conformité des conditions de travail et de tournage",
                    outcome="exempt" if code == "C.15" else "acquired",
                )
                for code in codes
            ),
        },
    )


SESSION = models.JurySession(
    place="Paris, plateau B",
    held_on=date(2026, 7, 2),
    modalities=("M3", "M4"),
    referential_version="2025.1",
    policy_name="Règle par défaut du certificateur",
)

JURY = (
    models.JuryMember(name="Hélène Vasseur", quality="professional", external=True, president=True, present=True),
    models.JuryMember(name="Karim Bensaïd", quality="professional", external=True, present=True),
    models.JuryMember(name="Sophie Lemaître", quality="teacher", external=False, present=True),
    models.JuryMember(name="Paul Œuvrard", quality="teacher", external=False, present=False),
)

PROMOTION = (
    "Zoé Lefèvre", "Aïssatou N'Diaye", "Côme d'Hérouville", "Thị Mai Nguyễn", "Maël Le Goff", "Élise Müller-Roth",
    "Yacine Benali", "Ombeline de La Tour du Pin", "Deniz Çelik", "Jean-Baptiste Martin", "Ciarán Ó Briain",
    "Noël Œuvrard", "Fatoumata Traoré", "Xabi Etcheverry", "Łucja Kowalczyk", "Loïc Payet", "Agnès Vidal",
    "Maëlys Roux", "Inês Fernandes da Silva", "Théo Petit", "Naïm Haddad", "Inès Blanc", "Anaïs Guérin", "Wei Zhang",
)  # fmt: skip


def a_decision(name: str, modalities: tuple[str, ...] = ("M3", "M4"), **changes: Any) -> models.CandidateDecision:
    return made(
        models.CandidateDecision,
        changes,
        {
            "candidate_name": name,
            "modalities": tuple(
                models.ModalityDecision(
                    modality=modality,
                    competencies=tuple(
                        models.CompetencyOutcome(code=code, outcome="acquired") for code in COMPETENCIES[modality]
                    ),
                )
                for modality in modalities
            ),
        },
    )


def jury_minutes(names: tuple[str, ...] = PROMOTION[:4], **changes: Any) -> models.JuryMinutes:
    return made(
        models.JuryMinutes,
        changes,
        {
            "letterhead": a_letterhead(),
            "certification_title": TITLE,
            "session": SESSION,
            "deliberated_on": date(2026, 7, 3),
            "jury": JURY,
            "quorum": "Le quorum est atteint : trois membres sur quatre sont présents, dont deux extérieurs.",
            "attendance": tuple(
                models.Attendance(candidate_name=name, modality=modality, status="present")
                for name in names
                for modality in SESSION.modalities
            ),
            "decisions": tuple(a_decision(name) for name in names),
        },
    )


def full_minutes(names: tuple[str, ...] = PROMOTION[:4], **changes: Any) -> models.JuryMinutes:
    """Of a jury that is held to rules, swore, has ties, departs from proposals and decided on incidents."""
    plain = jury_minutes(names)
    vote = models.Vote(in_favour=2, against=1, abstentions=0, president_in_favour=True)
    tie = models.Vote(in_favour=1, against=1, abstentions=1, president_in_favour=True)
    overrides = (
        models.Override(
            competency="C.17", proposed="acquired", decided="not_acquired", reason="Temps de repos omis.", vote=vote
        ),
        models.Override(
            competency="C.20", proposed="not_acquired", decided="acquired", reason="Écarts expliqués.", vote=tie
        ),
        models.Override(competency="C.21", proposed="not_acquired", decided="acquired", reason="Remis en séance."),
    )
    jury = [seat.model_copy(update={"sworn_on": date(2026, 7, 1) if seat.present else None}) for seat in plain.jury]
    jury[1] = jury[1].model_copy(update={"recused": names[-2:]})
    suspicion = {"kind": "fraud_suspicion", "occurred_on": date(2026, 7, 2)}
    told = {
        "jury": tuple(jury),
        "decisions": (a_decision(names[0], overrides=overrides), *plain.decisions[1:]),
        "adoption": "Le jury a adopté ces décisions dans leur ensemble à l'unanimité.",
        "jury_rules": (
            models.JuryRules(name="Jury de la certification", version="1", source="règlement de la certification"),
            models.JuryRules(name="Jury de VAE", version="2024", source="article D. 6412-6 du code du travail"),
        ),
        "incidents": (
            models.Incident(kind="incident", occurred_on=date(2026, 7, 2), occurred_at="09:40"),
            models.Incident(
                **suspicion, occurred_at="11:05", candidate_name=names[-1], outcome="warning", reason="Téléphone 👍."
            ),
            models.Incident(**suspicion, occurred_at="15:30", candidate_name=names[0], outcome="excluded"),
        ),
    }
    return plain.model_copy(update=told | changes)


def a_results_notice(**changes: Any) -> models.ResultsNotice:
    return made(
        models.ResultsNotice,
        changes,
        {
            "letterhead": a_letterhead(),
            "holder": a_holder(),
            "certification_title": TITLE,
            "session": SESSION,
            "modalities": (
                models.ModalityResult(
                    modality="M4",
                    competencies=(
                        models.CompetencyResult(
                            code="C.19", criteria_title="Administration du budget", outcome="acquired"
                        ),
                        models.CompetencyResult(
                            code="C.20",
                            criteria_title="Surveillance de l'état financier",
                            outcome="not_acquired",
                            shortfalls=(
                                models.CriterionShortfall(
                                    text="La ventilation des dépenses est en adéquation avec le budget prévisionnel",
                                    level="not_met",
                                    comment="Le poste des décors n'est pas ventilé.",
                                ),
                                models.CriterionShortfall(
                                    text="Les écarts budgétaires sont repérés et expliqués",
                                    level="partly_met",
                                ),
                            ),
                        ),
                        models.CompetencyResult(code="C.21", criteria_title="Reporting budgétaire", outcome="kept"),
                        models.CompetencyResult(
                            code="C.22",
                            criteria_title="Transmission des documents administratifs",
                            outcome="exempt",
                        ),
                    ),
                ),
            ),
            "blocks_validated": tuple(models.BlockName(number=n, title=BLOCK_TITLES[n]) for n in (1, 2)),
            "blocks_missing": (models.BlockName(number=3, title=BLOCK_TITLES[3]),),
            "retakes": (models.Retake(modality="M4", competencies=("C.20",)),),
            "appeal": "Un recours gracieux peut être adressé au certificateur dans les deux mois de la notification.",
        },
    )


def a_convocation(**changes: Any) -> models.Convocation:
    where = models.MeetingPlace(
        place="Studio des Batignolles",
        address=("12 rue des Dames", "Bâtiment B", "75017 Paris"),
        room="Salle 3",
        floor="Rez-de-chaussée",
        access_notes="Entrée de plain-pied au 14 ; sonner à « Studio ».",
    )
    return made(
        models.Convocation,
        changes,
        {
            "letterhead": a_letterhead(issued_on=date(2026, 6, 1)),
            "holder": a_holder(),
            "certification_title": TITLE,
            "number": 1,
            "appointments": (
                models.Appointment(
                    modality="M1",
                    title="Élaboration du budget prévisionnel et du plan de financement d'un projet audiovisuel",
                    held_on=date(2026, 6, 15),
                    arrives="09:00",
                    prepares=True,
                    begins="09:27",
                    ends="10:07",
                    where=where,
                ),
                models.Appointment(
                    modality="M2",
                    title="Organisation technique, logistique et administrative d'un tournage",
                    held_on=date(2026, 6, 15),
                    arrives="14:00",
                    prepares=False,
                    begins="14:00",
                    ends="14:54",
                    where=where,
                ),
            ),
            "measures": ("Temps majoré de 33 % (préparation, évaluation)", "Locaux accessibles (évaluation)"),
            "bring": "Une pièce d'identité valide, deux exemplaires de votre dossier et cette convocation.",
        },
    )


@pytest.fixture(scope="session")
def build() -> SimpleNamespace:
    return SimpleNamespace(
        certifier=CERTIFIER,
        verification=VERIFICATION,
        promotion=PROMOTION,
        block_titles=BLOCK_TITLES,
        letterhead=a_letterhead,
        holder=a_holder,
        diploma=a_diploma,
        attestation=an_attestation,
        decision=a_decision,
        minutes=jury_minutes,
        full_minutes=full_minutes,
        notice=a_results_notice,
        convocation=a_convocation,
    )
