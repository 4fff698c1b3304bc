"""Charts of accounts, as their files hold them and the API shows them."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

AccountCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,2}$")]
"""A two-digit account, or the number of a chapter."""
ChartId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+){0,7}$", max_length=64)]


class Account(BaseModel):
    """A two-digit account of a chapter."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: AccountCode
    title: str


class Chapter(BaseModel):
    """A chapter (*grand poste*) of the form."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int = Field(ge=1, le=99)
    title: str
    accounts: tuple[Account, ...] = Field(description="Those that are known; a line may name the chapter itself")


class Addition(BaseModel):
    """What is added after the sub-total of the chapters, as a percentage of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Literal["contingency", "overheads"]
    title: str


class ChartOfAccounts(BaseModel):
    """One version of a chart of accounts. It never changes; a revised form is another chart."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: ChartId
    year: int = Field(description="Of the form")
    kind: Literal["feature", "documentary", "animation", "magazine", "commercial"] = Field(
        description="The works that the form is for"
    )
    title: str
    source: str
    chapters: tuple[Chapter, ...]
    after_subtotal: tuple[Addition, ...]


class ChartList(BaseModel):
    """All charts, as one page."""

    items: list[ChartOfAccounts]
    next_cursor: None = Field(default=None, description="There is no next page")
