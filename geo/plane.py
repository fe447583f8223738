"""Lay a piece of the earth flat, so that distances around it are metres."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

FloatArray = npt.NDArray[np.float64]

_GEOD = pyproj.Geod(ellps="WGS84")


@dataclass(frozen=True)
class LocalPlane:
    """The azimuthal equidistant plane about one point: distances are true from it, and within 1 in 10,000 up to 150 km.

    Attributes
    ----------
    lon, lat
        Where the plane touches, WGS84 degrees; it is (0, 0) on the plane.
    """

    lon: float
    lat: float

    @classmethod
    def around(cls, shapes: Sequence[Any] | npt.NDArray[Any]) -> LocalPlane:
        """Touch the earth in the middle of the shapes' bounds (WGS84 degrees); at (0, 0) when all are empty."""
        bounds = shapely.total_bounds(np.asarray(shapes, dtype=object))
        if np.isnan(bounds).any():
            return cls(0.0, 0.0)
        return cls(float(bounds[0] + bounds[2]) / 2, float(bounds[1] + bounds[3]) / 2)

    @cached_property
    def _to_plane(self) -> pyproj.Transformer:
        crs = pyproj.CRS.from_proj4(f"+proj=aeqd +lat_0={self.lat!r} +lon_0={self.lon!r} +ellps=WGS84 +units=m")
        geographic = pyproj.CRS.from_proj4("+proj=longlat +ellps=WGS84")
        return pyproj.Transformer.from_crs(geographic, crs, always_xy=True)

    def xy(self, lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Metres east and north of the middle for degrees, each shape (n,)."""
        x, y = self._to_plane.transform(np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64))
        return np.asarray(x), np.asarray(y)

    def lonlat(self, x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Degrees for metres east and north of the middle, each shape (n,)."""
        lon, lat = self._to_plane.transform(
            np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64), direction="INVERSE"
        )
        return np.asarray(lon), np.asarray(lat)

    def project(self, shapes: Any) -> Any:
        """The same geometries in metres on the plane; heights are dropped."""
        return shapely.transform(shapes, lambda c: np.column_stack(self.xy(c[:, 0], c[:, 1])))

    def unproject(self, shapes: Any) -> Any:
        """The same geometries back in WGS84 degrees."""
        return shapely.transform(shapes, lambda c: np.column_stack(self.lonlat(c[:, 0], c[:, 1])))


def step_metres(lonlat: FloatArray) -> FloatArray:
    """Geodesic metres from each vertex to the next, shape (n - 1,), for vertices in degrees, shape (n, 2)."""
    if len(lonlat) < 2:
        return np.zeros(0)
    _, _, metres = _GEOD.inv(lonlat[:-1, 0], lonlat[:-1, 1], lonlat[1:, 0], lonlat[1:, 1])
    return np.asarray(metres, dtype=np.float64)
