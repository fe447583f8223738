"""Progress: rate and time left, one live line on a terminal, plain lines elsewhere, nothing when quiet."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from etl.progress import Progress, span


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "calls.csv"
    path.write_bytes(b"x" * 1000)
    return path


def test_plain_lines_come_every_few_seconds(file: Path) -> None:
    out, clock = io.StringIO(), Clock()
    progress = Progress(out, "en", clock)
    progress.step("areas", name="grid")
    progress.reading([file, file])
    read = progress.file(file, "calls.csv")
    for second in range(1, 11):
        clock.now = 100.0 + second
        read(1000 * second, second / 10)
    assert out.getvalue().splitlines() == [
        "reading areas: grid",
        "reading calls.csv: 5,000 rows, 1,000/s, 25 %, about 15 s left",
        "reading calls.csv: 10,000 rows, 1,000/s, 50 %, about 10 s left",
    ]
    # the second file goes on where the first ended
    read = progress.file(file, "calls.csv")
    clock.now = 115.0
    read(5000, 0.5)
    assert out.getvalue().splitlines()[-1] == "reading calls.csv: 5,000 rows, 1,000/s, 75 %, about 5 s left"


def test_a_terminal_shows_one_line_that_is_cleared(file: Path) -> None:
    out, clock = Terminal(), Clock()
    progress = Progress(out, "zh", clock)
    progress.reading([file])
    read = progress.file(file, "calls.csv")
    clock.now = 110.0
    read(1000, 0.5)
    clock.now = 110.01
    read(1001, 0.5)
    clock.now = 111.0
    progress.step("roads")
    assert out.getvalue().startswith("\r正在读取 calls.csv：1,000 行，每秒 100 行，50%，约剩 10 s\r正在读取道路")
    assert "1,001" not in out.getvalue()
    assert "\n" not in out.getvalue()
    progress.clear()
    assert out.getvalue().endswith("\r" + " " * 12 + "\r")


def test_quiet_says_nothing(file: Path) -> None:
    progress = Progress(None)
    progress.reading([file])
    progress.file(file, "calls.csv")(5, 1.0)
    progress.step("roads")
    progress.clear()
    assert progress.out is None


@pytest.mark.parametrize(("seconds", "text"), [(3.4, "3 s"), (59.6, "1:00"), (187, "3:07"), (3729, "1:02:09")])
def test_spans(seconds: float, text: str) -> None:
    assert span(seconds) == text
