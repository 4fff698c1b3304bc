"""A cohort of any size that passes everything: sessions of 25 candidates, all four modalities, a jury of three."""

from datetime import date, timedelta
from typing import Any

from benchmarks.documents.cohort import FIRST_NAMES, LAST_NAMES

from parchemin.standalone.demo.scenario import Scenario

SEATS = 25
JURY = ("jury-0", "jury-1", "jury-2")
MODALITIES = ("M1", "M2", "M3", "M4")


def cohort(candidates: int) -> Scenario:
    """So many candidates, from the first entry to the last diploma."""
    people = [_candidate(rank) for rank in range(candidates)]
    return Scenario.model_validate(
        {
            "name": f"{candidates} candidates",
            "organisation": {"name": "École d'essai", "code": "ESSAI"},
            "candidates": people,
            "sessions": [
                _session(number, [person["ref"] for person in people[start : start + SEATS]])
                for number, start in enumerate(range(0, candidates, SEATS))
            ],
        }
    )


def _candidate(rank: int) -> dict[str, Any]:
    return {
        "ref": f"p{rank:05d}",
        "birth_name": LAST_NAMES[rank % len(LAST_NAMES)],
        "first_names": [FIRST_NAMES[rank // len(LAST_NAMES) % len(FIRST_NAMES)], f"N{rank}"],
        "sex": "FM"[rank % 2],
        "birth_date": f"{1975 + rank % 30}-{1 + rank % 12:02d}-{1 + rank % 28:02d}",
        "birth_place": {"insee_code": "75112", "city": "Paris 12e", "country": "FR"},
        "access_path": "initial_training",
        "blocks": [1, 2, 3],
    }


def _session(number: int, candidates: list[str]) -> dict[str, Any]:
    president, *members = JURY
    return {
        "ref": f"s{number:03d}",
        "date": (date(2024, 1, 8) + timedelta(days=number)).isoformat(),
        "place": "Paris",
        "modalities": MODALITIES,
        "jury": {"president": president, "members": members},
        "registrations": [
            {"candidate": candidate, "modality": modality, "attendance": "present"}
            for candidate in candidates
            for modality in MODALITIES
        ],
    }
