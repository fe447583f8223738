"""A load killed at any moment leaves the version before whole, and the next load is clean."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from data.warehouse import open_warehouse
from etl.load import load

ROOT = Path(__file__).parents[2]
KILLS = 30

_SPEC = importlib.util.spec_from_file_location("small_site", Path(__file__).with_name("small_site.py"))
assert _SPEC
assert _SPEC.loader
small = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(small)

#: Imports once, which takes most of a short run, then loads in a child process whenever told to; says the child's id,
#: and how it ended.
RUN = """
import os, sys
from pathlib import Path
import duckdb, pyarrow.parquet, shapely, etl.__main__ as command
import geo.locate, etl.load
print("ready", flush=True)
for line in sys.stdin:
    child = os.fork()
    if not child:
        os._exit(command.main(["load", sys.argv[1], "--into", sys.argv[2], "--quiet"]))
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Loader:
    """A process that loads in fresh children."""

    def __init__(self, site: Path, place: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUN, str(site), str(place)], cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert self.line() == "ready"

    def line(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def begin(self) -> int:
        """Begin a load; the process id of the child."""
        assert self.process.stdin
        self.process.stdin.write("load\n")
        self.process.stdin.flush()
        return int(self.line())

    def ended(self) -> int:
        """Wait for the load to end: its exit code, or minus the signal that killed it."""
        return int(self.line())

    def close(self) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.wait(timeout=30)
        self.process.stdout.close()


def facts(place: Path) -> list[tuple[object, ...]]:
    """What the current version holds, in full."""
    warehouse = open_warehouse(place)
    return [
        *warehouse.rows("SELECT * EXCLUDE (loaded_in) FROM incidents ORDER BY incident_id"),
        *warehouse.rows("SELECT * EXCLUDE (loaded_in) FROM dispatches ORDER BY dispatch_id"),
        *warehouse.rows("SELECT level, code, name_zh FROM areas ORDER BY ALL"),
    ]


@pytest.mark.slow
def test_thirty_kills_lose_nothing(tmp_path: Path) -> None:
    site, place = tmp_path / "files" / "site.yaml", tmp_path / "place"
    small.write_site(site.parent, calls=400, units=200)
    load(site, place)
    version, before = open_warehouse(place).version, facts(place)
    # the other set of files: 60 calls less, 30 more, one item changed
    rows = [small.call(n) for n in (*range(340), *range(400, 430))]
    rows[5] |= {"事项": "noise" if rows[5]["事项"] == "stall" else "stall"}
    small.write_csv(site.with_name("calls.csv"), small.CALLS, rows)

    loader = Loader(site, place)
    loader.begin()
    assert loader.ended() == 0
    # once more for the time it takes, now that everything is warm
    _undo_to(place, version)
    loader.begin()
    began = time.monotonic()
    assert loader.ended() == 0
    whole = time.monotonic() - began
    after, done = facts(place), open_warehouse(place).version
    assert after != before

    chance = random.Random(2)
    moments = [whole * (number + chance.random()) / KILLS for number in range(KILLS)]
    chance.shuffle(moments)
    killed = finished = 0
    for number, moment in enumerate(moments):
        _undo_to(place, version)
        child = loader.begin()
        time.sleep(moment)
        # a load that has ended by now has nobody to kill
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        killed += loader.ended() == -signal.SIGKILL
        current = facts(place)
        assert current in (before, after), f"kill {number} after {moment:.2f} s of {whole:.2f} s"
        finished += current == after
    loader.close()
    assert done > version
    assert killed >= KILLS * 2 // 3
    assert finished < KILLS

    report = load(site, place)
    assert facts(place) == after
    assert report.rejects == ()
    left = [path.name for path in (*place.glob("loads/.*"), *place.glob("warehouse/*.tmp*"), *place.glob("*.tmp"))]
    assert left == []


def _undo_to(place: Path, version: int) -> None:
    """Point back at the version of before, where a load got as far as the pointer."""
    from data.versions import Pointer, write_pointer

    if open_warehouse(place).version != version:
        write_pointer(place, Pointer((version,)))
