"""Check z by area and by cell against esda on the same counts, and who takes part."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
import shapely

from data.areas import shapes_of
from data.hotspot import judge, study_cells
from data.metrics import ask
from data.scope import Scope
from errors import BadQuestion
from geo.cells import centres_of, from_text


def esda_z(values: list[float], neighbours: dict[int, list[int]]) -> np.ndarray:
    """The textbook statistic by the reference implementation (transform 'B'; its default is another statistic)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from esda.getisord import G_Local
        from libpysal.graph import Graph

        graph = Graph.from_dicts({i: dict.fromkeys(near, 1.0) for i, near in neighbours.items()})
        weights = graph.assign_self_weight(1.0)
        found = G_Local(np.array(values, dtype=float), weights, transform="B", permutations=0, star=True)
    return np.asarray(found.Zs)


def test_z_of_grids_is_esdas(place: Any) -> None:
    answer = ask(place.warehouse, "hotspot_z", by="grid")
    rows = [row for row in answer.rows if row.group is not None]
    shapes = shapes_of(place.warehouse, "grid")
    near = {
        i: [j for j, other in enumerate(rows) if i != j and shapes[row.group].touches(shapes[other.group])]
        for i, row in enumerate(rows)
    }
    assert len(rows) == 36
    assert {len(found) for found in near.values()} == {3, 5, 8}
    assert np.allclose([row.value for row in rows], esda_z([row.n for row in rows], near), atol=1e-10, rtol=0)
    assert [row.n for row in rows] == [
        row.value for row in ask(place.warehouse, "volume", by="grid").rows if row.group is not None
    ]


def test_z_of_cells_is_esdas_over_all_cells_of_the_site(place: Any) -> None:
    h3 = pytest.importorskip("h3")
    answer = ask(place.warehouse, "hotspot_z", by="cell9", since="2018-11-01")
    rows = [row for row in answer.rows if row.group is not None]
    at = {row.group: i for i, row in enumerate(rows)}
    near = {i: [at[cell] for cell in h3.grid_ring(row.group, 1) if cell in at] for i, row in enumerate(rows)}
    assert any(row.n == 0 for row in rows)
    assert np.allclose([row.value for row in rows], esda_z([row.n for row in rows], near), atol=1e-9, rtol=0)
    whole = ask(place.warehouse, "volume", since="2018-11-01").rows[0].n
    assert sum(row.n for row in answer.rows) == whole


def test_the_missing_group_takes_no_part(place: Any) -> None:
    missing = [row for row in ask(place.warehouse, "hotspot_z", by="township").rows if row.group is None]
    assert len(missing) == 1
    assert missing[0].value is None
    assert missing[0].n > 0


def test_study_cells_are_those_of_the_areas_left(place: Any) -> None:
    cells = study_cells(place.warehouse, "cell8", within={"township": ["T1"]})
    lon, lat = centres_of(from_text(cells))
    assert len(cells) > 10
    assert shapely.contains_xy(shapes_of(place.warehouse, "township")["T1"], lon, lat).all()
    scoped = study_cells(place.warehouse, "cell8", within={}, scope=Scope("head", frozenset({"T1"})))
    assert scoped == cells
    assert set(cells) < set(study_cells(place.warehouse, "cell8", within={}))


def test_any_answer_can_be_judged(place: Any) -> None:
    answer = ask(place.warehouse, "closure_rate", by="grid")
    hot = judge(place.warehouse, answer)
    assert [spot.group for spot in hot] == [row.group for row in answer.rows if row.group is not None]
    assert all(spot.kind in {"hot", "cold", "none"} and 0 <= spot.q <= 1 for spot in hot)
    volume = judge(place.warehouse, ask(place.warehouse, "volume", by="grid"))
    scored = {row.group: row.value for row in ask(place.warehouse, "hotspot_z", by="grid").rows}
    assert all(scored[spot.group] == spot.z for spot in volume)
    with pytest.raises(BadQuestion):
        judge(place.warehouse, ask(place.warehouse, "volume", by="item"))
