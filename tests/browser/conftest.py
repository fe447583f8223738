"""Serve sites with the real program and look at them with a real Chromium; nothing may leave the machine."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.small_county import build

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "screenshots"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
#: seconds a server may take to answer, and a demo county to be built
PATIENCE, BUILDING = 60, 600


@dataclass
class Served:
    """A running server: its address and the folder it shows."""

    url: str
    root: Path
    process: subprocess.Popen[bytes]

    def ask(self, metric: str, **asked: str) -> list[dict[str, Any]]:
        """The rows of ``/api/ask``."""
        return self.get("/api/ask", metric=metric, **asked)["rows"]

    def get(self, path: str, **asked: str) -> Any:
        """The JSON of one of the doors."""
        query = urllib.parse.urlencode(asked)
        with urllib.request.urlopen(f"{self.url}{path}?{query}", timeout=PATIENCE) as answer:
            return json.loads(answer.read())

    def state(self) -> str:
        """ready, building, empty or failed; nothing while the server is not up."""
        try:
            with urllib.request.urlopen(f"{self.url}/api/health", timeout=5) as answer:
                return str(json.loads(answer.read())["state"])
        except urllib.error.HTTPError as error:
            return str(json.loads(error.read())["state"])
        except OSError:
            return ""


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


@contextmanager
def serving(root: Path, *arguments: str, environ: dict[str, str] | None = None) -> Iterator[Served]:
    """``python app.py --site root`` on a free port, until it answers."""
    port = free_port()
    command = [sys.executable, "app.py", "--site", str(root), "--port", str(port), *arguments]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **(environ or {})})
    served = Served(f"http://127.0.0.1:{port}", root, process)
    try:
        until(served.state, seconds=PATIENCE)
        yield served
    finally:
        process.terminate()
        process.wait(timeout=20)


def until(ready: Callable[[], Any], *, seconds: float) -> Any:
    """What ``ready`` gives once it gives anything; fails after so many seconds."""
    ends = time.monotonic() + seconds
    while not (held := ready()):
        assert time.monotonic() < ends, f"nothing within {seconds} s"
        time.sleep(0.1)
    return held


def loaded(site: str, folder: Path) -> Path:
    """Load one of the site files of the real data."""
    into = folder / site
    subprocess.run(
        [sys.executable, "-m", "etl", "load", f"tests/sites/{site}.yaml", "--into", str(into)],
        cwd=ROOT, check=False, capture_output=True,
    )  # fmt: skip
    assert (into / "warehouse" / "current.json").exists()
    return into


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests: the system's, else the tool's own."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next((found for name in names if (found := shutil.which(name))), None)
    with sync_playwright() as tool:
        held = tool.chromium.launch(executable_path=path, args=FLAGS, headless=True)
        yield held
        held.close()


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The small county, whose every incident is known."""
    with serving(build(tmp_path_factory.mktemp("county"))) as served:
        yield served


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demo county as ``make run`` first builds and then serves it."""
    with serving(tmp_path_factory.mktemp("demo") / "place", "--demo") as served:
        yield served


@pytest.fixture(scope="session")
def san_francisco(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The San Francisco dispatch records."""
    with serving(loaded("sf", tmp_path_factory.mktemp("sites"))) as served:
        yield served


@pytest.fixture(scope="session")
def xihu(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The Xihu grids: areas only."""
    with serving(loaded("xihu", tmp_path_factory.mktemp("sites"))) as served:
        yield served


@dataclass
class Watched:
    """A page, and everything it did that it should not."""

    page: Page
    faults: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def open(self, served: Served, query: str = "") -> Page:
        """Open the wall and wait until it stands."""
        self.page.goto(served.url + "/" + query)
        self.page.wait_for_selector("#strip > *", timeout=PATIENCE * 1000)
        self.page.wait_for_selector("#legend > *, #map-note:not(:empty)", timeout=PATIENCE * 1000)
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait until nothing is asked any more and two frames have been drawn."""
        self.page.wait_for_load_state("networkidle")
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        self.page.wait_for_timeout(200)


@pytest.fixture
def watch(browser: Browser) -> Iterator[Callable[..., Watched]]:
    """Make watched pages of a size; at the end none may have erred, or asked anything but this machine."""
    made: list[Watched] = []

    def make(width: int = 1920, height: int = 1080) -> Watched:
        page = browser.new_page(viewport={"width": width, "height": height}, timezone_id="Asia/Shanghai")
        watched = Watched(page)
        page.add_init_script(
            "document.addEventListener('securitypolicyviolation', e => console.error('CSP ' + e.violatedDirective))"
        )
        page.on("console", lambda said: watched.faults.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: watched.faults.append(str(error)))
        page.on("request", lambda request: watched.requests.append(request.url))
        page.on("response", lambda got: watched.faults.append(f"{got.status} {got.url}") if got.status >= 400 else None)
        made.append(watched)
        return watched

    yield make
    for watched in made:
        watched.page.close()
        own = ("http://127.0.0.1:", "data:", "blob:")
        assert watched.requests
        assert [url for url in watched.requests if not url.startswith(own)] == []
        assert watched.faults == []


@pytest.fixture
def shoot() -> Callable[[Page, str], None]:
    """Keep a picture of a page, to be looked at."""

    def keep(page: Page, name: str) -> None:
        SHOTS.mkdir(exist_ok=True)
        page.screenshot(path=SHOTS / f"{name}.png")

    return keep
