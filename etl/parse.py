"""Turn text columns into numbers, coordinates, booleans and codes, and say of each value why it will not turn.

All functions are pure and work on whole columns: text in, arrays and :class:`etl.faults.Flaw` out. Times are in
:mod:`etl.times`, and named here as well.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from etl.faults import Flaw
from etl.times import Text, Times, parse_times, trimmed
from geo.crs import resolve

__all__ = [
    "Coordinates",
    "Times",
    "judge_coordinates",
    "parse_booleans",
    "parse_codes",
    "parse_integers",
    "parse_numbers",
    "parse_times",
    "trimmed",
]

Floats = npt.NDArray[np.float64]

_NUMBER = r"^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$"
_SEPARATED = re.compile(r"^[+-]?\d{1,3}(?:(?:,\d{3})+|(?:，\d{3})+|(?: \d{3})+|(?:'\d{3})+)(?:\.\d+)?$")
_TRUE = frozenset({"true", "t", "yes", "y", "1", "是", "有", "真"})
_FALSE = frozenset({"false", "f", "no", "n", "0", "否", "无", "假"})
#: How far outside the site's bounds a point may lie before its axes are tried the other way round.
_MARGIN = 0.5


class Coordinates(NamedTuple):
    """Parsed coordinates: NaN in both where a row has none or they are wrong."""

    lon: Floats
    lat: Floats
    flaws: list[Flaw]
    #: true where the source gives neither (no flaw: the caller says whether that is one)
    missing: npt.NDArray[np.bool_]


def parse_codes(column: Text) -> pa.Array:
    """Codes and ids: text without outer blanks, null where empty; never a number."""
    return trimmed(column)


def parse_numbers(column: Text, *, part: str = "") -> tuple[Floats, list[Flaw]]:
    """Plain decimal numbers; NaN where empty or wrong.

    Flaws: ``thousand_separators`` for ``1,234.5``, ``bad_number`` for everything else that is no number.
    """
    text = trimmed(column)
    plain = np.asarray(pc.fill_null(pc.match_substring_regex(text, _NUMBER), False))
    values = pc.cast(pc.if_else(pa.array(plain), text, None), pa.float64())
    numbers = np.array(pc.fill_null(values, float("nan")).to_numpy(zero_copy_only=False))
    wrong = np.flatnonzero(np.asarray(pc.is_valid(text)) & ~(plain & np.isfinite(numbers)))
    numbers[wrong] = np.nan
    flaws = []
    for index, value in zip(wrong, text.take(pa.array(wrong)).to_pylist(), strict=True):
        code = "thousand_separators" if _SEPARATED.match(value) else "bad_number"
        flaws.append(Flaw(int(index), code, {"value": value}, part))
    return numbers, flaws


def parse_integers(column: Text, *, part: str = "") -> tuple[pa.Array, list[Flaw]]:
    """Whole numbers as int64, null where empty or wrong; ``3.0`` is 3, ``3.5`` a ``bad_number``."""
    numbers, flaws = parse_numbers(column, part=part)
    uneven = np.isfinite(numbers) & ((numbers != np.rint(numbers)) | (np.abs(numbers) > 2**53))
    text = trimmed(column) if uneven.any() else None
    flaws += [Flaw(int(i), "bad_number", {"value": text[int(i)].as_py()}, part) for i in np.flatnonzero(uneven)]
    usable = np.isfinite(numbers) & ~uneven
    flaws.sort(key=lambda flaw: flaw.index)
    return pa.array(np.where(usable, numbers, 0).astype(np.int64), mask=~usable), flaws


def parse_booleans(
    column: Text, *, true: Collection[str] = _TRUE, false: Collection[str] = _FALSE, part: str = ""
) -> tuple[pa.Array, list[Flaw]]:
    """Yes and no as booleans, null where empty or wrong; the words are compared without case."""
    text = trimmed(column)
    lower = pc.utf8_lower(text)
    yes = np.asarray(pc.is_in(lower, value_set=pa.array([word.lower() for word in true], pa.string())))
    no = np.asarray(pc.is_in(lower, value_set=pa.array([word.lower() for word in false], pa.string())))
    wrong = np.flatnonzero(np.asarray(pc.is_valid(text)) & ~yes & ~no)
    flaws = [Flaw(int(index), "bad_boolean", {"value": text[int(index)].as_py()}, part) for index in wrong]
    return pa.array(yes, mask=~(yes | no)), flaws


def judge_coordinates(
    lon_text: Text,
    lat_text: Text,
    *,
    crs: str | None = "EPSG:4326",
    bounds: tuple[float, float, float, float] | None = None,
) -> Coordinates:
    """Parse two columns of coordinates and reject what cannot be a place.

    Parameters
    ----------
    lon_text, lat_text
        Longitude and latitude, or easting and northing where ``crs`` is projected.
    crs
        Anything :func:`geo.crs.resolve` knows; None is taken as degrees.
    bounds
        West, south, east, north of the site in the same system: lets swapped axes be seen where both values could
        be either. Without it only a latitude beyond 90 tells.

    Flaws (``part`` is lon or lat where one value is at fault): ``thousand_separators``, ``bad_coordinate``,
    ``half_coordinates``, ``zero_coordinates``, ``off_the_globe``, ``whole_degree``, ``swapped``.
    """
    lon, lon_flaws = parse_numbers(lon_text, part="lon")
    lat, lat_flaws = parse_numbers(lat_text, part="lat")
    flaws = [
        flaw if flaw.code == "thousand_separators" else flaw._replace(code="bad_coordinate")
        for flaw in (*lon_flaws, *lat_flaws)
    ]
    unread = np.zeros(len(lon), bool)
    unread[[flaw.index for flaw in flaws]] = True
    missing = np.isnan(lon) & np.isnan(lat) & ~unread
    judged = _judge(lon, lat, unread | missing, crs is None or resolve(crs).in_degrees, bounds)
    for code, rows in judged.items():
        flaws += [Flaw(int(i), code, {"lon": _shown(lon[i]), "lat": _shown(lat[i])}) for i in np.flatnonzero(rows)]
        unread |= rows
    lon[unread] = lat[unread] = np.nan
    flaws.sort(key=lambda flaw: flaw.index)
    return Coordinates(lon, lat, flaws, missing)


def _judge(
    lon: Floats,
    lat: Floats,
    settled: npt.NDArray[np.bool_],
    degrees: bool,
    bounds: tuple[float, float, float, float] | None,
) -> dict[str, npt.NDArray[np.bool_]]:
    """Which rows each coordinate fault holds for; a row has at most one."""
    half = ~settled & (np.isnan(lon) | np.isnan(lat))
    both = ~settled & ~half
    zero = both & (lon == 0) & (lat == 0)
    judged = {"half_coordinates": half, "zero_coordinates": zero}
    if not degrees:
        return judged
    swapped = both & ~zero & _swapped(lon, lat, bounds)
    beyond = both & ~swapped & ((np.abs(lat) > 90) | (np.abs(lon) > 180))
    whole = both & ~zero & ~swapped & ~beyond & (lon == np.rint(lon)) & (lat == np.rint(lat))
    return {**judged, "swapped": swapped, "off_the_globe": beyond, "whole_degree": whole}


def _swapped(lon: Floats, lat: Floats, bounds: tuple[float, float, float, float] | None) -> npt.NDArray[np.bool_]:
    """Rows that make a place only with their axes the other way round."""
    turned = (np.abs(lat) > 90) & (np.abs(lat) <= 180) & (np.abs(lon) <= 90)
    if bounds is None:
        return turned
    west, south, east, north = bounds

    def inside(x: Floats, y: Floats) -> npt.NDArray[np.bool_]:
        return (x >= west - _MARGIN) & (x <= east + _MARGIN) & (y >= south - _MARGIN) & (y <= north + _MARGIN)

    return turned | (~inside(lon, lat) & inside(lat, lon))


def _shown(value: float) -> str:
    return "" if np.isnan(value) else repr(float(value))
