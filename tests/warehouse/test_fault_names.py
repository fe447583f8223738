"""Check that every question a load can raise about a row has a short name for screens and tables."""

from __future__ import annotations

from data.metrics.groupings import FAULTS as SHORT
from etl.faults import FAULTS


def test_every_question_a_load_can_raise_has_a_short_name() -> None:
    assert {code for code, fault in FAULTS.items() if fault.kind == "finding"} <= set(SHORT)
    assert all(words.en and words.zh for words in SHORT.values())
