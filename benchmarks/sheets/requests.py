"""The sheets that are sent: to the product with a juror's token, to the floor with what it does not look up."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from benchmarks.http_load import Request
from benchmarks.sheets.school import EXEMPT, MODALITY, Due

from parchemin.common.auth.keys import LocalKey
from parchemin.common.auth.tokens import development_token
from parchemin.common.settings import AuthSettings
from parchemin.contracts.referential import Referential
from parchemin.contracts.vocabulary import Role
from parchemin.evaluations.referential.service import REGISTERED

COMMENTED = 7
"""Every so manieth criterion is not met, and says why."""
COMMENT = "Les publics cibles ne sont pas définis assez précisément pour la diffusion prévue."


class Sheets:
    """Writes the jurors' sheets. The key is the one that the product checks tokens by."""

    def __init__(self, key: LocalKey) -> None:
        self._key = key
        self._settings = AuthSettings()
        self._tokens: dict[UUID, str] = {}
        self._criteria = _criteria()

    def levels(self, due: Due) -> list[dict[str, str]]:
        """What the juror found: another sheet has its comments elsewhere."""
        shift = due.registration_id.int % COMMENTED
        return [
            {"criterion": code, "level": "not_met", "comment": COMMENT}
            if (place + shift) % COMMENTED == 0
            else {"criterion": code, "level": "met"}
            for place, code in enumerate(self._criteria)
        ]

    def to_product(self, due: Due) -> Request:
        """As a juror's app sends it."""
        entry = {"registration_id": str(due.registration_id), "state": "signed", "levels": self.levels(due)}
        headers = (("Authorization", f"Bearer {self.token(due)}"), ("Content-Type", "application/json"))
        return Request("POST", "/v1/sheets", headers, json.dumps(entry, ensure_ascii=False).encode())

    def to_floor(self, due: Due) -> Request:
        """With all ids, since the floor only passes them on."""
        ids = {name: str(value) for name, value in asdict(due).items()}
        body = json.dumps({**ids, "levels": self.levels(due)}, ensure_ascii=False).encode()
        return Request("POST", "/", (("Content-Type", "application/json"),), body)

    def token(self, due: Due) -> str:
        """Of the juror who is to sign; each made once."""
        if due.juror_id not in self._tokens:
            self._tokens[due.juror_id] = development_token(
                self._key,
                self._settings,
                subject=str(due.juror_id),
                roles=[Role.JURY_MEMBER],
                organisation_id=due.organisation_id,
            )
        return self._tokens[due.juror_id]


def _criteria() -> Sequence[str]:
    referential = Referential.model_validate_json(REGISTERED.read_text(encoding="utf-8"))
    modality = referential.competencies_of_modality(MODALITY)
    judged = [competency.code for competency in modality if competency.code != EXEMPT]
    return [criterion.code for criterion in referential.criteria_of(judged)]
