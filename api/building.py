"""Build the demo county in a process of its own, and tell how far it is."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections import deque
from pathlib import Path

from api.waiting import Progress
from data.versions import read_pointer

#: the last lines of a failed build that are shown
SHOWN = 4
#: "name 42 %": a step and how far it is
STEP = re.compile(r"^\s*(?P<step>.*?)\s*(?P<share>\d{1,3})\s*%")


class DemoBuilder:
    """Runs ``python -m etl demo`` once; asked for progress from any thread."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock = threading.Lock()
        self._lines: deque[str] = deque(maxlen=SHOWN)
        self._step, self._share = "", None
        self._process: subprocess.Popen[str] | None = None

    def command(self) -> list[str]:
        """What builds the demo, as one would type it."""
        return [sys.executable, "-m", "etl", "demo", "--into", str(self.root)]

    def start(self) -> None:
        """Begin, unless there is a version already."""
        if read_pointer(self.root) is not None:
            return
        self._process = subprocess.Popen(
            self.command(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
            errors="replace", cwd=Path(__file__).parents[1],
        )  # fmt: skip
        threading.Thread(target=self._listen, args=(self._process,), name="demo-builder", daemon=True).start()

    def stop(self) -> None:
        """End the build; the next start begins anew (a killed build leaves nothing behind)."""
        if self._process and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(timeout=10)

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout as said:
            for text in said:
                for line in filter(None, (part.strip() for part in re.split(r"[\r\n]", text))):
                    self._hear(line)
        process.wait()

    def _hear(self, line: str) -> None:
        found = STEP.match(line)
        with self._lock:
            self._lines.append(line)
            self._step = found["step"].rstrip(" ，,") if found else line
            self._share = min(1.0, int(found["share"]) / 100) if found else None

    def progress(self) -> Progress:
        """Ready once there is a version; else building, or failed with the last lines it said."""
        if read_pointer(self.root) is not None:
            return Progress("ready")
        with self._lock:
            if self._process is None:
                return Progress("empty", detail=str(self.root))
            if self._process.poll() not in (None, 0):
                return Progress("failed", detail="\n".join(self._lines))
            return Progress("building", step=self._step, share=self._share)
