"""Scenario files made at random: other cohorts, juries of four whose votes tie, retakes, absences, overrides."""

import random
from typing import Any

from parchemin.contracts.referential import Referential

LEVELS = ["met"] * 6 + ["partly_met"] * 3 + ["not_met"]
ATTENDANCES = ["present"] * 8 + ["absent", "excused"]


def random_scenario(seed: int, referential: Referential, *, candidates: int) -> dict[str, Any]:
    """A scenario in the format of the sample, the same for the same seed."""
    chance = random.Random(seed)
    people = [_candidate(chance, index) for index in range(candidates)]
    jurors = [f"jury-{index}" for index in range(6)]
    sessions = [_session(chance, referential, people, jurors, index) for index in range(3)]
    chance.shuffle(sessions)
    return {
        "name": f"random {seed}",
        "organisation": {"name": "École d'essai", "code": "ESSAI"},
        "candidates": people,
        "accommodations": [],
        "exemptions": [
            {
                "candidate": people[0]["ref"],
                "competency": chance.choice(referential.competencies).code,
                "argument": "Sans objet dans le poste visé.",
                "decision": decision,
                "reason": "Décision motivée.",
            }
            for decision in ("granted",)
        ],
        "sessions": sessions,
    }


def _candidate(chance: random.Random, index: int) -> dict[str, Any]:
    return {
        "ref": f"p{index:02d}",
        "birth_name": f"Nom-{index}",
        "used_name": None,
        "first_names": ["Prénom"],
        "sex": chance.choice("FM"),
        "birth_date": f"19{70 + index % 30}-03-0{1 + index % 9}",
        "birth_place": {"insee_code": "75112", "city": "Paris 12e", "country": "FR"},
        "email": None,
        "access_path": "vae",
        "blocks": [1, 2, 3] if index == 0 else sorted(chance.sample([1, 2, 3], chance.choice([1, 3, 3, 3]))),
    }


def _session(
    chance: random.Random, referential: Referential, people: list[Any], jurors: list[str], index: int
) -> dict[str, Any]:
    president, *members = chance.sample(jurors, 4)
    registrations = [
        {
            "candidate": person["ref"],
            "modality": modality.code,
            "attendance": chance.choice(ATTENDANCES),
            "levels": _levels(chance, referential, modality.code, 0.1),
            "sheets": {juror: _levels(chance, referential, modality.code, 0.15) for juror in (president, *members)},
        }
        for person in people
        for modality in referential.modalities
    ]
    chance.shuffle(registrations)
    overridden = chance.sample(registrations, 3)
    return {
        "ref": f"session-{index}",
        "date": f"2027-0{3 + index}-15",
        "place": "Lyon",
        "modalities": [modality.code for modality in referential.modalities],
        "jury": {"president": president, "members": members},
        "registrations": registrations,
        "overrides": [
            {
                "candidate": registration["candidate"],
                "competency": referential.competencies_of_modality(registration["modality"])[0].code,
                "acquired": chance.random() < 0.5,
                "reason": "Décision souveraine du jury.",
            }
            for registration in overridden
        ],
    }


def _levels(chance: random.Random, referential: Referential, modality: str, share: float) -> dict[str, str]:
    criteria = referential.criteria_of(code.code for code in referential.competencies_of_modality(modality))
    return {criterion.code: chance.choice(LEVELS) for criterion in criteria if chance.random() < share}
