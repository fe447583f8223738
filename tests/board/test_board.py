"""Check the board against the metrics (another implementation, in SQL) and against cases worked by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from data.board import Clock, pressing_clock, read_board, worst_first
from data.metrics.asking import ask
from data.scope import Scope
from data.warehouse import Warehouse, open_warehouse
from tests.small_county import NOW, build

OPENED = datetime(2026, 3, 2, 4, 0)


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return open_warehouse(build(tmp_path_factory.mktemp("county")))


def clock_at(minutes: float, **more: object) -> Clock | None:
    """The pressing clock of an incident with 15 minutes to arrive and a day to close, so many minutes after."""
    given: dict[str, object] = {
        "opened_at": OPENED, "needs_arrival": True, "on_scene_at": None,
        "arrival_due_at": OPENED + timedelta(minutes=15), "due_at": OPENED + timedelta(days=1), **more,
    }  # fmt: skip
    return pressing_clock(now=OPENED + timedelta(minutes=minutes), **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("minutes", "left", "state"),
    [(0, 900, "plain"), (11.9, 186, "plain"), (12, 180, "amber"), (15, 0, "amber"), (15.5, -30, "red")],
)
def test_the_arrival_clock_warns_in_its_last_fifth(minutes: float, left: float, state: str) -> None:
    clock = clock_at(minutes)
    assert clock is not None
    assert (clock.kind, clock.left, clock.state) == ("arrival", left, state)


def test_once_somebody_is_there_the_closure_clock_presses() -> None:
    clock = clock_at(20, on_scene_at=OPENED + timedelta(minutes=9))
    assert clock is not None
    assert (clock.kind, clock.left, clock.state) == ("closure", 86400 - 1200, "plain")


def test_an_arrival_still_to_come_does_not_stop_the_clock() -> None:
    clock = clock_at(5, on_scene_at=OPENED + timedelta(minutes=9))
    assert clock is not None
    assert clock.kind == "arrival"


def test_without_deadlines_no_clock_runs() -> None:
    assert clock_at(5, needs_arrival=False, due_at=None) is None


def test_the_board_counts_what_the_metrics_count(county: Warehouse) -> None:
    board = read_board(county)

    def asked(metric: str) -> float:
        value = ask(county, metric).rows[0].value
        assert value is not None
        return float(value)

    clocks = [one.clock for one in board.incidents if one.clock]
    assert len(board.incidents) == asked("backlog_open") > 40
    assert sum(clock.kind == "arrival" and clock.left < 0 for clock in clocks) == asked("overdue_arrival") >= 1
    late = sum(one.opened_at + timedelta(days=2) < board.now for one in board.incidents)
    assert late == asked("overdue_backlog") >= 5
    assert board.now == NOW


def test_the_worst_come_first(county: Warehouse) -> None:
    incidents = read_board(county).incidents
    kinds = [(one.clock.kind, one.clock.state) for one in incidents if one.clock]
    first_seen = list(dict.fromkeys(kinds))
    assert first_seen == [
        kind
        for kind in [("arrival", "red"), ("arrival", "amber"), ("closure", "red"), ("closure", "amber"),
                     ("arrival", "plain"), ("closure", "plain")]
        if kind in first_seen
    ]  # fmt: skip
    assert kinds == sorted(kinds, key=first_seen.index), "each kind stands together"
    for kind in first_seen:
        left = [one.clock.left for one in incidents if one.clock and (one.clock.kind, one.clock.state) == kind]
        assert left == sorted(left)
    assert list(incidents) == sorted(incidents, key=worst_first)


def test_nothing_personal_is_read(county: Warehouse) -> None:
    text = repr(read_board(county))
    assert "举报人" not in text
    assert "人民路" not in text


def test_squads_on_an_open_incident_are_busy_and_those_off_duty_not_free(county: Warehouse) -> None:
    squads = {squad.code: squad for squad in read_board(county).squads}
    assert squads["S2"].incident == "county:late"
    assert [code for code, squad in squads.items() if squad.free] == ["S1", "S3", "S5"]
    assert squads["S4"].on_duty is False
    assert read_board(county).certified_pairs == 3


def test_a_scope_sees_only_its_townships(county: Warehouse) -> None:
    scope = Scope("township head", frozenset({"T1"}))
    board = read_board(county, scope=scope)
    assert {one.township.zh for one in board.incidents} == {"溪口镇"}
    assert {squad.township for squad in board.squads} == {"T1"}
    assert len(board.incidents) == ask(county, "backlog_open", scope=scope).rows[0].value


def test_a_site_without_incidents_or_certificates_says_so(tmp_path: Path) -> None:
    board = read_board(open_warehouse(build(tmp_path, incidents=False, roads=False)))
    assert not board.has_incidents
    assert board.incidents == ()
    assert board.officers_known
