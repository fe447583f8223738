"""Read the area layers of a site: to WGS84, mended, with codes and parents, ready to locate in.

Nothing of a layer is lost silently: an area without a code gets a derived one, two shapes with one code become one
area, a shape that cannot be mended is rejected, and each of these is a finding or a check with the names in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely
from shapely.geometry.base import BaseGeometry

from errors import BadInput, UnknownDatum
from etl.area_codes import codes_of
from etl.books import Finding, Tally
from etl.faults import message
from etl.readers import Chunk, RowFault, read
from etl.readers.chunk import GEOMETRY
from etl.rejects import Reject, reject_fault
from etl.site import AreaLayer, SiteFile
from geo import crs as datums
from geo import measure, repair
from words import N_

Geometries = npt.NDArray[np.object_]
Texts = list[str | None]

NO_SHAPES = N_("{file} has no shapes: name the column that holds them (geometry: ..) or give a file that has some")
NO_PROPERTY = N_("{file} has no property '{name}'; its properties: {names}")
NO_AREAS = N_("the layer '{level}' holds no area that can be used ({files})")

#: columns of ``area_shapes`` (data.build)
SHAPES = pa.schema(
    [(name, pa.string()) for name in ("level", "code", "parent", "name_zh", "name_en", "kind")]
    + [("geom", pa.binary()), ("km2", pa.float64()), ("label_lon", pa.float64()), ("label_lat", pa.float64())]
    + [("repairs", pa.string())]
)


@dataclass
class Layer:
    """One level of areas, ready: parallel lists, one entry an area."""

    spec: AreaLayer
    codes: list[str]
    names_zh: Texts
    names_en: Texts
    kinds: Texts
    geometries: Geometries
    #: what was mended, where anything was
    repairs: list[repair.Repaired | None]
    #: what the source says of the parent, before it is looked up
    stated_parents: Texts
    parents: Texts = field(default_factory=list)
    km2_as_read: float = 0.0

    @property
    def level(self) -> str:
        """The level."""
        return self.spec.level

    def table(self) -> pa.Table:
        """The layer as rows of ``area_shapes``."""
        inside = shapely.point_on_surface(self.geometries)
        columns = [
            [self.level] * len(self.codes), self.codes, self.parents, self.names_zh, self.names_en, self.kinds,
            shapely.to_wkb(self.geometries), measure.area_km2(self.geometries),
            shapely.get_x(inside), shapely.get_y(inside),
            [None if each is None else "; ".join(each.words()) for each in self.repairs],
        ]  # fmt: skip
        return pa.table([pa.array(column, kind) for column, kind in zip(columns, SHAPES.types, strict=True)], SHAPES)


@dataclass
class Areas:
    """All layers of a site, widest first, and what was found while reading them."""

    layers: list[Layer] = field(default_factory=list)
    tallies: list[Tally] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)

    def shapes(self) -> pa.Table | None:
        """All areas as ``area_shapes``; None where the site has none."""
        return pa.concat_tables([layer.table() for layer in self.layers]) if self.layers else None

    @property
    def bounds(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north of all areas; None where there are none."""
        if not self.layers:
            return None
        west, south, east, north = shapely.total_bounds(np.concatenate([layer.geometries for layer in self.layers]))
        return float(west), float(south), float(east), float(north)


def read_areas(site: SiteFile, *, said: Callable[[str], None] = lambda _: None) -> Areas:
    """Read, mend, code and nest every layer of ``site``.

    Raises
    ------
    BadInput
        A file cannot be read, has no shapes, lacks a property, or nothing in it can be used.
    UnknownDatum
        No coordinate reference system is stated, or one without a known way to WGS84.
    """
    areas = Areas()
    by_level: dict[str, Layer] = {}
    for spec in reversed(site.layers):
        said(spec.level)
        by_level[spec.level] = _derived(spec, by_level[spec.derive]) if spec.derive else _from_files(spec, areas)
    areas.layers = [by_level[spec.level] for spec in site.layers]
    above: Layer | None = None
    for layer in areas.layers:
        layer.parents = _parents(layer, above)
        above = layer
    return areas


@dataclass
class _Raw:
    """A layer as read: one entry a feature."""

    columns: dict[str, Texts] = field(default_factory=dict)
    geometries: list[BaseGeometry] = field(default_factory=list)
    repairs: list[repair.Repaired | None] = field(default_factory=list)
    km2_as_read: float = 0.0

    def column(self, name: str | None) -> Texts:
        return self.columns[name] if name is not None else [None] * len(self.geometries)


def _from_files(spec: AreaLayer, areas: Areas) -> Layer:
    source = source_of(spec)
    tally = Tally(source, "areas", [path.name for path in spec.files])
    raw = _read(spec, tally, areas)
    if not raw.geometries:
        raise BadInput(NO_AREAS, level=spec.level, files=", ".join(tally.files))
    geometries = np.empty(len(raw.geometries), object)
    geometries[:] = raw.geometries
    codes = codes_of(spec.code, raw.column(spec.code.from_), list(geometries))
    named = spec.name_
    if named.constant:
        zh, en = [named.constant.zh] * len(codes), [named.constant.en] * len(codes)
    else:
        zh = raw.column(named.zh or named.property or named.en or spec.code.from_)
        en = raw.column(named.en or named.property or named.zh or spec.code.from_)
    layer = Layer(
        spec, [code for code, _ in codes], zh, en, raw.column(spec.kind), geometries, raw.repairs,
        raw.column(spec.parent.property), km2_as_read=raw.km2_as_read,
    )  # fmt: skip
    for (code, derived), name in zip(codes, layer.names_zh, strict=True):
        if derived:
            text = message("empty_code", "en", name=name or "?", code=code)
            areas.findings.append(Finding(source, "areas", code, "empty_code", text))
    layer = _joined(layer, areas)
    tally.loaded = len(layer.codes)
    tally.repaired = sum(1 for each in raw.repairs if each is not None)
    areas.tallies.append(tally)
    return layer


def source_of(spec: AreaLayer) -> str:
    """The name a layer goes by in the books."""
    return f"areas.{spec.level}"


def _read(spec: AreaLayer, tally: Tally, areas: Areas) -> _Raw:
    """All features of the layer's files: text columns and mended shapes in WGS84."""
    raw = _Raw()
    wanted = {spec.code.from_, spec.kind, spec.parent.property, spec.name_.property, spec.name_.zh, spec.name_.en} - {
        None
    }
    raw.columns = {name: [] for name in sorted(wanted)}  # type: ignore[type-var]
    for path in spec.files:
        chunks = read(
            path, format=spec.format, encoding=spec.encoding, layer=spec.layer, sheet=spec.sheet,
            delimiter=spec.delimiter, records=spec.records, geometry=spec.geometry or True,
        )  # fmt: skip
        for chunk in chunks:
            names = chunk.table.column_names
            missing = [name for name in raw.columns if name not in names]
            if missing:
                raise BadInput(NO_PROPERTY, file=chunk.file, name=missing[0], names=", ".join(names))
            if chunk.geometry is None:
                raise BadInput(NO_SHAPES, file=chunk.file)
            tally.read += chunk.table.num_rows + len(chunk.faults)
            mended, as_read = _mended(list(chunk.geometry), _datum(spec.crs or chunk.crs, chunk.file))
            raw.km2_as_read += as_read
            kept = [index for index, (shape, _) in enumerate(mended) if shape is not None]
            _reject_lost(spec, chunk, [index for index in range(len(mended)) if index not in set(kept)], areas, tally)
            for name, column in raw.columns.items():
                values = chunk.table.column(name).to_pylist()
                column += [values[index] for index in kept]
            raw.geometries += [mended[index][0] for index in kept]
            raw.repairs += [mended[index][1] for index in kept]
    return raw


def _datum(crs: str | None, file: str) -> datums.Datum:
    """The system a file's coordinates are in; the file is named where it cannot be told."""
    try:
        return datums.resolve(crs)
    except UnknownDatum as error:
        raise UnknownDatum("{file}: {why}", file=file, why=error) from error


def _mended(
    sources: Sequence[repair.Source | bytes], datum: datums.Datum
) -> tuple[list[tuple[BaseGeometry | None, repair.Repaired | None]], float]:
    """Each shape in WGS84 with what was mended, and the area of all of them as read (km²)."""
    shapes = [shapely.from_wkb(each) if isinstance(each, bytes) else each for each in sources]
    layer = repair.repair_all(shapes, units="degrees" if datum.in_degrees else "metres")
    as_read = float(layer.area_before_km2().sum())
    geometries = datums.geometries_to_wgs84(layer.geometries, crs=datum)
    mended: list[tuple[BaseGeometry | None, repair.Repaired | None]] = []
    for row, geometry in enumerate(geometries):
        polygonal = geometry is not None and geometry.geom_type in ("Polygon", "MultiPolygon")
        # a vertex moved by a projection can make a ring touch itself: mended again, without another word
        whole = repair.repair(geometry).geometry if polygonal and not geometry.is_valid else geometry
        mended.append((shapely.force_2d(whole) if polygonal else None, layer.repaired.get(row)))
    return mended, as_read


def _reject_lost(spec: AreaLayer, chunk: Chunk, rows: list[int], areas: Areas, tally: Tally) -> None:
    faults = list(chunk.faults)
    for index in rows:
        record = chunk.record(index)
        faults.append(RowFault(int(chunk.rows[index]), GEOMETRY, "geometry_empty", {}, record[GEOMETRY] or "", record))
    tally.rejected += len(faults)
    areas.rejects += [reject_fault(source_of(spec), chunk, fault) for fault in faults]


def _joined(layer: Layer, areas: Areas) -> Layer:
    """The layer with one area a code: shapes that share a code are joined, the first one's words are kept."""
    first: dict[str, int] = {}
    members: dict[str, list[int]] = {}
    for index, code in enumerate(layer.codes):
        first.setdefault(code, index)
        members.setdefault(code, []).append(index)
    if len(first) == len(layer.codes):
        return layer
    constant = layer.spec.code.constant is not None
    for code, rows in members.items():
        if len(rows) > 1:
            layer.geometries[rows[0]] = shapely.union_all(layer.geometries[rows])
            if not constant:
                names = ", ".join(dict.fromkeys(layer.names_zh[row] or "?" for row in rows))
                text = message("duplicate_code", "en", code=code, count=len(rows), names=names)
                areas.findings.append(Finding(source_of(layer.spec), "areas", code, "duplicate_code", text))
    keep = list(first.values())
    for name in ("codes", "names_zh", "names_en", "kinds", "repairs", "stated_parents"):
        values = getattr(layer, name)
        setattr(layer, name, [values[row] for row in keep])
    layer.geometries = layer.geometries[keep]
    return layer


def _derived(spec: AreaLayer, finer: Layer) -> Layer:
    """The areas that a finer layer's areas say they belong to, each the union of its members."""
    stated = finer.stated_parents if finer.spec.parent.value is None else [finer.spec.parent.value] * len(finer.codes)
    groups: dict[str, list[int]] = {}
    for row, value in enumerate(stated):
        if value and value.strip():
            groups.setdefault(value.strip(), []).append(row)
    keys = sorted(groups)
    geometries = np.empty(len(keys), object)
    geometries[:] = [shapely.union_all(finer.geometries[groups[key]]) for key in keys]
    codes = [code for code, _ in codes_of(spec.code, list(keys), list(geometries))]
    named = spec.name_.constant
    zh = [named.zh] * len(keys) if named else list(keys)
    en = [named.en] * len(keys) if named else list(keys)
    empty: Texts = [None] * len(keys)
    return Layer(spec, codes, zh, en, empty, geometries, [None] * len(keys), empty)


def _parents(layer: Layer, above: Layer | None) -> Texts:
    """The code of each area's parent in the layer above; None where there is none or it cannot be told."""
    spec = layer.spec.parent
    if above is None:
        return [spec.value] * len(layer.codes)
    if spec.value is not None:
        return [spec.value if spec.value in above.codes else None] * len(layer.codes)
    known = dict(zip(above.names_zh if spec.match == "name" else above.codes, above.codes, strict=True))
    found = [known.get((value or "").strip()) for value in layer.stated_parents]
    if spec.spatial or (spec.property is None and layer.spec.derive is None):
        empty = [
            row for row, code in enumerate(found) if code is None and not (layer.stated_parents[row] or "").strip()
        ]
        for row, code in zip(empty, _largest_overlap(layer.geometries[empty], above), strict=True):
            found[row] = code
    if spec.property is None and len(above.codes) == 1:
        found = [code or above.codes[0] for code in found]
    return found


def _largest_overlap(geometries: Geometries, above: Layer) -> Texts:
    """The area above that shares most ground with each geometry; of equals the lowest code, None where none does."""
    tree = shapely.STRtree(above.geometries)
    row, area = tree.query(geometries, predicate="intersects")
    shared = shapely.area(shapely.intersection(geometries[row], above.geometries[area]))
    best: dict[int, tuple[float, str]] = {}
    for one, ground, code in zip(row.tolist(), shared.tolist(), (above.codes[each] for each in area), strict=True):
        if ground > 0 and (one not in best or (-ground, code) < (-best[one][0], best[one][1])):
            best[one] = (ground, code)
    return [best[one][1] if one in best else None for one in range(len(geometries))]
