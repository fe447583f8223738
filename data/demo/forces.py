"""Post the squads: own, stationed, radiating from three hubs, and the county's direct ones.

A township's first squad stands at its seat, the next ones where most people are still far by road.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.demo.chance import stream
from data.demo.naming import COUNTY, COUNTY_EN
from data.demo.network import Network
from data.demo.regions import Regions
from data.demo.terrain import Land

#: squads by kind: how many per township code
OWN = {"001": 4, "002": 4, "003": 3, "101": 4, "102": 2, "103": 3, "104": 2, "105": 2, "106": 2, "107": 2,
       "201": 1, "202": 1, "203": 1, "204": 1}  # fmt: skip
STATIONED = {"001": 1, "002": 1, "003": 1, "101": 1, "103": 1, "106": 1, "202": 1, "203": 1}
#: hub township code: the townships its two radiating squads serve
HUBS = {"101": ("101", "201", "204"), "102": ("102", "104", "105", "107"), "103": ("103", "106", "202", "203")}
#: minutes by road within which a post is of use
REACH = 9.0
DIRECT_AT = "001"
DIRECT = 3
KIND = {"own": "乡属", "stationed": "派驻", "radiating": "辐射", "direct": "直管"}
LETTER = {"own": "A", "stationed": "B", "radiating": "C", "direct": "D"}
#: certified officers and auxiliaries a squad has at least
STRENGTH = {"own": (2, 5), "stationed": (3, 3), "radiating": (4, 6), "direct": (6, 8)}
Planned = tuple[str, int, str, int, tuple[str, ...], tuple[float, float]]
KIND_EN = {"own": "Own Squad", "stationed": "Stationed Squad", "radiating": "Hub Squad", "direct": "Direct Squad"}


@dataclass(frozen=True)
class Station:
    """A place squads start from; ``node`` is its row in the network's nodes."""

    code: str
    name: str
    name_en: str
    kind: str
    township: int
    node: int
    xy: tuple[float, float]


@dataclass(frozen=True)
class Squad:
    """A squad; ``covers`` are township rows, ``hours`` the site hours it is on duty (to beyond 24: past midnight)."""

    code: str
    name: str
    name_en: str
    kind: str
    station: int
    township: int
    covers: tuple[int, ...]
    officers: int
    auxiliaries: int
    hours: tuple[float, float]


@dataclass(frozen=True)
class Forces:
    """Stations and squads, and the minutes (squads, nodes) by road from each squad's station."""

    stations: tuple[Station, ...]
    squads: tuple[Squad, ...]
    minutes: NDArray[np.float64]

    def on_duty(self, hour: float) -> NDArray[np.bool_]:
        """Which squads are on duty at ``hour`` (0 to 24) of the site's clock."""
        span = np.array([squad.hours for squad in self.squads])
        return ((span[:, 0] <= hour) & (hour < span[:, 1])) | (hour + 24 < span[:, 1])


def _posts(land: Land, network: Network, regions: Regions, township: int, count: int) -> list[int]:
    """Nodes for ``count`` stations in a township: its seat, then where most grids come nearer.

    Minutes beyond ``REACH`` count for nothing: a post serves the many it can reach in time, not the farthest hamlet.
    """
    mine = regions.township_of_grid == township
    homes = network.nearest_node(land.mesh.xy[regions.grid_centre[mine]])
    chosen = [int(network.nearest_node(land.mesh.xy[regions.township_centre[[township]]])[0])]
    if count == 1:
        return chosen
    minutes = np.minimum(network.travel(np.r_[chosen, homes])[:, homes], REACH)
    reach, offers = minutes[0], minutes[1:]
    while len(chosen) < count:
        best = int(np.argmax(np.maximum(reach - offers, 0).sum(axis=1)))
        chosen.append(int(homes[best]))
        reach = np.minimum(reach, offers[best])
    return chosen


def _stations(land: Land, regions: Regions, network: Network) -> tuple[list[Station], dict[str, list[int]]]:
    """All stations, and those of each township code by row, the seat first."""
    stations: list[Station] = []
    of: dict[str, list[int]] = {}

    def add(code: str, name: str, name_en: str, kind: str, township: int, node: int) -> None:
        of.setdefault(land.towns[township].code, []).append(len(stations))
        x, y = network.node_xy[node]
        stations.append(Station(code, name, name_en, kind, township, node, (float(x), float(y))))

    for t, town in enumerate(land.towns):
        for i, node in enumerate(_posts(land, network, regions, t, min(OWN[town.code], 3))):
            hub = i == 0 and town.code in HUBS
            kind = "片区中心" if hub else "中队驻地" if i == 0 else "执勤点"
            english = "Hub" if hub else "Station" if i == 0 else f"Post {i}"
            name = f"{town.name}综合行政执法{kind}" + (str(i) if i else "")
            add(f"ZD{town.code}{i + 1}", name, f"{town.name_en} {english}", kind, t, node)
    centre = stations[of[DIRECT_AT][0]]
    name = f"{COUNTY}综合行政执法指挥中心", f"{COUNTY_EN} Command Centre"
    add("ZD0000", *name, "指挥中心", centre.township, centre.node)
    return stations, of


def post_forces(seed: int, land: Land, regions: Regions, network: Network) -> Forces:
    """Stations and squads of the county with their travel times."""
    stations, of = _stations(land, regions, network)
    rng = stream(seed, "squads")
    index = {town.code: t for t, town in enumerate(land.towns)}
    squads: list[Squad] = []
    for kind, number, code, station, covers, hours in _plan(of, tuple(index), len(stations) - 1):
        town = land.towns[index[code]]
        base, english = (COUNTY, COUNTY_EN) if kind == "direct" else (town.name, town.name_en)
        officers, auxiliaries = STRENGTH[kind]
        if kind == "own" and code >= "200":
            officers = 1
        squads.append(
            Squad(
                f"DW{code}{LETTER[kind]}{number + 1}", f"{base}{KIND[kind]}{'一二三四五'[number]}队",
                f"{english} {KIND_EN[kind]} {number + 1}", KIND[kind], station, index[code],
                tuple(index[cover] for cover in covers), officers + int(rng.integers(0, 2)),
                auxiliaries + int(rng.integers(0, 4)), hours,
            )
        )  # fmt: skip
    nodes = np.array([stations[squad.station].node for squad in squads])
    return Forces(tuple(stations), tuple(squads), network.travel(nodes))


def _plan(of: dict[str, list[int]], everywhere: tuple[str, ...], centre: int) -> Iterator[Planned]:
    """Every squad: kind, number, township code, station, covered township codes, hours on duty."""
    for code, count in OWN.items():
        for i in range(count):
            late = i == 0 or (code < "100" and i == 1)
            hours = (8.0, 18.0) if code > "200" else (7.0, 23.5) if late else (7.0, 19.0)
            yield "own", i, code, of[code][i % len(of[code])], (code,), hours
    for code, count in STATIONED.items():
        for i in range(count):
            yield "stationed", i, code, of[code][0], (code,), (8.0, 20.0)
    for code, covers in HUBS.items():
        for i in range(2):
            yield "radiating", i, code, of[code][0], covers, (0.0, 24.0) if i == 0 else (8.0, 24.0)
    for i in range(DIRECT):
        yield "direct", i, DIRECT_AT, centre, everywhere, (0.0, 24.0) if i < 2 else (8.0, 24.0)
