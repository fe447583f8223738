"""Hold the weekly page to its data: every figure equals ask, the address restores it, no state is left unsaid."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from dash.development.base_component import Component

import dashboard
from dashboard import pages
from dashboard.township import changed, heat, look, places, things, values
from dashboard.township.change import first_choice
from dashboard.township.page import sheet
from dashboard.wall.townships import compare, strip
from dashboard.writing import parts_text, value_text
from data.metrics import ask
from data.routing import Routes
from data.scope import EVERYONE
from data.stores import Stores
from data.warehouse import Following, Warehouse
from data.weekly import Week, read_week, weekly
from data.weekly.against import against
from data.weekly.places import places_of
from data.weekly.values import MEASURES
from tests import slow_quarter, small_county
from tests.slow_quarter import LAST, SLOW, SLOW_GRIDS


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> dashboard.Services:
    root = slow_quarter.build(tmp_path_factory.mktemp("slow"))
    return dashboard.Services(Stores(Following(root), Routes()))


@pytest.fixture(scope="module")
def warehouse(services: dashboard.Services) -> Warehouse:
    return services.stores.warehouse()


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> dashboard.Services:
    root = small_county.build(tmp_path_factory.mktemp("county"), count=300)
    return dashboard.Services(Stores(Following(root), Routes()))


def parts(node: Any) -> Iterator[Component]:
    """Every component in a tree."""
    if isinstance(node, list | tuple):
        for one in node:
            yield from parts(one)
    elif isinstance(node, Component):
        yield node
        yield from parts(getattr(node, "children", None))


def text_of(node: Any) -> str:
    """What a person reads of a tree."""
    if isinstance(node, list | tuple):
        return "".join(text_of(one) for one in node)
    if isinstance(node, Component):
        return text_of(getattr(node, "children", None))
    return "" if node is None else str(node)


def with_class(node: Any, name: str) -> list[Component]:
    return [one for one in parts(node) if name in str(getattr(one, "className", "")).split()]


def built(services: dashboard.Services, path: str, search: str = "") -> Component:
    return pages.page_at(path, search, services)[0]


# ---- the page as a whole ----


def test_the_page_names_who_where_and_why(services: dashboard.Services) -> None:
    page = built(services, f"/township/{SLOW}", "?lang=zh")
    (verdict,) = with_class(page, "verdict")
    assert text_of(verdict).startswith("East变差：15分钟到场率")
    (rows,) = [one for one in parts(with_class(page, "things")) if type(one).__name__ == "Tbody"]
    assert len(rows.children) == 3
    said = text_of(rows)
    for grid in SLOW_GRIDS:
        assert f"Grid {grid}" in said
        assert f"squad of {grid}" in said
    assert said.count("派遣环节") == 3
    assert said.count("12-14") == 3


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_value_is_what_ask_answers(services: dashboard.Services, warehouse: Warehouse, lang: str) -> None:
    page = built(services, f"/township/{SLOW}", f"?lang={lang}")
    cards = with_class(page, "card")
    week = Week(LAST)
    assert len(cards) == 4
    for card, measure in zip(cards, MEASURES, strict=True):
        moment = warehouse.site.utc(datetime(2018, 12, 10))
        row = ask(
            warehouse, measure, where={"township": SLOW}, since=week.start, until=week.until, as_of=moment
        ).rows[0]  # fmt: skip
        metric = ask(warehouse, measure).metric
        assert text_of(with_class(card, "card-value")).lstrip("▲") == value_text(metric, row.value)
        assert text_of(with_class(card, "card-parts")) == parts_text(row)
        assert metric.label.in_(lang) in text_of(card)


def test_amber_stands_only_where_a_value_is_out_of_its_limits(services: dashboard.Services) -> None:
    slow, calm = built(services, f"/township/{SLOW}"), built(services, "/township/T1")
    amber = [one.id["measure"] for one in with_class(slow, "state-amber")]
    assert amber == ["arrival_rate_15"]
    assert not with_class(calm, "state-amber")
    assert "▲" not in text_of(with_class(calm, "sheet")).replace("▲ 仅", "").replace("▲ only", "")
    assert "无可测变化" in text_of(with_class(built(services, "/township/T1", "?lang=zh"), "things"))


def test_the_unfinished_week_says_so(services: dashboard.Services) -> None:
    page = built(services, f"/township/{SLOW}", "?week=2018-W50&lang=zh")
    assert "统计至 2018-12-14" in text_of(with_class(page, "running")) or "12-14 12:30" in text_of(page)
    assert not with_class(built(services, f"/township/{SLOW}"), "running")


@pytest.mark.parametrize("path", ["/township/T9", "/township/", "/township/T2/more"])
def test_a_township_that_is_not_is_refused_with_a_way_back(services: dashboard.Services, path: str) -> None:
    page = built(services, path)
    assert page.role == "alert"
    assert "did you mean T" in text_of(page)
    assert [one.href for one in parts(page) if getattr(one, "href", None)] == ["/"]


def test_a_week_that_has_not_begun_is_refused(services: dashboard.Services) -> None:
    assert "尚未开始" in text_of(built(services, f"/township/{SLOW}", "?week=2018-W51"))


def test_a_township_is_found_by_its_name(services: dashboard.Services) -> None:
    assert text_of(with_class(built(services, "/township/East"), "verdict")) == text_of(
        with_class(built(services, "/township/T2"), "verdict")
    )


def test_a_short_past_is_not_judged(county: dashboard.Services) -> None:
    page = built(county, "/township/T1", "?lang=zh")
    assert "历史周数不足" in text_of(with_class(page, "verdict"))
    assert "无从判定" in text_of(with_class(page, "things"))
    assert "历史不足：" in text_of(with_class(page, "card-standing"))


def test_a_place_without_incidents_is_shown_empty(tmp_path: Path) -> None:
    root = small_county.build(tmp_path / "bare", incidents=False, roads=False)
    page = built(dashboard.Services(Stores(Following(root), Routes())), "/township/T1", "?lang=zh")
    assert "无记录" in text_of(with_class(page, "verdict"))
    assert "无从比较" in text_of(with_class(page, "split"))


def test_nothing_on_the_page_speaks_of_fines(services: dashboard.Services) -> None:
    for lang in ("zh", "en"):
        said = json.dumps(built(services, f"/township/{SLOW}", f"?lang={lang}").to_plotly_json(), default=repr)
        assert not re.search(r"罚|fine_|penalt|confiscat", said)


def test_the_whole_page_is_built_in_both_languages_and_themes(services: dashboard.Services) -> None:
    for lang in ("zh", "en"):
        for theme in ("light", "dark"):
            page, given = pages.page_at("/township/C1", f"?lang={lang}&theme={theme}", services)
            assert given == theme
            assert page.lang == ("zh-CN" if lang == "zh" else "en")
            assert len(with_class(page, "card")) == 4


# ---- the address ----


def test_the_address_gives_back_the_look(warehouse: Warehouse) -> None:
    given = look.Look("en", "dark", read_week("2018-W40"), "repeat_rate", "year")
    assert look.read_look(given.query(), warehouse.site) == (given, ())
    assert look.read_look("", warehouse.site) == (look.Look("en"), ())


def test_what_the_address_does_not_know_is_named(services: dashboard.Services, warehouse: Warehouse) -> None:
    search = "?week=soon&measure=fines&base=never&lang=xx&theme=pink"
    found, unknown = look.read_look(search, warehouse.site)
    assert found == look.Look("en")
    assert set(unknown) == {"week", "measure", "base", "lang", "theme"}
    (banner,) = with_class(built(services, f"/township/{SLOW}", search), "is-shown")
    assert "fines" not in text_of(banner)
    assert "measure" in text_of(banner)


def test_the_chosen_value_and_base_are_shown(services: dashboard.Services) -> None:
    page = built(services, f"/township/{SLOW}", "?measure=repeat_rate&base=last&lang=zh")
    (chosen,) = with_class(page, "is-chosen")
    assert chosen.id["measure"] == "repeat_rate"
    assert "重复率 12-03 – 12-09 比 2018-11-26 – 2018-12-02" in text_of(with_class(page, "split-said"))


def test_the_page_opens_on_what_got_worst(warehouse: Warehouse) -> None:
    assert first_choice(weekly(warehouse, SLOW), "", "") == ("arrival_rate_15", "usual")
    assert first_choice(weekly(warehouse, SLOW), "repeat_rate", "year") == ("repeat_rate", "year")
    assert first_choice(weekly(warehouse, "T1", week=read_week("2018-W02")), "", "")[1] == "last"


# ---- the map, the split, the heat, the table ----


def test_the_map_shades_each_place_by_what_it_adds(warehouse: Warehouse) -> None:
    page = weekly(warehouse, SLOW)
    found = against(warehouse, page, "arrival_rate_15", "usual")
    held = changed.hideout(warehouse, page, found, "zh", "light")
    assert {code for code, one in held["values"].items() if one["s"] == 3} == set(SLOW_GRIDS)
    assert len(held["codes"]) == 9
    for part in found.by["grid"].parts:
        if part.group is not None:
            one = held["values"][part.group]
            assert one["s"] == 3 or (one["s"] > 0) <= (part.total < 0)
            assert one["d"] == changed.sides(part, "share")
    centres = {feature["properties"]["tip"] for feature in changed.ranks(warehouse, page, "en")["features"]}
    assert centres == set()  # the made-up grids have no label points


@pytest.mark.parametrize(("part", "step"), [(1.0, 2), (0.45, 2), (0.2, 1), (0.05, 0), (0, 0), (-0.2, -1), (-0.9, -2)])
def test_shades_follow_the_part_of_the_largest(part: float, step: int) -> None:
    assert changed.step_of(part) == step


def test_each_split_ends_with_its_sum(services: dashboard.Services, warehouse: Warehouse) -> None:
    page = built(services, f"/township/{SLOW}", "?lang=zh")
    found = against(warehouse, weekly(warehouse, SLOW), "arrival_rate_15", "usual")
    sums = [text_of(one.children[-1]) for one in with_class(page, "sum")]
    assert len(sums) == 3
    assert set(sums) == {f"{found.by['grid'].total * 100:+.1f}".replace("-", "−")}


def test_hours_are_shaded_by_their_counts() -> None:
    breaks = heat.breaks_of([0, 1, 1, 2, 3, 5, 8])
    shades = [heat.shade_of(count, breaks) for count in (0, 1, 2, 3, 5, 8, 99)]
    assert shades[0] == 0
    assert shades == sorted(shades)
    assert shades[-1] == 5
    assert heat.breaks_of([0, 0]) == []
    assert heat.shade_of(0, []) == 0


def test_hours_are_read_out_cell_by_cell(services: dashboard.Services, warehouse: Warehouse) -> None:
    page = built(services, f"/township/{SLOW}")
    (table,) = with_class(page, "hours")
    cells = [one for one in parts(table) if str(getattr(one, "className", "")).startswith("shade-")]
    assert len(cells) == 7 * 24
    total = ask(warehouse, "volume", where={"township": SLOW}, since=LAST, until=date(2018, 12, 10)).rows[0].value
    assert sum(int(text_of(one)) for one in cells) == total


def test_the_table_holds_what_ask_answers(warehouse: Warehouse) -> None:
    page = weekly(warehouse, SLOW)
    rows = places_of(warehouse, page.unit, page.week, now=page.now, scope=EVERYONE)
    records = {one["code"]: one for one in places.records(rows, {"arrival_rate_15": frozenset({"G03"})}, "en")}
    asked = ask(warehouse, "arrival_rate_15", by="grid", where={"township": SLOW}, since=LAST, until=date(2018, 12, 10))
    for row in asked.rows:
        if row.group is not None:
            assert records[row.group]["arrival_rate_15"] == row.value
            assert records[row.group]["arrival_rate_15_parts"] == parts_text(row)
    assert records["G03"]["arrival_rate_15_text"].startswith("▲ ")
    assert not records["G04"]["arrival_rate_15_out"]
    fields = {column["field"] for column in places.columns("grid", "en")}
    assert fields <= set(records["G03"]) | {f"{key}_parts" for key in MEASURES}


def test_the_run_of_weeks_is_drawn_within_its_frame(warehouse: Warehouse) -> None:
    for value in weekly(warehouse, SLOW).values:
        dots = with_class(values.run_chart(value), "run-dot")
        assert 2 <= len(dots) <= values.DRAWN
        for dot in dots:
            assert 0 <= float(dot.style["bottom"].rstrip("%")) <= 100
            assert 0 <= float(dot.style["left"].rstrip("%")) <= 100
        assert len([dot for dot in dots if "run-now" in dot.className]) == 1


def test_the_name_of_a_township_on_the_wall_leads_here(warehouse: Warehouse) -> None:
    compared = compare(warehouse, ("arrival_rate_15", "on_time_closure_rate", "overdue_backlog"), level="township",
                       period="all")  # fmt: skip
    cells = strip(compared, lang="en", period="all", level="quarter", theme="light")
    links = [one.href for one in parts(cells) if getattr(one, "href", None)]
    assert links == [f"/township/T{n}?lang=en&theme=light" for n in range(1, 6)]


def test_the_sheet_is_the_same_however_often_it_is_built(warehouse: Warehouse) -> None:
    page = weekly(warehouse, SLOW)
    given = look.Look("zh")
    first, again = (json.dumps(sheet(warehouse, page, given).to_plotly_json(), default=repr) for _ in range(2))
    assert re.sub(r"0x[0-9a-f]+", "", first) == re.sub(r"0x[0-9a-f]+", "", again)
    assert things.place_word(page.unit, warehouse.site, "en") == "grid"
