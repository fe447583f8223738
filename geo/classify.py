"""Cut numbers into the few classes a map can colour and a legend can say.

Fisher-Jenks and pretty breaks are mapclassify's; quantiles and equal intervals follow its definitions (Slocum et al.
2009) without its warnings on ties. Classes are closed on the right, as there: ``lower < value <= upper``, the first
one closed on both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import mapclassify
import numpy as np
import numpy.typing as npt

from errors import BadQuestion

FloatArray = npt.NDArray[np.float64]
Method = Literal["quantiles", "fisher_jenks", "equal_interval", "pretty", "user", "diverging"]

SAMPLE = 3000
"""Fisher-Jenks takes quadratic time: above this many values it sees evenly spaced ranks, both ends included."""

EQUAL = 1e-12
"""Values within this share of the largest are one value: their difference is rounding."""


@dataclass(frozen=True)
class Interval:
    """One row of the legend; a bound is None where the class is open to that side (breaks given by the user)."""

    lower: float | None
    upper: float | None
    count: int


@dataclass(frozen=True, eq=False)
class Classes:
    """The classes of a column of values.

    Attributes
    ----------
    method
        As asked for.
    breaks
        Where one class ends and the next begins, ascending: one fewer than there are intervals.
    index
        Class of each value, 0 upwards, in the order given; -1 where there is no value (NaN or infinite).
    intervals
        The legend, lowest first, with how many values fall in each.
    missing
        How many have no value.
    """

    method: Method
    breaks: tuple[float, ...]
    index: npt.NDArray[np.int16]
    intervals: tuple[Interval, ...]
    missing: int


def classify(
    values: npt.ArrayLike,
    *,
    method: Method = "quantiles",
    k: int = 5,
    breaks: Sequence[float] | None = None,
    centre: float = 0.0,
) -> Classes:
    """Cut values into at most ``k`` classes (pretty breaks may give one or two more or fewer).

    Parameters
    ----------
    values
        Shape (n,); NaN and infinities count as missing.
    method
        ``"user"`` takes ``breaks`` as they are and leaves both ends open, so the legend stays the same from week to
        week; ``"diverging"`` cuts equal steps outwards from ``centre`` as far as the farthest value, the same on both
        sides (an odd ``k`` puts a class astride the centre).
    k
        Wanted number of classes, 2 to 20. Fewer come out where there are fewer distinct values: all equal is one
        class, no value at all is none.
    breaks, centre
        For ``"user"`` and ``"diverging"``.

    Raises
    ------
    errors.BadQuestion
        Unknown method, ``k`` out of range, or breaks that are missing, not finite or not ascending.
    """
    x = np.asarray(values, dtype=np.float64)
    if not 2 <= k <= 20:
        raise BadQuestion("{k} classes cannot be told apart; ask for 2 to 20", k=k)
    known = np.isfinite(x)
    if method == "user":
        edges = np.concatenate([[-np.inf], _checked(breaks), [np.inf]])
    elif method == "diverging":
        edges = _diverging(x[known], k, centre)
    elif method in _EDGES:
        edges = _edges(x[known], k, _EDGES[method])
    else:
        raise BadQuestion("there is no way of classing called {method}", method=method)
    return _counted(method, x, known, edges)


def _counted(method: Method, x: FloatArray, known: npt.NDArray[np.bool_], edges: FloatArray) -> Classes:
    index = np.full(len(x), -1, dtype=np.int16)
    inner = edges[1:-1]
    index[known] = np.searchsorted(inner, x[known], side="left")
    counts = np.bincount(index[known], minlength=max(len(edges) - 1, 0))
    bounds = [float(e) if np.isfinite(e) else None for e in edges]
    intervals = tuple(Interval(bounds[i], bounds[i + 1], int(counts[i])) for i in range(len(edges) - 1))
    return Classes(method, tuple(map(float, inner)), index, intervals, int((~known).sum()))


def _edges(x: FloatArray, k: int, cut: Callable[[FloatArray, int], FloatArray]) -> FloatArray:
    """Lowest bound, then the upper bound of each class, (classes + 1,); empty without values.

    Where the first class holds one value alone, both its bounds are that value.
    """
    if len(x) == 0:
        return np.zeros(0)
    low, high = float(x.min()), float(x.max())
    if high - low <= EQUAL * max(abs(low), abs(high)):
        return np.array([low, high])
    upper = np.unique(cut(x, k))
    upper[-1] = max(upper[-1], high)
    if cut is _pretty and len(upper) > 1:
        low = min(low, 2 * upper[0] - upper[1])
    return np.concatenate([[low], upper])


def _quantiles(x: FloatArray, k: int) -> FloatArray:
    return np.quantile(x, np.arange(1, k + 1) / k)


def _equal_interval(x: FloatArray, k: int) -> FloatArray:
    return np.linspace(x.min(), x.max(), k + 1)[1:]


def _fisher_jenks(x: FloatArray, k: int) -> FloatArray:
    ordered = np.sort(x)
    if len(ordered) > SAMPLE:
        ordered = ordered[np.linspace(0, len(ordered) - 1, SAMPLE).round().astype(np.int64)]
    distinct = np.unique(ordered)
    return distinct if len(distinct) <= k else np.asarray(mapclassify.FisherJenks(ordered, k=k).bins)


def _pretty(x: FloatArray, k: int) -> FloatArray:
    return np.asarray(mapclassify.PrettyBreaks(x, k=k).bins)


def _diverging(x: FloatArray, k: int, centre: float) -> FloatArray:
    if not np.isfinite(centre):
        raise BadQuestion("the centre {centre} is not a number to turn about", centre=centre)
    if len(x) == 0:
        return np.zeros(0)
    reach = float(np.abs(x - centre).max())
    if reach <= EQUAL * max(abs(centre), float(np.abs(x).max())):
        return np.array([centre, centre])
    edges = centre + reach * (2.0 * np.arange(k + 1) / k - 1.0)
    edges[0], edges[-1] = min(edges[0], x.min()), max(edges[-1], x.max())
    return edges


def _checked(breaks: Sequence[float] | None) -> FloatArray:
    edges = np.asarray([] if breaks is None else breaks, dtype=np.float64)
    if len(edges) == 0 or not np.isfinite(edges).all() or (np.diff(edges) <= 0).any():
        raise BadQuestion("breaks must be numbers, at least one, each above the last; got {breaks}", breaks=breaks)
    return edges


_EDGES: dict[str, Callable[[FloatArray, int], FloatArray]] = {
    "quantiles": _quantiles,
    "fisher_jenks": _fisher_jenks,
    "equal_interval": _equal_interval,
    "pretty": _pretty,
}
