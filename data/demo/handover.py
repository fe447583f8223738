"""Write the county's own tables: areas, roads, items, stations, squads and inspectors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import shapely

from data.demo.catalogue import catalogue
from data.demo.chance import stream
from data.demo.county import County
from data.demo.files import write_csv, write_excel, write_shapes
from data.demo.naming import COUNTY, COUNTY_CODE, COUNTY_EN, people, phones
from data.demo.plane import degrees, in_degrees

LISTS = {"street": "街", "village": "村", "enterprise": "企", "": ""}
CLASSES = {"1": "简单易发现", "2": "非第一时间发现将造成严重后果", "3": "非现场发现将影响案件处理",
           "4": "专业性强", "5": "批后检查"}  # fmt: skip
CLOCKS = {"work_hours": "工作小时", "work_days": "工作日"}
SQUAD_COLUMNS = ("编码", "名称", "英文名", "性质", "驻地编码", "乡镇编码", "覆盖乡镇", "经度", "纬度",
                 "持证人数", "辅助人数", "在岗", "班次")  # fmt: skip
PROCEDURES = {"simple": "简易程序", "ordinary": "普通程序"}


def write_areas(county: County, out: Path) -> None:
    """County and townships as GeoJSON, villages and grids as GeoPackages; the grids name their parents by code."""
    land, named, regions = county.land, county.named, county.regions
    folder = out / "areas"
    folder.mkdir(parents=True, exist_ok=True)
    write_shapes(
        folder / "county.geojson", {"编码": [COUNTY_CODE], "名称": [COUNTY], "英文名": [COUNTY_EN]}, county.county
    )
    kind = ["中心镇" if town.kind == "hub town" else town.kind for town in land.towns]
    write_shapes(
        folder / "townships.geojson",
        {
            "编码": named.township_code, "名称": [t.name for t in land.towns],
            "英文名": [t.name_en for t in land.towns], "类别": kind, "上级编码": [COUNTY_CODE] * len(land.towns),
        },
        county.townships,
    )  # fmt: skip
    above = [named.township_code[t] for t in regions.township_of_village]
    write_shapes(
        folder / "villages.gpkg",
        {
            "编码": named.village_code, "名称": named.village_name, "英文名": named.village_en,
            "类别": named.village_kind, "上级编码": above,
        },
        county.villages,
    )  # fmt: skip
    write_shapes(
        folder / "grids.gpkg",
        {
            "编码": named.grid_code, "名称": named.grid_name, "英文名": named.grid_en,
            "上级编码": [named.village_code[v] for v in regions.village_of_grid],
        },
        county.grids,
    )  # fmt: skip


def write_roads(county: County, out: Path) -> None:
    """The road links with class, name, direction, length and end nodes; the rivers beside them for a map."""
    network = county.network
    folder = out / "roads"
    folder.mkdir(parents=True, exist_ok=True)
    write_shapes(
        folder / "roads.gpkg",
        {
            "路段编号": [f"L{i + 1:05d}" for i in range(len(network.line))], "路名": network.name,
            "等级": network.classes, "通行": [("双向", "顺行", "逆行")[way] for way in network.oneway],
            "长度": np.round(network.length, 2), "起点": [f"N{n:05d}" for n in network.start],
            "终点": [f"N{n:05d}" for n in network.end],
        },
        in_degrees(network.line),
    )  # fmt: skip
    rivers = county.land.rivers
    inside = shapely.intersection(in_degrees(np.array([river.line for river in rivers])), county.county[0])
    columns = {
        "名称": [r.name for r in rivers],
        "英文名": [r.name_en for r in rivers],
        "级别": [r.order for r in rivers],
    }
    write_shapes(folder / "rivers.geojson", columns, inside)


def write_items(out: Path) -> None:
    """The catalogue of items as the workbook an office would send."""
    found = catalogue()
    lines = []
    for item in found.items:
        group = found.groups[item.group]
        lines.append(
            (
                item.code, item.name, item.name_en, item.domain, item.domain_en, CLASSES[item.item_class],
                LISTS[item.list], "是" if group.first_response else "否", group.amount, CLOCKS[group.clock],
                PROCEDURES[group.procedure],
            )
        )  # fmt: skip
    header = ("编码", "名称", "英文名", "领域", "领域英文", "监管类别", "清单", "快速响应", "时限", "时限单位", "程序")
    write_excel(out / "items.xlsx", "事项清单", header, lines)


def write_forces(county: County, out: Path, *, seed: int, hour: float) -> None:
    """Stations, squads (on duty as of ``hour``), officers with their certificates, and one inspector a grid."""
    forces, named = county.forces, county.named
    lon_lat = degrees(np.array([station.xy for station in forces.stations]))
    write_csv(
        out / "stations.csv", ("编码", "名称", "英文名", "类别", "乡镇编码", "经度", "纬度", "地址"),
        (
            (s.code, s.name, s.name_en, s.kind, named.township_code[s.township], *lon_lat[i].tolist(),
             f"{county.land.towns[s.township].name}{_road(county, s.node)}")
            for i, s in enumerate(forces.stations)
        ),
    )  # fmt: skip
    duty = forces.on_duty(hour)
    write_csv(
        out / "squads.csv",
        SQUAD_COLUMNS,
        (
            (s.code, s.name, s.name_en, s.kind, forces.stations[s.station].code, named.township_code[s.township],
             "、".join(named.township_code[t] for t in s.covers), *lon_lat[s.station].tolist(), s.officers,
             s.auxiliaries, "在岗" if duty[i] else "离岗", _shift(s.hours))
            for i, s in enumerate(forces.squads)
        ),
    )  # fmt: skip
    _write_people(county, out, seed)


def _road(county: County, node: int) -> str:
    """The name of a road at a junction."""
    network = county.network
    return network.name[int(np.flatnonzero((network.start == node) | (network.end == node))[0])]


def _shift(hours: tuple[float, float]) -> str:
    """Hours on duty as a clock time span."""
    return "-".join(f"{int(hour) % 24 if hour != 24 else 24:02d}:{int(hour % 1 * 60):02d}" for hour in hours)


def _write_people(county: County, out: Path, seed: int) -> None:
    """Officers with certificate number, licence colour and expiry year; exactly one inspector per grid."""
    rng = stream(seed, "people")
    named, lines, number = county.named, [], 0
    for squad in county.forces.squads:
        for name in people(rng, squad.officers):
            number += 1
            colour = ("绿", "黄", "橙", "红")[int(rng.choice(4, p=[0.94, 0.04, 0.015, 0.005]))]
            lines.append((f"33019900{number:04d}", name, squad.code, colour, f"{rng.integers(2027, 2032)}-12-31"))
    write_csv(out / "officers.csv", ("执法证号", "姓名", "队伍编码", "权证颜色", "有效期至"), lines)
    names, numbers = people(rng, len(named.grid_code)), phones(rng, len(named.grid_code))
    write_csv(out / "inspectors.csv", ("网格编码", "网格员", "电话"), zip(named.grid_code, names, numbers, strict=True))
