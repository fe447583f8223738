"""The catalogue: 416 items in five classes, 90 / 53 / 209 on the lists and 64 on none."""

from __future__ import annotations

from collections import Counter

import numpy as np
from openpyxl import load_workbook

from data.demo.catalogue import catalogue
from data.demo.chance import pick, pick_within, stream
from data.demo.regions import shares
from data.demo.rhythm import HOURS, SAME_HOURS
from data.demo.sites import KINDS


def test_the_items_are_416_all_different() -> None:
    items = catalogue().items
    assert len(items) == 416
    for name in ("code", "name"):
        assert len({getattr(item, name) for item in items}) == 416
    assert all(item.name and item.name_en and "{" not in item.name + item.name_en for item in items)
    assert {item.item_class for item in items} == set("12345")


def test_the_lists_have_their_lengths() -> None:
    assert Counter(item.list for item in catalogue().items) == {"street": 90, "village": 53, "enterprise": 209, "": 64}


def test_each_group_has_a_rhythm_a_place_and_a_clock() -> None:
    for group in catalogue().groups:
        assert SAME_HOURS.get(group.rhythm, group.rhythm) in HOURS
        assert group.place in KINDS
        assert group.clock in ("work_hours", "work_days")
        assert group.amount > 0
        assert group.last > group.first
    urgent = sum(group.weight for group in catalogue().groups if group.first_response)
    assert 0.3 < urgent / sum(group.weight for group in catalogue().groups) < 0.5


def test_the_workbook_lists_every_item(made: object) -> None:
    rows = list(load_workbook(made.folder / "items.xlsx").active.iter_rows(values_only=True))  # type: ignore[attr-defined]
    assert len(rows) == 417
    assert rows[0][0] == "编码"
    assert Counter(row[6] or "" for row in rows[1:]) == {"街": 90, "村": 53, "企": 209, "": 64}


def test_draws_follow_their_weights() -> None:
    rng = stream(1, "test")
    weight = np.array([1.0, 0.0, 3.0])
    found = np.bincount(pick(rng, weight, 40_000), minlength=3) / 40_000
    assert np.allclose(found, [0.25, 0, 0.75], atol=0.01)
    # two ranges of one table: rows 0 to 3 and 3 to 5
    weight = np.array([1.0, 0.0, 3.0, 2.0, 2.0])
    first = np.repeat([0, 3], 20_000)
    found = np.bincount(pick_within(rng, weight, first, np.repeat([3, 5], 20_000)), minlength=5) / 20_000
    assert np.allclose(found, [0.25, 0, 0.75, 0.5, 0.5], atol=0.015)


def test_streams_do_not_depend_on_one_another() -> None:
    assert stream(7, "a").random() == stream(7, "a").random()
    assert (
        len({stream(7, "a").random(), stream(7, "b").random(), stream(8, "a").random(), stream(7, "a", 1).random()})
        == 4
    )


def test_whole_units_are_shared_out_exactly() -> None:
    found = shares(77, np.array([5.0, 1.0, 0.001, 3.0]))
    assert found.sum() == 77
    assert found.min() >= 1
    assert found[0] > found[3] > found[1] >= found[2]
