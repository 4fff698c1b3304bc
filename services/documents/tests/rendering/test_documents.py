"""What the printed documents say, and that they say it on every page, in both languages, whatever the data."""

import io
import re
from datetime import date
from functools import cache
from types import SimpleNamespace
from typing import Any

import pypdf
import pypdfium2
import pytest
import zxingcpp

from parchemin.contracts.vocabulary import Attendance
from parchemin.documents.rendering import models
from parchemin.documents.rendering.compiler import render
from parchemin.documents.rendering.printable import UnprintableText

KINDS = ("diploma", "attestation", "minutes", "notice", "convocation")


def read(document: models.Document) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(render(document)))


@cache
def pages(document: models.Document) -> tuple[str, ...]:
    """The text of each page, white space of any kind as one space."""
    return tuple(re.sub(r"\s+", " ", page.extract_text()) for page in read(document).pages)


def text(document: models.Document) -> str:
    return " ".join(pages(document))


@pytest.mark.parametrize("kind", KINDS)
def test_same_data_make_the_same_bytes(build: SimpleNamespace, kind: str) -> None:
    assert render(getattr(build, kind)()) == render(getattr(build, kind)())


@pytest.mark.parametrize(("language", "word"), [("fr", "délivrée"), ("en", "awarded")])
@pytest.mark.parametrize("kind", KINDS)
def test_language_title_and_tags_are_set(build: SimpleNamespace, kind: str, language: str, word: str) -> None:
    document = getattr(build, kind)(letterhead=build.letterhead(language=language))
    pdf = read(document)
    assert str(pdf.root_object["/Lang"]) == language
    assert "/StructTreeRoot" in pdf.root_object
    assert pdf.metadata is not None
    title = {
        "diploma": ("Parchemin – Chargé de", "Diploma – Chargé de"),
        "attestation": ("Attestation de validation de bloc", "Attestation of a validated block"),
        "minutes": ("Procès-verbal de délibération", "Minutes of the jury's deliberation"),
        "notice": ("Notification de résultats", "Notice of results"),
        "convocation": ("Convocation – Zoé Lefèvre", "Convocation – Zoé Lefèvre"),
    }[kind][language == "en"]
    assert (pdf.metadata.title or "").startswith(title)
    if kind not in {"minutes", "convocation"}:
        assert word in text(document)


@pytest.mark.parametrize("kind", KINDS)
def test_specimen_is_said_on_every_page_exactly_when_mentions_are_missing(build: SimpleNamespace, kind: str) -> None:
    complete = text(getattr(build, kind)())
    assert "pécimen" not in complete
    assert "à compléter" not in complete

    incomplete = getattr(build, kind)(letterhead=build.letterhead(certifier=None))
    for page in pages(incomplete):
        assert "SPÉCIMEN" in page.replace(" ", "")
    assert "Spécimen – document sans valeur" in text(incomplete)
    assert "mention à compléter par le certificateur" in text(incomplete)


def test_specimen_is_said_on_demand_with_the_mentions_kept(build: SimpleNamespace) -> None:
    printed = text(build.diploma(letterhead=build.letterhead(specimen=True)))
    assert "Spécimen – document sans valeur" in printed
    assert "n° 40000" in printed


@pytest.mark.parametrize("kind", KINDS)
def test_verification_code_and_address_are_printed(build: SimpleNamespace, kind: str) -> None:
    printed = text(getattr(build, kind)())
    assert "7KQF-2MZD-X4" in printed
    assert "https://verifier.example.org/d/7KQF-2MZD-X4" in printed.replace(" ", "")
    assert "7KQF" not in text(getattr(build, kind)(letterhead=build.letterhead(verification=None)))


def test_qr_code_has_an_alternative_text(build: SimpleNamespace) -> None:
    writer = pypdf.PdfWriter(clone_from=read(build.diploma()))
    alternatives = [item.get("/Alt") for item in writer._objects if isinstance(item, pypdf.generic.DictionaryObject)]
    assert "QR code de vérification du document, code 7KQF-2MZD-X4" in alternatives


@pytest.mark.parametrize("kind", ["diploma", "attestation"])
def test_a_telephone_reads_the_address_from_the_printed_page(build: SimpleNamespace, kind: str) -> None:
    with pypdfium2.PdfDocument(render(getattr(build, kind)())) as pdf:
        page = pdf[0].render(scale=150 / 72, grayscale=True)
        pixels = memoryview(page.buffer).cast("B", (page.height, page.stride))
        found = zxingcpp.read_barcodes(pixels)
    assert [(code.format, code.ec_level, code.text) for code in found] == [
        (zxingcpp.BarcodeFormat.QRCode, "M", "https://verifier.example.org/d/7KQF-2MZD-X4")
    ]


def test_a_convocation_says_when_and_where_in_both_languages(build: SimpleNamespace) -> None:
    french = text(build.convocation())
    for said in (
        "Vous êtes convoquée aux évaluations",
        "lundi 15 juin 2026, à 9 h 00",
        "Salle 3 (Rez-de-chaussée) – Studio des Batignolles, 12 rue des Dames, Bâtiment B, 75017 Paris",
        "de 9 h 27 à 10 h 07",
        "de 14 h 00 à 14 h 54",
        "Temps majoré de 33 % (préparation, évaluation)",
        "Entrée de plain-pied au 14",
        "deux exemplaires de votre dossier",
    ):
        assert said in french
    assert "remplace" not in french
    second = build.convocation(
        number=2,
        letterhead=build.letterhead(language="en"),
        measures=(),
        bring=None,
        holder=build.holder(sex="M", used_name="Çelik"),
    )
    english = text(second)
    assert "This convocation no. 2 replaces the ones before." in english
    assert "Monday 15 June 2026, at 9:00" in english
    assert "from 9:27 to 10:07" in english
    assert "arrangements" not in english
    assert "convoqué" not in english


def test_a_convocation_to_one_time_for_all_has_no_end_and_no_room(build: SimpleNamespace) -> None:
    where = models.MeetingPlace(place="Paris, plateau A")
    part = (
        build.convocation()
        .appointments[0]
        .model_copy(update={"where": where, "ends": None, "arrives": "09:27", "prepares": False})
    )
    printed = text(build.convocation(appointments=(part,)))
    assert "Paris, plateau A" in printed
    assert "Salle" not in printed
    assert "préparation)" not in printed.split("Vos aménagements")[0]


def test_diploma_bears_the_mentions_that_france_competences_asks_for(build: SimpleNamespace) -> None:
    printed = text(build.diploma())
    for mention in (
        "Chargé de productions audiovisuelles, cinéma et plurimédia",
        "Enregistrée au RNCP sous le n° 40000 par décision du directeur général de France compétences en date du "
        "18 juillet 2025",
        "Niveau 6 du cadre national, niveau 6 du cadre européen des certifications (CEC) · codes NSF 323, 320p",
        "délivrée par Institut des métiers de l'image SAS (IMI Certification) à",
        "Zoé Lefèvre",
        "née le 17 juin 1981 à Paris 12e",
        "Fait à Paris, le 6 juillet 2026",
        "Hélène Vasseur",
        "Directrice générale",
        "2026-0001",
        *(title for title in build.block_titles.values()),
    ):
        assert mention in printed
    assert printed.count("validé le 2 juillet 2026") == 3


@pytest.mark.parametrize(
    ("changes", "birth"),
    [
        ({"sex": "M", "birth_city": "Le Mans"}, "né le 17 juin 1981 au Mans"),
        ({"birth_city": "Les Ulis", "birth_date": date(1981, 6, 1)}, "née le 1er juin 1981 aux Ulis"),
        ({"birth_date": "1981-06"}, "née en juin 1981 à Paris 12e"),
        ({"sex": "M", "birth_date": "1981"}, "né en 1981 à Paris 12e"),
        ({"birth_city": "Dakar", "birth_country": "SN"}, "née le 17 juin 1981 à Dakar (SN)"),
        (
            {
                "birth_city": "İzmir",
                "birth_country": "TR",
                "birth_country_label": "Turquie",
                "used_name": "Çelik",
            },
            "nom d’usage : Çelik née le 17 juin 1981 à İzmir (Turquie)",
        ),
    ],
)
def test_birth_is_worded_by_sex_place_and_country(build: SimpleNamespace, changes: Any, birth: str) -> None:
    assert birth in text(build.diploma(holder=build.holder(**changes)))


@pytest.mark.parametrize(
    "changes",
    [
        {"first_names": ("x" * 60,), "birth_name": "W" * 60},
        {
            "first_names": ("Marie-Antoinette",) * 8,
            "birth_name": "de La Rochefoucauld",
            "used_name": "d'Hérouville" * 4,
        },
        {"birth_city": "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch", "birth_country": "GB"},
    ],
)
def test_diploma_stays_on_one_page(build: SimpleNamespace, changes: Any) -> None:
    diploma = build.diploma(holder=build.holder(**changes), letterhead=build.letterhead(certifier=None))
    assert len(pages(diploma)) == 1


def test_a_diploma_says_which_block_was_recognised(build: SimpleNamespace) -> None:
    first, *others = build.diploma().blocks
    recognised = first.model_copy(update={"recognised": True, "validated_on": date(2026, 9, 7)})
    document = build.diploma(blocks=(recognised, *others))
    assert text(document).count("reconnu le 7 septembre 2026") == 1
    assert text(document).count("validé le") == len(others)
    assert "par validation ou reconnaissance de ses trois blocs" in text(document)
    assert len(pages(document)) == 1


def test_attestation_says_that_it_covers_its_block_only(build: SimpleNamespace) -> None:
    attestation = build.attestation(("M3", "M4"), 3)
    printed = text(attestation)
    assert "Cette attestation porte sur le seul bloc 3" in printed
    assert "n’est délivrée qu’après la validation de ses trois blocs" in printed
    assert printed.count("Dispensée") == 1
    assert "C.18 Conformité des conditions de travail et de tournage Acquise C.19" in printed
    assert len(pages(attestation)) == 2


def test_minutes_of_45_registrations_repeat_their_headers_and_number_their_pages(
    build: SimpleNamespace,
) -> None:
    minutes = build.minutes(build.promotion)
    minutes = minutes.model_copy(update={"attendance": minutes.attendance[:45]})
    for number, page in enumerate(pages(minutes), start=1):
        assert f"Page {number} sur {len(pages(minutes))}" in page
    assert sum("Modalité Émargement" in page for page in pages(minutes)) == 2
    assert "Inscriptions 45" in text(minutes)
    assert "Compétences acquises 216" in text(minutes)


def test_minutes_of_one_registration_fit_on_one_page(build: SimpleNamespace) -> None:
    assert len(pages(build.minutes(build.promotion[:1]))) == 1


def test_minutes_group_codes_by_outcome_and_give_the_reason_of_an_override(build: SimpleNamespace) -> None:
    (first, second) = build.decision("Agnès Vidal").modalities
    outcomes = ("acquired", "acquired", "acquired", "not_acquired", "kept")
    competencies = tuple(
        it.model_copy(update={"outcome": models.Outcome(outcome)})
        for it, outcome in zip(first.competencies, outcomes, strict=True)
    )
    override = models.Override(competency="C.17", proposed="acquired", decided="not_acquired", reason="Motif écrit 👍")
    decision = build.decision(
        "Agnès Vidal", overrides=(override,), blocks_validated=(3,), register_number="2026-0007"
    ).model_copy(update={"modalities": (first.model_copy(update={"competencies": competencies}), second)})
    printed = text(build.minutes(decisions=(decision,)))
    assert "M3 – acquises : C.14 à C.16 ; non acquises : C.17 ; acquises antérieurement : C.18" in printed
    assert "M4 – acquises : C.19 à C.22" in printed
    assert "Agnès Vidal C.17 Acquise Non acquise Motif écrit [U+1F44D]" in printed
    assert "Délivrée n° 2026-0007" in printed


def test_minutes_tell_how_the_jury_was_composed_and_how_it_decided(build: SimpleNamespace) -> None:
    printed = text(build.full_minutes())
    for said in (
        "Déclaration sur l’honneur",
        "Hélène Vasseur Milieu professionnel Extérieur Présidence Présence 1er juillet 2026",
        "Paul Œuvrard Enseignement Établissement Membre Absence –",
        "Jury de VAE, version 2024 – article D. 6412-6 du code du travail",
        "n’ont ni évalué les candidats nommés ni pris part à leur décision : – Karim Bensaïd – "
        "Côme d'Hérouville, Thị Mai Nguyễn",
        "Le jury a adopté ces décisions dans leur ensemble à l'unanimité.",
        "C.17 Acquise Non acquise 2 voix pour, 1 contre Temps de repos omis.",
        "1 voix pour, 1 contre, 1 abstention ; voix prépondérante de la présidence",
        "C.21 Non acquise Acquise À l’unanimité Remis en séance.",
        "2 juillet 2026 9 h 40 Incident – – –",
        "2 juillet 2026 11 h 05 Suspicion de fraude Thị Mai Nguyễn Avertissement Téléphone [U+1F44D].",
        "Suspicion de fraude Zoé Lefèvre Exclusion –",
    ):
        assert said in printed, said


def test_minutes_tell_it_in_english_too(build: SimpleNamespace) -> None:
    printed = text(build.full_minutes(letterhead=build.letterhead(language="en")))
    for said in (
        "Sworn statement",
        "Rules of composition of the jury",
        "neither graded the candidates named nor took part in deciding on them",
        "2 in favour, 1 against",
        "1 in favour, 1 against, 1 abstention; casting vote of the president",
        "Unanimous",
        "2 July 2026 11:05 Suspected fraud",
        "Excluded",
    ):
        assert said in printed, said


def test_minutes_of_an_earlier_version_of_the_template_say_what_they_said(build: SimpleNamespace) -> None:
    override = models.Override(competency="C.17", proposed="acquired", decided="not_acquired", reason="Motif écrit")
    decision = build.decision("Agnès Vidal", overrides=(override,))
    minutes = build.minutes(letterhead=build.letterhead(template_version="2026.1"), decisions=(decision,))
    since = {"adoption", "jury_rules"}
    earlier = minutes.model_dump(mode="json", exclude=since)
    for seat in earlier["jury"]:
        del seat["sworn_on"], seat["recused"]
    del earlier["decisions"][0]["overrides"][0]["vote"]
    printed = text(models.JuryMinutes.model_validate(earlier))
    assert "modèle 2026.1" in printed
    assert "Agnès Vidal C.17 Acquise Non acquise Motif écrit" in printed
    for new in ("honneur", "Règles de composition", "Récusations", "Vote", "unanimité", "Incidents"):
        assert new not in printed


def test_a_candidate_whom_no_font_can_name_is_refused_in_an_incident_too(build: SimpleNamespace) -> None:
    incident = models.Incident(
        kind="incident", occurred_on=date(2026, 7, 2), occurred_at="09:40", candidate_name="张伟"
    )
    with pytest.raises(UnprintableText, match=r"incidents\[0\]\.candidate_name"):
        render(build.full_minutes(incidents=(incident,)))


def test_full_minutes_of_a_promotion_keep_their_signatures_together(build: SimpleNamespace) -> None:
    found = pages(build.full_minutes(build.promotion))
    assert len(found) <= 5
    assert all(f"Page {number} sur {len(found)}" in page for number, page in enumerate(found, start=1))
    (signed,) = [page for page in found if "Signatures des membres présents" in page]
    assert "Sophie Lemaître" in signed.split("Signatures des membres présents")[1]


def test_no_page_break_cuts_a_vote(build: SimpleNamespace) -> None:
    for count in range(2, 11):
        found = pages(build.full_minutes(build.promotion[:count]))
        (voted,) = [page for page in found if "voix prépondérante de la présidence" in page]
        assert "C.20 Non acquise Acquise 1 voix pour, 1 contre, 1 abstention" in voted, count


def test_a_reason_longer_than_a_page_runs_on(build: SimpleNamespace) -> None:
    reason = " ".join(f"mot{number}" for number in range(1500))
    vote = models.Vote(in_favour=3, against=0, abstentions=0, president_in_favour=True)
    override = models.Override(competency="C.17", proposed="acquired", decided="not_acquired", reason=reason, vote=vote)
    printed = text(build.full_minutes(decisions=(build.decision("Agnès Vidal", overrides=(override,)),)))
    assert "mot0 " in printed
    assert "mot1499" in printed


def test_minutes_with_nobody_to_decide_on_are_printed(build: SimpleNamespace) -> None:
    assert "Candidats 0" in text(build.minutes(()))


def test_notice_gives_criteria_retakes_and_appeal(build: SimpleNamespace) -> None:
    printed = text(build.notice())
    assert "La certification n’est pas encore délivrée" in printed
    assert "Reste à valider : bloc 3" in printed
    assert "C.20 La ventilation des dépenses est en adéquation avec le budget prévisionnel" in printed
    assert "Commentaire du jury : Le poste des décors n'est pas ventilé." in printed
    assert "partiellement rempli" in printed
    assert "M4 : C.20" in printed
    assert "Un recours gracieux" in printed


def test_notice_says_why_an_absent_candidate_was_not_assessed(build: SimpleNamespace) -> None:
    (modality,) = build.notice().modalities
    assert "Absence" not in text(build.notice())
    for attendance, said in (("absent", "Absence constatée à l’émargement : aucune"), ("excused", "Absence excusée")):
        absent = modality.model_copy(update={"attendance": Attendance(attendance)})
        assert said in text(build.notice(modalities=(absent,)))


def test_notice_with_comments_of_sixty_lines_runs_on(build: SimpleNamespace) -> None:
    lines = "\n".join(f"ligne {number}" for number in range(60))
    modality = build.notice().modalities[0]
    short = modality.competencies[1]
    longer = short.model_copy(update={"shortfalls": (short.shortfalls[0].model_copy(update={"comment": lines}),) * 3})
    notice = build.notice(modalities=(modality.model_copy(update={"competencies": (longer,)}),))
    printed = text(notice.model_copy(update={"letterhead": build.letterhead(certifier=None)}))
    assert printed.count("ligne 59") == 3
