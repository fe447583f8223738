"""Check that a view survives its address, and that what an address cannot mean is left out and named."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.view import CELLS, LAYERS, THEMES, View, default_view, levels_of, position, read_view, table_level
from data.metrics.registry import METRICS
from data.periods import RELATIVE
from data.site import Site
from words import Words

SITE = Site(Words("Place", "地方"), "Asia/Shanghai", levels=("township", "grid"), located_level="grid")

views = st.builds(
    View,
    metric=st.sampled_from(sorted(METRICS)),
    level=st.sampled_from(levels_of(SITE)),
    period=st.sampled_from(sorted(RELATIVE)),
    lang=st.sampled_from(["zh", "en"]),
    theme=st.sampled_from(THEMES),
    layers=st.sets(st.sampled_from(LAYERS)).map(lambda held: tuple(layer for layer in LAYERS if layer in held)),
    incident=st.text(max_size=30),
    at=st.sampled_from(["", "30.5,119.6,12", "-1.25,-70.0,3.25"]),
)


@given(views)
def test_a_view_comes_back_from_its_address(view: View) -> None:
    assert read_view(view.query(), SITE) == (view, ())


def test_an_empty_address_is_the_default() -> None:
    assert read_view("", SITE) == (default_view(SITE), ())


@pytest.mark.parametrize(
    ("search", "unknown"),
    [
        ("?metric=fines", ("metric",)),
        ("?level=county", ("level",)),
        ("?period=2020", ("period",)),
        ("?lang=fr&theme=neon", ("lang", "theme")),
        ("?layers=incidents.secrets", ("layers",)),
        ("?at=91,0,5", ("at",)),
        ("?at=here", ("at",)),
    ],
)
def test_what_does_not_exist_is_left_out_and_named(search: str, unknown: tuple[str, ...]) -> None:
    view, found = read_view(search, SITE)
    assert found == unknown
    assert replace(view, layers=default_view(SITE).layers) == default_view(SITE)


def test_all_layers_may_be_switched_off() -> None:
    assert read_view("?layers=", SITE)[0].layers == ()


def test_a_site_opens_on_what_it_has() -> None:
    assert default_view(SITE).level == "township"
    assert default_view(SITE, has_incidents=False).level == "grid"
    bare = Site(Words("Roads", "路"), "UTC", language="en")
    view = default_view(bare)
    assert (view.level, view.lang) == (CELLS[1], "en")
    assert "roads" in view.layers
    ended = replace(SITE, as_of=datetime(2018, 1, 25))
    assert (default_view(ended).period, default_view(replace(ended, generated=True)).period) == ("all", "last_30_days")


def test_the_table_compares_townships_or_the_finest_there_is() -> None:
    assert table_level(SITE) == "township"
    assert table_level(replace(SITE, levels=("county", "grid"))) == "grid"


def test_a_map_position_is_read_as_numbers() -> None:
    assert position(replace(default_view(SITE), at="30.5,119.6,12")) == (30.5, 119.6, 12.0)
    assert position(default_view(SITE)) is None
