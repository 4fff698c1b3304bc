"""Countries by ISO and by INSEE code."""

import pytest

from parchemin.candidates.geography.countries import countries


@pytest.mark.parametrize(
    ("iso", "insee"), [("DZ", "99352"), ("UA", "99155"), ("GB", "99132"), ("XK", "99157"), ("FR", None)]
)
def test_birth_abroad_has_the_insee_code_of_the_country_as_it_is_today(iso: str, insee: str | None) -> None:
    assert countries()[iso].insee_code == insee


def test_every_country_but_antarctica_is_french_or_has_an_insee_code() -> None:
    without = [code for code, country in countries().items() if country.french == (country.insee_code is not None)]
    assert without == ["AQ"]
    assert all(
        c.insee_code is None or (len(c.insee_code) == 5 and c.insee_code[:2] == "99") for c in countries().values()
    )
