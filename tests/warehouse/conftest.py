"""Build a made-up place with everything the metrics count, and keep its rows beside it for oracles in plain Python."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from data.build import Staged, build_version
from data.schema import TABLES
from data.site import Site
from data.warehouse import Warehouse, open_warehouse
from geo.cells import cells_at
from words import Words

ROOT = Path(__file__).parents[2]

Facts = dict[str, list[dict[str, Any]]]

#: summer time ends on 4 November 2018, inside the made-up half year
ZONE = "America/Los_Angeles"
NOW = datetime(2018, 12, 14, 20, 30)
WEST, SOUTH, STEP = -122.52, 37.70, 0.02
SIDE = 6
TOWNSHIPS = {"T1": "North", "T2": "East", "T3": "South", "T4": "West", "T5": "Nowhere"}
ITEMS = {"noise": "order", "stall": "order", "waste": "sanitation", "dust": "sanitation", "sign": None}
STATES = ["closed"] * 12 + ["open"] * 5 + ["suspended", "transferred", "declined", "void", "closed"]

SITE = Site(
    Words("Made-up Bay", "虚拟湾"),
    ZONE,
    levels=("county", "township", "grid"),
    level_labels={"township": Words("quarter", "片区")},
    located_level="grid",
    language="en",
    as_of=NOW,
    repeat_metres=150,
    repeat_days=30,
    min_n=30,
)

TYPES = {
    "VARCHAR": pa.string(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "INTEGER": pa.int32(),
    "TINYINT": pa.int8(),
    "SMALLINT": pa.int16(),
    "UBIGINT": pa.uint64(),
    "BIGINT": pa.int64(),
    "TIMESTAMP": pa.timestamp("us"),
    "DATE": pa.date32(),
    "BLOB": pa.binary(),
    "VARCHAR[]": pa.list_(pa.string()),
    "DECIMAL(14,2)": pa.decimal128(14, 2),
}


@dataclass(frozen=True)
class Place:
    """The warehouse, and the rows it was made from: what an oracle counts."""

    warehouse: Warehouse
    facts: Facts


def local(moment: datetime | None) -> datetime | None:
    """A UTC moment on the made-up place's wall clock."""
    if moment is None:
        return None
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(ZONE)).replace(tzinfo=None)


def table_of(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    """Rows as a table with the schema's columns and types; missing ones null."""
    columns = (column for column in TABLES[name].columns if column.name not in {"row_hash", "loaded_in", "load"})
    return pa.table({c.name: pa.array([row.get(c.name) for row in rows], TYPES[c.type]) for c in columns})


def township_at(column: int, row: int) -> str:
    return f"T{1 + (column >= SIDE // 2) + 2 * (row >= SIDE // 2)}"


def _square(column: int, row: int, size: int) -> shapely.Polygon:
    """A square on the lattice; rounded, so that neighbours have the very same corners."""
    west, east = (round(WEST + at * STEP, 6) for at in (column, column + size))
    south, north = (round(SOUTH + at * STEP, 6) for at in (row, row + size))
    return shapely.box(west, south, east, north)


def area_shapes() -> pa.Table:
    """One county of four townships of nine grids, and a fifth township without a polygon."""
    half = SIDE // 2
    rows: list[tuple[str, str, str | None, str, Any]] = [("county", "C1", None, "Bay", _square(0, 0, SIDE))]
    for place, (code, name) in enumerate(TOWNSHIPS.items()):
        shape = _square(half * (place % 2), half * (place // 2), half) if code != "T5" else None
        rows.append(("township", code, "C1", name, shape))
    for row in range(SIDE):
        for column in range(SIDE):
            grid = f"G{row}{column}"
            rows.append(("grid", grid, township_at(column, row), f"Grid {grid}", _square(column, row, 1)))
    columns = {
        name: pa.array([row[i] for row in rows], pa.string()) for i, name in enumerate(("level", "code", "parent"))
    }
    names = pa.array([row[3] for row in rows], pa.string())
    columns |= {"name_zh": names, "name_en": names, "kind": pa.nulls(len(rows), pa.string())}
    columns["geom"] = pa.array([None if row[4] is None else shapely.to_wkb(row[4]) for row in rows], pa.binary())
    for name in ("km2", "label_lon", "label_lat"):
        columns[name] = pa.nulls(len(rows), pa.float64())
    columns["repairs"] = pa.nulls(len(rows), pa.string())
    return pa.table(columns)


def place_of(chance: random.Random) -> dict[str, Any]:
    """A position and the areas it lies in; one in twenty has none, one in forty lies outside."""
    draw = chance.random()
    if draw < 0.05:
        return {"located": "none"}
    x, y = chance.uniform(0, SIDE), chance.uniform(0, SIDE) ** 1.1 % SIDE
    if draw < 0.075:
        x += SIDE + 1
    lon, lat = WEST + x * STEP, SOUTH + y * STEP
    cells = {f"cell{size}": int(cells_at([lon], [lat], resolution=size)[0]) for size in (7, 8, 9)}
    place = {"lon": lon, "lat": lat, **cells, "located": "none"}
    if x < SIDE:
        column, row = int(x), int(y)
        areas = {"county": "C1", "township": township_at(column, row), "grid": f"G{row}{column}"}
        place |= {**areas, "located": "in", "area_version": 1}
    return place


def happened(moment: datetime | None) -> datetime | None:
    """The moment, where it is not still to come."""
    return moment if moment and moment <= NOW else None


def incident_of(chance: random.Random, number: int) -> dict[str, Any]:
    """One incident with every kind of state, clock, absence and fault."""
    opened = NOW - timedelta(seconds=chance.randint(60, 180 * 86400), microseconds=chance.randint(0, 999_999))
    wall = local(opened)
    assert wall is not None
    state = chance.choice(STATES)
    needs = chance.random() < 0.6
    reached = needs and chance.random() < 0.9
    arrived = opened + timedelta(seconds=chance.lognormvariate(6.4, 0.6)) if reached else None
    if reached and chance.random() < 0.01:
        arrived = opened - timedelta(seconds=40)
    closed = opened + timedelta(hours=chance.lognormvariate(3, 1)) if state == "closed" else None
    if closed and closed > NOW:
        closed, state = None, "open"
    if state == "closed" and chance.random() < 0.02:
        closed = None
    handled = closed - timedelta(minutes=20) if closed and chance.random() < 0.9 else None
    return {
        "incident_id": f"made:{number}",
        "source": "made",
        "source_id": str(number),
        "item": chance.choice([*ITEMS, None]),
        "channel": chance.choice(["patrol", "hotline", "public", None]),
        "self_found": chance.choice([True, False, None]),
        "urgency": chance.choice(["high", "low"]),
        "state": state,
        "outcome": chance.choice(["persuaded", "resolved", None]) if state == "closed" else None,
        "opened_at": opened,
        "opened_local": wall,
        "local_date": wall.date(),
        "local_hour": wall.hour,
        "weekday": wall.isoweekday(),
        "dispatched_at": happened(opened + timedelta(seconds=90)) if needs else None,
        "on_scene_at": happened(arrived),
        "handled_at": handled,
        "closed_at": closed,
        "closed_local": local(closed),
        "needs_arrival": needs,
        "arrival_due_at": opened + timedelta(minutes=15) if needs else None,
        "due_at": opened + timedelta(hours=chance.choice([24, 48, 72])) if chance.random() < 0.9 else None,
        "reworks": chance.choice([0, 0, 0, 1, 2, None]),
        "reopens": chance.choice([0, 0, 0, 0, 1]),
        "returns": chance.choice([0, 0, 0, 1]),
        "owner": chance.choice(["squad", "squad", None]),
        "squad": chance.choice(["S1", "S2", "S3"]) if reached else None,
        "faults": ["negative_step"] if arrived and arrived < opened else [],
        **place_of(chance),
    }


def dispatch_of(chance: random.Random, number: int, incident: dict[str, Any]) -> dict[str, Any]:
    # milliseconds keep two squads of one incident apart: who was first must not hang on the order of rows
    sent = incident["opened_at"] + timedelta(seconds=90 + number % 600, milliseconds=number)
    arrived = incident["on_scene_at"]
    kept = {name: incident.get(name) for name in ("township", "grid", "item")}
    return {
        "dispatch_id": f"made:d{number}",
        "incident_id": incident["incident_id"],
        "source": "made",
        "source_id": f"d{number}",
        "squad": f"S{1 + number % 3}",
        "dispatched_at": sent,
        "dispatched_local": local(sent),
        "on_scene_at": arrived + timedelta(milliseconds=number) if arrived and chance.random() < 0.8 else None,
        "faults": [],
        **kept,
    }


def arrive_with(sent: list[dict[str, Any]], incident: dict[str, Any]) -> None:
    """Say of an incident that was sent to what its dispatches say: when first sent, when and by whom first reached."""
    if sent:
        there = [one for one in sent if one["on_scene_at"]]
        first = min(sent, key=lambda one: one["dispatched_at"])
        incident["dispatched_at"] = first["dispatched_at"]
        best = min(there, key=lambda one: one["on_scene_at"]) if there else first
        incident["on_scene_at"] = best["on_scene_at"]
        incident["squad"] = best["squad"]


def report_of(chance: random.Random, number: int, incident: dict[str, Any]) -> dict[str, Any]:
    at = incident["opened_at"] + timedelta(minutes=number % 50)
    return {
        "report_id": f"made:r{number}",
        "incident_id": incident["incident_id"],
        "source": "made",
        "source_id": f"r{number}",
        "channel": chance.choice(["hotline", "public"]),
        "item": incident["item"],
        "rating": chance.choice([None, None, 1, 2, 3, 4, 5]),
        "reported_at": at,
        "reported_local": local(at),
        **{name: incident.get(name) for name in ("lon", "lat", "county", "township", "grid", "located")},
    }


def case_of(chance: random.Random, number: int, incident: dict[str, Any]) -> dict[str, Any]:
    filed = incident["opened_at"] + timedelta(hours=5)
    decided = filed + timedelta(days=chance.randint(1, 60))
    closed = decided + timedelta(days=10)
    state = chance.choice(["open", "closed", "no_penalty", "withdrawn"])
    publish = chance.random() < 0.7
    return {
        "case_id": f"made:c{number}",
        "incident_id": incident["incident_id"],
        "source": "made",
        "source_id": f"c{number}",
        "item": incident["item"],
        "procedure": chance.choice(["simple", "simple", "simple", "ordinary", None]),
        "state": state,
        "filed_at": filed,
        "filed_local": local(filed),
        "decided_at": decided if decided <= NOW else None,
        "published_at": decided + timedelta(days=chance.randint(1, 9)) if chance.random() < 0.8 else None,
        "closed_at": closed if state != "open" and closed <= NOW else None,
        "to_publish": publish,
        "fine_yuan": 200,
        "party": "=1+1",
        **{name: incident.get(name) for name in ("lon", "lat", "county", "township", "grid", "located")},
    }


def make_facts(*, seed: int = 20, count: int = 2500) -> Facts:
    """Rows of every fact table."""
    chance = random.Random(seed)
    incidents = [incident_of(chance, number) for number in range(count)]
    some = [chance.choice(incidents) for _ in range(count)]
    dispatches = [dispatch_of(chance, n, i) for n, i in enumerate(some) if i["needs_arrival"]]
    for incident in incidents:
        arrive_with([sent for sent in dispatches if sent["incident_id"] == incident["incident_id"]], incident)
    return {
        "incidents": incidents,
        "dispatches": dispatches,
        "reports": [report_of(chance, n, i) for n, i in enumerate(some[: count // 2])],
        "cases": [case_of(chance, n, i) for n, i in enumerate(some[: count // 5])],
    }


def stage(folder: Path, facts: Facts, *, site: Site = SITE) -> Staged:
    """A load of ``facts`` with the made-up areas and items."""
    load = Staged(area_shapes=area_shapes(), site=site.rows())
    items = [{"code": code, "name_zh": code, "name_en": code.title(), "domain": of} for code, of in ITEMS.items()]
    load.replace["items"] = table_of("items", items)
    for name, rows in facts.items():
        path = folder / f"{name}.parquet"
        pq.write_table(table_of(name, rows), path)
        load.upsert[name] = [path]
    findings = [
        {"source": "made", "table": "incidents", "id": row["incident_id"], "fault": fault, "message": fault}
        for row in facts.get("incidents", ())
        for fault in row["faults"]
    ]
    load.findings = table_of("findings", findings).select(["source", "table", "id", "fault", "message"])
    return load


@pytest.fixture(scope="session")
def build_place(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Place]:
    """Builds a made-up place of given rows."""

    def build(facts: Facts, *, site: Site = SITE) -> Place:
        folder = tmp_path_factory.mktemp("made")
        build_version(folder / "place", stage(folder, facts, site=site))
        return Place(open_warehouse(folder / "place", clock=lambda: NOW), facts)

    return build


@pytest.fixture(scope="session")
def place(build_place: Callable[..., Place]) -> Place:
    """The made-up place: 2,500 incidents over half a year, across the end of summer time."""
    return build_place(make_facts())


def load_into(place: Path, *command: str) -> Warehouse:
    """Run one ``python -m etl`` command as a person would, and open what it built."""
    done = subprocess.run(
        [sys.executable, "-m", "etl", *command, "--into", str(place), "--quiet", "--lang", "en"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    # 1 is said of a load that stands though rows were rejected, and by Python of one that broke
    assert done.returncode in (0, 1), done.stdout + done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return open_warehouse(place)


@pytest.fixture(scope="session")
def loaded_site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Warehouse]:
    """Opens a site by name, loaded once a session: ``made``, ``demo``, or a real one of tests/sites."""
    opened: dict[str, Warehouse] = {}

    def load(name: str) -> Warehouse:
        if name not in opened:
            folder = tmp_path_factory.mktemp(f"site-{name}")
            if name == "made":
                opened[name] = request.getfixturevalue("place").warehouse
            elif name == "demo":
                opened[name] = load_into(folder, "demo")
            else:
                request.getfixturevalue("shared_data")
                opened[name] = load_into(folder, "load", str(ROOT / "tests" / "sites" / f"{name}.yaml"))
        return opened[name]

    return load
