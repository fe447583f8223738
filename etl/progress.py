"""Show how a load is getting on: what it does, how fast, and how long it will still take.

On a terminal one line is rewritten; anywhere else a plain line is written now and then.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from words import N_, say

DOING = N_("{what}")
READING = N_("reading {file}: {rows} rows, {rate}/s")
LEFT = N_("{share} %, about {left} left")
STEPS = {
    "copy": N_("copying {file}"),
    "areas": N_("reading areas: {name}"),
    "references": N_("reading items, squads and stations"),
    "roads": N_("reading roads"),
    "facts": N_("completing {name}"),
    "build": N_("building version: {name}"),
}
#: seconds between two lines where the output is no terminal, and on one
PLAIN_EVERY, LIVE_EVERY = 5.0, 0.1


@dataclass
class Progress:
    """What a load shows while it runs. ``out`` None: nothing."""

    out: TextIO | None
    lang: str = "zh"
    clock: Callable[[], float] = time.monotonic
    total_bytes: int = 0
    _started: float = 0.0
    _shown: float = float("-inf")
    _width: int = 0
    _done_bytes: int = 0
    _rows_before: int = 0
    _rows: int = 0
    _live: bool = field(default=False)

    def __post_init__(self) -> None:
        self._started = self.clock()
        self._live = self.out is not None and self.out.isatty()

    def step(self, step: str, **values: object) -> None:
        """Say what begins now."""
        self._show(say(STEPS[step], self.lang, **values), always=not self._live)

    def reading(self, files: list[Path]) -> None:
        """The files whose rows are read from now on, to tell how much is left."""
        self.total_bytes = sum(path.stat().st_size for path in files)
        self._started = self.clock()

    def file(self, path: Path | None, name: str) -> Callable[[int, float], None]:
        """What a reader calls with rows so far and the share of the file done."""
        size = path.stat().st_size if path is not None else 0
        before, rows_before = self._done_bytes, self._rows

        def read(rows: int, share: float) -> None:
            self._done_bytes, self._rows = before + int(size * share), rows_before + rows
            passed = max(self.clock() - self._started, 1e-6)
            parts = [say(READING, self.lang, file=name, rows=f"{rows:,}", rate=f"{self._rows / passed:,.0f}")]
            if self.total_bytes and self._done_bytes:
                done = min(self._done_bytes / self.total_bytes, 1.0)
                left = passed / done * (1 - done)
                parts.append(say(LEFT, self.lang, share=f"{100 * done:.0f}", left=span(left)))
            self._show(("，" if self.lang == "zh" else ", ").join(parts), always=False)

        return read

    def clear(self) -> None:
        """Take the live line away."""
        if self._live and self._width and self.out is not None:
            self.out.write("\r" + " " * self._width + "\r")
            self.out.flush()
            self._width = 0

    def _show(self, text: str, *, always: bool) -> None:
        if self.out is None:
            return
        now = self.clock()
        if not always and now - self._shown < (LIVE_EVERY if self._live else PLAIN_EVERY):
            return
        self._shown = now
        if self._live:
            # Chinese letters take two columns
            width = sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)
            self.out.write("\r" + text + " " * max(0, self._width - width))
            self._width = width
        else:
            self.out.write(text + "\n")
        self.out.flush()


def span(seconds: float) -> str:
    """A time as ``42 s``, ``3:07`` or ``1:02:09``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
