"""Time the wall's first useful picture over a 10 Mbit/s line, from a browser that has never been there.

Useful is: the numbers, the worst incidents, the strip of townships, the legend, and the shaded areas painted on the
map. The browser itself notes when all of it stands. The demo county is generated small; the server runs as a person
would start it. The first visitor after the start is told apart from later ones, who also come with an empty cache.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import URLError
from urllib.request import urlopen

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from bench.machine import versions
from bench.report import Goal, Report, arguments, publish
from data.demo import generate
from etl.load import load

GOAL_SECONDS = 2.5
MEGABITS = 10
#: one way and back, ms: a county's own network
LATENCY_MS = 20
ROOT = Path(__file__).parents[1]
SIZE = {"width": 1920, "height": 1080}
PATIENCE_MS = 60_000
PARTS = ("shell", "numbers", "worst", "strip", "legend", "map")

#: notes when each part of the picture first stands, in ms since the address was opened
WATCH = """
window.benchSeen = {};
const parts = {
  shell: () => document.querySelector('.wall'),
  numbers: () => document.querySelectorAll('#numbers .number-value').length >= 5,
  worst: () => document.querySelectorAll('#worst-list .worst-row').length >= 1,
  strip: () => document.querySelectorAll('#strip .cell').length >= 3,
  legend: () => document.querySelector('#legend .legend-step'),
  map: () => [...document.querySelectorAll('.leaflet-areas-pane canvas')].some(painted),
};
function painted(canvas) {
  if (!canvas.width || !canvas.height) return false;
  const small = document.createElement('canvas');
  small.width = small.height = 16;
  const pen = small.getContext('2d', {willReadFrequently: true});
  pen.drawImage(canvas, 0, 0, 16, 16);
  return pen.getImageData(0, 0, 16, 16).data.filter((value, place) => place % 4 === 3 && value > 20).length >= 40;
}
function look() {
  for (const [name, stands] of Object.entries(parts))
    if (!(name in window.benchSeen) && document.body && stands()) window.benchSeen[name] = performance.now();
  if (Object.keys(window.benchSeen).length < Object.keys(parts).length) requestAnimationFrame(look);
}
requestAnimationFrame(look);
"""


class Visit(NamedTuple):
    """One visit: when each part stood (s), kilobytes and requests, the slowest requests."""

    seen: dict[str, float]
    kilobytes: float
    requests: int
    slowest: list[str]

    @property
    def useful(self) -> float:
        """Seconds until all of it stood."""
        return max(self.seen.values())


def browser_path() -> str | None:
    """An installed Chromium; None: the test tool's own."""
    return next(
        (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
    )


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def serving(site: Path) -> Iterator[str]:
    """The program's address, served from ``site`` in a process of its own until the block ends."""
    port = free_port()
    command = [sys.executable, "app.py", "--site", str(site), "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"PYTHONWARNINGS": "ignore"})
    address = f"http://127.0.0.1:{port}"
    try:
        _await(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(30)


def _await(address: str, process: subprocess.Popen[bytes], patience: float = 120) -> None:
    """Wait until the server answers; the page itself is not asked for, so that its first visitor is the first."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            with urlopen(f"{address}/api/health", timeout=5):
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise RuntimeError("the server does not answer")


def visit(browser: Browser, address: str) -> Visit:
    """Open the wall with an empty cache over the slow line and wait for the whole picture."""
    context = browser.new_context(viewport=SIZE)
    context.add_init_script(WATCH)
    page = context.new_page()
    line = context.new_cdp_session(page)
    bytes_a_second = MEGABITS * 1e6 / 8
    line.send("Network.enable")
    line.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": LATENCY_MS, "downloadThroughput": bytes_a_second,
         "uploadThroughput": bytes_a_second},
    )  # fmt: skip
    received: list[float] = []
    line.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.goto(address, wait_until="commit", timeout=PATIENCE_MS)
    seen = _seen(page)
    entries = page.evaluate(
        "performance.getEntriesByType('resource').map(e => [e.name, e.startTime, e.responseEnd, e.encodedBodySize])"
    )
    context.close()
    return Visit(seen, sum(received) / 1000, len(entries) + 1, _slowest(entries))


def _seen(page: Page) -> dict[str, float]:
    """When each part stood, s; asked now and then, as the page's policy lets no test tool poll inside it."""
    until = time.monotonic() + PATIENCE_MS / 1000
    while time.monotonic() < until:
        seen: dict[str, float] = page.evaluate("window.benchSeen || {}")
        if len(seen) == len(PARTS):
            return {name: moment / 1000 for name, moment in sorted(seen.items(), key=lambda item: item[1])}
        page.wait_for_timeout(100)
    raise RuntimeError(f"after {PATIENCE_MS / 1000:.0f} s only {', '.join(seen) or 'nothing'} stood on the wall")


def _slowest(entries: list[list[Any]], count: int = 5) -> list[str]:
    """The requests that ended last before the picture stood or took longest."""
    longest = sorted(entries, key=lambda entry: entry[1] - entry[2])[:count]
    return [
        f"{name.split('/', 3)[-1].split('?')[0]} {start / 1000:.2f}-{end / 1000:.2f} s, {size / 1000:.0f} kB"
        for name, start, end, size in longest
    ]


def main(argv: list[str] | None = None) -> None:
    """Print when each part of the picture stood, for the first visitor and for later ones."""
    parser = arguments(__doc__)
    parser.add_argument("--scale", type=int, default=60_000, help="about how many incidents the demo county holds")
    parser.add_argument("--visits", type=int, default=5)
    parser.add_argument("--site", type=Path, help="a loaded place instead of a demo county made for this")
    asked = parser.parse_args(argv)
    scale, visits = (3_000, 1) if asked.small else (asked.scale, asked.visits)
    with tempfile.TemporaryDirectory() as name:
        site = asked.site
        if site is None:
            site = Path(name) / "place"
            load(generate(Path(name) / "made", scale=scale), site)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=browser_path(), args=["--no-sandbox"])
            number = browser.version
            with serving(site) as address:
                found = [visit(browser, address) for _ in range(visits + 1)]
            browser.close()
    publish(told(found, scale, number), asked.out)


def told(found: list[Visit], scale: int, number: str) -> Report:
    """The visits as a report."""
    first, later = found[0], found[1:]
    report = Report(
        "wall",
        f"The wall's first useful picture over {MEGABITS} Mbit/s",
        f"seconds after the address was opened, 1920x1080, {LATENCY_MS} ms latency, empty cache each time, demo county "
        f"of about {scale:,} incidents. Browser and server share the machine.",
        ("visitor", "picture", *PARTS, "kB", "requests"),
        versions={"Chromium": number, **versions("dash", "dash-leaflet", "playwright")},
    )
    middle = {name: float(np.median([one.seen[name] for one in later])) for name in PARTS}
    useful = float(np.median([one.useful for one in later]))
    for who, total, seen, one in (
        ("first after the start", first.useful, first.seen, first),
        (f"later, median of {len(later)}", useful, middle, later[-1]),
    ):
        cells = [f"{seen[name]:.2f}" for name in PARTS]
        report.rows.append((who, f"{total:.2f}", *cells, f"{one.kilobytes:,.0f}", str(one.requests)))
    report.notes += [f"longest request of a later visit: {line}" for line in later[-1].slowest]
    goal = f"<= {GOAL_SECONDS} s"
    report.goals += [
        Goal("first useful picture of the wall, cold browser", goal, f"{useful:.2f} s", useful <= GOAL_SECONDS),
        Goal("the same, first visitor after the server's start", goal, f"{first.useful:.2f} s",
             first.useful <= GOAL_SECONDS),
    ]  # fmt: skip
    return report


if __name__ == "__main__":
    main()
