"""Check that map, table, CSV, Excel, GeoJSON, command line and ask show one value for every metric on every site."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import openpyxl
import pandas as pd
import pytest

from data.__main__ import main
from data.export import csv_text, files_of
from data.metrics import METRICS, Answer, ask
from data.metrics.asking import answer, moment_of, question_of
from data.metrics.groupings import GROUPINGS
from data.picture import values
from data.scope import EVERYONE
from data.warehouse import Warehouse

SITES = ["made", "demo", "sf", "la", "xihu"]
SLOW = {"demo"}
PERIOD = "last_90_days"


def maps_of(warehouse: Warehouse, metric: str) -> list[str]:
    """The groupings of a metric that a map of the site can show."""
    known = [key for key in METRICS[metric].groupings if GROUPINGS[key].naming in ("area", "cell")]
    return [key for key in known if key in warehouse.site.levels or key == "cell8"]


def number(value: Any) -> float | None:
    return None if value is None or value == "" or pd.isna(value) else float(value)


def by_group(frame: pd.DataFrame) -> dict[str, float | None]:
    pairs = zip(frame["group"], frame["value"], strict=True)
    return {str(group): number(value) for group, value in pairs if not pd.isna(group)}


def nearly(table: dict[str, float | None]) -> dict[str, Any]:
    """Equal to 15 digits or so: all that Excel keeps."""
    return {group: value if value is None else pytest.approx(value, rel=1e-14) for group, value in table.items()}


def from_csv(found: Answer) -> dict[str, float | None]:
    return by_group(pd.read_csv(io.StringIO(csv_text(found)), dtype=str, keep_default_na=False, na_values=[""]))


def from_excel(warehouse: Warehouse, found: Answer) -> dict[str, float | None]:
    content = files_of(warehouse, found, format="xlsx", stem="x")["x.xlsx"]
    lines = list(openpyxl.load_workbook(io.BytesIO(content), read_only=True).worksheets[0].iter_rows(values_only=True))
    return by_group(pd.DataFrame(lines[1:], columns=list(lines[0]), dtype=object))


def from_geojson(warehouse: Warehouse, found: Answer) -> dict[str, float | None]:
    features = json.loads(files_of(warehouse, found, format="geojson", stem="x")["x.geojson"])["features"]
    return by_group(
        pd.DataFrame([feature["properties"] for feature in features], columns=["group", "value"], dtype=object)
    )


def from_command_line(
    warehouse: Warehouse, found: Answer, capsys: pytest.CaptureFixture[str]
) -> dict[str, float | None]:
    asked = ["ask", found.metric.key, "--by", found.by[0], "--since", PERIOD, "--json", "--site", str(warehouse.root)]
    assert main(asked) == 0
    return by_group(pd.DataFrame(json.loads(capsys.readouterr().out)["rows"], columns=["group", "value"], dtype=object))


def from_facts(warehouse: Warehouse, found: Answer) -> dict[str, float | None]:
    """Asked anew, past the cache and the cubes."""
    question = question_of(warehouse, found.metric.key, by=found.by, where={}, since=PERIOD, until=None,
                           moment=moment_of(warehouse, None), asked=False, scope=EVERYONE)  # fmt: skip
    return values(answer(warehouse, question, cubes=False))


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("site", [pytest.param(s, marks=pytest.mark.slow) if s in SLOW else s for s in SITES])
def test_map_table_csv_and_ask_agree(
    loaded_site: Callable[[str], Warehouse], capsys: pytest.CaptureFixture[str], site: str, metric: str
) -> None:
    warehouse = loaded_site(site)
    assert maps_of(warehouse, metric)
    for by in maps_of(warehouse, metric):
        found = ask(warehouse, metric, by=by, since=PERIOD)
        shown = values(found)
        table = {row.group: number(row.value) for row in found.rows if row.group is not None}
        assert shown == table
        assert by_group(found.frame()) == table
        assert from_csv(found) == table
        assert from_excel(warehouse, found) == nearly(table)
        assert from_geojson(warehouse, found) == table
        assert from_facts(warehouse, found) == table
        assert from_command_line(warehouse, found, capsys) == table


@pytest.mark.parametrize("site", [pytest.param(s, marks=pytest.mark.slow) if s in SLOW else s for s in SITES])
def test_parts_make_the_whole_where_a_metric_is_additive(loaded_site: Callable[[str], Warehouse], site: str) -> None:
    warehouse = loaded_site(site)
    for key, metric in METRICS.items():
        if not metric.additive:
            continue
        whole = ask(warehouse, key).rows[0].value
        for by in maps_of(warehouse, key):
            parts = [row.value for row in ask(warehouse, key, by=by).rows]
            if whole is None:
                assert set(parts) <= {None}
            else:
                assert sum(part for part in parts if part is not None) == whole, (key, by)
