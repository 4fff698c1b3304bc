"""The match risk of candidates as the API shows it."""

from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from parchemin.candidates.matching.rules import Level, Risk, Stumble, level_of
from parchemin.candidates.matching.texts import TEXTS
from parchemin.common.language import Language


class RiskView(BaseModel):
    """One thing that the national register would stumble over."""

    code: Stumble
    severity: Level
    pointer: str = Field(description="JSON pointer of the member of the candidate's record that is to be mended")
    detail: str = Field(description="French, or English by `Accept-Language`")
    suggestion: str | list[str] | None = Field(description="What the member would be then, where that can be told")


class MatchRiskView(BaseModel):
    """What the national register would stumble over, looking this candidate up."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "candidate_id": "0199c2a0-c4d9-7a1e-9a3c-0d6f2f1b7c55",
                "level": "high",
                "risks": [
                    {
                        "code": "name_has_title",
                        "severity": "high",
                        "pointer": "/birth_name",
                        "detail": "Le nom contient une civilité ou un titre.",
                        "suggestion": "Lefèvre",
                    }
                ],
            }
        }
    )

    candidate_id: UUID
    level: Level = Field(description="The gravest of the risks")
    risks: list[RiskView]

    @classmethod
    def of(cls, candidate_id: UUID, risks: tuple[Risk, ...], language: Language) -> Self:
        """In one language."""
        return cls(
            candidate_id=candidate_id,
            level=level_of(risks),
            risks=[
                RiskView(
                    code=risk.stumble,
                    severity=risk.severity,
                    pointer=risk.pointer,
                    detail=TEXTS[risk.stumble].say(language),
                    suggestion=list(risk.suggestion) if isinstance(risk.suggestion, tuple) else risk.suggestion,
                )
                for risk in risks
            ],
        )
