"""Make up a dirty source as one gets it: a GB18030 CSV of incidents with the faults of life, and its site file.

No row has more than one planted fault; where the source's own township disagrees with the position (borders wander) is
left to chance. Equal counts give equal bytes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import shapely

from bench.locate import EAST, NORTH, SOUTH, WEST, layer

SEED = 20260102
COLUMNS, ROWS = 28, 26
#: grids a township is wide and high
WIDE, HIGH = 4, 13
ITEMS = 416
FIRST = np.datetime64("2024-03-01T00:00:00")
MINUTES = 2 * 365 * 1440
BATCH = 250_000
CHANNELS = {"网格巡查": "patrol", "12345热线": "hotline", "部门转办": "department", "公众上报": "public"}
STATES = {"处理中": "open", "已办结": "closed", "不予受理": "declined", "作废": "void"}
WORDS = (
    "店铺占用人行道经营，影响通行",
    "夜间施工噪声扰民",
    '横幅"开业大吉"未经许可',
    "建筑垃圾倒在路边, 无人清理",
    "违法停车",
)

#: rows in a million
RATES = {
    "missing_id": 200, "missing_time": 300, "bad_time": 800, "two_digit_year": 400, "bad_closing": 300,
    "bad_coordinate": 300, "thousand_separators": 100, "half_coordinates": 300, "zero_coordinates": 1_500,
    "whole_degree": 500, "swapped": 1_200, "off_the_globe": 200, "unknown_item": 800, "unknown_word": 300,
    "unknown_area": 400, "no_coordinates": 10_000, "outside": 1_500, "closed_before_opened": 1_500,
    "entered_twice": 4_000, "number_used_twice": 600,
}  # fmt: skip

SITE = """\
# Generated for a benchmark: no such county.
site: {{name: {{zh: 测试县, en: Test County}}, zone: Asia/Shanghai, as_of: 2026-03-01T00:00}}
clocks: {{needs_arrival: all}}
areas:
  - level: township
    derive: grid
  - level: grid
    files: grids.geojson
    crs: EPSG:4326
    code: code
    name: name
    parent: town
items: {{files: items.csv, id: 编码, columns: {{name_zh: 名称}}}}
sources:
  - name: platform
    files: incidents.csv
    encoding: gb18030
    crs: EPSG:4326
    time: {{formats: ["%Y-%m-%d %H:%M:%S"]}}
    areas: {{township: {{column: 所属乡镇, match: code, use: fallback}}}}
    incidents:
      id: 事件编号
      columns:
        opened_at: 上报时间
        closed_at: 办结时间
        item: 事项编码
        channel: {{column: 渠道, map: {channels}}}
        state: {{column: 状态, map: {states}}}
        lon: 经度
        lat: 纬度
        words: 问题描述
        address: 地址
"""

Text = pa.Array
Rows = dict[str, Text]


def town_of(column: int, row: int) -> str:
    """The township's code of a grid by its place in the lattice."""
    return f"330999{1 + column // WIDE + (COLUMNS // WIDE) * (row // HIGH):03d}"


def items() -> list[str]:
    """The codes of the catalogue."""
    return [f"3301{i:04d}" for i in range(ITEMS)]


def write_source(folder: Path, count: int) -> Path:
    """Write site.yaml, grids.geojson, items.csv and incidents.csv with about ``count`` rows; the site file's path."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_grids(folder / "grids.geojson")
    named = "".join(f"{code},事项{i}\n" for i, code in enumerate(items()))
    (folder / "items.csv").write_text(f"编码,名称\n{named}", encoding="utf-8")
    options = pyarrow.csv.WriteOptions(quoting_style="needed")
    with (folder / "incidents.csv").open("wb") as file:
        for first in range(0, count, BATCH):
            table = _batch(first, min(BATCH, count - first))
            sink = pa.BufferOutputStream()
            pyarrow.csv.write_csv(table, sink, options.__class__(include_header=first == 0, quoting_style="needed"))
            file.write(sink.getvalue().to_pybytes().decode("utf-8").encode("gb18030"))
    maps = {"channels": json.dumps(CHANNELS, ensure_ascii=False), "states": json.dumps(STATES, ensure_ascii=False)}
    (folder / "site.yaml").write_text(SITE.format(**maps), encoding="utf-8")
    return folder / "site.yaml"


def _write_grids(path: Path) -> None:
    features = []
    for place, shape in enumerate(layer(COLUMNS, ROWS)):
        row, column = divmod(place, COLUMNS)
        town = town_of(column, row)
        values = {"code": f"{town}{place:03d}", "name": f"第{place}网格", "town": town}
        features.append({"type": "Feature", "properties": values, "geometry": shapely.geometry.mapping(shape)})
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")


def _batch(first: int, count: int) -> pa.Table:
    """Rows ``first`` to ``first + count``, some spoiled, those entered twice at the end."""
    rng = np.random.default_rng([SEED, first])
    rows = _sound(rng, first, count)
    edges = np.cumsum([rate / 1e6 for rate in RATES.values()])
    way = np.searchsorted(edges, rng.random(count), side="right")
    sound = dict(rows)
    for place, name in enumerate(RATES):
        mask = pa.array(way == place)
        for column, value in SPOILED.get(name, {}).items():
            rows[column] = pc.if_else(mask, value(sound), rows[column])
    table = pa.table(rows)
    ways = list(RATES)
    twice = table.filter(pa.array(way == ways.index("entered_twice")))
    used = table.filter(pa.array(way == ways.index("number_used_twice")))
    used = used.set_column(used.column_names.index("地址"), "地址", [["地址待核"] * used.num_rows])
    return pa.concat_tables([table, twice, used])


def _sound(rng: np.random.Generator, first: int, count: int) -> Rows:
    """Rows without a fault."""
    lon, lat = rng.uniform(WEST, EAST, count), rng.uniform(SOUTH, NORTH, count)
    column = np.minimum((lon - WEST) / (EAST - WEST) * COLUMNS, COLUMNS - 1).astype(int)
    row = np.minimum((lat - SOUTH) / (NORTH - SOUTH) * ROWS, ROWS - 1).astype(int)
    towns = np.array([[town_of(c, r) for c in range(COLUMNS)] for r in range(ROWS)])[row, column]
    opened = FIRST + rng.integers(0, MINUTES * 60, count).astype("timedelta64[s]")
    closed = opened + rng.gamma(2, 80_000, count).astype(np.int64).astype("timedelta64[s]")
    state = rng.choice(len(STATES), count, p=[0.04, 0.9, 0.03, 0.03])
    done = pa.array(state == 1)
    return {
        "事件编号": pa.array([f"YX{number:012d}" for number in range(first, first + count)]),
        "上报时间": _moments(opened),
        "办结时间": pc.if_else(done, _moments(closed), ""),
        "事项编码": _picked(items(), rng.integers(0, ITEMS, count)),
        "渠道": _picked(list(CHANNELS), rng.integers(0, len(CHANNELS), count)),
        "状态": _picked(list(STATES), state),
        "经度": pa.array(np.char.mod("%.6f", lon)),
        "纬度": pa.array(np.char.mod("%.6f", lat)),
        "所属乡镇": pa.array(towns),
        "问题描述": _picked(list(WORDS), rng.integers(0, len(WORDS), count)),
        "地址": pa.array([f"人民路{number}号" for number in rng.integers(1, 3_000, count)]),
    }


def _moments(times: npt.NDArray[np.datetime64]) -> Text:
    return pc.strftime(pa.array(times.astype("datetime64[s]")), "%Y-%m-%d %H:%M:%S")


def _picked(words: list[str], place: npt.NDArray[np.int64]) -> Text:
    return pa.array(words).take(pa.array(place))


def _constant(text: str) -> Callable[[Rows], Text]:
    return lambda rows: pa.scalar(text)


def _other(column: str) -> Callable[[Rows], Text]:
    return lambda rows: rows[column]


def _earlier(rows: Rows) -> Text:
    opened = pc.strptime(rows["上报时间"], "%Y-%m-%d %H:%M:%S", "s")
    return pc.strftime(pc.subtract(opened, pa.scalar(5_400, pa.duration("s"))), "%Y-%m-%d %H:%M:%S")


_BLANK = _constant("")
#: for each way to spoil a row: the columns it changes and what stands there then
SPOILED: Mapping[str, Mapping[str, Callable[[Rows], Text]]] = {
    "missing_id": {"事件编号": _BLANK},
    "missing_time": {"上报时间": _constant("  ")},
    "bad_time": {"上报时间": _constant("2025-13-45 08:61:00")},
    "two_digit_year": {"上报时间": lambda rows: pc.utf8_slice_codeunits(rows["上报时间"], 2)},
    "bad_closing": {"办结时间": _constant("不详")},
    "bad_coordinate": {"经度": _constant("东经119度")},
    "thousand_separators": {"纬度": _constant("3,290,112.5")},
    "half_coordinates": {"纬度": _BLANK},
    "zero_coordinates": {"经度": _constant("0"), "纬度": _constant("0")},
    "whole_degree": {"经度": _constant("119"), "纬度": _constant("30")},
    "swapped": {"经度": _other("纬度"), "纬度": _other("经度")},
    "off_the_globe": {"经度": _constant("540112.25"), "纬度": _constant("3290112.5")},
    "unknown_item": {"事项编码": _constant("99999999")},
    "unknown_word": {"渠道": _constant("微信")},
    "unknown_area": {"所属乡镇": _constant("330999999")},
    "no_coordinates": {"经度": _BLANK, "纬度": _BLANK},
    "outside": {"纬度": lambda rows: pc.utf8_replace_slice(rows["纬度"], 0, 2, "31")},
    "closed_before_opened": {"办结时间": _earlier, "状态": _constant("已办结")},
}
