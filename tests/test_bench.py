"""Run every benchmark small: the answers must be equal, and what it found must become a table."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import numpy as np
import pytest

from bench import __main__ as command
from bench import environments, hotspots, load, locate, machine, nearest, panels
from bench.dirty import RATES, write_source
from bench.plain_load import load as plain_load
from bench.report import Goal, Report, read_report


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No peer in an environment of its own can be had."""

    def refuse(name: str) -> Path:
        raise environments.NotInstallable(f"{name} left out: nothing can be installed here")

    monkeypatch.setattr(environments, "interpreter", refuse)


def kept(path: Path) -> Report:
    """The report a benchmark left, whole."""
    report = read_report(path)
    assert report.rows
    assert all(len(row) == len(report.columns) for row in report.rows)
    assert report.goals
    assert report.machine == machine.machine()
    assert report.versions
    assert f"## {report.title}" in report.markdown()
    assert report.markdown().count("| --- |") == 1
    return report


@pytest.mark.slow
@pytest.mark.usefixtures("alone")
def test_locating_is_compared_on_equal_answers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(locate, "SHAPES", {77: (11, 7)})
    monkeypatch.setattr(locate, "alone", locate.run)
    locate.main(["--small", "--out", str(tmp_path / "report.json")])
    report = kept(tmp_path / "report.json")
    assert [row[1] for row in report.rows] == list(locate.CONTENDERS)
    assert [note for note in report.notes if "left out" in note] == [
        "duckdb-spatial left out: nothing can be installed here", "sedona left out: nothing can be installed here",
    ]  # fmt: skip
    sedona = next(goal for goal in report.goals if "SedonaDB" in goal.what)
    assert (sedona.met, sedona.verdict) == (None, "not judged")


def test_a_locator_that_differs_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def shifted(areas: np.ndarray) -> locate.Ask:
        ask = locate.by_sjoin(areas)
        return lambda x, y: ask(x + 1e-3, y)

    monkeypatch.setattr(locate, "CONTENDERS", {"Locator": locate.by_locator, "geopandas.sjoin": shifted})
    monkeypatch.setattr(locate, "FOREIGN", {})
    monkeypatch.setattr(locate, "alone", locate.run)
    with pytest.raises(AssertionError, match=r"geopandas\.sjoin and Locator differ"):
        locate.contest((11, 7), 2_000, 2_000, [])


def test_hotspots_are_compared(tmp_path: Path) -> None:
    hotspots.main(["--small", "--out", str(tmp_path / "report.json")])
    report = kept(tmp_path / "report.json")
    assert [row[1] for row in report.rows] == ["neighbours ready", "index pairs"]


@pytest.mark.usefixtures("alone")
def test_nearest_squads_are_compared(tmp_path: Path) -> None:
    nearest.main(["--small", "--out", str(tmp_path / "report.json")])
    report = kept(tmp_path / "report.json")
    assert [row[1] for row in report.rows] == ["ours, ways drawn", "scipy", "scipy, told how far", "networkx"]
    assert "pandana left out: nothing can be installed here" in report.notes


def test_squads_in_another_order_are_found_out() -> None:
    ours = [[(1.0, 4), (2.0, 7)]]
    nearest.assert_equal(ours, [[(1.0, 4), (2.0, 7)]], who="same")
    with pytest.raises(AssertionError):
        nearest.assert_equal(ours, [[(1.0, 7), (2.0, 4)]], who="swapped")
    with pytest.raises(AssertionError):
        nearest.assert_equal(ours, [[(1.0, 4), (2.1, 7)]], who="slower")
    # as near to one another as the peer can tell: either order
    nearest.assert_equal([[(1.0, 4), (1.0005, 7)]], [[(1.0, 7), (1.0005, 4)]], who="tied", atol=1e-3)


@pytest.mark.slow
def test_panels_are_timed_on_recounted_figures(tmp_path: Path) -> None:
    panels.main(["--small", "--out", str(tmp_path / "report.json")])
    report = kept(tmp_path / "report.json")
    assert {row[0] for row in report.rows} == {panels.BOARD, *panels.PANELS, ""}
    # five metrics in fourteen townships at two sizes
    assert "140 figures equal to a recount in pandas" in report.notes


def test_growth_is_the_power_of_the_size() -> None:
    assert panels.slope([10, 100, 1_000], [7, 7, 7]) == pytest.approx(0)
    assert panels.slope([10, 100, 1_000], [2, 20, 200]) == pytest.approx(1)


@pytest.mark.slow
def test_loading_is_compared_row_by_row(tmp_path: Path) -> None:
    load.main(["--small", "--out", str(tmp_path / "report.json")])
    report = kept(tmp_path / "report.json")
    assert [row[1] for row in report.rows] == ["python -m etl load", "pandas + geopandas"]


@pytest.mark.slow
def test_a_load_that_differs_in_one_row_is_found_out(tmp_path: Path) -> None:
    source, place, peer = tmp_path / "source", tmp_path / "place", tmp_path / "peer"
    write_source(source, 4_000)
    load.ours(source, place)
    plain_load(source, peer)
    accepted, rejected = load.prove_equal(place, peer)
    assert accepted > 3_900
    assert rejected > 20
    with duckdb.connect(str(peer / "warehouse.duckdb")) as connection:
        connection.execute("UPDATE incidents SET grid = '330999001001' WHERE id = (SELECT max(id) FROM incidents)")
    with pytest.raises(AssertionError, match="1 accepted rows differ"):
        load.prove_equal(place, peer)


def test_the_dirty_source_is_made_alike_each_time(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_source(tmp_path / name, 1_000)
    first, second = ((tmp_path / name / "incidents.csv").read_bytes() for name in ("one", "two"))
    assert first == second
    lines = first.decode("gb18030").splitlines()
    # the header, a thousand rows, and those entered twice
    assert 1_001 <= len(lines) < 1_030
    assert sum(RATES.values()) < 50_000


@pytest.mark.slow
@pytest.mark.browser
def test_the_wall_stands_on_a_slow_line(tmp_path: Path) -> None:
    # a process of its own: another test may hold this one's browser driver
    asked = [sys.executable, "-m", "bench.wall", "--small", "--out", str(tmp_path / "report.json")]
    subprocess.run(asked, check=True, cwd=Path(__file__).parents[1])
    report = kept(tmp_path / "report.json")
    assert len(report.rows) == 2
    parts = [float(cell) for cell in report.rows[1][2:8]]
    assert 0 < min(parts) <= max(parts) == pytest.approx(float(report.rows[1][1]), abs=0.01)


def test_the_document_tells_goals_machines_and_tables() -> None:
    met = Goal("a | speed", ">= 2x", "3x", True)
    one = Report(
        "one", "First", "how.", ("", "who", "ms"), [("", "ours", "1")], [met], ["a note"], {"numpy": "2"}, "A machine"
    )
    two = Report(
        "two",
        "Second",
        "how.",
        ("", "who", "ms"),
        [("", "ours", "2")],
        [Goal("b", "1", "2", False)],
        machine="A machine",
    )
    text = command.document([one, two])
    assert text.count("A machine") == 1
    assert "| b | 1 | 2 | missed |" in text
    assert text.index("## First") < text.index("- a note") < text.index("## Second")
    assert "|  | ours | 2 |" in text


def test_an_unknown_benchmark_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["speed"])
    assert "no such benchmark: speed" in capsys.readouterr().err
