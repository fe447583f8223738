"""Fill a warehouse with a generated county of any number of incidents, straight through the builder.

Two years of incidents in 14 townships and 728 grids, 416 items, 49 squads with their dispatches. Whatever the number,
the newest :data:`OPEN` are still open: a county works off what comes in, it does not pile it up.
"""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from bench.dirty import COLUMNS, HIGH, ROWS, WIDE, items, town_of
from bench.locate import EAST, NORTH, SOUTH, WEST
from data.build import Staged, build_version
from data.schema import TABLES
from data.site import Site
from geo.cells import cells_at, parents_of
from words import Words

SEED = 20260103
#: 16:40 in Shanghai on a Friday, naive UTC
NOW = datetime(2026, 3, 20, 8, 40)
DAYS = 730
OPEN = 400
SQUADS = 49
BATCH = 500_000
ZONE_MICROS = 8 * 3_600_000_000
MINUTE = 60_000_000
CHANNELS = ("patrol", "hotline", "department", "public", "device")
OUTCOMES = ("persuaded", "stopped", "correction_ordered", "simple_penalty", "resolved", "unfounded")
COUNTY = "330999"

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

SITE = Site(
    Words("Bench County", "测速县"), "Asia/Shanghai", levels=("county", "township", "grid"), located_level="grid",
    generated=True,
)  # fmt: skip


def build_county(root: Path, count: int) -> Path:
    """Build a warehouse with ``count`` incidents under ``root``; give ``root`` back."""
    root.mkdir(parents=True, exist_ok=True)
    staged = Staged(area_shapes=_areas(), site=SITE.rows())
    staged.replace = {"items": _items(), "squads": _squads(), "stations": _stations()}
    with tempfile.TemporaryDirectory(dir=root) as name:
        staged.upsert = _events(Path(name), count)
        build_version(root, staged)
    return root


def _events(folder: Path, count: int) -> dict[str, list[Path]]:
    """Parquet files of incidents and of dispatches."""
    paths: dict[str, list[Path]] = {"incidents": [], "dispatches": []}
    for first in range(0, count, BATCH):
        incidents, dispatches = _batch(first, min(first + BATCH, count), count)
        for name, table in (("incidents", incidents), ("dispatches", dispatches)):
            path = folder / f"{name}-{first}.parquet"
            pq.write_table(table, path, compression="lz4")
            paths[name].append(path)
    return paths


def _batch(first: int, last: int, count: int) -> tuple[pa.Table, pa.Table]:
    """Incidents ``first`` to ``last`` in the order of their reports, and their dispatches."""
    rng = np.random.default_rng([SEED, first])
    n, number = last - first, np.arange(first, last)
    now = int(np.datetime64(NOW, "us").astype(np.int64))
    spread = DAYS * 1440 * MINUTE
    opened = now - spread + ((number + rng.random(n)) / count * spread).astype(np.int64)
    is_open = number >= count - OPEN
    accepted = opened + _delay(rng, 3, n)
    dispatched = accepted + _delay(rng, 3, n)
    arrived = dispatched + _delay(rng, 8, n)
    handled = arrived + _delay(rng, 60, n)
    # closed before now: what came in last is either still open or was done quickly
    closed = np.minimum(handled + _delay(rng, 1_500, n), opened + ((now - opened) * rng.uniform(0.2, 1, n)).astype(int))
    needs = rng.random(n) < 0.4
    reached = rng.random(n) < 0.97
    item = (rng.zipf(1.3, n) - 1) % len(items())
    place = _places(rng, n)
    ids = _ids("county:", number)
    state = np.where(is_open, 0, np.where(rng.random(n) < 0.95, 1, 2))
    squad = pa.array(np.char.mod("S%02d", rng.integers(0, SQUADS, n)))
    times = {
        "opened_at": _times(opened), "accepted_at": _times(accepted, accepted <= now),
        "dispatched_at": _times(dispatched, dispatched <= now),
        "on_scene_at": _times(arrived, reached & (arrived <= now)),
        "handled_at": _times(handled, ~is_open & (handled <= closed)), "closed_at": _times(closed, ~is_open),
        "arrival_due_at": _times(opened + 15 * MINUTE, needs),
        "due_at": _times(accepted + (1 + item % 5) * 1440 * MINUTE),
    }  # fmt: skip
    local = opened + ZONE_MICROS
    # 1970-01-01 was a Thursday
    weekday = (local // (1440 * MINUTE) + 3) % 7 + 1
    columns = {
        "incident_id": ids, "item": _picked(items(), item), "channel": _picked(CHANNELS, rng.integers(0, 5, n)),
        "self_found": pa.array(rng.random(n) < 0.45), "urgency": pa.array(np.full(n, "普通")),
        "state": _picked(("open", "closed", "declined"), state),
        "outcome": _picked(OUTCOMES, rng.integers(0, len(OUTCOMES), n), ~is_open),
        **times, "opened_local": _times(local), "closed_local": _times(closed + ZONE_MICROS, ~is_open),
        "local_date": pa.array((local // (1440 * MINUTE)).astype("datetime64[D]")),
        "local_hour": pa.array((local // (60 * MINUTE) % 24).astype(np.int8)),
        "weekday": pa.array(weekday.astype(np.int8)),
        "needs_arrival": pa.array(needs), "reports": pa.array(np.ones(n, np.int32)),
        **{name: _few(rng, n, share) for name, share in
           (("reworks", 0.035), ("reopens", 0.012), ("returns", 0.03), ("extensions", 0.03))},
        "owner": pa.array(np.full(n, "综合执法队"), mask=rng.random(n) < 0.02), "squad": squad,
        "words": _picked([f"反映第{i}类问题，请处置" for i in range(500)], rng.integers(0, 500, n)),
        "address": _picked([f"人民路{i}号" for i in range(3_000)], rng.integers(0, 3_000, n)),
        "areas_n": pa.array(np.ones(n, np.int8)), **place, "source": pa.array(np.full(n, "county")),
        "source_id": _ids("", number),
    }  # fmt: skip
    incidents = pa.table(columns)
    sent = incidents.filter(pa.array(needs & (dispatched <= now)))
    return incidents, _dispatches(sent)


def _dispatches(sent: pa.Table) -> pa.Table:
    """One dispatch for each of these incidents."""
    names = ("incident_id", "squad", "dispatched_at", "on_scene_at", "township", "grid", "item", "source", "source_id")
    table = sent.select(names)
    table = table.append_column("dispatch_id", sent["incident_id"])
    return table.append_column("cleared_at", sent["closed_at"])


def _delay(rng: np.random.Generator, minutes: float, n: int) -> Ints:
    """Delays of some minutes at the median, log-normal, µs."""
    return (minutes * MINUTE * np.exp(rng.normal(0, 0.6, n))).astype(np.int64)


def _times(micros: Ints, there: npt.NDArray[np.bool_] | None = None) -> pa.Array:
    return pa.array(micros.astype("datetime64[us]"), mask=None if there is None else ~there)


def _picked(words: tuple[str, ...] | list[str], place: Ints, there: npt.NDArray[np.bool_] | None = None) -> pa.Array:
    return pa.array(words).take(pa.array(place, mask=None if there is None else ~there))


def _few(rng: np.random.Generator, n: int, share: float) -> pa.Array:
    return pa.array((rng.random(n) < share).astype(np.int16))


def _ids(head: str, number: Ints) -> pa.Array:
    return pa.array([f"{head}{each:012d}" for each in number.tolist()])


def _places(rng: np.random.Generator, n: int) -> dict[str, pa.Array]:
    """Positions, half of them in a few busy grids, with their areas and cells."""
    busy = rng.integers(0, COLUMNS * ROWS, 60)
    grid = np.where(rng.random(n) < 0.5, busy[rng.integers(0, len(busy), n)], rng.integers(0, COLUMNS * ROWS, n))
    row, column = np.divmod(grid, COLUMNS)
    lon = WEST + (column + rng.uniform(0.05, 0.95, n)) * (EAST - WEST) / COLUMNS
    lat = SOUTH + (row + rng.uniform(0.05, 0.95, n)) * (NORTH - SOUTH) / ROWS
    nine = cells_at(lon, lat, resolution=9)
    codes = _codes()
    return {
        "lon": pa.array(lon), "lat": pa.array(lat), "located": pa.array(np.full(n, "in")),
        "county": pa.array(np.full(n, COUNTY)), "township": _picked([code[:9] for code in codes], grid),
        "grid": _picked(codes, grid), "cell9": pa.array(nine), "cell8": pa.array(parents_of(nine, resolution=8)),
        "cell7": pa.array(parents_of(nine, resolution=7)),
    }  # fmt: skip


def _codes() -> list[str]:
    """The codes of the grids in the order of the lattice, each beginning with its township's."""
    return [f"{town_of(*divmod(i, COLUMNS)[::-1])}{i:03d}" for i in range(COLUMNS * ROWS)]


def _box(column: int, row: int, wide: int, high: int) -> shapely.Polygon:
    x, y = (EAST - WEST) / COLUMNS, (NORTH - SOUTH) / ROWS
    return shapely.box(WEST + column * x, SOUTH + row * y, WEST + (column + wide) * x, SOUTH + (row + high) * y)


def _areas() -> pa.Table:
    """The county, its townships and its grids as the builder takes them."""
    rows = [("county", COUNTY, None, "测速县", _box(0, 0, COLUMNS, ROWS))]
    for row in range(0, ROWS, HIGH):
        for column in range(0, COLUMNS, WIDE):
            code = town_of(column, row)
            rows.append(("township", code, COUNTY, f"第{code[-3:]}镇", _box(column, row, WIDE, HIGH)))
    for i, code in enumerate(_codes()):
        row, column = divmod(i, COLUMNS)
        rows.append(("grid", code, code[:9], f"第{i}网格", _box(column, row, 1, 1)))
    shapes = np.array([row[4] for row in rows], object)
    centre = shapely.centroid(shapes)
    texts = {name: pa.array([row[i] for row in rows], pa.string())
             for i, name in enumerate(("level", "code", "parent", "name_zh"))}  # fmt: skip
    return pa.table({
        **texts, "name_en": texts["name_zh"], "kind": pa.nulls(len(rows), pa.string()),
        "geom": pa.array(shapely.to_wkb(shapes).tolist(), pa.binary()), "km2": pa.array(shapely.area(shapes) * 10_700),
        "label_lon": shapely.get_x(centre), "label_lat": shapely.get_y(centre),
        "repairs": pa.nulls(len(rows), pa.string()),
    })  # fmt: skip


def _filled(name: str, columns: dict[str, pa.Array]) -> pa.Table:
    """A reference table with only these columns filled."""
    assert set(columns) <= set(TABLES[name].names)
    return pa.table(columns)


def _items() -> pa.Table:
    names = pa.array([f"事项{i}" for i in range(len(items()))])
    domains = pa.array([("市容", "环保", "建设", "水利", "农业")[i % 5] for i in range(len(items()))])
    return _filled("items", {"code": pa.array(items()), "name_zh": names, "name_en": names, "domain": domains})


def _squads() -> pa.Table:
    rng = np.random.default_rng(SEED)
    lon, lat = rng.uniform(WEST, EAST, SQUADS), rng.uniform(SOUTH, NORTH, SQUADS)
    codes = [f"S{i:02d}" for i in range(SQUADS)]
    return _filled("squads", {
        "code": pa.array(codes), "name_zh": pa.array([f"{code}队" for code in codes]), "name_en": pa.array(codes),
        "kind": pa.array(["own"] * SQUADS), "station": pa.array(["B1"] * SQUADS), "lon": pa.array(lon),
        "lat": pa.array(lat), "officers": pa.array(rng.integers(1, 6, SQUADS).astype(np.int32)),
    })  # fmt: skip


def _stations() -> pa.Table:
    point = {"lon": pa.array([(WEST + EAST) / 2]), "lat": pa.array([(SOUTH + NORTH) / 2])}
    return _filled("stations", {"code": pa.array(["B1"]), "name_zh": pa.array(["指挥中心"]), **point})
