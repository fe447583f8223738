"""Shift coordinates into and out of the two offset systems of Chinese maps, GCJ-02 and BD-09.

GCJ-02 (国测局坐标, "火星坐标") is what AMap, Tencent and WeChat give; BD-09 (百度坐标) is Baidu's second offset on
top of it. Neither is a datum: both are published nowhere officially, and the constants below are those that every open
implementation shares (googollee/eviltransform, wandergis/coordtransform). The offset is 50 to 700 m, so mixing one of
them with WGS84 puts a report in the next grid.

All functions take degrees as arrays of any one shape and return ``(lon, lat)`` arrays of that shape; NaN stays NaN.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Degrees = NDArray[np.float64]
Pair = tuple[Degrees, Degrees]

# Krassovsky 1940, the ellipsoid the GCJ-02 offset is expressed on
SEMI_MAJOR_M = 6378245.0
ECCENTRICITY_SQUARED = 0.00669342162296594323
# outside this box the maps carry no offset; a rectangle, so it takes in some neighbours: every implementation does
BOX = (72.004, 0.8293, 137.8347, 55.8271)
BD_FREQUENCY = np.pi * 3000.0 / 180.0
BD_SHIFT = (0.0065, 0.006)
# the offsets move at most 2 % as fast as the point they shift, so 8 steps bring 1 km below a nanometre; the number is
# fixed, and not until convergence, so that a point's answer never depends on the others in its array
STEPS = 8


def in_offset_box(lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
    """Whether GCJ-02 shifts each point (its rectangle about China, edges included)."""
    x, y = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    return (x >= BOX[0]) & (x <= BOX[2]) & (y >= BOX[1]) & (y <= BOX[3])


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """WGS84 to GCJ-02; points outside the box come back unchanged."""
    x, y = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    dx, dy = _gcj_offset(x, y)
    inside = in_offset_box(x, y)
    return np.where(inside, x + dx, x), np.where(inside, y + dy, y)


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """GCJ-02 to WGS84 by fixed point: the point whose offset lands on the one given, to under 1e-6 m.

    On a strip a few hundred metres wide along the box's own edge (far from China's land grids) the offset system is
    torn and has no exact inverse; a point given outside the box is taken to be unshifted.
    """
    x, y = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    wx, wy = _solve(x, y, _gcj_forward)
    inside = in_offset_box(x, y)
    return np.where(inside, wx, x), np.where(inside, wy, y)


def gcj02_to_bd09(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """GCJ-02 to BD-09 (applied everywhere, as Baidu does)."""
    x, y = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    return _bd_forward(x, y)


def bd09_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """BD-09 to GCJ-02 by fixed point on the exact forward formula, to under 1e-6 m.

    The closed formula usually published for this direction is only good to about a metre.
    """
    x, y = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    return _solve(x, y, _bd_forward)


def wgs84_to_bd09(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """WGS84 to BD-09, through GCJ-02."""
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def bd09_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """BD-09 to WGS84, through GCJ-02."""
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))


def _solve(x: Degrees, y: Degrees, forward: Callable[[Degrees, Degrees], Pair]) -> Pair:
    """Find the points that ``forward`` sends to (x, y), starting from (x, y) itself."""
    wx, wy = x.copy(), y.copy()
    for _ in range(STEPS):
        fx, fy = forward(wx, wy)
        wx, wy = wx + (x - fx), wy + (y - fy)
    return wx, wy


def _gcj_forward(x: Degrees, y: Degrees) -> Pair:
    dx, dy = _gcj_offset(x, y)
    return x + dx, y + dy


def _gcj_offset(lon: Degrees, lat: Degrees) -> Pair:
    """The GCJ-02 offset in degrees at WGS84 (lon, lat), without regard to the box."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    wave = (20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave
    north += (20.0 * np.sin(np.pi * y) + 40.0 * np.sin(np.pi * y / 3.0)) * 2.0 / 3.0
    north += (160.0 * np.sin(np.pi * y / 12.0) + 320.0 * np.sin(np.pi * y / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave
    east += (20.0 * np.sin(np.pi * x) + 40.0 * np.sin(np.pi * x / 3.0)) * 2.0 / 3.0
    east += (150.0 * np.sin(np.pi * x / 12.0) + 300.0 * np.sin(np.pi * x / 30.0)) * 2.0 / 3.0
    phi = np.radians(lat)
    w2 = 1.0 - ECCENTRICITY_SQUARED * np.sin(phi) ** 2
    meridian_m = SEMI_MAJOR_M * (1.0 - ECCENTRICITY_SQUARED) / (w2 * np.sqrt(w2))
    parallel_m = SEMI_MAJOR_M / np.sqrt(w2) * np.cos(phi)
    return np.degrees(east / parallel_m), np.degrees(north / meridian_m)


def _bd_forward(x: Degrees, y: Degrees) -> Pair:
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * BD_FREQUENCY)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * BD_FREQUENCY)
    return radius * np.cos(angle) + BD_SHIFT[0], radius * np.sin(angle) + BD_SHIFT[1]
