"""Mend broken geometries and say each repair in words; a sound geometry comes back untouched.

The faults are those of real township and grid files: islands stored as holes of the mainland ('Hole lies outside
shell', which makes the area too small or negative), rings that cross themselves, wrong nesting, unclosed rings,
latitude and longitude exchanged. What a ring can only mean decides (a ring outside its shell is land of its own, a
ring inside is a hole); nothing is smoothed, snapped or filled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo import measure, mend, rings

Box = tuple[float, float, float, float]
Floats = NDArray[np.float64]
Units = Literal["degrees", "metres"]
Source: TypeAlias = BaseGeometry | Mapping[str, object] | None

TEMPLATES: Final = {
    "wrong_nesting": "coordinates of a {type} lie {depth} lists deep: read as the rings they are",
    "missing": "positions without two finite numbers left out: {n}",
    "text": "positions written as text, read as numbers: {n}",
    "height": "rings or lines with heights, which were left out: {n}",
    "other_kind": "lines or points among areas, left out: {n}",
    "unclosed": "unclosed rings closed: {n}",
    "too_short": "rings or lines with too few different corners left out: {n}",
    "swapped": "latitude and longitude exchanged: the first vertex read x {x:.4f}, y {y:.4f}",
    "outside_expected": "lies outside the expected box, left as it is: the first vertex is x {x:.4f}, y {y:.4f}",
    "negative_area": "the area as read is negative: {km2:.3f} km²",
    "repeated_vertices": "vertices repeated in a row left out: {n}",
    "duplicate_ring": "rings stored twice left out: {n}",
    "no_area": "rings enclosing nothing left out: {n}",
    "self_crossing": "rings crossing or touching themselves divided: {n}, first near {x:.6f}, {y:.6f}",
    "ring_order": "holes stored before their shell put after it: {n}",
    "island_as_hole": "islands stored as holes made parts of their own: {n}",
    "parts_overlap": "overlapping parts joined: {km2:.6f} km² lay in more than one",
    "made_valid": "made valid: {reason}",
    "empty": "no usable coordinates: there is no shape to keep",
    "not_a_geometry": "not a geometry: give a GeoJSON geometry with type and coordinates",
}
AREA: Final = "area {before:.3f} km² as read, {after:.3f} km² as repaired"
LOST: Final = frozenset({"empty", "not_a_geometry"})
NOTES: Final = frozenset({"outside_expected", "negative_area"})


@dataclass(frozen=True)
class Repair:
    """One thing found and done: a code, and the values its sentence is filled with."""

    code: str
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def template(self) -> str:
        """The English sentence, the key of the catalogue."""
        return TEMPLATES[self.code]

    @property
    def changed(self) -> bool:
        """Whether the geometry was changed; otherwise it is only remarked on, or lost."""
        return self.code not in LOST | NOTES

    def __str__(self) -> str:
        return self.template.format(**self.values)


@dataclass(frozen=True)
class Repaired:
    """A geometry that is valid (None when nothing could be kept), what was done to it, and how it read before."""

    geometry: BaseGeometry | None
    repairs: tuple[Repair, ...]
    as_read: BaseGeometry | None
    units: Units = "degrees"

    @property
    def lost(self) -> bool:
        """Whether there is no geometry left to use: such a row belongs among the rejects."""
        return self.geometry is None

    @property
    def area_before_km2(self) -> float:
        """Area as read, holes taken from shells, so possibly negative; geodesic for degrees, plane for metres."""
        return _area_km2(self.as_read, self.units)

    @property
    def area_after_km2(self) -> float:
        """Area as repaired; 0 when lost."""
        return _area_km2(self.geometry, self.units)

    def words(self) -> tuple[str, ...]:
        """Every repair in an English sentence, and the area before and after where it changed."""
        said = tuple(map(str, self.repairs))
        before, after = self.area_before_km2, self.area_after_km2
        return (*said, AREA.format(before=before, after=after)) if abs(after - before) > 5e-4 else said


@dataclass(frozen=True)
class RepairedLayer:
    """A layer with every geometry mended; ``repaired`` holds, by row, only those that had something to say."""

    geometries: NDArray[np.object_]
    repaired: Mapping[int, Repaired]
    units: Units = "degrees"

    def area_km2(self) -> Floats:
        """Area of each geometry as repaired."""
        return np.array([_area_km2(one, self.units) for one in self.geometries])

    def area_before_km2(self) -> Floats:
        """Area of each geometry as read; see :attr:`Repaired.area_before_km2`."""
        areas = self.area_km2()
        for row, one in self.repaired.items():
            areas[row] = one.area_before_km2
        return areas

    def records(self) -> list[dict[str, object]]:
        """One plain record per repair: row, code, template, values, area_before_km2, area_after_km2, lost."""
        found: list[dict[str, object]] = []
        for row, one in self.repaired.items():
            areas = {"area_before_km2": one.area_before_km2, "area_after_km2": one.area_after_km2}
            for what in one.repairs:
                said = {"row": row, "code": what.code, "template": what.template, "values": dict(what.values)}
                found.append({**said, **areas, "lost": one.lost})
        return found


def repair(source: Source, *, expect: Box | None = None, units: Units = "degrees") -> Repaired:
    """A valid geometry of what ``source`` means, with every repair told.

    Parameters
    ----------
    source : a shapely geometry, a GeoJSON geometry or feature as parsed (also one shapely cannot build), or None
    expect : (x_min, y_min, x_max, y_max) where the place must lie, in the same coordinates: decides on exchanged
        latitude and longitude. Without it only an impossible latitude does.
    units : of the coordinates; areas are geodesic for degrees and plane for metres

    Returns
    -------
    The very same object when it is a sound shapely geometry. Lost (``geometry`` None) when nothing usable is left.
    """
    if isinstance(source, BaseGeometry) and _sound(source, expect, units):
        return Repaired(source, (), source, units)
    reading = rings.read(source)
    if reading is None:
        return Repaired(None, (Repair("not_a_geometry"),), None, units)
    done = _of_writing(reading)
    if not reading.parts:
        return Repaired(None, (*done, Repair("empty")), None, units)
    done += _of_place(reading, expect, units)
    as_read = mend.build(reading)
    if shapely.is_valid(as_read):
        # heights alone are no fault of a geometry already built
        same = isinstance(source, BaseGeometry) and not any(one.changed and one.code != "height" for one in done)
        done = [one for one in done if one.code != "height"] if same else done
        kept = source if same and isinstance(source, BaseGeometry) else as_read
        return Repaired(kept, tuple(done), kept, units)
    if _area_km2(as_read, units) < 0:
        done.append(Repair("negative_area", {"km2": _area_km2(as_read, units)}))
    geometry, findings = mend.mend(reading)
    for code, values in findings:
        if "area" in values:
            values = {"km2": sum(_area_km2(one, units) for one in values["area"])}
        done.append(Repair(code, values))
    if geometry is None:
        done.append(Repair("empty"))
    return Repaired(geometry, tuple(done), as_read, units)


def repair_all(
    sources: Sequence[Source] | NDArray[np.object_], *, expect: Box | None = None, units: Units = "degrees"
) -> RepairedLayer:
    """Every geometry of a layer through :func:`repair`; rows keep their places, lost ones become None."""
    geometries = np.empty(len(sources), dtype=object)
    repaired: dict[int, Repaired] = {}
    for row, source in enumerate(sources):
        one = repair(source, expect=expect, units=units)
        geometries[row] = one.geometry
        if one.repairs:
            repaired[row] = one
    return RepairedLayer(geometries, repaired, units)


def _sound(geometry: BaseGeometry, expect: Box | None, units: Units) -> bool:
    """Whether nothing is to be said about a geometry."""
    if geometry.is_empty or not geometry.is_valid:
        return False
    bounds = geometry.bounds
    if not np.isfinite(bounds).all():
        return False
    return _place(bounds, expect, units) == "right"


def _of_writing(reading: rings.Reading) -> list[Repair]:
    done = []
    if reading.nesting:
        done.append(Repair("wrong_nesting", {"type": reading.nesting[0], "depth": reading.nesting[1]}))
    for code in ("missing", "text", "height", "other_kind", "unclosed", "too_short"):
        if reading.faults[code]:
            done.append(Repair(code, {"n": reading.faults[code]}))
    return done


def _of_place(reading: rings.Reading, expect: Box | None, units: Units) -> list[Repair]:
    """Exchange x and y where only that puts the geometry in its place."""
    xy = np.concatenate(reading.arrays())
    bounds = (*xy.min(axis=0), *xy.max(axis=0))
    place = _place(bounds, expect, units)
    if place == "right":
        return []
    values = {"x": float(xy[0, 0]), "y": float(xy[0, 1])}
    if place == "outside":
        return [Repair("outside_expected", values)]
    for part in reading.parts:
        part[:] = [np.ascontiguousarray(array[:, ::-1]) for array in part]
    return [Repair("swapped", values)]


def _place(bounds: Iterable[float], expect: Box | None, units: Units) -> Literal["right", "swapped", "outside"]:
    """Whether bounds lie right, would with x and y exchanged, or neither."""
    x_min, y_min, x_max, y_max = (float(value) for value in bounds)
    if expect is not None:
        if _touch((x_min, y_min, x_max, y_max), expect):
            return "right"
        return "swapped" if _touch((y_min, x_min, y_max, x_max), expect) else "outside"
    far_north = max(abs(y_min), abs(y_max))
    far_east = max(abs(x_min), abs(x_max))
    impossible = units == "degrees" and 90 < far_north <= 180 and far_east <= 90
    return "swapped" if impossible else "right"


def _touch(one: Box, other: Box) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def _area_km2(geometry: BaseGeometry | None, units: Units) -> float:
    if geometry is None:
        return 0.0
    if units == "metres":
        return float(shapely.area(geometry)) / 1e6
    return float(measure.area_km2([geometry])[0])
