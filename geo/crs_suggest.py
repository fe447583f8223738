"""Suggest which coordinate system unlabelled numbers may be in; whoever owns the data decides.

The magnitudes tell a good deal (degrees, a zone number before the easting, surveyors' northing-first order), and a box
of degrees where the place must lie tells nearly all: every candidate is tried and ranked by how well its bounds fit.
What numbers cannot tell is said too: WGS84, CGCS2000, GCJ-02 and BD-09 degrees look alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from errors import UnknownDatum
from geo.crs import NOT_STATED, from_wgs84, to_wgs84

Box = tuple[float, float, float, float]
Floats = NDArray[np.float64]

# where a site may lie when nobody says: mainland China with its islands, in degrees
CHINA: Final[Box] = (73.0, 3.0, 136.0, 54.0)
# the zones over China of each family whose numbers carry no zone
UTM: Final = tuple(f"EPSG:{code}" for code in range(32643, 32654))
GK_3_DEGREE: Final = tuple(f"EPSG:{code}" for code in range(4534, 4555))
GK_6_DEGREE: Final = tuple(f"EPSG:{code}" for code in range(4502, 4513))
FAMILIES: Final = {"UTM": UTM, "CGCS2000 / 3-degree GK": GK_3_DEGREE, "CGCS2000 / 6-degree GK": GK_6_DEGREE}

TEMPLATES: Final = {
    "degrees": "{crs}: x {x_min:.4f} to {x_max:.4f} and y {y_min:.4f} to {y_max:.4f} look like degrees",
    "offset": "{crs}: if the points came from a Chinese web map or WeChat (numbers cannot tell; 50 to 700 m apart)",
    "metres": "{crs}: read so, the points lie at {lon_min:.3f} to {lon_max:.3f} E, {lat_min:.3f} to {lat_max:.3f} N",
    "family": "{crs}: the numbers fit {count} of its zones, {first} to {last}; where the place lies tells which",
    "metres_fit": "{crs}: read so, the points lie {off_m:.0f} m or less from the bounds expected",
    "swapped": "{crs} with x and y exchanged: the columns are northing first, or latitude first",
}
NOTHING: Final = (
    "no coordinate system is stated, and none fits x {x_min:.6g} to {x_max:.6g}, y {y_min:.6g} to {y_max:.6g}:"
    " ask whoever made the file"
)
PERHAPS: Final = NOT_STATED + ". What the numbers would fit: {suggestions}"


@dataclass(frozen=True)
class Suggestion:
    """One system the numbers would fit; ``swapped`` when only with x and y exchanged."""

    crs: str
    code: str
    values: dict[str, object]
    swapped: bool = False
    misfit_m: float = float("nan")

    @property
    def template(self) -> str:
        """The sentence saying why, for the catalogue."""
        return TEMPLATES[self.code]

    def __str__(self) -> str:
        return self.template.format(**self.values)


class _Bounds(NamedTuple):
    x_min: float
    y_min: float
    x_max: float
    y_max: float


def suggest(x: ArrayLike, y: ArrayLike, *, expect: Box | None = None, limit: int = 5) -> tuple[Suggestion, ...]:
    """The systems that numbers of unstated origin would fit, likeliest first.

    Parameters
    ----------
    x, y : coordinates as read
    expect : (lon_min, lat_min, lon_max, lat_max) where the place must lie, in WGS84 degrees; China when None
    limit : how many to give at most
    """
    bounds = _bounds(x, y)
    if bounds is None:
        return ()
    box = expect or CHINA
    found = list(_degrees(bounds, box))
    if not found:
        found = [*_metres(bounds, box, swapped=False, exact=expect is not None)]
        found += _metres(_exchange(bounds), box, swapped=True, exact=expect is not None)
        found = found if expect else _by_family(found)
    return tuple(sorted(found, key=lambda one: (one.swapped, one.misfit_m if expect else 0.0))[:limit])


def unstated(x: ArrayLike, y: ArrayLike, *, expect: Box | None = None) -> UnknownDatum:
    """The error to raise for numbers without a coordinate system, naming what they would fit."""
    found = suggest(x, y, expect=expect)
    if found:
        return UnknownDatum(PERHAPS, suggestions="; ".join(map(str, found)))
    bounds = _bounds(x, y)
    return UnknownDatum(NOT_STATED) if bounds is None else UnknownDatum(NOTHING, **bounds._asdict())


def _bounds(x: ArrayLike, y: ArrayLike) -> _Bounds | None:
    px, py = np.ravel(np.asarray(x, np.float64)), np.ravel(np.asarray(y, np.float64))
    good = np.isfinite(px) & np.isfinite(py)
    if not good.any():
        return None
    px, py = px[good], py[good]
    return _Bounds(float(px.min()), float(py.min()), float(px.max()), float(py.max()))


def _exchange(bounds: _Bounds) -> _Bounds:
    return _Bounds(bounds.y_min, bounds.x_min, bounds.y_max, bounds.x_max)


def _inside(bounds: _Bounds, box: Box, *, slack: float) -> bool:
    """Whether bounds lie in the box widened by ``slack`` degrees."""
    low = bounds.x_min >= box[0] - slack and bounds.y_min >= box[1] - slack
    return low and bounds.x_max <= box[2] + slack and bounds.y_max <= box[3] + slack


def _degrees(bounds: _Bounds, box: Box) -> Iterator[Suggestion]:
    """Readings as degrees, in the order given or exchanged."""
    if max(abs(value) for value in bounds) > 180:
        return
    straight = abs(bounds.y_min) <= 90 and abs(bounds.y_max) <= 90
    exchanged = _exchange(bounds)
    if not _inside(bounds, box, slack=0.02) and _inside(exchanged, box, slack=0.02):
        yield Suggestion("EPSG:4326", "swapped", {"crs": "EPSG:4326"}, swapped=True)
    elif straight:
        values = bounds._asdict()
        yield Suggestion("EPSG:4326", "degrees", {"crs": "EPSG:4326 / EPSG:4490", **values}, misfit_m=0.0)
        if _inside(bounds, CHINA, slack=0.0):
            for name in ("GCJ-02", "BD-09"):
                yield Suggestion(name, "offset", {"crs": name}, misfit_m=1.0)


def _metres(bounds: _Bounds, box: Box, *, swapped: bool, exact: bool) -> Iterator[Suggestion]:
    """Readings as metres of every projection whose range the numbers are in and which lands in the box."""
    for crs in _projections(bounds):
        corner_x = np.array([bounds.x_min, bounds.x_max, bounds.x_min, bounds.x_max])
        corner_y = np.array([bounds.y_min, bounds.y_min, bounds.y_max, bounds.y_max])
        lon, lat = to_wgs84(corner_x, corner_y, crs=crs)
        landed = _bounds(lon, lat)
        if landed is None or not _inside(landed, box, slack=0.02):
            continue
        off_m = _misfit_m(bounds, box, crs)
        values: dict[str, object] = {"crs": crs, "off_m": off_m, "lon_min": landed.x_min, "lon_max": landed.x_max}
        values |= {"lat_min": landed.y_min, "lat_max": landed.y_max}
        code = "swapped" if swapped else "metres_fit" if exact else "metres"
        yield Suggestion(crs, code, values, swapped=swapped, misfit_m=off_m)


def _by_family(found: list[Suggestion]) -> list[Suggestion]:
    """Say a family of zones once where the zone cannot be told from the numbers."""
    told: list[Suggestion] = []
    for swapped in (False, True):
        for name, codes in FAMILIES.items():
            members = [one for one in found if one.swapped == swapped and one.crs in codes]
            if len(members) > 2:
                values = {"crs": name, "count": len(members), "first": members[0].crs, "last": members[-1].crs}
                told.append(Suggestion(members[0].crs, "family", values, swapped=swapped))
            else:
                told += members
    families = set().union(*FAMILIES.values())
    return told + [one for one in found if one.crs not in families]


def _projections(bounds: _Bounds) -> Iterator[str]:
    """Projections used in China whose eastings and northings these could be."""
    if not 0 < bounds.y_min <= bounds.y_max < 1.0e7:
        return
    zone, last = int(bounds.x_min // 1_000_000), int(bounds.x_max // 1_000_000)
    if zone == last and 25 <= zone <= 45:
        yield f"EPSG:{4513 + zone - 25}"  # 3-degree, zone number before the easting
    if zone == last and 13 <= zone <= 23:
        yield f"EPSG:{4491 + zone - 13}"  # 6-degree, zone number before the easting
    if bounds.x_min >= 330_000 and bounds.x_max <= 670_000:
        yield from GK_3_DEGREE
    if bounds.x_min >= 160_000 and bounds.x_max <= 840_000:
        yield from UTM
        yield from GK_6_DEGREE
    if bounds.x_min >= 8.0e6 and bounds.x_max <= 1.52e7 and bounds.y_max <= 7.2e6:
        yield "EPSG:3857"


def _misfit_m(bounds: _Bounds, box: Box, crs: str) -> float:
    """The largest distance in metres between the bounds as read and those of the box in the same system."""
    side = np.linspace(0.0, 1.0, 9)
    lon = box[0] + (box[2] - box[0]) * np.concatenate([side, side, 0 * side, 0 * side + 1])
    lat = box[1] + (box[3] - box[1]) * np.concatenate([0 * side, 0 * side + 1, side, side])
    wanted = _bounds(*from_wgs84(lon, lat, crs=crs))
    return float("nan") if wanted is None else float(np.max(np.abs(np.subtract(wanted, bounds))))
