"""A model's table, for the statements that work on tables."""

import pytest
from libs.common.tests.toy_service import Note
from sqlalchemy.exc import NoInspectionAvailable

from parchemin.common.statements import table_of


def test_a_models_table_is_found() -> None:
    assert table_of(Note).name == "notes"


def test_what_is_no_model_has_no_table() -> None:
    with pytest.raises(NoInspectionAvailable):
        table_of(str)
