"""Sparse answers: of each item of a list, the members that a client names (`fields=id,birth_place.city`)."""

from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Query, Response
from pydantic import BaseModel, ConfigDict, Field, create_model

from parchemin.common.language import Text
from parchemin.common.paging import Page
from parchemin.common.problems import FieldFault, Unprocessable

V = TypeVar("V", bound=BaseModel)
Chosen = frozenset[str] | None
"""Names of members, those of a member's own after a point; None for all."""


class FieldUnknown(Unprocessable):
    """What is asked for has no member of that name."""

    code = "field_unknown"

    def __init__(self) -> None:
        text = Text("Ces objets n'ont pas ce membre.", "These objects have no such member.")
        super().__init__(faults=[FieldFault("#query/fields", self.code, text)])


class Fields:
    """A list's `fields` parameter. A dependency: it gives the members that are asked for."""

    def __init__(self, view: type[BaseModel]) -> None:
        self.names = tuple(_names(view))
        self.answer: Any = Page[view] | Page[_part(view)]  # type: ignore[valid-type,misc]  # made at run time
        """For `response_model`: whole items or parts of them."""

    def __call__(
        self,
        fields: Annotated[
            list[str] | None,
            Query(description="Only these members of each item, with commas between them; all where it is left out"),
        ] = None,
    ) -> Chosen:
        if fields is None:
            return None
        chosen = frozenset(name for some in fields for name in some.split(","))
        if not chosen <= set(self.names):
            raise FieldUnknown
        return chosen

    @property
    def schema(self) -> dict[str, Any]:
        """Of the parameter, as the OpenAPI document has it."""
        return {"type": "array", "items": {"type": "string", "enum": list(self.names)}, "minItems": 1}


def sparse(page: Page[V], chosen: Chosen) -> Page[V] | Response:
    """The page, or an answer with the chosen members of its items only."""
    if chosen is None:
        return page
    include: Any = {"next_cursor": True, "items": {"__all__": _tree(sorted(chosen))}}
    return Response(page.model_dump_json(include=include), media_type="application/json")


def _names(view: type[BaseModel]) -> Sequence[str]:
    names = []
    for name, field in view.model_fields.items():
        names.append(name)
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            names += [f"{name}.{inner}" for inner in field.annotation.model_fields]
    return names


def _tree(names: Sequence[str]) -> dict[str, Any]:
    """`birth_place` as a whole wins over a member of it."""
    tree: dict[str, Any] = {}
    for name in names:
        outer, point, inner = name.partition(".")
        if not point:
            tree[outer] = True
        elif tree.get(outer) is not True:
            tree.setdefault(outer, {})[inner] = True
    return tree


def _part(view: type[BaseModel]) -> type[BaseModel]:
    """The view with no member that must be there."""
    members: dict[str, Any] = {}
    for name, field in view.model_fields.items():
        kind: Any = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            kind = _part(kind)
        else:
            kind = Annotated[(kind, *field.metadata)] if field.metadata else kind
        members[name] = (kind, Field(default=None, description=field.description, json_schema_extra=_no_default))
    return create_model(
        f"{view.__name__}Part",
        __config__=ConfigDict(extra="forbid"),
        __doc__=f"Some members of a `{view.__name__}`: those that `fields` names.",
        **members,
    )


def _no_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)
