"""Turn the county's plane metres into WGS84 degrees, each point once, so that shared corners stay shared."""

from __future__ import annotations

from functools import cache

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

#: where the plane's (0, 0) lies in EPSG:4549, metres east and north
ORIGIN = np.array([421_000.0, 3_268_000.0])
#: decimals of a degree: about a centimetre
DECIMALS = 7


@cache
def _transformer() -> Transformer:
    return Transformer.from_crs("EPSG:4549", "EPSG:4326", always_xy=True)


def degrees(xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Longitude and latitude (n, 2), rounded to a centimetre, of plane metres (n, 2)."""
    east, north = (np.asarray(xy, dtype=float) + ORIGIN).T
    return np.round(np.stack(_transformer().transform(east, north), axis=1), DECIMALS)


def in_degrees(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """The shapes in degrees; equal corners give equal numbers."""
    return shapely.transform(shapes, degrees)
