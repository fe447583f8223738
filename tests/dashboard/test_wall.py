"""Check the parts of the wall as plain functions: every figure equals ``ask``, and every state has its words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from dash.development.base_component import Component

from dashboard.wall import bar, detail, incidents, marks, townships
from dashboard.wall.map import geometry_url, picture
from dashboard.wall.numbers import room_numbers
from dashboard.wall.shading import class_values, interval_text, ramp_of, shade
from dashboard.writing import age_text, distance_text, local_text, parts_text, value_text
from data import picture as pictures
from data.board import read_board
from data.hotspot import judge
from data.metrics.asking import ask
from data.metrics.registry import METRICS
from data.periods import RELATIVE
from data.routing import Routes
from data.warehouse import Warehouse, open_warehouse
from tests.small_county import NOW, SITE, build
from words import Words

FRAME = {"lang": "zh", "theme": "dark"}


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return open_warehouse(build(tmp_path_factory.mktemp("county")))


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return open_warehouse(build(tmp_path_factory.mktemp("bare"), incidents=False, roads=False))


def words_of(node: Any) -> Iterator[str]:
    """Every text a component shows, in order."""
    if isinstance(node, str | int | float):
        yield str(node)
    elif isinstance(node, list | tuple):
        for part in node:
            yield from words_of(part)
    elif isinstance(node, Component):
        yield from words_of(getattr(node, "children", None) or [])


def said(node: Any) -> str:
    return " ".join(words_of(node))


def test_the_numbers_are_those_of_ask(county: Warehouse) -> None:
    board = read_board(county)
    numbers = {number.key: number for number in room_numbers(county, board, lang="zh")}
    assert list(numbers) == ["overtime", "pending", "soon", "ownerless", "pairs", "arrival_rate", "arrival"]
    for key, metric in {"overtime": "overdue_arrival", "pending": "backlog_open", "soon": "due_soon_30",
                        "ownerless": "ownerless_5"}.items():  # fmt: skip
        assert numbers[key].text == f"{ask(county, metric).rows[0].value:,.0f}"
    assert numbers["overtime"].state == "red"
    assert numbers["soon"].state == "amber"
    assert (numbers["pairs"].text, numbers["pairs"].detail) == ("3", "/ 空闲 3 队")
    row = ask(county, "arrival_rate_15", since="today").rows[0]
    assert numbers["arrival_rate"].detail == f"{row.numerator:.0f}/{row.denominator:.0f}"
    assert numbers["arrival_rate"].state == "stale", "a handful of cases is hatched"
    p50, p90 = (ask(county, f"arrival_p{p}", since="today").rows[0].value for p in (50, 90))
    assert numbers["arrival"].text == f"{p50 / 60:.1f} / {p90 / 60:.1f}"


def test_a_number_that_is_zero_is_calm(county: Warehouse) -> None:
    long_ago = county.site.as_of.replace(year=2020)  # type: ignore[union-attr]
    quiet = open_warehouse(county.root)
    quiet.site = replace(quiet.site, as_of=long_ago)
    numbers = room_numbers(quiet, read_board(quiet), lang="en")
    assert [number.state for number in numbers[:4]] == ["plain"] * 4
    assert [number.text for number in numbers[:4]] == ["0"] * 4
    assert numbers[5].text == "none due yet"


def test_without_incidents_there_is_nothing_to_count(bare: Warehouse) -> None:
    board = read_board(bare)
    assert room_numbers(bare, board, lang="zh") == []
    assert said(incidents.rows(board, bare.site, "zh")) == "未装载事件：本站点只有底图。"


@pytest.mark.parametrize("metric", ["arrival_rate_15", "arrival_p90", "volume", "overdue_backlog", "hotspot_z"])
@pytest.mark.parametrize("level", ["township", "grid", "cell8"])
def test_the_map_shows_what_ask_says(county: Warehouse, metric: str, level: str) -> None:
    answer = ask(county, metric, by=level, since="all")
    shading = shade(answer, lang="zh", theme="dark")
    values = pictures.values(answer)
    assert set(shading.hideout["values"]) == {code for code, value in values.items() if value is not None}
    classes, groups = class_values(answer)
    edges = [-float("inf"), *classes.breaks, float("inf")]
    for code, held in shading.hideout["values"].items():
        assert held["t"].split()[0] == value_text(METRICS[metric], values[code]).split()[0]
        if code in groups:
            assert edges[held["c"]] < values[code] <= edges[held["c"] + 1]
        else:
            assert held["few"]
            assert held["c"] == -1
    assert shading.hideout["classes"] == len(classes.intervals)


def test_few_cases_take_no_part_in_the_classes(county: Warehouse) -> None:
    answer = ask(county, "arrival_rate_15", by="grid", since="all")
    few = [row for row in answer.rows if answer.is_few(row)]
    assert few
    shading = shade(answer, lang="zh", theme="dark")
    assert all(shading.hideout["values"][row.group]["few"] for row in few)
    assert "样本少于 30" in said(shading.legend)


def test_orange_is_where_to_look() -> None:
    assert ramp_of(METRICS["arrival_rate_15"]) == "bad_good"
    assert ramp_of(METRICS["arrival_p90"]) == "good_bad"
    assert ramp_of(METRICS["volume"]) == ramp_of(METRICS["overdue_backlog"]) == "volume"
    assert ramp_of(METRICS["hotspot_z"]) == "diverging"


def test_the_legend_writes_bounds_as_the_values_are() -> None:
    count, share = METRICS["volume"], METRICS["arrival_rate_15"]
    assert interval_text(count, 0, 5, first=True) == "0 – 5"
    assert interval_text(count, 5, 9) == "6 – 9"
    assert interval_text(count, 5, 6) == "6"
    assert interval_text(share, 0.5, 0.847) == "50.0% – 84.7%"
    assert interval_text(METRICS["hotspot_z"], None, -1.96) == "≤ -1.96"
    assert interval_text(METRICS["hotspot_z"], 1.96, None) == "> +1.96"


def test_hotspots_are_those_judged(county: Warehouse) -> None:
    found = picture(county, metric="volume", level="grid", period="all", hotspots=True, frame=FRAME)
    hots = judge(county, ask(county, "volume", by="grid", since="all"))
    expected = {one.group for one in hots if one.kind in ("hot", "cold")}
    assert {mark["properties"]["id"] for mark in found.hotspots["features"]} == expected
    assert set(found.hideout["hot"]) == expected
    plain = picture(county, metric="volume", level="grid", period="all", hotspots=False, frame=FRAME)
    assert plain.hotspots["features"] == []


def test_what_cannot_be_asked_is_said_on_the_map(county: Warehouse) -> None:
    found = picture(county, metric="unplaced_rate", level="cell8", period="all", hotspots=False, frame=FRAME)
    assert "unplaced_rate" in found.note
    assert found.url.startswith("/api/cells/cell8.geojson?v=")
    assert found.legend == []


def test_the_address_of_the_shapes_carries_their_hash(county: Warehouse, bare: Warehouse) -> None:
    assert geometry_url(county, "grid") == geometry_url(bare, "grid")
    assert geometry_url(county, "grid") != geometry_url(county, "township")


def test_strip_and_table_are_those_of_ask(county: Warehouse) -> None:
    compared = townships.compare(county, townships.TABLE_METRICS, level="township", period="all")
    rows = {row["code"]: row for row in townships.table_rows(compared, "zh")}
    assert set(rows) == {"T1", "T2", "T3", "T4"}
    for key in townships.TABLE_METRICS:
        for row in ask(county, key, by="township", since="all").rows:
            if row.group is not None:
                held = rows[row.group]
                assert held[key] == row.value
                assert held[f"{key}_text"] == value_text(METRICS[key], row.value)
                assert held[f"{key}_parts"] == parts_text(row)
    for parts in ("arrival_rate_15_parts", "on_time_closure_rate_parts"):
        assert all("/" in row[parts] for row in rows.values())
    strip = townships.compare(county, townships.STRIP_METRICS, level="township", period="all")
    text = list(words_of(townships.strip(strip, lang="zh", period="all", level="乡镇")))
    assert text[:4] == ["乡镇 · 全部", "到场率", "按期办结率", "超期"]
    first = [rows["T1"][f"{key}_text"] for key in townships.STRIP_METRICS]
    assert [word for word in text[4:] if "/" not in word and word][:4] == ["溪口镇", *first]


def test_a_strip_too_long_shows_the_most_overdue_and_says_of_how_many(county: Warehouse) -> None:
    compared = townships.compare(county, townships.STRIP_METRICS, level="grid", period="all")
    shown = townships.strip_groups(compared)
    assert len(shown) == townships.STRIP_MOST
    overdue = {row.group: row.value for row in ask(county, "overdue_backlog", by="grid").rows}
    least = min(overdue[row.group] for row in shown)
    assert all(value <= least for group, value in overdue.items() if group not in {row.group for row in shown})
    assert said(townships.strip(compared, lang="zh", period="all", level="网格")).startswith("64 个中的 14 个")


def test_one_incident_shows_its_squads_and_nothing_personal(county: Warehouse) -> None:
    board = read_board(county)
    one = next(one for one in board.incidents if one.id == "county:soon")
    nearest = Routes().nearest(county, one.id)
    text = said(detail.incident_detail(one, nearest, board, county.site, "zh"))
    assert "合法性判定待台账" in text
    assert "距到场时限" in text
    for candidate in nearest.candidates:
        assert candidate.squad.name.zh in text
        assert f"{candidate.minutes:.1f} 分" in text
    assert f"晚 {-nearest.candidates[0].margin:.0f} 分" in text  # type: ignore[operator]
    assert "举报人" not in text
    assert "人民路" not in text
    lines = marks.route_lines(nearest)["features"]
    assert [line["properties"]["rank"] for line in lines] == [3, 2, 1], "the soonest lies on top"


def test_who_was_sent_is_said(county: Warehouse) -> None:
    board = read_board(county)
    one = next(one for one in board.incidents if one.id == "county:late")
    text = said(detail.incident_detail(one, Routes().nearest(county, one.id), board, county.site, "zh"))
    assert "二中队 (途中)" in text
    assert "到场超时" in text


def test_without_roads_the_distance_is_called_straight(tmp_path: Path) -> None:
    house = open_warehouse(build(tmp_path, count=20, roads=False))
    board = read_board(house)
    one = next(one for one in board.incidents if one.id == "county:soon")
    nearest = Routes().nearest(house, one.id)
    text = said(detail.incident_detail(one, nearest, board, house.site, "zh"))
    assert "未装载道路网：仅给出直线距离，不估算用时。" in text
    assert "直线" in text
    assert "预计" not in text
    assert all(line["properties"]["straight"] for line in marks.route_lines(nearest)["features"])


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"lon": None}, "该事件没有坐标，无法给出路线。"),
        ({"squads": 0, "free": 0}, "未登记队伍。"),
        ({"free": 0}, "没有空闲队伍。"),
        ({"free": 4}, "有 4 支空闲队伍，但没有登记出发位置。"),
        ({"mode": "roads"}, ""),
    ],
)
def test_why_there_is_no_way_is_said(county: Warehouse, change: dict[str, Any], expected: str) -> None:
    found = replace(Routes().nearest(county, "county:soon"), mode="nowhere", candidates=())
    assert detail.why_no_route(replace(found, **change), "zh") == expected


def test_marks_say_their_state_by_shape_and_lie_in_order(county: Warehouse) -> None:
    board = read_board(county)
    features = marks.incident_marks(board, county.site, "zh")["features"]
    assert [feature["properties"]["id"] for feature in features] == [one.id for one in reversed(board.incidents)]
    assert {feature["properties"]["state"] for feature in features} == {"plain", "amber", "red"}
    assert "举报人" not in json.dumps(features, ensure_ascii=False)
    squads = marks.squad_marks(board.squads, "zh")["features"]
    assert [one["properties"]["free"] for one in squads] == [True, False, True, False, True]
    assert len(marks.station_marks(board.stations, "zh")["features"]) == 1


def test_the_bar_says_demo_duty_and_age(county: Warehouse) -> None:
    from dashboard.view import default_view

    text = said(bar.bar(SITE, default_view(SITE)))
    assert "演示数据" in text
    assert "周明" in text
    role = replace(SITE, duty={"name": "值班长 周明", "phone": ""})
    assert said(bar.bar(role, default_view(role))).count("值班长") == 1
    board = read_board(county)
    assert said(bar.age(SITE, board, lang="zh", stale_minutes=60)[0]) == "历史数据集 数据版本 1"
    running = replace(SITE, as_of=None)
    hours = replace(board, loaded_at=NOW.replace(hour=1))
    lines, css = bar.age(running, hours, lang="zh", stale_minutes=60)
    assert said(lines).startswith("3 小时前装载")
    assert "state-stale" in css
    assert "state-stale" not in bar.age(running, hours, lang="zh", stale_minutes=600)[1]
    assert "state-stale" in bar.age(running, replace(board, loaded_at=None), lang="zh", stale_minutes=600)[1]


@pytest.mark.parametrize(
    ("minutes", "text"), [(0.4, "just now"), (59, "59 min ago"), (120, "2 h ago"), (4320, "3 days ago")]
)
def test_ages_take_the_unit_that_fits(minutes: float, text: str) -> None:
    assert age_text(minutes, "en") == text


def test_moments_leave_out_what_they_share_with_now() -> None:
    assert local_text(SITE, NOW, now=NOW) == "12:00"
    assert local_text(SITE, NOW.replace(day=1), now=NOW) == "03-01 12:00"
    assert local_text(SITE, NOW.replace(year=2025), now=NOW) == "2025-03-02 12:00"
    assert local_text(SITE, None) == "–"
    assert distance_text(950, "zh") == "950 米"
    assert distance_text(2740, "zh") == "2.7 公里"


def test_every_period_has_words_in_the_strip(county: Warehouse) -> None:
    for period, (words, _) in RELATIVE.items():
        assert isinstance(words, Words)
        compared = townships.compare(county, townships.STRIP_METRICS, level="township", period=period)
        assert words.zh in said(townships.strip(compared, lang="zh", period=period, level="乡镇"))
