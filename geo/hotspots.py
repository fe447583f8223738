"""Find where high or low values cluster more than chance would have it.

Getis-Ord Gi* with binary weights that include the area itself (Ord & Getis 1995, "Local spatial autocorrelation
statistics", eq. 14), its analytic z, a two-sided normal p, and the false discovery rate of Benjamini & Hochberg (1995)
over all areas tested together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from scipy import sparse
from scipy.special import ndtr
from shapely.geometry.base import BaseGeometry

from errors import BadInput
from geo.measure import LocalPlane

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

LEVELS = ((0.10, 90), (0.05, 95), (0.01, 99))
"""Adjusted p at or below which an area reaches a confidence level in percent, weakest first."""

MIN_AREAS = 3
"""Below this many known values the variance under randomisation is undefined or meaningless."""


@dataclass(frozen=True, eq=False)
class Hotspots:
    """Gi* of every area, in the order of the values given; no field ever holds NaN.

    Attributes
    ----------
    z, p, q
        Analytic z, two-sided p, and p adjusted for the false discovery rate. Where nothing can be said (see ``note``
        and ``known``) they are 0, 1 and 1.
    significant
        ``q <= alpha``.
    kind
        ``"hot"`` or ``"cold"`` where significant, else ``"none"``.
    level
        90, 95 or 99 where ``q`` is at or below 0.10, 0.05, 0.01, else 0: for a map in three shades, with the sign
        of ``z``.
    neighbours
        How many known neighbours the area has, itself not counted. An island (0) is judged on its own value alone:
        its z is its standard score, as the formula says.
    known
        False where the value was missing: such an area takes no part, neither as itself nor as a neighbour.
    note
        Empty, or why no area could be judged: ``"constant"`` (all values equal) or ``"too few"`` (under three known).
    """

    z: FloatArray
    p: FloatArray
    q: FloatArray
    significant: BoolArray
    kind: npt.NDArray[np.str_]
    level: npt.NDArray[np.int8]
    neighbours: IntArray
    known: BoolArray
    note: str


@dataclass(frozen=True, eq=False)
class Neighbours:
    """Who is next to whom, made ready once for many questions: ``matrix`` (n, n) holds 1 there and on its diagonal."""

    matrix: Any

    @classmethod
    def of(cls, pairs: npt.ArrayLike, *, n: int) -> Neighbours:
        """From index pairs, shape (m, 2), of n areas; either direction or both, repeats and self-pairs do no harm.

        Raises :class:`errors.BadInput` when a pair names an area there is not.
        """
        links = np.asarray(pairs, dtype=np.int64).reshape(-1, 2)
        if len(links) and (links.min() < 0 or links.max() >= n):
            raise BadInput("neighbour pairs name area {index}, but there are {n} areas", index=int(links.max()), n=n)
        own = np.arange(n)
        rows = np.concatenate([links[:, 0], links[:, 1], own])
        columns = np.concatenate([links[:, 1], links[:, 0], own])
        matrix = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(n, n))
        matrix.data[:] = 1.0
        return cls(matrix)


def gi_star(values: npt.ArrayLike, pairs: npt.ArrayLike | Neighbours, *, alpha: float = 0.05) -> Hotspots:
    """Judge every area's neighbourhood, itself included, against all areas.

    Parameters
    ----------
    values
        One number per area, shape (n,); NaN means no value. Raises :class:`errors.BadInput` on infinity.
    pairs
        Neighbours as index pairs, shape (m, 2) (see :func:`contiguity`), or made ready by :meth:`Neighbours.of`.
    alpha
        The share of false discoveries accepted among the areas called significant.

    Notes
    -----
    A neighbourhood that is the whole map has no contrast and gets z = 0.
    """
    x = np.asarray(values, dtype=np.float64)
    if x.ndim != 1 or np.isinf(x).any():
        raise BadInput("hotspots need one finite number (or none) per area, in one row")
    known = ~np.isnan(x)
    near = pairs if isinstance(pairs, Neighbours) else Neighbours.of(pairs, n=len(x))
    if near.matrix.shape[0] != len(x):
        raise BadInput("{n} values for {areas} areas with neighbours", n=len(x), areas=near.matrix.shape[0])
    counts = near.matrix @ known.astype(np.float64)
    z, p, q = np.zeros(len(x)), np.ones(len(x)), np.ones(len(x))
    note = _note(x[known])
    if not note:
        z[known] = _z(x, near.matrix, counts, known)[known]
        p[known] = 2.0 * ndtr(-np.abs(z[known]))
        q[known] = false_discovery(p[known])
    significant = known & (q <= alpha)
    level = np.zeros(len(x), dtype=np.int8)
    for bound, percent in LEVELS:
        level[known & (q <= bound)] = percent
    kind = np.where(significant, np.where(z > 0, "hot", "cold"), "none")
    neighbours = (counts - known).astype(np.int64)
    return Hotspots(z, p, q, significant, kind, level, neighbours, known, note)


def false_discovery(p: npt.ArrayLike) -> FloatArray:
    """Adjust p-values, shape (n,), so that ``q <= a`` holds false discoveries to the share a (Benjamini-Hochberg)."""
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values, kind="stable")[::-1]
    ranks = np.arange(len(values), 0, -1)
    adjusted = np.minimum.accumulate(values[order] * (len(values) / ranks))
    q = np.empty_like(values)
    q[order] = np.minimum(adjusted, 1.0)
    return q


def contiguity(polygons: Sequence[BaseGeometry] | npt.NDArray[Any], *, gap_m: float = 0.0) -> IntArray:
    """Pair the areas that share an edge, a corner or ground (queen contiguity).

    Parameters
    ----------
    polygons
        Valid polygons in WGS84 degrees (see :mod:`geo.repair`), shape (n,); a missing or empty one has no neighbours.
    gap_m
        Areas this many metres apart still count as touching, for layers drawn with slivers between. 0 asks that they
        share a point exactly.

    Returns
    -------
    pairs
        Shape (m, 2), each pair once with the lower index first, sorted.
    """
    shapes = np.asarray(polygons, dtype=object)
    if gap_m < 0:
        raise BadInput("a gap of {gap} m makes no sense; give 0 or more", gap=gap_m)
    if shapely.get_num_coordinates(shapes).sum() == 0:
        return np.zeros((0, 2), dtype=np.int64)
    if gap_m > 0:
        shapes = LocalPlane.of(shapes).project(shapes)
    tree = shapely.STRtree(shapes)
    if gap_m > 0:
        left, right = tree.query(shapes, predicate="dwithin", distance=gap_m)
    else:
        left, right = tree.query(shapes, predicate="intersects")
    once = left < right
    pairs = np.column_stack([left[once], right[once]]).astype(np.int64)
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]


def _note(x: FloatArray) -> str:
    if len(x) < MIN_AREAS:
        return "too few"
    return "constant" if x.min() == x.max() else ""


def _z(x: FloatArray, weights: Any, counts: FloatArray, known: BoolArray) -> FloatArray:
    """Gi* from scaled deviations: z has no unit, so scaling and centring first only guard against lost digits."""
    n = int(known.sum())
    deviation = np.where(known, x, 0.0)
    deviation /= np.abs(deviation).max()
    deviation[known] -= deviation[known].mean()
    deviation /= np.abs(deviation).max()
    spread = np.sqrt(np.mean(deviation[known] ** 2))
    room = np.sqrt(np.maximum(n * counts - counts**2, 0.0) / (n - 1))
    scale = np.where(room > 0, spread * room, 1.0)
    return np.where(room > 0, (weights @ deviation) / scale, 0.0)
