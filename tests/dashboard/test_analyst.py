"""Check the analyst's page as plain functions: what it shows is what ``ask`` says and what the files hold."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest
from dash import html
from dash.development.base_component import Component

from dashboard.analyst import chart, map, page, pickers, said, table
from dashboard.analyst.look import DATES, MISSING, Look, look_of, opening, read_look
from data.export import files_of
from data.filters import filters_of
from data.metrics.answer import Answer
from data.metrics.asking import ask
from data.metrics.registry import METRICS
from data.warehouse import Warehouse, open_warehouse
from tests.small_county import build

FRAME = {"lang": "en", "theme": "dark"}
ASKED: list[tuple[str, tuple[str, ...], dict[str, tuple[str, ...]]]] = [
    ("arrival_rate_15", ("township",), {}),
    ("volume", ("grid",), {"item": ("noise",)}),
    ("volume", ("date",), {}),
    ("arrival_p50", ("item",), {"township": ("T1", "T2")}),
    ("volume", ("township", "item"), {}),
    ("volume", ("cell8",), {}),
    ("backlog_open", (), {}),
]


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return open_warehouse(build(tmp_path_factory.mktemp("county")))


def look_at(metric: str, by: tuple[str, ...], where: dict[str, tuple[str, ...]], since: str = "all") -> Look:
    return Look(metric, by, since, "", "en", where=where)


def answer_to(county: Warehouse, look: Look) -> Answer:
    return ask(county, look.metric, by=look.by, where=look.where, since=look.since or None, until=look.until or None)


def parts(node: Any, kind: type[Component]) -> list[Any]:
    """Every component of a kind in a tree, in order."""
    if isinstance(node, list | tuple):
        return [found for one in node for found in parts(one, kind)]
    if not isinstance(node, Component):
        return []
    return [*([node] if isinstance(node, kind) else []), *parts(getattr(node, "children", None), kind)]


@pytest.mark.parametrize(("metric", "by", "where"), ASKED)
def test_the_page_shows_what_ask_says_and_the_files_hold(
    county: Warehouse, metric: str, by: tuple[str, ...], where: dict[str, tuple[str, ...]]
) -> None:
    look = look_at(metric, by, where)
    answer = answer_to(county, look)
    assert answer.rows
    held = page.answered(county, look)
    fault, columns, rows = held[2], held[3], held[4]
    assert fault == ""
    assert [row["value"] for row in rows] == [row.value for row in answer.rows]
    assert [row["n"] for row in rows] == [row.n for row in answer.rows]
    assert {column["field"] for column in columns} <= set(rows[0])
    content = files_of(county, answer, format="csv", lang="en")
    frame = pd.read_csv(io.BytesIO(next(iter(content.values()))))
    shown = pd.Series([row["value"] for row in rows], dtype="float64")
    pd.testing.assert_series_equal(shown, frame["value"].astype("float64"), check_names=False)
    if by:
        codes = [row["code"] for row in rows]
        assert codes == frame["group"].fillna("").astype(str).tolist()


@pytest.mark.parametrize(("metric", "by", "where"), ASKED)
def test_a_file_asks_the_same_question(
    county: Warehouse, metric: str, by: tuple[str, ...], where: dict[str, tuple[str, ...]]
) -> None:
    look = look_at(metric, by, where)
    links = parts(said.exports(answer_to(county, look), look), html.A)
    formats = []
    for link in links:
        asked = parse_qs(urlsplit(link.href).query)
        formats.append(asked.pop("format")[0])
        assert asked.pop("metric") == [metric]
        assert asked.pop("by", [""]) == [",".join(by)]
        assert asked.pop("since") == ["all"]
        asked.pop("lang"), asked.pop("beside", None)
        assert {key: tuple(values) for key, values in asked.items()} == where
    drawn = by in (("township",), ("grid",), ("cell8",))
    assert formats == list(said.NAMES) if drawn else formats == ["csv", "xlsx", "parquet"]


def test_the_map_shades_the_areas_of_the_answer(county: Warehouse) -> None:
    answer = ask(county, "volume", by="township", since="all")
    drawn = map.picture(county, answer, lang="en", theme="dark")
    assert "/api/areas/township.geojson?v=" in drawn.url
    assert set(drawn.hideout["values"]) == {"T1", "T2", "T3", "T4"}
    plain = map.picture(county, ask(county, "volume", by="item", since="all"), lang="en", theme="dark")
    assert plain.hideout["values"] == {}
    assert "level" in plain.note


def test_bars_are_as_long_as_their_values(county: Warehouse) -> None:
    answer = ask(county, "volume", by="item", since="all")
    drawn = chart.chart(answer, lang="en")
    values = sorted((float(row.value or 0) for row in answer.rows), reverse=True)
    assert not drawn.ordered
    assert [bar.length for bar in drawn.bars] == pytest.approx([value / values[0] for value in values])
    days = chart.chart(ask(county, "volume", by="date", since="last_30_days"), lang="en")
    assert days.ordered
    assert [bar.label for bar in days.bars] == sorted(bar.label for bar in days.bars)


def test_bars_of_few_cases_come_last(county: Warehouse) -> None:
    answer = replace(ask(county, "arrival_rate_15", by="grid", since="all"), min_n=5)
    few = [bar.few for bar in chart.chart(answer, lang="en").bars]
    assert few == sorted(few)


def test_bars_below_zero_lie_left_of_it(county: Warehouse) -> None:
    answer = ask(county, "volume", by="item", since="all")
    rows = tuple(row._replace(value=value) for row, value in zip(answer.rows, (3.0, -1.0, 0.0), strict=False))
    drawn = chart.chart(replace(answer, rows=rows), lang="en")
    assert [(bar.start, bar.length) for bar in drawn.bars] == [(0.25, 0.75), (0.25, 0.0), (0.0, 0.25)]


def test_a_question_that_cannot_be_asked_says_why(county: Warehouse) -> None:
    refused = page.answered(county, look_at("cases_filed" if "cases_filed" in METRICS else "volume", ("fault",), {}))
    assert "cannot be grouped by fault" in refused[2]
    assert refused[4] == []
    assert "is not a date" in page.answered(county, look_at("volume", (), {}, since="yesteryear"))[2]
    assert "did you mean" in page.answered(county, look_at("volume", (), {"item": ("nois",)}))[2]


def test_an_address_and_its_look_are_one(county: Warehouse) -> None:
    look = Look("volume", ("item", "hour"), "2026-01-01", "2026-02-01", "zh", "light", {"township": ("T1", "")})
    assert read_look(look.query(), county) == (look, ())
    assert read_look("", county)[0] == opening(county)
    found, unknown = read_look("?metric=fines&by=planet&colour=red", county)
    assert found.metric == opening(county).metric
    assert found.by == ()
    assert unknown == ("metric", "by", "colour")


def test_the_last_day_is_included(county: Warehouse) -> None:
    look = look_of(
        FRAME, metric="volume", by=["item"], period=DATES, first="2026-01-01", last="2026-01-31",
        where={"channel": [MISSING], "item": []},
    )  # fmt: skip
    assert (look.since, look.until) == ("2026-01-01", "2026-02-01")
    assert look.where == {"channel": ("",)}
    assert "2026-01-31" in answer_to(county, look).sentence("en")


@pytest.mark.parametrize("key", sorted(METRICS))
def test_only_what_fits_is_offered(county: Warehouse, key: str) -> None:
    metric = METRICS[key]
    for option in pickers.by_options(county, metric, "en"):
        page_fault = page.answered(county, look_at(key, (option["value"],), {}))[2]
        assert page_fault == "", option
    for kept in pickers.filter_keys(county, metric):
        assert kept in filters_of(metric.of, county.site.levels)
        options = pickers.filter_options(county, metric, kept, "zh")
        for option in options[:2]:
            value = "" if option["value"] == MISSING else option["value"]
            assert page.answered(county, look_at(key, opening(county).by, {kept: (value,)}))[2] == "", option


def test_what_it_means_stands_beside(county: Warehouse) -> None:
    answer = ask(county, "arrival_rate_15", by="township", since="last_30_days")
    told = json.dumps(said.meaning(county, answer, "en"), default=lambda node: node.to_plotly_json())
    assert METRICS["arrival_rate_15"].definition.en[:40] in told
    assert "SELECT" in told.upper()
    assert answer.sentence("en") in str(said.sentence(answer, "en"))


def test_no_fine_is_offered_to_be_sorted_by(county: Warehouse) -> None:
    for metric in METRICS.values():
        held = ask(county, metric.key, by=opening(county).by) if "township" in metric.groupings else None
        if held is not None:
            fields = " ".join(column["field"] for column in table.columns(held, "en"))
            assert set(fields.split()) <= {"group0", "value", "numerator", "denominator", "n"}
    assert not [key for key in METRICS if "fine" in key or "confiscat" in key]


def test_the_sidecar_says_where_the_figures_come_from(county: Warehouse, tmp_path: Path) -> None:
    answer = ask(county, "volume", by="township", since="all")
    files = files_of(county, answer, format="csv", lang="en")
    beside = next(content for name, content in files.items() if name.endswith(".txt")).decode("utf-8-sig")
    for part in (METRICS["volume"].definition.en, answer.sentence("en"), "data version: 1"):
        assert part in beside
