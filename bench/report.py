"""Hold what a benchmark found: a table, the goals, and on what it ran; print it and keep it as JSON."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from bench.machine import load_average, machine


@dataclass(frozen=True)
class Goal:
    """What was wanted and what was measured; ``met`` None where it could not be judged."""

    what: str
    wanted: str
    measured: str
    met: bool | None

    @property
    def verdict(self) -> str:
        """In one word."""
        return "not judged" if self.met is None else "met" if self.met else "missed"


@dataclass
class Report:
    """One benchmark: how it measured, the table, the goals, notes, and what it ran on."""

    name: str
    title: str
    method: str
    columns: Sequence[str] = ()
    rows: list[Sequence[str]] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    versions: Mapping[str, str] = field(default_factory=dict)
    machine: str = field(default_factory=machine)
    day: str = field(default_factory=lambda: date.today().isoformat())
    #: load average when it began and when it ended: 0.0 to the number of cores is a quiet machine
    load: tuple[float, float] = field(default_factory=lambda: (load_average(), 0.0))

    def text(self) -> str:
        """The report for a terminal."""
        widths = [max(len(row[i]) for row in (self.columns, *self.rows)) for i in range(len(self.columns))]
        lines = [self._line(row, widths) for row in (self.columns, *self.rows)]
        goals = [f"{goal.what}: {goal.measured} (goal {goal.wanted}: {goal.verdict})" for goal in self.goals]
        return "\n".join([self.title, *lines, *self.notes, *goals])

    @staticmethod
    def _line(row: Sequence[str], widths: Sequence[int]) -> str:
        placed = enumerate(zip(row, widths, strict=True))
        return "  ".join(cell.ljust(width) if i < 2 else cell.rjust(width) for i, (cell, width) in placed).rstrip()

    def markdown(self) -> str:
        """The report as a section of docs/performance.md."""
        ruled = [f"| {' | '.join(row)} |" for row in (self.columns, *self.rows)]
        ruled.insert(1, "|" + "|".join(" --- " if i < 2 else " ---: " for i in range(len(self.columns))) + "|")
        packages = ", ".join(f"{name} {number}" for name, number in self.versions.items())
        ran = f"{self.day}, load average {self.load[0]:.1f} before and {self.load[1]:.1f} after. {packages}."
        parts = [f"## {self.title}", f"`python -m bench {self.name}` — {self.method}", "\n".join(ruled)]
        parts += ["\n".join(f"- {note}" for note in self.notes)] if self.notes else []
        return "\n\n".join([*parts, ran])


def arguments(doc: str | None) -> argparse.ArgumentParser:
    """The command line every benchmark has."""
    parser = argparse.ArgumentParser(description=(doc or "").splitlines()[0])
    parser.add_argument("--out", type=Path, metavar="FILE", help="also keep the report as JSON")
    parser.add_argument("--small", action="store_true", help="sizes that only show that it works")
    return parser


def publish(report: Report, out: Path | None) -> None:
    """Print the report, and keep it where asked."""
    report.load = (report.load[0], load_average())
    print(report.text(), flush=True)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(asdict(report), ensure_ascii=False, indent=1), encoding="utf-8")


def read_report(path: Path) -> Report:
    """A report kept by :func:`publish`."""
    values = json.loads(path.read_text(encoding="utf-8"))
    values["goals"] = [Goal(**goal) for goal in values["goals"]]
    values["load"] = tuple(values["load"])
    return Report(**values)
