"""Every sentence of datums, repairs and partition checks is said in Chinese too, with the same values."""

from __future__ import annotations

import string

import pytest

import words
from geo import crs, crs_suggest, measure, partition, partition_report, repair

SENTENCES = [
    *(crs.NOT_STATED, crs.NOT_KNOWN, crs.NOT_PLANE, crs.NO_DATUM, crs.NO_SHIFT),
    *(crs_suggest.NOTHING, crs_suggest.PERHAPS, *crs_suggest.TEMPLATES.values()),
    *(measure.NO_POINT, partition.LENGTHS, partition.NO_PARENT, repair.AREA),
    *repair.TEMPLATES.values(),
    *partition_report.TEMPLATES.values(),
]


def fields(template: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_sentence_has_its_chinese(sentence: str) -> None:
    chinese = words.catalogue("zh").get(sentence)
    assert chinese is not None
    assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese)
    assert fields(chinese) == fields(sentence)
