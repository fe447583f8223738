"""Write a small made-up site as files: two townships of four grids, calls and dispatches, with a few wrong rows."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

SITE = """\
site: {name: {zh: 小县, en: Small County}, zone: Asia/Shanghai, as_of: 2026-03-31T12:00}
clocks: {arrival_minutes: 15, needs_arrival: items, closure: {amount: 3, kind: work_days}}
repeat: {metres: 100, days: 30}
areas:
  - level: county
    derive: township
    code: {constant: "330999"}
    name: {constant: {zh: 小县, en: Small County}}
  - level: township
    derive: grid
    parent: {value: "330999"}
  - level: grid
    files: grids.geojson
    crs: EPSG:4326
    code: code
    name: name
    parent: town
items:
  files: items.csv
  id: 编码
  columns:
    name_zh: 名称
    first_response: 到场
    clock_amount: 时限
    clock_kind: {value: minutes}
stations:
  files: stations.csv
  crs: EPSG:4326
  id: code
  columns: {lon: lon, lat: lat}
squads:
  files: squads.csv
  id: code
  columns: {name_zh: 名称, station: station}
sources:
  - name: calls
    files: calls*.csv
    crs: EPSG:4326
    time: {formats: ["%Y-%m-%d %H:%M:%S"]}
    areas: {township: {column: 乡镇, match: code, use: fallback}}
    incidents:
      id: 编号
      columns:
        opened_at: 时间
        closed_at: 办结
        item: 事项
        lon: 经度
        lat: 纬度
        channel: {column: 渠道, map: {巡查: patrol, 热线: hotline, ~: public}}
  - name: units
    files: units.csv
    time: {formats: ["%Y-%m-%d %H:%M:%S"]}
    dispatches:
      id: id
      incident: call
      of: calls
      columns: {squad: squad, dispatched_at: sent, on_scene_at: there, cleared_at: free}
"""

CALLS = ("编号", "时间", "办结", "事项", "经度", "纬度", "渠道", "乡镇")
UNITS = ("id", "call", "squad", "sent", "there", "free")

WEST, SOUTH, STEP = 119.60, 29.90, 0.02


def square(column: int, row: int) -> list[list[list[float]]]:
    """A grid cell's ring."""
    x, y = WEST + column * STEP, SOUTH + row * STEP
    # neighbours share their corners to the last bit
    east, north = WEST + (column + 1) * STEP, SOUTH + (row + 1) * STEP
    return [[[x, y], [east, y], [east, north], [x, north], [x, y]]]


def call(number: int, **other: str) -> dict[str, str]:
    """A sound call: inside grid ``number % 8``, a minute after the one before."""
    column, row = number % 4, number // 4 % 2
    given = {
        "编号": f"0{number:017d}",
        "时间": f"2026-03-{2 + number // 600:02} {8 + number // 60 % 10:02}:{number % 60:02}:00",
        "办结": f"2026-03-{5 + number // 600:02} 10:00:00",
        "事项": ("noise", "stall")[number % 2],
        "经度": f"{WEST + (column + 0.2 + 0.6 * (number % 7) / 7) * STEP:.6f}",
        "纬度": f"{SOUTH + (row + 0.5) * STEP:.6f}",
        "渠道": ("巡查", "热线", "")[number % 3],
        "乡镇": f"T{1 + column // 2}",
    }
    return given | other


def unit(number: int, **other: str) -> dict[str, str]:
    """A sound dispatch to call ``number``."""
    sent = call(number)["时间"]
    given = {
        "id": f"u{number}", "call": call(number)["编号"], "squad": f"S{number % 3}", "sent": sent,
        "there": sent[:-2] + "30", "free": sent[:-2] + "50",
    }  # fmt: skip
    return given | other


def write_csv(path: Path, names: Iterable[str], rows: Iterable[Mapping[str, str]]) -> None:
    """A CSV of text."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, list(names))
        out.writeheader()
        out.writerows(rows)


def write_site(folder: Path, *, calls: int = 60, units: int = 30, extra: Iterable[Mapping[str, str]] = ()) -> Path:
    """All files of the site; ``extra`` rows follow the sound calls. Returns the site file."""
    folder.mkdir(parents=True, exist_ok=True)
    features = [
        {
            "type": "Feature",
            "properties": {"code": f"G{row}{column}", "name": f"网格{row}{column}", "town": f"T{1 + column // 2}"},
            "geometry": {"type": "Polygon", "coordinates": square(column, row)},
        }
        for row in range(2)
        for column in range(4)
    ]
    (folder / "grids.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False), encoding="utf-8"
    )
    (folder / "items.csv").write_text(
        "编码,名称,到场,时限\nnoise,夜间噪声,是,\nstall,占道经营,否,240\n", encoding="utf-8"
    )
    (folder / "stations.csv").write_text(f"code,lon,lat\nP1,{WEST + 0.01},{SOUTH + 0.01}\n", encoding="utf-8")
    (folder / "squads.csv").write_text("code,名称,station\nS0,一队,P1\nS1,二队,\n", encoding="utf-8")
    write_csv(folder / "calls.csv", CALLS, [*(call(number) for number in range(calls)), *extra])
    write_csv(folder / "units.csv", UNITS, [unit(number) for number in range(units)])
    site = folder / "site.yaml"
    site.write_text(SITE, encoding="utf-8")
    return site
