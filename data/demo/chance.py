"""Draw every random number of the demo county from its seed and the name of what is drawn.

One stream per name: adding a draw to one part never shifts another, and chunks can be drawn in any order.
"""

from __future__ import annotations

from zlib import crc32

import numpy as np
from numpy.typing import NDArray


def stream(seed: int, *names: str | int) -> np.random.Generator:
    """The generator that belongs to ``seed`` and ``names``; the same arguments give the same numbers."""
    words = [name if isinstance(name, int) else crc32(name.encode()) for name in names]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *words])))


def pick(rng: np.random.Generator, weights: NDArray[np.float64], n: int) -> NDArray[np.int64]:
    """``n`` indices drawn with ``weights`` (any positive scale), with replacement.

    Inverse transform on the cumulative sum: O(n log k), and unlike ``Generator.choice`` its memory is only the answer.
    """
    total = np.cumsum(weights)
    return np.searchsorted(total, rng.random(n) * total[-1], side="right").clip(max=len(weights) - 1)


def pick_within(
    rng: np.random.Generator, weights: NDArray[np.float64], first: NDArray[np.int64], last: NDArray[np.int64]
) -> NDArray[np.int64]:
    """One index per row, drawn with ``weights`` from its own range ``first <= i < last`` of one long table."""
    total = np.concatenate([[0.0], np.cumsum(weights)])
    at = total[first] + rng.random(len(first)) * (total[last] - total[first])
    return np.searchsorted(total, at, side="right").clip(first + 1, last) - 1
