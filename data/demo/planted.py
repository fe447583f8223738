"""Plant what detection should find later, and keep the truth aside.

The warehouse is never told: the truth goes to ``truth.json`` beside the input files, which no site file names.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from scipy.spatial import cKDTree

from data.demo.catalogue import Catalogue
from data.demo.chance import stream
from data.demo.county import County
from data.demo.regions import Labels
from data.demo.sites import KINDS, Sites

#: planted hotspots: (shape over time, first day before the end, last day before the end)
SHAPES = (("lasting", 720, 0), ("lasting", 720, 0), ("lasting", 500, 0), ("emerging", 28, 0), ("emerging", 42, 0),
          ("fading", 400, 60), ("past", 330, 250), ("sporadic", 700, 0))  # fmt: skip
RHYTHMS = ("stall", "parking", "night", "stall", "truck", "noise", "morning", "build")
#: metres between two hotspots at least
APART = 2_500.0
#: incidents a day that a hotspot adds at its height
HEIGHT = 1.6
#: townships where closing looks as good as anywhere and the same troubles come back
HIDING = ("103", "106", "003")
#: township whose closures crowd just before the deadline
EDGE = "105"


@dataclass(frozen=True)
class Hotspot:
    """Extra incidents of one group of items around a spot; ``share`` is incidents a day relative to the height."""

    group: int
    sites: Labels
    shape: str
    first: date
    last: date

    def rate(self, day: date) -> float:
        """Incidents a day on ``day``, relative to its height."""
        if not self.first <= day <= self.last:
            return 0.0
        part = ((day - self.first).days + 1) / ((self.last - self.first).days + 1)
        if self.shape == "sporadic":
            return 1.0 if day.isocalendar().week % 6 == 0 else 0.0
        return {"emerging": part, "fading": 1 - part}.get(self.shape, 1.0)


@dataclass(frozen=True)
class Worsening:
    """A township that got worse: from ``since`` its dispatching is slow for some groups of items in a few grids."""

    township: int
    grids: Labels
    groups: Labels
    since: date
    #: what the minutes from acceptance to dispatch are multiplied by, and how much more there is, and rework
    slower: float = 4.5
    more: float = 1.9
    rework: float = 3.0


@dataclass(frozen=True)
class Planted:
    """All that is planted for one end date."""

    hotspots: tuple[Hotspot, ...]
    worsening: Worsening
    hiding: tuple[int, ...]
    edge: int


def plant(seed: int, county: County, sites: Sites, items: Catalogue, last: date) -> Planted:
    """Choose places and times; ``last`` is the last day of the data."""
    code = {town.code: t for t, town in enumerate(county.land.towns)}
    rng = stream(seed, "planted")
    found: list[Hotspot] = []
    tree = cKDTree(sites.xy)
    for (shape, first, end), rhythm in zip(SHAPES, RHYTHMS, strict=True):
        groups = [g for g, group in enumerate(items.groups) if group.rhythm == rhythm and group.weight > 1]
        group = groups[int(rng.integers(0, len(groups)))]
        pool = np.flatnonzero(sites.kind == KINDS.index(items.groups[group].place))
        taken = np.array([sites.xy[spot.sites].mean(axis=0) for spot in found]).reshape(-1, 2)
        if len(taken):
            pool = pool[cKDTree(taken).query(sites.xy[pool])[0] > APART]
        # of twelve places the one with most spots of the kind: a hotspot is more than one busy door
        around = [
            np.array([i for i in tree.query_ball_point(sites.xy[spot], 450) if sites.kind[i] == sites.kind[spot]])
            for spot in rng.choice(pool, 12)
        ]
        same = np.sort(max(around, key=len))
        found.append(Hotspot(group, same, shape, last - timedelta(first), last - timedelta(end)))
    worse = _worsening(seed, county, items, code, last)
    return Planted(tuple(found), worse, tuple(code[c] for c in HIDING), code[EDGE])


def _worsening(seed: int, county: County, items: Catalogue, code: dict[str, int], last: date) -> Worsening:
    """One of the middling towns; its six busiest grids are those around the seat."""
    rng = stream(seed, "worsening")
    township = code[("102", "104", "107")[int(rng.integers(0, 3))]]
    grids = np.flatnonzero(county.regions.township_of_grid == township)
    seat = county.land.mesh.xy[county.regions.township_centre[township]]
    away = ((county.land.mesh.xy[county.regions.grid_centre[grids]] - seat) ** 2).sum(axis=1)
    groups = [
        g for g, group in enumerate(items.groups)
        if group.rhythm in ("stall", "parking", "night") and group.first_response
    ]  # fmt: skip
    return Worsening(township, np.sort(grids[np.argsort(away)[:6]]), np.array(groups), last - timedelta(34))


def as_truth(planted: Planted, county: County, sites: Sites, items: Catalogue) -> dict[str, object]:
    """What was planted, in codes, for ``truth.json``."""
    named, worse = county.named, planted.worsening

    def codes(group: int) -> list[str]:
        return [item.code for item in items.items[items.groups[group].first : items.groups[group].last]]

    return {
        "hotspots": [
            {
                "shape": spot.shape, "first": spot.first.isoformat(), "last": spot.last.isoformat(),
                "items": codes(spot.group),
                "grids": sorted({named.grid_code[grid] for grid in sites.grid[spot.sites].tolist()}),
            }
            for spot in planted.hotspots
        ],
        "worsening": {
            "township": named.township_code[worse.township], "since": worse.since.isoformat(),
            "grids": [named.grid_code[grid] for grid in worse.grids],
            "items": [code for group in worse.groups.tolist() for code in codes(group)],
            "stage": "dispatch", "slower": worse.slower, "more": worse.more, "rework": worse.rework,
        },
        "hiding_repeats": [named.township_code[t] for t in planted.hiding],
        "closing_at_the_deadline": named.township_code[planted.edge],
    }  # fmt: skip
