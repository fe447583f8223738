"""Locate points in areas, exactly: every point gets one area, or none.

Areas are closed: their boundary belongs to them, as in ``shapely.covers``. A point covered by several areas (on a
shared edge or corner, or where areas overlap) is given the one with the lowest code as text; of areas with the same
code, the first. ``method='raster'`` and ``method='tree'`` give the same answers; the raster is some hundred times
faster on many points, the tree (GEOS, through shapely's STRtree) is the plain way and the raster's own referee. GEOS
counts in 106 bits: exact for degrees, not where a layer mixes lengths of 1 and of 1e-30.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

import numpy as np
import numpy.typing as npt
import shapely
from numpy.typing import ArrayLike

from errors import BadGeometry, BadQuestion
from geo import raster
from geo.nearest import MAX_TOLERANCE_M, nearest
from geo.raster import Floats, Ints
from geo.walk import UNSETTLED, find

Method = Literal["raster", "tree"]

CHUNK = 1 << 18
TREE_CHUNK = 1 << 15
FAULTS_SHOWN = 10


class How(IntEnum):
    """How a point came to its area."""

    NONE = 0
    IN = 1
    EDGE = 2
    NEAREST = 3


@dataclass(frozen=True)
class Located:
    """Where n points are.

    Attributes
    ----------
    index : (n,) int32
        Position of the area in what the locator was built from; -1: none.
    matches : (n,) int32
        How many areas cover the point; more than 1 on shared edges and in overlaps, 0 for ``NEAREST`` and ``NONE``.
    how : (n,) int8
        A :class:`How`: ``IN`` the interior of the area given, on its ``EDGE``, outside all but ``NEAREST`` to it and
        within the tolerance, or ``NONE``.
    names : (areas + 1,) object
        The code of each area, and None last.
    """

    index: Ints
    matches: Ints
    how: npt.NDArray[np.int8]
    names: npt.NDArray[np.object_]

    @property
    def codes(self) -> npt.NDArray[np.object_]:
        """(n,) object: each point's code, None where it has no area."""
        codes: npt.NDArray[np.object_] = self.names[self.index]
        return codes


class Locator:
    """A layer of areas, ready to be asked where points are; may be asked by several threads at once.

    Parameters
    ----------
    codes : sequence of str
        The areas' codes; neither uniqueness nor order is needed.
    geoms : sequence or array of shapely Polygon or MultiPolygon
        The areas, longitude and latitude in WGS84 degrees; they may have holes and overlap one another.

    Raises
    ------
    BadGeometry
        A geometry is missing, empty, not an area, not finite or not valid; every such code is named (repair first).
    """

    def __init__(self, codes: Sequence[str], geoms: Sequence[object] | npt.NDArray[np.object_]) -> None:
        areas = np.empty(len(geoms), object)
        areas[:] = geoms
        _check(codes, areas)
        self._names = np.array([*codes, None], object)
        order = sorted(range(len(codes)), key=lambda i: (codes[i], i))
        self._position = np.array([*order, -1], np.int32)
        self._areas = shapely.force_2d(areas[order])
        self._edges = raster.edges_of(self._areas)
        self._raster = raster.build(self._edges)
        # GEOS completes a prepared geometry at its first use, which two threads must not do at once.
        self._lock = threading.Lock()
        shapely.prepare(self._areas)
        self._tree = shapely.STRtree(self._areas)

    def locate(
        self, lon: ArrayLike, lat: ArrayLike, *, tolerance_m: float = 0.0, method: Method = "raster", threads: int = 1
    ) -> Located:
        """Find the area of each point.

        Parameters
        ----------
        lon, lat : (n,) float
            WGS84 degrees; a point with NaN or infinity is in no area.
        tolerance_m : float
            A point in no area goes to the nearest within this many metres (geodesic; 0 to 10,000), flagged
            ``NEAREST``; of areas equally near (to a micrometre), to the lowest code.
        method : 'raster' or 'tree'
            The answers are the same.
        threads : int
            How many threads to share the points among; the answers do not depend on it.

        Raises
        ------
        BadQuestion
            The tolerance or the method does not exist, or lon and lat differ in length.
        """
        x, y = np.ascontiguousarray(lon, np.float64), np.ascontiguousarray(lat, np.float64)
        _check_question(x, y, tolerance_m, method)
        answer = Located(np.empty(len(x), np.int32), np.empty(len(x), np.int32), np.empty(len(x), np.int8), self._names)

        def work(begin: int) -> None:
            part = slice(begin, begin + CHUNK)
            out = Located(answer.index[part], answer.matches[part], answer.how[part], self._names)
            self._locate(x[part], y[part], tolerance_m, method, out)

        begins = range(0, len(x), CHUNK)
        if threads == 1 or len(begins) < 2:
            for begin in begins:
                work(begin)
        else:
            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(work, begins))
        return answer

    def _locate(self, x: Floats, y: Floats, tolerance_m: float, method: Method, out: Located) -> None:
        """Write one chunk's answer into ``out``; ranks first, positions last."""
        index, matches, how = out.index, out.matches, out.how
        if method == "tree" or self._raster is None:
            open_ = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
            index[:], matches[:] = -1, 0
        else:
            unsettled, _ = find(x, y, self._raster, self._edges.xy, index, matches)
            open_ = np.flatnonzero(index == UNSETTLED) if unsettled else np.empty(0, np.int64)
        np.greater_equal(index, 0, out=how.view(np.bool_))
        for begin in range(0, len(open_), TREE_CHUNK):
            part = open_[begin : begin + TREE_CHUNK]
            index[part], matches[part], how[part] = self._ask_tree(x[part], y[part])
        if tolerance_m > 0:
            outside = np.flatnonzero((index < 0) & np.isfinite(x) & np.isfinite(y))
            for begin in range(0, len(outside), TREE_CHUNK):
                part = outside[begin : begin + TREE_CHUNK]
                index[part] = nearest(x[part], y[part], self._tree, self._edges, tolerance_m=tolerance_m)
                how[part] = np.where(index[part] >= 0, How.NEAREST, How.NONE)
        index[:] = self._position[index]

    def _ask_tree(self, x: Floats, y: Floats) -> tuple[Ints, Ints, npt.NDArray[np.int8]]:
        """Ask GEOS about finite points: lowest rank, number of areas and :class:`How` of each."""
        point, rank = self._tree.query(shapely.points(x, y))
        with self._lock:
            covered = shapely.intersects_xy(self._areas[rank], x[point], y[point])
        point, rank = point[covered], rank[covered]
        matches = np.bincount(point, minlength=len(x)).astype(np.int32)
        lowest = np.full(len(x), len(self._areas), np.int32)
        np.minimum.at(lowest, point, rank.astype(np.int32))
        how = np.zeros(len(x), np.int8)
        lowest[matches == 0] = -1
        found = np.flatnonzero(matches)
        with self._lock:
            within = shapely.contains_xy(self._areas[lowest[found]], x[found], y[found])
        how[found] = np.where(within, How.IN, How.EDGE)
        return lowest, matches, how


def _check(codes: Sequence[str], areas: npt.NDArray[np.object_]) -> None:
    """Raise once for all that cannot be located in."""
    if len(codes) != len(areas):
        raise BadGeometry("{codes} codes but {areas} areas: give one code for each", codes=len(codes), areas=len(areas))
    faults = [(code, _fault(area)) for code, area in zip(codes, areas, strict=True)]
    faults = [(code, fault) for code, fault in faults if fault]
    if faults:
        shown = "; ".join(f"{code}: {fault}" for code, fault in faults[:FAULTS_SHOWN])
        raise BadGeometry(
            "{count} of {total} areas cannot be located in, repair them first: {faults}",
            count=len(faults),
            total=len(codes),
            faults=shown + ("; ..." if len(faults) > FAULTS_SHOWN else ""),
        )


def _fault(area: object) -> str:
    """What is wrong with one geometry; '' when nothing is."""
    if not isinstance(area, shapely.Polygon | shapely.MultiPolygon):
        return "no geometry" if area is None else f"a {getattr(area, 'geom_type', type(area).__name__)}, not an area"
    if area.is_empty:
        return "empty"
    return "" if shapely.is_valid(area) else str(shapely.is_valid_reason(area))


def _check_question(x: Floats, y: Floats, tolerance_m: float, method: str) -> None:
    if x.ndim != 1 or x.shape != y.shape:
        raise BadQuestion("longitudes {lon}, latitudes {lat}: give two rows of one length", lon=x.shape, lat=y.shape)
    if not 0 <= tolerance_m <= MAX_TOLERANCE_M:
        raise BadQuestion(
            "tolerance {tolerance} m: give 0 to {most} metres", tolerance=tolerance_m, most=MAX_TOLERANCE_M
        )
    if method not in ("raster", "tree"):
        raise BadQuestion("method {method}: give 'raster' or 'tree'", method=method)
