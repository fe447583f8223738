"""Check the HTTP doors: figures equal ``ask``, geometry kept for good under its hash, refusals by one table."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import brotli
import openpyxl
import pandas as pd
import pytest
from starlette.testclient import TestClient

import app as program
import errors
from api.refusals import STATUS, status_of
from data.metrics.asking import ask
from data.metrics.registry import METRICS
from data.routing import Routes
from data.warehouse import Warehouse, open_warehouse
from settings import Settings
from tests.small_county import build


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("county"), count=300)


@pytest.fixture(scope="module")
def house(root: Path) -> Warehouse:
    return open_warehouse(root)


@pytest.fixture(scope="module")
def door(root: Path) -> Iterator[TestClient]:
    app, _ = program.build(Settings(site=root), readiness=program.loaded(root))
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


def test_health_names_version_and_moment(door: TestClient) -> None:
    answer = door.get("/api/health")
    assert answer.status_code == 200
    assert answer.json() == {
        "state": "ready", "version": 1, "site": {"zh": "溪岭县", "en": "Xiling County"}, "levels": ["township", "grid"],
        "now": "2026-03-02T04:00:00Z", "generated": True,
    }  # fmt: skip


@pytest.mark.parametrize("metric", ["arrival_rate_15", "arrival_p90", "volume", "overdue_backlog"])
def test_an_answer_is_that_of_ask(door: TestClient, house: Warehouse, metric: str) -> None:
    found = door.get("/api/ask", params={"metric": metric, "by": "township", "since": "all", "item": "noise"}).json()
    expected = ask(house, metric, by="township", since="all", where={"item": "noise"})
    assert [(row["group"], row["value"], row["numerator"], row["denominator"], row["n"]) for row in found["rows"]] == [
        (row.group, row.value, row.numerator, row.denominator, row.n) for row in expected.rows
    ]
    assert found["sentence"] == expected.sentence("en")
    assert door.get(f"/api/ask?metric={metric}&lang=zh").json()["sentence"] == ask(house, metric).sentence("zh")


def test_a_filter_given_twice_keeps_both(door: TestClient, house: Warehouse) -> None:
    found = door.get("/api/ask?metric=volume&item=noise&item=stall").json()
    assert found["rows"][0]["value"] == ask(house, "volume", where={"item": ["noise", "stall"]}).rows[0].value


def test_what_can_be_asked_is_listed(door: TestClient) -> None:
    listed = {entry["key"]: entry for entry in door.get("/api/metrics?lang=zh").json()}
    assert set(listed) == set(METRICS)
    assert "township" in listed["volume"]["by"]
    assert "village" not in listed["volume"]["by"]
    assert listed["overdue_arrival"]["label"] == "超时"


def test_an_export_holds_the_figures_of_ask(door: TestClient, house: Warehouse) -> None:
    asked = {"metric": "arrival_rate_15", "by": "township", "since": "all"}
    expected = {row.group: row.value for row in ask(house, "arrival_rate_15", by="township", since="all").rows}
    answer = door.get("/api/export", params={**asked, "format": "csv"})
    assert answer.headers["content-disposition"].endswith("arrival_rate_15-by-township.csv")
    csv = pd.read_csv(io.BytesIO(answer.content))
    assert dict(zip(csv["group"], csv["value"], strict=True)) == pytest.approx(
        {group: value for group, value in expected.items() if group}
    )
    sheet = openpyxl.load_workbook(io.BytesIO(door.get("/api/export", params={**asked, "format": "xlsx"}).content))
    assert len(sheet.sheetnames) == 2
    both = door.get("/api/export", params={**asked, "format": "csv", "beside": True})
    assert len(zipfile.ZipFile(io.BytesIO(both.content)).namelist()) == 2


def test_geometry_is_kept_for_good_only_under_its_own_hash(door: TestClient) -> None:
    plain = door.get("/api/areas/grid.geojson")
    assert plain.headers["cache-control"] == "no-cache"
    tag = plain.headers["etag"].strip('"')
    kept = door.get(f"/api/areas/grid.geojson?v={tag}")
    assert "immutable" in kept.headers["cache-control"]
    assert kept.json() == plain.json()
    assert len(kept.json()["features"]) == 64
    old = door.get("/api/areas/grid.geojson?v=0123456789abcdef")
    assert old.headers["cache-control"] == "no-cache"
    assert door.get("/api/areas/grid.geojson", headers={"if-none-match": f'"{tag}"'}).status_code == 304


@pytest.mark.parametrize(
    "path", ["areas/township", "areas/grid", "names/township", "cells/cell7", "cells/cell9", "roads"]
)
def test_geometry_is_the_same_packed_or_not(door: TestClient, path: str) -> None:
    plain = door.get(f"/api/{path}.geojson", headers={"accept-encoding": "identity"})
    with door.stream("GET", f"/api/{path}.geojson", headers={"accept-encoding": "br"}) as packed:
        raw = b"".join(packed.iter_raw())
        assert packed.headers["content-encoding"] == "br"
    assert len(raw) < len(plain.content)
    assert brotli.decompress(raw) == plain.content
    assert plain.json()["type"] == "FeatureCollection"


def test_open_incidents_come_worst_first_without_personal_data(door: TestClient) -> None:
    answer = door.get("/api/incidents/open?limit=5&lang=zh")
    found = answer.json()
    assert found["total"] > 5 == len(found["incidents"])
    assert found["incidents"][0]["state"] == "red"
    assert "举报人" not in answer.text
    assert "人民路" not in answer.text


def test_nearest_is_that_of_the_routing(door: TestClient, house: Warehouse) -> None:
    found = door.get("/api/nearest?incident=county:soon&k=2").json()
    expected = Routes().nearest(house, "county:soon", k=2)
    assert found["mode"] == "roads"
    assert [(one["squad"], one["minutes"], one["margin_minutes"]) for one in found["squads"]] == [
        (one.squad.code, one.minutes, one.margin) for one in expected.candidates
    ]
    assert found["deadline"] == "2026-03-02T04:02:00Z"


@pytest.mark.parametrize(
    ("path", "status", "error"),
    [
        ("/api/ask?metric=fines", 404, "UnknownMetric"),
        ("/api/ask?metric=volume&by=colour", 400, "BadQuestion"),
        ("/api/ask?metric=volume&colour=red", 400, "BadQuestion"),
        ("/api/ask?metric=volume&since=soon", 400, "BadQuestion"),
        ("/api/export?metric=volume&format=doc", 400, "BadQuestion"),
        ("/api/areas/village.geojson", 400, "BadQuestion"),
        ("/api/cells/cell3.geojson", 400, "BadQuestion"),
        ("/api/nearest?incident=none", 404, "UnknownRecord"),
        ("/api/nearest", 422, "BadRequest"),
        ("/api/nearest?incident=county:soon&k=0", 422, "BadRequest"),
        ("/api/incidents/open?limit=abc", 422, "BadRequest"),
    ],
)
def test_what_is_refused_says_why(door: TestClient, path: str, status: int, error: str) -> None:
    answer = door.get(path)
    assert answer.status_code == status
    assert answer.json()["error"] == error
    assert answer.json()["message"]


def test_a_refusal_speaks_the_readers_language(door: TestClient) -> None:
    chinese = door.get("/api/nearest?incident=none", headers={"accept-language": "zh-CN,zh;q=0.9,en;q=0.8"}).json()
    english = door.get("/api/nearest?incident=none&lang=en", headers={"accept-language": "zh-CN"}).json()
    assert english["message"].startswith("there is no incident none")
    assert chinese["message"] != english["message"]


def test_every_error_has_a_status() -> None:
    leaves = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    assert {status_of(leaf("x")) for leaf in leaves} <= {400, 403, 404, 409, 422, 500, 503, 507}
    bases = {errors.GridCommandError}
    assert set(leaves) - bases - set(STATUS) <= {errors.UnsafeArchive}
