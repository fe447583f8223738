"""Where facts are: levels, words and cells, against geopandas and h3."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas
import h3
import numpy as np
import pyarrow as pa
import pytest
import shapely

from etl.areas import Areas, Layer, read_areas
from etl.locating import Placing
from etl.site import AreaLayer, ParentSpec, read_site_file


def layer(level: str, codes: list[str], shapes: list[object], parents: list[str | None]) -> Layer:
    geometries = np.empty(len(shapes), object)
    geometries[:] = shapes
    nothing: list[str | None] = [None] * len(codes)
    names: list[str | None] = [f"name of {code}" for code in codes]
    return Layer(
        AreaLayer(level=level), codes, names, names, nothing, geometries, [None] * len(codes), nothing, parents
    )


@pytest.fixture
def placing() -> Placing:
    """A county of two towns; only the western one has grids, two of them, and these overlap by a strip."""
    towns = layer("township", ["T1", "T2"], [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)], ["C", "C"])
    grids = layer("grid", ["G2", "G1"], [shapely.box(0, 0, 0.6, 1), shapely.box(0.5, 0, 1, 1)], ["T1", "T1"])
    county = layer("county", ["C"], [shapely.box(0, 0, 2, 1)], [None])
    return Placing(Areas([county, towns, grids]))


def column(*values: float | None) -> pa.Array:
    return pa.array(values, pa.float64())


def test_levels_and_words(placing: Placing) -> None:
    lon = column(0.2, 0.55, 1.5, 3.0, None, 0.0, 1.0)
    lat = column(0.5, 0.5, 0.5, 0.5, None, 0.5, 0.5)
    placed = placing.place(lon, lat)
    assert placed.columns["grid"].to_pylist() == ["G2", "G1", None, None, None, "G2", "G1"]
    assert placed.columns["township"].to_pylist() == ["T1", "T1", "T2", None, None, "T1", "T1"]
    assert placed.columns["county"].to_pylist() == ["C", "C", "C", None, None, "C", "C"]
    assert placed.columns["city"].to_pylist() == [None] * 7
    assert placed.columns["located"].to_pylist() == ["in", "several", "in", "none", "none", "edge", "edge"]
    assert placed.areas_n.tolist() == [1, 2, 1, 0, 0, 1, 1]
    assert placed.has_position.tolist() == [True] * 4 + [False] + [True] * 2
    assert placing.overlapping(np.array([0.55, 0.2, 1.5]), np.array([0.5] * 3)) == [["G1", "G2"], ["G2"], ["T2"]]


def test_a_word_places_only_what_has_no_position(placing: Placing) -> None:
    words = {"township": pa.array(["T2", "T2", "T9", None])}
    placed = placing.place(column(None, 3.0, None, None), column(None, 0.5, None, None), stated=words)
    assert placed.columns["township"].to_pylist() == ["T2", None, None, None]
    assert placed.columns["county"].to_pylist() == ["C", None, None, None]
    assert placed.columns["located"].to_pylist() == ["stated", "none", "none", "none"]


def test_names_and_codes(placing: Placing) -> None:
    assert placing.codes("township", match="code") == {"T1": "T1", "T2": "T2"}
    assert placing.codes("township", match="name") == {"name of T1": "T1", "name of T2": "T2"}


def test_cells_nest_and_are_those_of_h3(placing: Placing) -> None:
    random = np.random.default_rng(5)
    lon, lat = random.uniform(0, 2, 200), random.uniform(0, 1, 200)
    placed = placing.place(pa.array(lon), pa.array(lat))
    nine = placed.columns["cell9"].to_pylist()
    assert nine == [h3.str_to_int(h3.latlng_to_cell(y, x, 9)) for x, y in zip(lon, lat, strict=True)]
    for resolution in (7, 8):
        wanted = [h3.str_to_int(h3.cell_to_parent(h3.int_to_str(cell), resolution)) for cell in nine]
        assert placed.columns[f"cell{resolution}"].to_pylist() == wanted


def test_a_site_without_areas_places_nothing() -> None:
    placed = Placing(Areas()).place(column(1.0), column(1.0))
    assert placed.columns["located"].to_pylist() == ["none"]
    assert placed.columns["township"].to_pylist() == [None]
    assert placed.columns["cell9"].to_pylist()[0] is not None


@pytest.mark.real
def test_parents_of_real_grids_agree_with_geopandas(shared_data: Path) -> None:
    site = read_site_file(Path(__file__).parents[1] / "sites" / "xihu.yaml")
    areas = read_areas(site)
    placing = Placing(areas)
    grids, towns = areas.layers[2], areas.layers[1]
    points = shapely.point_on_surface(grids.geometries)
    placed = placing.place(pa.array(shapely.get_x(points)), pa.array(shapely.get_y(points)))
    frame = geopandas.GeoDataFrame({"town": towns.codes}, geometry=list(towns.geometries), crs=4326)
    joined = geopandas.sjoin(geopandas.GeoDataFrame(geometry=points, crs=4326), frame, predicate="intersects")
    by_geopandas = joined.groupby(level=0)["town"].min()
    ours = placed.columns["township"].to_pylist()
    assert len(ours) == 605
    assert [ours[row] for row in by_geopandas.index] == by_geopandas.tolist()
    assert sum(code is None for code in ours) == 605 - len(by_geopandas)


def test_spatial_parents_take_the_largest_overlap(tmp_path: Path) -> None:
    def feature(code: str, shape: object) -> dict[str, object]:
        return {"type": "Feature", "properties": {"code": code}, "geometry": json.loads(shapely.to_geojson(shape))}

    def write(name: str, features: list[dict[str, object]]) -> None:
        text = json.dumps({"type": "FeatureCollection", "features": features})
        (tmp_path / name).write_text(text, encoding="utf-8")

    write("towns.geojson", [feature("T1", shapely.box(0, 0, 1, 1)), feature("T2", shapely.box(1, 0, 2, 1))])
    write("grids.geojson", [
        feature("G1", shapely.box(0.2, 0, 1.1, 1)), feature("G2", shapely.box(0.9, 0, 2, 1)),
        feature("G3", shapely.box(0.5, 0, 1.5, 1)), feature("G4", shapely.box(5, 5, 6, 6)),
    ])  # fmt: skip
    (tmp_path / "site.yaml").write_text(
        "site: {name: x, zone: UTC}\nareas:\n"
        "  - {level: township, files: towns.geojson, crs: EPSG:4326, code: code}\n"
        "  - {level: grid, files: grids.geojson, crs: EPSG:4326, code: code, parent: {spatial: true}}\n",
        encoding="utf-8",
    )
    grids = read_areas(read_site_file(tmp_path / "site.yaml")).layers[1]
    # an even split goes to the lowest code, what touches nothing has no parent
    assert dict(zip(grids.codes, grids.parents, strict=True)) == {"G1": "T1", "G2": "T2", "G3": "T1", "G4": None}
    assert grids.spec.parent == ParentSpec(spatial=True)
