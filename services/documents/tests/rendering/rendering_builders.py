"""Builders of the documents that the rendering tests print: ordinary data, any part of which a test may replace."""

from datetime import date
from typing import Any

from parchemin.documents.rendering import models

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


def a_letterhead(**changes: Any) -> models.Letterhead:
    return models.Letterhead(
        **{
            "organisation_name": "Institut des métiers de l'image",
            "organisation_code": "IMI",
            "certifier": CERTIFIER,
            "verification": VERIFICATION,
            "document_id": "019a3c5e-7d1f-7c64-9d1e-5b2f6c7a8d90",
            "issued_on": date(2026, 7, 6),
        }
        | changes
    )


def a_holder(**changes: Any) -> models.Holder:
    return models.Holder(
        **{
            "first_names": ("Zoé",),
            "birth_name": "Lefèvre",
            "sex": "F",
            "birth_date": date(1981, 6, 17),
            "birth_city": "Paris 12e",
            "birth_country": "FR",
        }
        | changes
    )


def a_diploma(**changes: Any) -> models.Diploma:
    return models.Diploma(
        **{
            "letterhead": a_letterhead(),
            "holder": a_holder(),
            "certification_title": TITLE,
            "register_number": "2026-0001",
            "awarded_on": date(2026, 7, 2),
            "blocks": tuple(
                models.ValidatedBlock(
                    number=number, title=title, validated_on=date(2026, 7, 2), session_date=date(2026, 7, 1)
                )
                for number, title in BLOCK_TITLES.items()
            ),
        }
        | changes
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
    return models.BlockAttestation(
        **{
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
        }
        | changes
    )
