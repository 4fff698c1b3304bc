"""What a document says, from facts and what is known. No database."""

from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from parchemin.common.language import Language, Text
from parchemin.contracts.events.candidates import Measure
from parchemin.contracts.events.evaluations import (
    AppliedJuryRules,
    MinutesIncident,
    Override,
    RecognisedBlock,
    VoteCount,
)
from parchemin.contracts.vocabulary import RecognitionGround
from parchemin.documents.composition.compose import compose, day_of, subject_of
from parchemin.documents.composition.convocation import measure_in_words
from parchemin.documents.composition.countries import country_name
from parchemin.documents.composition.drafts import Draft, Stationery, policy_name
from parchemin.documents.composition.knowledge import Knowledge, Needs, OrganisationName

STATIONERY = Stationery(
    certifier=None,
    appeal=Text("Recours.", "Appeal."),
    verification_page="https://example.org/verify",
    time_zone=ZoneInfo("Europe/Paris"),
)


def knowledge(story: SimpleNamespace, **changes: Any) -> Knowledge:
    return Knowledge(
        organisations={story.SCHOOL: OrganisationName("IMI", "Institut des métiers de l'image")},
        candidates={story.number("zoe"): story.identified(**changes).pii},
        jurors={juror.juror_id: juror.pii for juror in story.jurors()},
        referentials={story.VERSION: story.a_referential()},
    )


def composed(story: SimpleNamespace, fact: Any, known: Knowledge | None = None, language: Language = "fr") -> Any:
    draft = Draft(
        document_id=story.number("document"),
        organisation_id=story.SCHOOL,
        verification_code="7KQF2MZDX4AB9TQ2C",
        language=language,
        issued_on=day_of(fact),
    )
    return compose(fact, draft, known or knowledge(story), STATIONERY)


def test_a_diploma_names_the_holder_and_the_blocks_in_their_order(story: SimpleNamespace) -> None:
    diploma = composed(story, story.awarded())
    assert (diploma.holder.full_name, diploma.register_number) == ("Zoé Lefèvre", "2026-0001")
    assert [(block.number, block.title) for block in diploma.blocks] == [(n, f"Titre du bloc {n}") for n in (1, 2, 3)]
    letterhead = diploma.letterhead
    assert (letterhead.organisation_name, letterhead.issued_on) == (
        "Institut des métiers de l'image",
        date(2026, 7, 2),
    )
    assert letterhead.is_specimen
    assert letterhead.verification.url == "https://example.org/verify#7KQF-2MZD-X4AB-9TQ2C"


@pytest.mark.parametrize(
    ("language", "country", "label"),
    [("fr", "SN", "Sénégal"), ("en", "SN", "Senegal"), ("fr", "FR", None), ("fr", "ZZ", None)],
)
def test_a_country_of_birth_is_named_for_a_birth_abroad(
    story: SimpleNamespace, language: Language, country: str, label: str | None
) -> None:
    diploma = composed(story, story.awarded(), knowledge(story, birth_country=country), language)
    assert diploma.holder.birth_country_label == label


def test_a_diploma_prints_recognised_blocks_among_the_others(story: SimpleNamespace) -> None:
    fact = story.awarded()
    kept = tuple(block for block in fact.blocks if block.block != 2)
    elsewhere = RecognisedBlock(block=2, recognised_on=date(2026, 9, 7), ground=RecognitionGround.PROOF)
    diploma = composed(story, fact.model_copy(update={"blocks": kept, "recognised": (elsewhere,)}))
    assert [(block.number, block.recognised) for block in diploma.blocks] == [(1, False), (2, True), (3, False)]
    assert diploma.blocks[1].validated_on == date(2026, 9, 7)


def test_every_country_has_both_names() -> None:
    assert country_name("CI", "fr") == "Côte d’Ivoire"
    assert country_name("CI", "en") == "Côte d’Ivoire"
    assert country_name("DE", "en") == "Germany"


def test_an_attestation_gives_statements_and_exemptions(story: SimpleNamespace) -> None:
    attestation = composed(story, story.validated(3))
    assert [(it.code, it.statement, it.outcome) for it in attestation.competencies] == [
        ("C.4", None, "acquired"),
        ("C.5", "Énoncé de C.5", "exempt"),
        ("C.6", "Énoncé de C.6", "acquired"),
    ]
    assert (attestation.block_title, attestation.block_count) == ("Titre du bloc 3", 3)


def test_an_attestation_never_attests_what_is_not_acquired(story: SimpleNamespace) -> None:
    fact = story.validated(2).model_copy(update={"competencies": (story.result("C.3", "not_acquired"),)})
    with pytest.raises(ValueError, match="nothing else"):
        composed(story, fact)


def test_a_notice_gives_criteria_to_work_on_and_what_is_retaken(story: SimpleNamespace) -> None:
    m1 = story.modality("M1").model_copy(
        update={
            "competencies": (
                story.result("C.1", "acquired", "met", "partly_met"),
                story.result("C.2", "not_acquired", "not_met", "met"),
            )
        }
    )
    m4 = story.modality("M4", "excused", C5="not_acquired", C6="not_acquired")
    notice = composed(story, story.decided(modalities=(m1, m4), blocks_validated=(2,)))
    first, second = notice.modalities[0].competencies
    assert first.shortfalls == ()
    assert [(it.text, it.level) for it in second.shortfalls] == [("Critère 1 de C.2", "not_met")]
    assert notice.modalities[1].attendance == "excused"
    assert [(it.modality, it.competencies) for it in notice.retakes] == [("M1", ("C.2",)), ("M4", ("C.5", "C.6"))]
    assert [it.number for it in notice.blocks_validated] == [2]
    assert [it.number for it in notice.blocks_missing] == [1, 3]
    assert (notice.appeal, notice.session.policy_name) == ("Recours.", "Règle par défaut de la certification")


def test_minutes_seat_the_president_first_and_list_candidates_by_name(story: SimpleNamespace) -> None:
    others = {
        "emile": story.identified("emile", first_names=("Émile", "Jean"), birth_name="Élan").pii,
        "zoe": story.identified().pii,
        "ali": story.identified("ali", first_names=("Ali",), birth_name="de Witt").pii,
    }
    known = knowledge(story)
    known = Knowledge(
        known.organisations,
        {story.number(name): pii for name, pii in others.items()},
        known.jurors,
        known.referentials,
    )
    minutes = composed(story, story.closed("zoe", "emile", "ali"), known)
    assert [it.candidate_name for it in minutes.decisions] == ["Ali de Witt", "Émile Jean Élan", "Zoé Lefèvre"]
    assert [it.candidate_name for it in minutes.attendance][::2] == [it.candidate_name for it in minutes.decisions]
    assert [(it.name, it.president, it.present) for it in minutes.jury] == [
        ("Karim Bensaïd", True, True),
        ("Sophie Lemaître", False, True),
        ("Paul Roy", False, False),
    ]
    assert minutes.quorum == (
        "Quorum vérifié à la clôture de la délibération : 2 sur 3 membres du jury présents, dont 1 de l'extérieur ; "
        "présidence présente."
    )
    assert [(it.blocks_validated, it.register_number) for it in minutes.decisions] == [
        ((), None),
        ((), None),
        ((1, 2), "2026-0001"),
    ]
    assert [it.modality for it in minutes.decisions[0].modalities] == ["M1", "M2"]


def test_minutes_give_the_reason_of_an_override(story: SimpleNamespace) -> None:
    override = Override(competency="C.1", proposed="not_acquired", decided="acquired", reason="Motif.")
    fact = story.closed()
    line = fact.registrations[0].model_copy(update={"overrides": (override,)})
    minutes = composed(story, fact.model_copy(update={"registrations": (line,), "validations": ()}))
    (decision,) = minutes.decisions
    assert [(it.competency, it.decided, it.reason) for it in decision.overrides] == [("C.1", "acquired", "Motif.")]


def full_minutes(story: SimpleNamespace, **changes: Any) -> Any:
    """Of a jury that is held to rules, swore, has a tie, departs from a proposal and looked into a suspicion."""
    fact = story.closed("zoe", "ali")
    zoe = story.of("zoe")["enrolment_id"]
    vote = VoteCount(in_favour=1, against=1, abstentions=0, president_in_favour=True)
    override = Override(competency="C.1", proposed="not_acquired", decided="acquired", reason="Motif.", vote=vote)
    sworn = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
    told = {
        "registrations": (fact.registrations[0].model_copy(update={"overrides": (override,)}), *fact.registrations[1:]),
        "jury": tuple(
            seat.model_copy(update={"sworn_at": sworn, "recused": (zoe,)}) if seat.juror_id == story.MEMBER else seat
            for seat in fact.jury
        ),
        "adopted_by": "majority",
        "jury_rules": (AppliedJuryRules(code="jury_vae", version="2024", source="article D. 6412-6"),),
        "incidents": (
            MinutesIncident(
                kind="fraud_suspicion",
                occurred_at=datetime(2026, 7, 1, 9, 5, tzinfo=UTC),
                enrolment_id=zoe,
                outcome="warning",
                reason="Téléphone.",
            ),
            MinutesIncident(kind="incident", occurred_at=datetime(2026, 7, 1, 8, 0, tzinfo=UTC)),
        ),
    }
    return fact.model_copy(update=told | changes)


def of_two(story: SimpleNamespace) -> Knowledge:
    known = knowledge(story)
    ali = story.identified("ali", first_names=("Ali",), birth_name="de Witt").pii
    return replace(known, candidates={**known.candidates, story.number("ali"): ali})


def test_minutes_tell_of_oaths_recusals_votes_and_incidents(story: SimpleNamespace) -> None:
    minutes = composed(story, full_minutes(story), of_two(story))
    jury = [(it.name, str(it.sworn_on), it.recused) for it in minutes.jury]
    assert jury == [
        ("Karim Bensaïd", "None", ()),
        ("Sophie Lemaître", "2026-07-01", ("Zoé Lefèvre",)),
        ("Paul Roy", "None", ()),
    ], "the day is that of Paris"
    assert minutes.adoption == "Le jury a adopté ces décisions dans leur ensemble à la majorité des voix."
    assert [it.model_dump() for it in minutes.jury_rules] == [
        {
            "name": "Jury de validation des acquis de l'expérience (VAE)",
            "version": "2024",
            "source": "article D. 6412-6",
        }
    ]
    (override,) = minutes.decisions[1].overrides
    assert (override.vote.in_favour, override.vote.against, override.vote.president_in_favour) == (1, 1, True)
    assert [(it.kind, it.occurred_at, it.candidate_name, it.outcome, it.reason) for it in minutes.incidents] == [
        ("incident", "10:00", None, None, None),
        ("fraud_suspicion", "11:05", "Zoé Lefèvre", "warning", "Téléphone."),
    ]


def test_minutes_of_an_event_that_tells_of_none_of_it_say_none_of_it(story: SimpleNamespace) -> None:
    minutes = composed(story, story.closed())
    assert (minutes.adoption, minutes.jury_rules, minutes.incidents) == (None, (), ())
    assert {(it.sworn_on, it.recused) for it in minutes.jury} == {(None, ())}


def test_codes_of_tomorrow_are_printed_as_they_are(story: SimpleNamespace) -> None:
    rules = (AppliedJuryRules(code="jury_2030", version="1", source="un décret"),)
    fact = full_minutes(story, adopted_by="lots", jury_rules=rules)
    minutes = composed(story, fact, of_two(story), "en")
    assert (minutes.adoption, minutes.jury_rules[0].name) == ("Decisions adopted by: lots.", "jury_2030")


def test_a_convocation_gives_local_times_and_measures_as_what_is_done(story: SimpleNamespace) -> None:
    letter = composed(story, story.convened())
    (part,) = letter.appointments
    assert (str(part.held_on), part.arrives, part.begins, part.ends) == ("2026-07-01", "09:00", "09:27", "10:07")
    assert part.prepares
    assert (part.where.place, part.where.address) == ("Studio", ("12 rue des Dames", "75017 Paris"))
    assert letter.measures == ("Temps majoré de 33 % (préparation, évaluation)",)
    assert (letter.number, letter.bring, str(letter.letterhead.issued_on)) == (1, "Votre dossier.", "2026-07-02")
    winter = part_at(story, "2026-10-25T08:00:00Z")
    assert composed(story, winter, language="en").appointments[0].begins == "09:00"


def part_at(story: SimpleNamespace, instant: str) -> Any:
    """A convocation to one time for all."""
    fact = story.convened()
    part = type(fact.appointments[0]).model_validate(
        {**fact.appointments[0].model_dump(), "preparation_starts_at": None, "starts_at": instant, "ends_at": None}
    )
    return fact.model_copy(update={"appointments": (part,)})


@pytest.mark.parametrize(
    ("measure", "french", "english"),
    [
        ({"kind": "accessible_premises"}, "Locaux accessibles", "Accessible premises"),
        ({"kind": "equipment", "detail": 'Écran 27"'}, 'Matériel adapté : Écran 27"', 'Adapted equipment: Écran 27"'),
        (
            {"kind": "extra_time", "percent": 25, "applies_to": ["evaluation"], "detail": "Avis médical"},
            "Temps majoré de 25 % (évaluation)",
            "Extra time of 25% (evaluation)",
        ),
    ],
)
def test_a_measure_is_said_in_words(measure: dict[str, Any], french: str, english: str) -> None:
    known = Measure.model_validate(measure)
    assert (measure_in_words(known, "fr"), measure_in_words(known, "en")) == (french, english)


def test_what_is_lacking_is_named(story: SimpleNamespace) -> None:
    needs = Needs.of(story.closed())
    assert needs.lacking(knowledge(story)) == ()
    assert needs.lacking(Knowledge()) == (
        f"organisation:{story.SCHOOL}",
        f"referential:{story.VERSION}",
        f"candidate:{story.number('zoe')}",
        *sorted(f"juror:{juror}" for juror in (story.PRESIDENT, story.MEMBER, story.AWAY)),
    )


def test_the_subject_of_a_document_is_that_of_its_fact(story: SimpleNamespace) -> None:
    enrolment, convened = story.of("zoe")["enrolment_id"], story.convened(number=2)
    assert [
        subject_of(fact).key
        for fact in (story.awarded(), story.validated(2), story.decided(), story.closed(), convened)
    ] == [
        f"diploma:{enrolment}",
        f"block_attestation:{enrolment}:2",
        f"results_notice:{enrolment}:{story.SESSION}",
        f"jury_minutes:{story.SESSION}",
        f"convocation:{enrolment}:{story.SESSION}:2",
    ]


@pytest.mark.parametrize(
    ("code", "french", "english"),
    [
        ("partly_met", "Part de critères partiellement atteints", "Share of criteria partly met"),
        ("all_criteria", "Tous les critères atteints", "All criteria met"),
        ("points", "Points et critères éliminatoires", "Points and eliminatory criteria"),
        ("one of tomorrow", "one of tomorrow", "one of tomorrow"),
    ],
)
def test_a_policy_is_named_in_words(code: str, french: str, english: str) -> None:
    assert (policy_name(code, "fr"), policy_name(code, "en")) == (french, english)
