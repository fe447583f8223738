"""Run every benchmark, or the named ones: ``python -m bench [NAME ...] [--write] [--small] [--large]``.

Each runs in a process of its own, one after another, and proves its answers equal before it times them. What it found
is kept in ``var/bench``; ``--write`` puts everything kept there into docs/performance.md.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.report import Report, read_report

BENCHES = ("locate", "hotspots", "nearest", "panels", "load", "wall")
ROOT = Path(__file__).parents[1]
KEPT = ROOT / "var" / "bench"
DOCUMENT = ROOT / "docs" / "performance.md"

HEAD = """\
# Speed 速度

<!-- written by `python -m bench --write`: change the benchmarks, not this -->

Every benchmark runs in a process of its own, proves first that all contenders give equal answers, and then times them
in turn on the same input. What counts are the ratios and the growth: seconds change with the machine and with what else
it is doing, which is why each table says how busy it was. Goals are those the program was built against; a missed one
is said to be missed.
"""


def document(reports: Sequence[Report]) -> str:
    """The text of docs/performance.md: the machines, the goals in one table, then each benchmark."""
    machines = dict.fromkeys(report.machine for report in reports)
    goals = [goal for report in reports for goal in report.goals]
    table = ["| what | goal | measured | |", "| --- | ---: | ---: | --- |"]
    table += [f"| {goal.what} | {goal.wanted} | {goal.measured} | {goal.verdict} |" for goal in goals]
    parts = [HEAD.rstrip(), "Measured on: " + "; ".join(machines) + ".", "\n".join(table)]
    return "\n\n".join([*parts, *(report.markdown() for report in reports)]) + "\n"


def kept() -> list[Report]:
    """What each benchmark found when it ran last, in their order."""
    paths = [KEPT / f"{name}.json" for name in BENCHES]
    return [read_report(path) for path in paths if path.exists()]


def main(argv: Sequence[str] | None = None) -> None:
    """Run the benchmarks; the first that fails ends the run with its exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("name", nargs="*", help=f"which of {', '.join(BENCHES)}; all where none is named")
    parser.add_argument("--write", action="store_true", help="put what was found into docs/performance.md")
    parser.add_argument("--small", action="store_true", help="sizes that only show that it works; kept nowhere")
    parser.add_argument("--large", action="store_true", help="also the panels over 10,000,000 incidents")
    asked = parser.parse_args(argv)
    unknown = sorted(set(asked.name) - set(BENCHES))
    if unknown:
        parser.error(f"no such benchmark: {', '.join(unknown)}")
    for name in asked.name or BENCHES:
        print(f"\n## {name}\n", flush=True)
        more = ["--small"] if asked.small else ["--out", str(KEPT / f"{name}.json")]
        more += ["--large"] if asked.large and name == "panels" else []
        ran = subprocess.run([sys.executable, "-m", f"bench.{name}", *more], cwd=ROOT, check=False)
        if ran.returncode:
            sys.exit(ran.returncode)
    if asked.write:
        DOCUMENT.write_text(document(kept()), encoding="utf-8")


if __name__ == "__main__":
    main()
