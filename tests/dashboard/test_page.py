"""Check the page as a whole: every id a callback names stands in the layout, and what fails is told."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest
from dash import Dash
from dash.development.base_component import Component

import dashboard
from dashboard import pages
from dashboard.view import default_view
from dashboard.wall import page
from data.routing import Routes
from data.stores import Stores
from data.warehouse import Following
from errors import NoWarehouse
from tests.small_county import build

ROOT = Path(dashboard.__file__).parent


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> dashboard.Services:
    root = build(tmp_path_factory.mktemp("county"), count=60)
    return dashboard.Services(Stores(Following(root), Routes()))


@pytest.fixture(scope="module")
def app(services: dashboard.Services) -> Dash:
    return dashboard.create(services)


def ids_in(node: Any) -> set[str]:
    """Every plain id in a tree of components, and the type of every pattern id."""
    found: set[str] = set()
    if isinstance(node, list | tuple):
        for part in node:
            found |= ids_in(part)
    elif isinstance(node, Component):
        held = getattr(node, "id", None)
        if held is not None:
            found.add(held["type"] if isinstance(held, dict) else held)
        for key in node._prop_names:
            found |= ids_in(getattr(node, key, None))
    return found


def named(text: str) -> set[str]:
    """The ids in a callback's output or input, as Dash writes them."""
    if text.startswith("{"):
        return {json.loads(text.rsplit(".", 1)[0] if "}." in text else text)["type"]}
    return {text.rsplit(".", 1)[0]}


def test_every_id_in_a_callback_stands_in_the_layout(app: Dash, services: dashboard.Services) -> None:
    paths = [one.path + ("T1" if one.path == "/township/" else "") for one in pages.PAGES]
    built = [pages.page_at(path, "", services)[0] for path in paths]
    standing = ids_in(built) | ids_in(pages.shell()) | {"worst-row"}
    wanted: set[str] = set()
    for callback in app._callback_list:
        for part in (*callback["inputs"], *callback["state"]):
            wanted |= named(part["id"])
        for output in re.findall(r"([a-z-]+)\.[a-zA-Z]+", callback["output"]):
            wanted.add(output)
    assert wanted
    assert wanted <= standing, wanted - standing


def test_no_callback_is_declared_beside_the_app() -> None:
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "dash":
                assert not {"callback", "clientside_callback"} & {alias.name for alias in node.names}, path


def test_the_page_of_an_empty_place_says_so(tmp_path: Path) -> None:
    stores = Stores(Following(tmp_path), Routes())
    with pytest.raises(NoWarehouse):
        stores.warehouse()
    empty = dashboard.create(dashboard.Services(stores))
    body = {
        "output": "..page.children...provider.forceColorScheme..",
        "outputs": [{"id": "page", "property": "children"}, {"id": "provider", "property": "forceColorScheme"}],
        "inputs": [
            {"id": "address", "property": "search", "value": ""},
            {"id": "address", "property": "pathname", "value": "/"},
        ],
        "changedPropIds": ["address.search"],
    }
    answer = empty.server.test_client().post("/_dash-update-component", json=body)
    assert answer.status_code == 200
    assert "python -m etl load" in answer.get_data(as_text=True)


def test_unknown_parts_of_the_address_are_named(services: dashboard.Services) -> None:
    warehouse = services.stores.warehouse()
    wall = page.wall(warehouse, services, default_view(warehouse.site), ("metric", "level"))
    (banner,) = [child for child in wall.children if getattr(child, "id", "") == "notice"]
    assert banner.children == "地址中有无法识别的内容，已忽略：metric, level"
    assert "is-shown" in banner.className


def test_still_files_are_compressed_once_and_answers_never_kept() -> None:
    shelf = dashboard.Shelf()
    shelf.set("br;/assets/map.js?m=1", b"x")
    shelf.set("br;", b"an answer to one person")
    assert shelf.get("br;/assets/map.js?m=1") == b"x"
    assert shelf.get("br;") is None


def test_assets_ask_nothing_of_the_outside() -> None:
    for path in (ROOT / "assets").iterdir():
        assert not re.search(r"https?://|@import|url\(", path.read_text(encoding="utf-8")), path.name
