"""Sparse answers: the members that are asked for, and no others."""

import json
from typing import Any

import pytest
from fastapi import Response
from pydantic import BaseModel, TypeAdapter

from parchemin.common.fields import Fields, FieldUnknown, sparse
from parchemin.common.paging import Page


class Place(BaseModel):
    city: str
    country: str | None


class View(BaseModel):
    id: int
    place: Place
    note: str | None = None


FIELDS = Fields(View)
PAGE = Page[View](items=[View(id=1, place=Place(city="Gand", country="BE"))], next_cursor="next")


def items(*asked: str) -> Any:
    answer = sparse(PAGE, FIELDS(list(asked)))
    assert isinstance(answer, Response)
    body = json.loads(bytes(answer.body))
    assert body["next_cursor"] == "next"
    TypeAdapter(FIELDS.answer).validate_json(bytes(answer.body))
    return body["items"]


def test_members_are_named_with_commas_or_one_by_one_and_inner_ones_after_a_point() -> None:
    assert FIELDS.names == ("id", "place", "place.city", "place.country", "note")
    assert items("id,place.city") == items("id", "place.city") == [{"id": 1, "place": {"city": "Gand"}}]
    assert items("place.city,place") == [{"place": {"city": "Gand", "country": "BE"}}]
    assert items("note") == [{"note": None}]


def test_all_of_them_where_none_is_named() -> None:
    assert sparse(PAGE, FIELDS(None)) is PAGE


@pytest.mark.parametrize("asked", ["", "name", "id,", "place.street", "id.place", "__class__"])
def test_what_is_no_member_is_refused(asked: str) -> None:
    with pytest.raises(FieldUnknown) as refused:
        FIELDS([asked])
    assert refused.value.faults[0].pointer == "#query/fields"


def test_a_part_is_documented_as_one() -> None:
    schema = TypeAdapter(FIELDS.answer).json_schema(mode="serialization")["$defs"]
    assert "required" not in schema["ViewPart"]
    assert schema["ViewPart"]["additionalProperties"] is False
    assert "default" not in schema["ViewPart"]["properties"]["id"]
