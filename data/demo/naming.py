"""Name villages, grids, streets and people from the reference words; no two villages share a name."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache

import numpy as np

from data.demo.chance import stream
from data.demo.reference import rows
from data.demo.regions import Regions
from data.demo.terrain import Land

COUNTY_CODE, COUNTY, COUNTY_EN = "330199", "云溪县", "Yunxi County"
ORDINALS = "一二三四五六七八九十"
TOWN_STREETS = 40


@dataclass(frozen=True)
class Named:
    """Codes and names of all areas, in the order of :class:`data.demo.regions.Regions`."""

    township_code: list[str]
    village_code: list[str]
    village_name: list[str]
    village_en: list[str]
    village_kind: list[str]
    grid_code: list[str]
    grid_name: list[str]
    grid_en: list[str]


@cache
def words(use: str) -> tuple[tuple[str, str], ...]:
    """The (Chinese, Latin) words of one use in the reference table."""
    return tuple((row["zh"], row["en"]) for row in rows("demo_names") if row["use"] == use)


def name_areas(seed: int, land: Land, regions: Regions) -> Named:
    """Villages in a town core become communities; the others are named for their valley or hill."""
    rng = stream(seed, "names")
    urban = land.mesh.town[regions.village_centre] >= 0
    high = land.mesh.height[regions.village_centre] > 190
    pools = {
        "community": [(a, b) for a, b in words("community")],
        "hill": [(a + c, b + d) for a, b in words("village_first") for c, d in words("village_hill")],
        "valley": [(a + c, b + d) for a, b in words("village_first") for c, d in words("village_valley")],
    }
    pools = {key: [pool[i] for i in rng.permutation(len(pool))] for key, pool in pools.items()}
    names, latin, kinds, codes = [], [], [], []
    towns = [COUNTY_CODE + town.code for town in land.towns]
    counts: dict[tuple[str, bool], int] = defaultdict(int)
    for village, township in enumerate(regions.township_of_village):
        built_up = bool(urban[village]) and bool(pools["community"])
        zh, en = pools["community" if built_up else "hill" if high[village] else "valley"].pop()
        code = towns[township]
        counts[code, built_up] += 1
        names.append(zh + ("社区" if built_up else "村"))
        latin.append(en.capitalize() + (" Community" if built_up else " Village"))
        kinds.append("社区" if built_up else "行政村")
        codes.append(f"{code}{(0 if built_up else 200) + counts[code, built_up]:03d}")
    return Named(towns, codes, names, latin, kinds, *_grids(codes, names, latin, regions))


def _grids(
    codes: list[str], names: list[str], latin: list[str], regions: Regions
) -> tuple[list[str], list[str], list[str]]:
    """Grids are numbered within their village."""
    number: dict[int, int] = defaultdict(int)
    code, name, english = [], [], []
    for village in regions.village_of_grid.tolist():
        number[village] += 1
        code.append(f"{codes[village]}{number[village]:03d}")
        name.append(f"{names[village]}第{number[village]}网格")
        english.append(f"{latin[village]} Grid {number[village]}")
    return code, name, english


def people(rng: np.random.Generator, n: int) -> list[str]:
    """``n`` invented names of persons."""
    family, given = words("surname"), words("given")
    weight = 1 / (1 + np.arange(len(family)))
    first = rng.choice(len(family), n, p=weight / weight.sum())
    return [family[a][0] + given[b][0] for a, b in zip(first, rng.integers(0, len(given), n), strict=True)]


def phones(rng: np.random.Generator, n: int) -> list[str]:
    """``n`` telephone numbers of a block that is given to nobody (1990000xxxx)."""
    return [f"1990000{number:04d}" for number in rng.integers(0, 10_000, n)]
