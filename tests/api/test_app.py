"""Check the program as it is served: what it lets in, what it sends along, what it shows before a load."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import app as program
from api.building import DemoBuilder
from api.waiting import Progress, page
from settings import Settings
from tests.small_county import build


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    root = build(tmp_path_factory.mktemp("county"), count=30)
    app, _ = program.build(Settings(site=root), readiness=program.loaded(root))
    with TestClient(app, base_url="http://127.0.0.1:8050") as held:
        yield held


def test_the_page_is_served_and_everything_else_is_not(client: TestClient) -> None:
    assert "GridCommand" in client.get("/").text
    for path in ("/_mcp", "/mcp", "/other", "/api/none", "/docs", "/redoc", "/_dashboard/../etc/passwd"):
        assert client.get(path).status_code == 404, path
    assert client.post("/_mcp", json={}).status_code == 404


@pytest.mark.parametrize("path", ["/", "/api/health", "/assets/map.js", "/none"])
def test_both_halves_are_guarded(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert "unsafe-inline" not in policy["script-src"]
    assert "unsafe-eval" not in policy["script-src"]
    assert "'sha256-" in policy["script-src"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    ("host", "status"), [("127.0.0.1:8050", 200), ("localhost", 200), ("[::1]:8050", 200), ("evil.example:8050", 421)]
)
def test_a_server_on_the_loopback_answers_to_loopback_names_only(client: TestClient, host: str, status: int) -> None:
    assert client.get("/api/health", headers={"host": host}).status_code == status


def test_opened_to_others_it_answers_to_any_name(tmp_path: Path) -> None:
    root = build(tmp_path, count=5)
    app, _ = program.build(Settings(site=root, host="0.0.0.0"), readiness=program.loaded(root))
    assert TestClient(app, base_url="http://county.local").get("/api/health").status_code == 200


def test_scripts_are_sent_compressed(client: TestClient) -> None:
    with client.stream("GET", "/assets/map.js", headers={"accept-encoding": "br"}) as answer:
        packed = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "br"
    assert len(packed) < len(client.get("/assets/map.js").content) / 2


def test_the_page_asks_nothing_of_the_outside(client: TestClient) -> None:
    text = client.get("/").text
    assert 'src="http' not in text
    assert 'href="http' not in text


def test_an_empty_place_tells_how_to_load_one(tmp_path: Path) -> None:
    app, _ = program.build(Settings(site=tmp_path), readiness=program.loaded(tmp_path))
    client = TestClient(app, base_url="http://127.0.0.1")
    answer = client.get("/")
    assert answer.status_code == 503
    assert "这里还没有装载数据" in answer.text
    assert "Nothing has been loaded here yet" in answer.text
    assert "python -m etl load" in answer.text
    assert "<script" not in answer.text
    assert client.get("/api/health").json()["state"] == "empty"
    refused = client.get("/api/ask?metric=volume")
    assert (refused.status_code, refused.json()["error"]) == (503, "NoWarehouse")
    build(tmp_path, count=5)
    assert client.get("/").status_code == 200


def test_the_page_of_progress_tells_step_and_share() -> None:
    text = page(Progress("building", step="<roads>", share=0.42))
    assert 'value="0.420"' in text
    assert "&lt;roads&gt; 42%" in text
    assert "演示县未能生成" in page(Progress("failed", detail="disk full"))


class Spoken(DemoBuilder):
    """A builder whose child says given lines and ends with a given code."""

    def __init__(self, root: Path, lines: list[str], code: int) -> None:
        super().__init__(root)
        self.said = f"import sys; print({chr(10).join(lines)!r}); sys.exit({code})"

    def command(self) -> list[str]:
        return [sys.executable, "-c", self.said]


def _ended(builder: DemoBuilder) -> Progress:
    for _ in range(200):
        progress = builder.progress()
        if progress.state != "building":
            return progress
        time.sleep(0.05)
    return progress


def test_a_build_that_fails_says_its_last_lines(tmp_path: Path) -> None:
    builder = Spoken(tmp_path, ["reading a.csv: 5 rows, 15 %, about 2 s left", "no space left"], 2)
    builder.start()
    progress = _ended(builder)
    assert progress.state == "failed"
    assert "no space left" in progress.detail


def test_a_share_in_a_line_is_heard(tmp_path: Path) -> None:
    builder = DemoBuilder(tmp_path)
    builder._process = object()  # type: ignore[assignment]
    builder._hear("正在读取 incidents.parquet：12,474 行，15%，约剩 29 s")
    assert (builder._step, builder._share) == ("正在读取 incidents.parquet：12,474 行", 0.15)
    builder._hear("building version: roads")
    assert (builder._step, builder._share) == ("building version: roads", None)


def test_a_place_that_is_loaded_is_not_built_again(tmp_path: Path) -> None:
    build(tmp_path, count=5)
    builder = Spoken(tmp_path, ["never said"], 1)
    builder.start()
    assert builder._process is None
    assert builder.progress().state == "ready"


def test_the_command_line_wins_and_bad_settings_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    asked = program.parse(["--site", "x", "--port", "99", "--demo"])
    assert (asked.site, asked.port, asked.demo) == ("x", "99", True)
    assert program.main(["--port", "many"]) == 2
    assert "--port" in capsys.readouterr().err
