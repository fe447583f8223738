"""Bring coordinates of any stated reference system to WGS84 degrees, and back, without a silent shift.

Inside the program every coordinate is WGS84 longitude and latitude. What comes in says what it is: a name people use
(``'CGCS2000'``, ``'GCJ-02'``, ``'UTM 50N'``), an EPSG code, or any text PROJ reads. x is always the easting or the
longitude (``always_xy``). Nothing is guessed: no name is refused with what would fit (:mod:`geo.crs_suggest`), and a
datum whose shift to WGS84 is unknown is refused instead of being passed through unshifted, as PROJ would.

CGCS2000 is taken as WGS84: the two ellipsoids differ by 0.1 mm and the frames by centimetres at epoch 2000.0; the
plate has moved some 3 cm a year since, under a metre today, and that is what ``accuracy_m`` says.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import numpy as np
import pyproj
import pyproj.network
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj.exceptions import CRSError, ProjError

from errors import UnknownDatum
from geo import china
from geo.crs_names import offset_name, proj_name

Floats = NDArray[np.float64]
Geometries = NDArray[np.object_]
Kind = Literal["geographic", "projected", "gcj02", "bd09"]

WGS84: Final = pyproj.CRS("EPSG:4326")
# datums of old Chinese surveys: their shift differs from place to place and is not public (50-120 m when left out)
LOCAL_DATUMS: Final = frozenset({"beijing1954", "xian1980", "newbeijing"})
CHINA_2000: Final = frozenset({"china2000", "cgcs2000", "chinageodeticcoordinatesystem2000"})
OFFSET_LABELS: Final = {"gcj02": "GCJ-02", "bd09": "BD-09"}

NOT_STATED: Final = (
    "no coordinate system is stated: write it in the site file (crs: EPSG:4490, CGCS2000 / 3-degree GK CM 120E,"
    " UTM 50N, GCJ-02, BD-09, ...); it is never guessed"
)
NOT_KNOWN: Final = "{crs!r} is no coordinate system known here: give an EPSG code such as EPSG:4549, or its WKT"
NOT_PLANE: Final = "{name} does not place points by two coordinates on the earth: name a geographic or projected system"
NO_DATUM: Final = (
    "{name} names an ellipsoid but no datum, so nobody knows where it lies: say +datum=WGS84, or the EPSG code"
    " (EPSG:4490 and its zones for CGCS2000)"
)
NO_SHIFT: Final = (
    "{name} stands on the datum {datum}, whose shift to WGS84 is not known: without it points land 50 to 120 m off."
    " Ask the survey office for the data in CGCS2000, or add their parameters: a PROJ text with +towgs84=dx,dy,dz,..."
)


@dataclass(frozen=True)
class Datum:
    """A coordinate reference system that is known to reach WGS84.

    Attributes
    ----------
    name : what it is called, for people
    kind : ``geographic`` (degrees), ``projected`` (metres as a rule), ``gcj02`` or ``bd09`` (offset degrees)
    accuracy_m : how well its way to WGS84 is known, in metres; NaN where nobody states it
    crs : the PROJ system, None for the two offset systems
    is_wgs84 : whether coordinates are taken as they are
    """

    name: str
    kind: Kind
    accuracy_m: float
    crs: pyproj.CRS | None
    is_wgs84: bool = False

    @property
    def in_degrees(self) -> bool:
        """Whether coordinates are angles rather than lengths."""
        return self.kind != "projected"


CrsLike = str | int | pyproj.CRS | Datum | None


def resolve(crs: CrsLike) -> Datum:
    """The datum meant by ``crs``.

    Raises
    ------
    UnknownDatum
        Nothing is stated, the name is unknown, or the way to WGS84 is (Beijing 1954, Xian 1980, an unnamed datum). The
        message says how to mend it.
    """
    if isinstance(crs, Datum):
        return crs
    if crs is None or (isinstance(crs, str) and not crs.strip()):
        raise UnknownDatum(NOT_STATED)
    if isinstance(crs, pyproj.CRS):
        return _judge(crs)
    return _resolve_name(str(crs))


def to_wgs84(x: ArrayLike, y: ArrayLike, *, crs: CrsLike) -> tuple[Floats, Floats]:
    """Longitude and latitude in WGS84 degrees of points given in ``crs``.

    Parameters
    ----------
    x, y : easting/longitude and northing/latitude, any one shape
    crs : anything :func:`resolve` takes

    Returns
    -------
    (lon, lat), new arrays of that shape; NaN where a coordinate is NaN or cannot lie in this system.
    """
    datum = resolve(crs)
    px, py = _pair(x, y)
    if datum.is_wgs84:
        return px, py
    if datum.kind == "gcj02":
        return china.gcj02_to_wgs84(px, py)
    if datum.kind == "bd09":
        return china.bd09_to_wgs84(px, py)
    return _run(_transformer(datum, "to"), px, py)


def from_wgs84(lon: ArrayLike, lat: ArrayLike, *, crs: CrsLike) -> tuple[Floats, Floats]:
    """Coordinates in ``crs`` of points given in WGS84 degrees; the inverse of :func:`to_wgs84`."""
    datum = resolve(crs)
    px, py = _pair(lon, lat)
    if datum.is_wgs84:
        return px, py
    if datum.kind == "gcj02":
        return china.wgs84_to_gcj02(px, py)
    if datum.kind == "bd09":
        return china.wgs84_to_bd09(px, py)
    return _run(_transformer(datum, "from"), px, py)


def geometries_to_wgs84(geometries: Geometries, *, crs: CrsLike) -> Geometries:
    """The same geometries with every vertex in WGS84 degrees; heights are dropped unless nothing has to move.

    Every vertex is converted by itself, so vertices shared by two polygons stay shared.
    """
    datum = resolve(crs)
    if datum.is_wgs84:
        return np.array(geometries, dtype=object)
    return _apply(geometries, lambda xy: np.column_stack(to_wgs84(xy[:, 0], xy[:, 1], crs=datum)))


def geometries_from_wgs84(geometries: Geometries, *, crs: CrsLike) -> Geometries:
    """The same geometries with every vertex in ``crs``; the inverse of :func:`geometries_to_wgs84`."""
    datum = resolve(crs)
    if datum.is_wgs84:
        return np.array(geometries, dtype=object)
    return _apply(geometries, lambda xy: np.column_stack(from_wgs84(xy[:, 0], xy[:, 1], crs=datum)))


def _apply(geometries: Geometries, move: Callable[[Floats], Floats]) -> Geometries:
    moved: Geometries = shapely.transform(np.asarray(geometries, dtype=object), move)
    return np.array(moved, dtype=object)


def _pair(x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    px, py = np.broadcast_arrays(np.asarray(x, np.float64), np.asarray(y, np.float64))
    return np.array(px), np.array(py)


def _run(transformer: pyproj.Transformer, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    tx, ty = transformer.transform(x, y)
    bad = ~(np.isfinite(tx) & np.isfinite(ty))
    return np.where(bad, np.nan, tx), np.where(bad, np.nan, ty)


@lru_cache(maxsize=256)
def _resolve_name(name: str) -> Datum:
    offset = offset_name(name)
    if offset is not None:
        return Datum(OFFSET_LABELS[offset], offset, 1.0, None)
    try:
        crs = pyproj.CRS.from_user_input(proj_name(name))
    except CRSError as error:
        raise UnknownDatum(NOT_KNOWN, crs=name) from error
    return _judge(crs)


def _judge(crs: pyproj.CRS) -> Datum:
    """The datum of a PROJ system, refusing those whose way to WGS84 is unknown."""
    geodetic = crs.geodetic_crs
    name = crs.name if crs.name != "unknown" else crs.srs
    if geodetic is None or geodetic.datum is None or not (crs.is_geographic or crs.is_projected):
        raise UnknownDatum(NOT_PLANE, name=name)
    kind: Kind = "projected" if crs.is_projected else "geographic"
    datum_name = _letters(geodetic.datum.name)
    if datum_name in CHINA_2000:
        return Datum(name, kind, 1.0, crs, is_wgs84=kind == "geographic" and _plain_degrees(crs))
    if datum_name in LOCAL_DATUMS and not crs.is_bound:
        raise UnknownDatum(NO_SHIFT, name=name, datum=geodetic.datum.name)
    try:
        transformer = _make(crs, WGS84)
    except ProjError as error:
        template = NO_DATUM if datum_name.startswith("unknown") else NO_SHIFT
        raise UnknownDatum(template, name=name, datum=geodetic.datum.name) from error
    accuracy = float(transformer.accuracy)
    same = kind == "geographic" and "worldgeodeticsystem1984" in datum_name and _plain_degrees(crs) and not crs.is_bound
    return Datum(name, kind, accuracy if accuracy >= 0 else float("nan"), crs, is_wgs84=same)


def _plain_degrees(crs: pyproj.CRS) -> bool:
    """Whether angles are degrees from Greenwich."""
    greenwich = crs.prime_meridian is None or crs.prime_meridian.longitude == 0
    return greenwich and all(axis.unit_name in ("degree", "metre") for axis in crs.axis_info)


def _letters(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


@lru_cache(maxsize=256)
def _transformer(datum: Datum, way: Literal["to", "from"]) -> pyproj.Transformer:
    crs = datum.crs
    assert crs is not None
    geodetic = crs.geodetic_crs
    assert geodetic is not None
    china_2000 = geodetic.datum is not None and _letters(geodetic.datum.name) in CHINA_2000
    # through its own degrees: PROJ knows no way from CGCS2000 to WGS84 and calls the identity a ballpark
    degrees = geodetic if china_2000 else WGS84
    return _make(crs, degrees) if way == "to" else _make(degrees, crs)


def _make(source: pyproj.CRS, target: pyproj.CRS) -> pyproj.Transformer:
    """A transformer that refuses guesses and never fetches a grid from the network."""
    pyproj.network.set_network_enabled(active=False)  # type: ignore[attr-defined]
    with warnings.catch_warnings():
        # a better transformation exists but its grid is not installed: the accuracy of the one used is reported
        warnings.simplefilter("ignore", UserWarning)
        return pyproj.Transformer.from_crs(source, target, always_xy=True, allow_ballpark=False)
