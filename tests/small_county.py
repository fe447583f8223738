"""Build a small made-up county in a warehouse: four townships of sixteen grids, a road lattice, squads, incidents."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from data.build import Staged, build_version
from data.schema import TABLES
from data.site import Site
from geo import cells as h3
from words import Words

#: noon in Shanghai on a Monday
NOW = datetime(2026, 3, 2, 4, 0)
WEST, SOUTH, STEP = 119.60, 29.90, 0.01
#: grids on a side of the county
SIDE = 8
TOWNSHIPS = {
    "T1": ("溪口镇", "Xikou"),
    "T2": ("云岭乡", "Yunling"),
    "T3": ("南塘街道", "Nantang"),
    "T4": ("石桥镇", "Shiqiao"),
}
ITEMS = {
    "noise": ("夜间噪声", True),
    "stall": ("占道经营", True),
    "waste": ("乱倒垃圾", False),
    "sign": ("违规广告", False),
}

SITE = Site(
    Words("Xiling County", "溪岭县"), "Asia/Shanghai", levels=("township", "grid"), located_level="grid",
    generated=True, as_of=NOW, repeat_metres=100, repeat_days=30, duty={"name": "周明", "phone": "0571-5550000"},
)  # fmt: skip


def _square(column: int, row: int, size: int) -> shapely.Polygon:
    west, south = WEST + column * STEP, SOUTH + row * STEP
    # corners on every grid line, so that township and grid edges are the same vertices
    steps = np.arange(size + 1) * STEP
    south_edge = [(west + d, south) for d in steps]
    east_edge = [(west + size * STEP, south + d) for d in steps[1:]]
    north_edge = [(west + d, south + size * STEP) for d in steps[::-1][1:]]
    west_edge = [(west, south + d) for d in steps[::-1][1:]]
    return shapely.Polygon(np.round([*south_edge, *east_edge, *north_edge, *west_edge], 7))


def township_of(column: int, row: int) -> str:
    """The township of a grid by its place in the lattice."""
    return f"T{1 + (column >= SIDE // 2) + 2 * (row >= SIDE // 2)}"


def _areas() -> pa.Table:
    half = SIDE // 2
    rows = []
    for i, (code, (zh, en)) in enumerate(TOWNSHIPS.items()):
        rows.append(("township", code, None, zh, en, "镇", _square(half * (i % 2), half * (i // 2), half)))
    for row in range(SIDE):
        for column in range(SIDE):
            code = f"G{column}{row}"
            rows.append(("grid", code, township_of(column, row), f"第{column}{row}网格", f"Grid {column}{row}", "网格",
                         _square(column, row, 1)))  # fmt: skip
    names = ("level", "code", "parent", "name_zh", "name_en", "kind")
    table = {name: pa.array([row[i] for row in rows], pa.string()) for i, name in enumerate(names)}
    shapes = [row[6] for row in rows]
    points = [shape.representative_point() for shape in shapes]
    table["geom"] = pa.array(shapely.to_wkb(shapes).tolist(), pa.binary())
    table["km2"] = pa.array([shape.area * 111.2 * 96.4 for shape in shapes])
    table["label_lon"] = pa.array([point.x for point in points])
    table["label_lat"] = pa.array([point.y for point in points])
    table["repairs"] = pa.nulls(len(rows), pa.string())
    return pa.table(table)


def _typed(name: str, rows: list[dict[str, object]]) -> pa.Table:
    """Rows as a table with the schema's columns and types; missing ones null."""
    kinds = {"VARCHAR": pa.string(), "DOUBLE": pa.float64(), "BOOLEAN": pa.bool_(), "INTEGER": pa.int32(),
             "TINYINT": pa.int8(), "SMALLINT": pa.int16(), "UBIGINT": pa.uint64(), "BIGINT": pa.int64(),
             "TIMESTAMP": pa.timestamp("us"), "DATE": pa.date32(), "BLOB": pa.binary(),
             "VARCHAR[]": pa.list_(pa.string()), "DECIMAL(14,2)": pa.decimal128(14, 2)}  # fmt: skip
    skip = {"row_hash", "loaded_in"}
    columns = {
        column.name: pa.array([row.get(column.name) for row in rows], kinds[column.type])
        for column in TABLES[name].columns
        if column.name not in skip
    }
    return pa.table(columns)


def _roads() -> pa.Table:
    rows = []
    for i in range(SIDE + 1):
        for j in range(SIDE):
            for across in (True, False):
                a = (j, i) if across else (i, j)
                b = (j + 1, i) if across else (i, j + 1)
                line = shapely.LineString([(round(WEST + x * STEP, 7), round(SOUTH + y * STEP, 7)) for x, y in (a, b)])
                main = i == SIDE // 2
                rows.append({"link": f"{'h' if across else 'v'}{i}-{j}", "name": "迎宾大道" if main else f"{i}号路",
                             "class": "primary" if main else "secondary", "oneway": 0,
                             "speed_kmh": 60.0 if main else 30.0, "geom": shapely.to_wkb(line)})  # fmt: skip
    return _typed("roads", rows)


def _squads() -> pa.Table:
    places = [(1.2, 1.1), (5.6, 2.3), (2.2, 6.4), (6.7, 6.1), (4.0, 4.0)]
    rows = [
        {"code": f"S{i + 1}", "name_zh": f"{'一二三四五'[i]}中队", "name_en": f"Squad {i + 1}", "kind": "own",
         "township": township_of(int(x), int(y)), "lon": WEST + x * STEP, "lat": SOUTH + y * STEP,
         "officers": [2, 1, 3, 2, 4][i], "auxiliaries": 2, "on_duty": i != 3}
        for i, (x, y) in enumerate(places)
    ]  # fmt: skip
    return _typed("squads", rows)


def _incidents(rng: np.random.Generator, count: int) -> list[dict[str, object]]:
    rows = []
    minutes = np.sort(rng.uniform(0, 40 * 24 * 60, count))[::-1]
    for n, before in enumerate(minutes):
        opened = NOW - timedelta(minutes=float(before) + 1)
        column, row = int(rng.integers(SIDE)), int(rng.integers(SIDE))
        item = list(ITEMS)[int(rng.integers(len(ITEMS)))]
        rows.append(
            _incident(rng, f"{n:04d}", item, opened, column + rng.uniform(0.1, 0.9), row + rng.uniform(0.1, 0.9))
        )
    late = NOW - timedelta(minutes=22)
    rows.append(_live("late", "stall", late, 1.5, 1.5, due=NOW - timedelta(minutes=7)))
    rows.append(_live("soon", "noise", NOW - timedelta(minutes=13), 5.4, 5.2, due=NOW + timedelta(minutes=2)))
    rows.append(_live("new", "stall", NOW - timedelta(minutes=3), 6.5, 1.4, due=NOW + timedelta(minutes=12)))
    return rows


def _incident(rng: np.random.Generator, key: str, item: str, opened: datetime, x: float, y: float) -> dict[str, object]:
    needs = ITEMS[item][1]
    arrived = opened + timedelta(minutes=float(rng.gamma(4, 2.6))) if rng.random() < 0.97 else None
    closed = opened + timedelta(hours=float(rng.gamma(2, 22)))
    done = closed <= NOW
    if arrived and arrived > NOW:
        arrived = None
    return _live(key, item, opened, x, y, due=opened + timedelta(minutes=15) if needs else None) | {
        "on_scene_at": arrived, "closed_at": closed if done else None, "state": "closed" if done else "open",
        "closed_local": closed + timedelta(hours=8) if done else None,
        "handled_at": closed - timedelta(minutes=20) if done else None,
        "squad": f"S{1 + int(rng.integers(5))}" if arrived else None,
        "owner": "执法中队" if rng.random() < 0.9 else None,
    }  # fmt: skip


def _live(key: str, item: str, opened: datetime, x: float, y: float, *, due: datetime | None) -> dict[str, object]:
    lon, lat = WEST + x * STEP, SOUTH + y * STEP
    local = opened + timedelta(hours=8)
    found = {f"cell{r}": int(h3.cells_at([lon], [lat], resolution=r)[0]) for r in (7, 8, 9)}
    return {
        "incident_id": f"county:{key}", "source": "county", "source_id": key, "item": item, "channel": "hotline",
        "urgency": "普通", "state": "open", "opened_at": opened, "opened_local": local, "local_date": local.date(),
        "local_hour": local.hour, "weekday": local.isoweekday(), "accepted_at": opened + timedelta(minutes=1),
        "needs_arrival": ITEMS[item][1], "arrival_due_at": due, "due_at": opened + timedelta(days=2), "reports": 1,
        "words": "举报人说隔壁很吵", "address": "人民路1号", "lon": lon, "lat": lat, "located": "in", "area_version": 1,
        "township": township_of(int(x), int(y)), "grid": f"G{int(x)}{int(y)}", "areas_n": 1, "faults": [], **found,
    }  # fmt: skip


def build(root: Path, *, site: Site = SITE, count: int = 900, roads: bool = True, incidents: bool = True) -> Path:
    """Build the county's warehouse under ``root`` (two squads are busy on open incidents); give ``root`` back."""
    rng = np.random.default_rng(7)
    root.mkdir(parents=True, exist_ok=True)
    items = [
        {"code": code, "name_zh": zh, "name_en": code, "domain": "城市管理", "first_response": needs,
         "clock_amount": 2.0, "clock_kind": "days"}
        for code, (zh, needs) in ITEMS.items()
    ]  # fmt: skip
    stations = [{"code": "B1", "name_zh": "指挥中心", "name_en": "Command centre", "kind": "command centre",
                 "township": "T1", "lon": WEST + 4 * STEP, "lat": SOUTH + 4.2 * STEP}]  # fmt: skip
    load = Staged(area_shapes=_areas(), site=site.rows())
    load.replace = {"items": _typed("items", items), "squads": _squads(), "stations": _typed("stations", stations)}
    if roads:
        load.replace["roads"] = _roads()
    if incidents:
        facts = _incidents(rng, count)
        sent = [
            {"dispatch_id": f"county:{fact['source_id']}-{fact['squad']}", "incident_id": fact["incident_id"],
             "source": "county", "source_id": f"{fact['source_id']}-{fact['squad']}",
             "squad": fact["squad"], "dispatched_at": fact["opened_at"], "on_scene_at": fact["on_scene_at"],
             "cleared_at": fact["closed_at"] or NOW - timedelta(minutes=1), "township": fact["township"],
             "grid": fact["grid"], "item": fact["item"], "faults": []}
            for fact in facts if fact.get("squad")
        ]  # fmt: skip
        sent.append({"dispatch_id": "county:late-S2", "incident_id": "county:late", "squad": "S2", "source": "county",
                     "source_id": "late-S2", "dispatched_at": NOW - timedelta(minutes=6),
                     "township": "T1"})  # fmt: skip
        for name, rows in {"incidents": facts, "dispatches": sent}.items():
            path = root / f"{name}.parquet"
            pq.write_table(_typed(name, rows), path)
            load.upsert[name] = [path]
    build_version(root, load)
    return root
