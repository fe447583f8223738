"""Check what an answer shows beside its figures: groups where nothing happened, missing ones, few rows, words."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from data.metrics import METRICS, SORTS, ask, show
from data.metrics.answer import Row
from data.picture import values
from data.scope import Scope
from data.site import Site
from errors import BadQuestion, NotAllowed, UnknownMetric
from words import Words


def test_areas_where_nothing_happened_are_there_with_n_0(place: Any) -> None:
    answer = ask(place.warehouse, "closure_rate", by="township")
    found = {row.group: row for row in answer.rows}
    assert list(found) == ["T1", "T2", "T3", "T4", "T5", None]
    assert found["T5"] == Row("T5", Words("Nowhere", "Nowhere"), None, 0, 0, 0)
    assert found[None].label.zh == "未定位"
    assert found[None].n > 0
    assert ask(place.warehouse, "volume", by="township").rows[4].value == 0


def test_parts_and_the_missing_group_make_the_whole(place: Any) -> None:
    whole = ask(place.warehouse, "volume").rows[0].value
    for by in METRICS["volume"].groupings:
        if by not in ("province", "city", "village"):
            assert sum(row.value for row in ask(place.warehouse, "volume", by=by).rows) == whole, by


def test_hours_weekdays_and_days_without_facts_are_shown(place: Any) -> None:
    where = {"grid": "G05", "item": "sign", "channel": "patrol"}
    assert [row.group for row in ask(place.warehouse, "volume", by="hour", where=where).rows] == [
        str(hour) for hour in range(24)
    ]
    assert len(ask(place.warehouse, "volume", by="weekday", where=where).rows) == 7
    days = ask(place.warehouse, "volume", by="date", where=where, since="2018-12-01", until="2019-01-01").rows
    assert [row.group for row in days] == [f"2018-12-{day:02d}" for day in range(1, 15)]
    weeks = ask(place.warehouse, "volume", by="week", where=where, since="2018-12-01").rows
    assert all(row.group and row.group.startswith("2018-W") for row in weeks)


def test_a_filter_leaves_only_the_areas_it_touches(place: Any) -> None:
    grids = [row.group for row in ask(place.warehouse, "volume", by="grid", where={"township": "T1"}).rows]
    assert grids == [f"G{row}{column}" for row in range(3) for column in range(3)]
    assert [row.group for row in ask(place.warehouse, "volume", by="township", where={"grid": "G05"}).rows] == ["T2"]
    by_name = ask(place.warehouse, "volume", by="township", where={"township": ["North", "T5"]}).rows
    assert [row.group for row in by_name] == ["T1", "T5"]


def test_the_missing_group_can_be_asked_for(place: Any) -> None:
    rows = {row.group: row for row in ask(place.warehouse, "volume", by="township").rows}
    assert ask(place.warehouse, "volume", where={"township": ""}).rows[0].value == rows[None].value
    both = ask(place.warehouse, "volume", where={"township": ["T1", ""]}).rows[0].value
    assert both == rows[None].value + rows["T1"].value


def test_several_groupings(place: Any) -> None:
    answer = ask(place.warehouse, "on_time_closure_rate", by=("township", "month"))
    months = {row.group: row for row in ask(place.warehouse, "on_time_closure_rate", by="month").rows}
    for month, row in months.items():
        parts = [part for part in answer.rows if part.group[1] == month]
        assert sum(part.numerator for part in parts) == row.numerator
    frame = answer.frame()
    assert list(frame.columns[:3]) == ["township", "month", "group"]
    assert frame["group"][0] == "T1|2018-06"


def test_few_rows_are_kept_but_marked(place: Any) -> None:
    answer = ask(place.warehouse, "closure_rate", by="grid", since="2018-11-01", until="2018-12-01")
    marked = [row for row in answer.rows if answer.is_few(row)]
    assert answer.min_n == 30
    assert marked
    assert all(0 < row.n < 30 and row.value is not None for row in marked)
    assert not any(answer.is_few(row) for row in answer.rows if row.n >= 30 or row.n == 0)
    counts = ask(place.warehouse, "volume", by="grid")
    assert not any(counts.is_few(row) for row in counts.rows)


def test_the_sentence_says_all_that_was_applied(place: Any) -> None:
    answer = ask(
        place.warehouse,
        "closure_rate",
        by="township",
        where={"item": ["noise", ""], "township": ["T1", "T2"]},
        since="2018-11-05",
        until="2018-11-12",
        scope=Scope("head", frozenset({"T1", "T2", "T3"})),
    )
    assert answer.sentence("en") == (
        "closure rate by quarter; only 3 townships you may see; deadline for closure: 2018-11-05 – 2018-11-11; "
        "item: Noise, not stated; quarter: North, East; as of 2018-12-14 12:30"
    )
    assert answer.sentence("zh") == (
        "各片区办结率；仅您有权查看的 3 个乡镇街道；办结时限届满：2018-11-05 – 2018-11-11；"
        "事项：noise、未填；片区：North、East；截至 2018-12-14 12:30"
    )
    state = ask(place.warehouse, "overdue_backlog", since="today")
    assert state.sentence("en") == "overdue for closure; state at 2018-12-14 12:30, no period applies"
    assert (state.since, state.until) == (None, None)


def test_scope_limits_rows_areas_and_what_may_be_named(place: Any) -> None:
    scope = Scope("head", frozenset({"T1"}))
    everything = {row.group: row.value for row in ask(place.warehouse, "volume", by="township").rows}
    mine = ask(place.warehouse, "volume", by="township", scope=scope)
    assert {row.group: row.value for row in mine.rows} == {"T1": everything["T1"]}
    assert ask(place.warehouse, "volume", scope=scope).rows[0].value == everything["T1"]
    assert [row.group for row in ask(place.warehouse, "volume", by="county", scope=scope).rows] == ["C1"]
    for where in ({"township": "T2"}, {"grid": "G05"}, {"township": ["T1", "T2"]}):
        with pytest.raises(NotAllowed):
            ask(place.warehouse, "volume", where=where, scope=scope)
    assert ask(place.warehouse, "volume").rows[0].value == sum(everything.values())


def test_relative_periods_are_those_of_the_sites_now(place: Any) -> None:
    answer = ask(place.warehouse, "volume", since="last_week")
    assert (answer.since, answer.until) == (date(2018, 12, 3), date(2018, 12, 10))
    past = ask(place.warehouse, "volume", since="today", as_of="2018-11-04T00:30")
    assert (past.since, past.until) == (date(2018, 11, 4), date(2018, 11, 5))
    assert past.as_of == datetime(2018, 11, 4, 7, 30)


@pytest.mark.parametrize(
    ("metric", "question", "error", "said"),
    [
        ("closure_rat", {}, UnknownMetric, "closure_rate"),
        ("volume", {"by": "townshp"}, BadQuestion, "township"),
        ("volume", {"by": "village"}, BadQuestion, "county, township, grid"),
        ("closure_rate", {"by": "state"}, BadQuestion, "township"),
        ("volume", {"by": ("item", "item")}, BadQuestion, "only once"),
        ("volume", {"where": {"townshp": "T1"}}, BadQuestion, "township"),
        ("volume", {"where": {"township": "Nort"}}, BadQuestion, "North"),
        ("volume", {"where": {"item": "noize"}}, BadQuestion, "noise"),
        ("volume", {"where": {"hour": "25"}}, BadQuestion, "hour"),
        ("volume", {"where": {"cell8": "zz"}}, BadQuestion, "zz"),
        ("volume", {"where": {"date": "2018-01-01"}}, BadQuestion, "date"),
        ("volume", {"since": "lastweek"}, BadQuestion, "last_week"),
        ("volume", {"as_of": "noon"}, BadQuestion, "noon"),
        ("hotspot_z", {}, BadQuestion, "one grouping"),
        ("hotspot_z", {"by": "item"}, BadQuestion, "cell8"),
        ("findings", {"by": "date"}, BadQuestion, "fault"),
        ("cases_filed", {"by": "squad"}, BadQuestion, "item"),
    ],
)
def test_what_does_not_exist_is_refused_with_what_was_meant(
    place: Any, metric: str, question: dict[str, Any], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        ask(place.warehouse, metric, **question)


def test_orders(place: Any) -> None:
    answer = ask(place.warehouse, "closure_rate", by="township")
    best = [row.value for row in answer.sorted("value").rows]
    assert best[-1] is None
    assert best[:-1] == sorted(best[:-1], reverse=True)
    assert [row.group for row in answer.sorted("group", descending=False).rows][-1] is None
    assert [row.group for row in answer.sorted("n").first(2).rows] != []
    for order in SORTS:
        assert sorted(map(str, answer.sorted(order).rows)) == sorted(map(str, answer.rows))
    with pytest.raises(BadQuestion, match="value"):
        answer.sorted("fine")  # type: ignore[arg-type]


def test_a_map_shows_what_the_table_says(place: Any) -> None:
    answer = ask(place.warehouse, "closure_rate", by="grid")
    assert values(answer) == {row.group: row.value for row in answer.rows if row.group}
    with pytest.raises(BadQuestion):
        values(ask(place.warehouse, "closure_rate"))


def test_where_a_column_is_empty_nothing_can_be_said(build_place: Any) -> None:
    row = {
        "incident_id": "a",
        "source": "s",
        "source_id": "a",
        "state": "open",
        "opened_at": datetime(2018, 12, 1),
        "opened_local": datetime(2018, 12, 1),
        "local_date": date(2018, 12, 1),
        "township": "T1",
        "faults": [],
    }
    site = Site(Words("x", "x"), "UTC", levels=("township",), as_of=datetime(2018, 12, 2))
    bare = build_place({"incidents": [row]}, site=site).warehouse
    for metric, column in {
        "cases_filed": "cases",
        "ownerless_5": "owner",
        "overdue_backlog": "due at",
        "repeat_rate": "repeat of",
    }.items():
        answer = ask(bare, metric, by="township")
        assert {row.value for row in answer.rows} == {None}
        assert f"no {column} in this site's data" in answer.sentence("en")
    assert ask(bare, "backlog_open").rows[0].value == 1
    assert ask(bare, "closure_rate").rows[0].value is None


def test_values_are_said_as_people_read_them() -> None:
    assert show(METRICS["arrival_rate_15"], 4040 / 4770) == "84.7 %"
    assert show(METRICS["arrival_p90"], 997.4) == "997.4 s"
    assert show(METRICS["arrival_p90"], 997.4, "zh") == "997.4 秒"
    assert show(METRICS["volume"], 4770) == "4,770"
    assert show(METRICS["hotspot_z"], 2.071) == "2.07"
    assert show(METRICS["volume"], None) == show(METRICS["volume"], float("nan")) == "–"


def test_a_running_clock_moves_in_steps_so_that_viewers_share_answers(build_place: Any, tmp_path: Any) -> None:
    from dataclasses import replace

    from data.warehouse import open_warehouse

    running = replace(build_place({"incidents": []}).warehouse.site, as_of=None)
    root = build_place({"incidents": []}, site=running).warehouse.root
    ticks = iter(datetime(2018, 12, 14, 20, 30, 1) + timedelta(seconds=2 * n) for n in range(5))
    clock = open_warehouse(root, clock=lambda: next(ticks))
    assert [ask(clock, "backlog_open").as_of.second for _ in range(3)] == [0, 0, 0]
