"""Check that nothing but a plain name becomes an identifier, and that what a person types is only ever a value."""

from __future__ import annotations

from typing import Any

import pytest

from data.metrics import ask
from data.quoting import identifier
from errors import BadQuestion

ATTACKS = ['x"; DROP TABLE incidents; --', "a b", "", "1a", "列", "a.b", "a;b", 'a"']


def test_a_plain_name_is_quoted() -> None:
    assert identifier("incident_steps") == '"incident_steps"'


@pytest.mark.parametrize("name", ATTACKS)
def test_anything_else_is_refused(name: str) -> None:
    with pytest.raises(BadQuestion):
        identifier(name)


@pytest.mark.parametrize("text", [text for text in ATTACKS if text])
def test_values_never_reach_the_sql(place: Any, text: str) -> None:
    with pytest.raises(BadQuestion):
        ask(place.warehouse, "volume", where={"channel": text})
    answer = ask(place.warehouse, "volume", where={"township": "North", "channel": "patrol"})
    assert "patrol" not in answer.sql
    assert "T1" not in answer.sql
    assert answer.values == {"is_channel": ["patrol"], "is_township": ["T1"]}
