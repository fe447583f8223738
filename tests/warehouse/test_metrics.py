"""Recount every metric in plain Python from the rows the place was made of, by every grouping, and compare."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from data.metrics import METRICS, ask
from data.schema import TABLES

Row = dict[str, Any]
NOW = datetime(2018, 12, 14, 20, 30)
EARLIER = datetime(2018, 10, 20, 7, 0)
STRUCK = {"declined", "void"}
AWAY = {"suspended", "transferred"}
DOMAIN = {"noise": "order", "stall": "order", "waste": "sanitation", "dust": "sanitation"}


def closed(row: Row, now: datetime) -> bool:
    return row["state"] == "closed" and (row["closed_at"] is None or row["closed_at"] <= now)


def is_open(row: Row, now: datetime) -> bool:
    late = row["state"] == "closed" and row["closed_at"] is not None and row["closed_at"] > now
    return row["opened_at"] <= now and (row["state"] == "open" or late)


def due(row: Row, now: datetime) -> bool:
    return row["due_at"] is not None and row["due_at"] <= now and row["state"] not in STRUCK | AWAY


def needed(row: Row, now: datetime) -> bool:
    return row["needs_arrival"] and row["arrival_due_at"] <= now and row["state"] not in STRUCK


def reached(row: Row, now: datetime) -> bool:
    return row["on_scene_at"] is not None and row["on_scene_at"] <= now


def in_time(row: Row, now: datetime) -> bool:
    return row["on_scene_at"] is not None and row["on_scene_at"] <= row["opened_at"] + timedelta(minutes=15)


def soon(row: Row, now: datetime) -> bool:
    half_hour = timedelta(minutes=30)
    waiting = row["needs_arrival"] and not reached(row, now) and now <= row["arrival_due_at"] <= now + half_hour
    return is_open(row, now) and (waiting or (row["due_at"] is not None and now <= row["due_at"] <= now + half_hour))


def taken(row: Row, now: datetime) -> bool:
    return row["state"] not in STRUCK


Rule = Callable[[Row, datetime], Any]
ANY: Rule = lambda row, now: True  # noqa: E731

#: metric -> (table, clock, who counts below, who of those counts above)
COUNTING: dict[str, tuple[str, str, Rule, Rule]] = {
    "volume": ("incidents", "opened_at", ANY, ANY),
    "reports": ("reports", "reported_at", ANY, ANY),
    "closure_rate": ("incidents", "due_at", due, closed),
    "on_time_closure_rate": (
        "incidents",
        "due_at",
        due,
        lambda r, now: closed(r, now) and r["closed_at"] is not None and r["closed_at"] <= r["due_at"],
    ),
    "arrival_rate_15": ("incidents", "arrival_due_at", needed, in_time),
    "arrival_rate_reached": ("incidents", "arrival_due_at", lambda r, now: needed(r, now) and reached(r, now), in_time),
    "reached": ("incidents", "arrival_due_at", lambda r, now: needed(r, now) and reached(r, now), ANY),
    "reached_rate": ("incidents", "arrival_due_at", needed, reached),
    "backlog_open": ("incidents", "", is_open, ANY),
    "overdue_backlog": ("incidents", "", lambda r, now: is_open(r, now) and r["due_at"] and r["due_at"] < now, ANY),
    "overdue_arrival": (
        "incidents",
        "",
        lambda r, now: is_open(r, now) and r["needs_arrival"] and r["arrival_due_at"] < now and not reached(r, now),
        ANY,
    ),
    "due_soon_30": ("incidents", "", soon, ANY),
    "ownerless_5": (
        "incidents",
        "",
        lambda r, now: is_open(r, now) and not r["owner"] and now - r["opened_at"] > timedelta(minutes=5),
        ANY,
    ),
    "rework_rate": (
        "incidents",
        "opened_at",
        lambda r, now: (
            taken(r, now)
            and ((r["handled_at"] and r["handled_at"] <= now) or closed(r, now) or (r["reworks"] or 0) > 0)
        ),
        lambda r, now: (r["reworks"] or 0) > 0,
    ),
    "return_rate": (
        "incidents",
        "opened_at",
        lambda r, now: taken(r, now) and ((r["dispatched_at"] and r["dispatched_at"] <= now) or r["returns"] > 0),
        lambda r, now: r["returns"] > 0,
    ),
    "reopen_rate": (
        "incidents",
        "opened_at",
        lambda r, now: taken(r, now) and (closed(r, now) or r["reopens"] > 0),
        lambda r, now: r["reopens"] > 0,
    ),
    "self_found_rate": (
        "incidents",
        "opened_at",
        lambda r, now: taken(r, now) and r["self_found"] is not None,
        lambda r, now: r["self_found"],
    ),
    "unplaced_rate": ("incidents", "opened_at", ANY, lambda r, now: r.get("lon") is None),
    "valid_report_rate": ("incidents", "opened_at", ANY, taken),
    "satisfaction_rate": (
        "reports",
        "reported_at",
        lambda r, now: r["rating"] is not None,
        lambda r, now: r["rating"] >= 4,
    ),
    "dispatches": ("dispatches", "dispatched_at", ANY, ANY),
    "dispatches_never_on_scene": ("dispatches", "dispatched_at", lambda r, now: not reached(r, now), ANY),
    "cases_filed": ("cases", "filed_at", ANY, ANY),
    "cases_closed": (
        "cases",
        "closed_at",
        lambda r, now: r["closed_at"] and r["closed_at"] <= now and r["state"] in {"closed", "no_penalty"},
        ANY,
    ),
    "publication_rate": (
        "cases",
        "decided_at",
        lambda r, now: r["to_publish"] and r["decided_at"] and r["decided_at"] <= now,
        lambda r, now: r["published_at"] is not None and r["published_at"] <= now,
    ),
    "case_simple_share": (
        "cases",
        "filed_at",
        lambda r, now: r["procedure"] is not None,
        lambda r, now: r["procedure"] == "simple",
    ),
}
OPENED = {"incidents": "opened_at", "reports": "reported_at", "dispatches": "dispatched_at", "cases": "filed_at"}
LEVELS = ("county", "township", "grid")


def group_of(row: Row, key: str, table: str, clock: str, local: Callable[[datetime], datetime]) -> str | None:
    if key in ("date", "week", "month"):
        at = row[clock or OPENED[table]]
        if at is None:
            return None
        day = local(at)
        year, week, _ = day.isocalendar()
        return {"date": f"{day:%Y-%m-%d}", "week": f"{year}-W{week:02d}", "month": f"{day:%Y-%m}"}[key]
    if key in ("hour", "weekday"):
        at = local(row[OPENED[table]])
        return str(at.hour if key == "hour" else at.isoweekday())
    value = DOMAIN.get(row["item"]) if key == "domain" else row.get(key)
    return f"{value:x}" if key.startswith("cell") and value is not None else value


@pytest.fixture(scope="module")
def local(place: Any) -> Callable[[datetime], datetime]:
    return place.warehouse.site.local


def rows_in(place: Any, table: str, clock: str, since: date | None, until: date | None, local: Any) -> list[Row]:
    rows = place.facts[table]
    if table == "dispatches":
        found = {row["incident_id"]: row for row in place.facts["incidents"]}
        rows = [{**found[row["incident_id"]], **row} for row in rows]
    if not clock:
        return rows
    timed = [row for row in rows if row[clock] is not None] if since or until else rows
    return [
        row
        for row in timed
        if (since is None or local(row[clock]).date() >= since) and (until is None or local(row[clock]).date() < until)
    ]


def recount(
    place: Any, local: Any, metric: str, by: str, since: date | None, until: date | None, now: datetime
) -> dict:
    table, clock, below, above = COUNTING[metric]
    counts: dict[str | None, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows_in(place, table, clock, since, until, local):
        if below(row, now):
            count = counts[group_of(row, by, table, clock, local) if by else None]
            count[0] += bool(above(row, now))
            count[1] += 1
    return dict(counts)


def groupings(metric: str) -> list[str]:
    skipped = {"province", "city", "village", "located"}
    return ["", *(key for key in METRICS[metric].groupings if key not in skipped)]


@pytest.mark.parametrize("metric", COUNTING)
@pytest.mark.parametrize(
    ("since", "until", "as_of"),
    [(None, None, None), (date(2018, 9, 20), date(2018, 11, 20), None), (None, date(2018, 11, 5), EARLIER)],
    ids=["all", "across summer time", "as of earlier"],
)
def test_counts_equal_a_recount(place: Any, local: Any, metric: str, since: Any, until: Any, as_of: Any) -> None:
    now = as_of or NOW
    entry = METRICS[metric]
    for by in groupings(metric):
        counts = recount(place, local, metric, by, since, until, now)
        if as_of and not entry.as_of:
            continue
        answer = ask(place.warehouse, metric, by=by or None, since=since, until=until, as_of=as_of)
        found = {row.group: row for row in answer.rows}
        assert {group for group, row in found.items() if row.n} == set(counts), by
        for group, (above, below) in counts.items():
            row = found[group]
            if entry.kind == "share":
                assert (row.numerator, row.denominator, row.n) == (above, below, below), (by, group)
                assert row.value == above / below
            else:
                assert (row.value, row.denominator, row.n) == (below, None, below), (by, group)


def test_every_metric_has_an_oracle() -> None:
    elsewhere = {"arrival_p50", "arrival_p90", "arrival_p95", "repeat_rate", "findings", "hotspot_z"}
    assert set(COUNTING) | elsewhere == set(METRICS)


@pytest.mark.parametrize("percent", [50, 90, 95])
@pytest.mark.parametrize("by", ["", "township", "grid", "hour", "week"])
def test_quantiles_are_type_7_over_the_reached(place: Any, local: Any, percent: int, by: str) -> None:
    seconds: dict[str | None, list[float]] = defaultdict(list)
    arrived: dict[str | None, int] = defaultdict(int)
    for row in place.facts["incidents"]:
        if needed(row, NOW) and reached(row, NOW):
            group = group_of(row, by, "incidents", "arrival_due_at", local) if by else None
            arrived[group] += 1
            if row["on_scene_at"] >= row["opened_at"]:
                seconds[group].append((row["on_scene_at"] - row["opened_at"]).total_seconds())
    answer = ask(place.warehouse, f"arrival_p{percent}", by=by or None)
    shown = {row.group: row for row in answer.rows if row.denominator}
    assert set(shown) == set(arrived)
    for group, row in shown.items():
        assert (row.n, row.numerator, row.denominator) == (len(seconds[group]), len(seconds[group]), arrived[group])
        assert row.value is not None
        assert math.isclose(row.value, np.quantile(seconds[group], percent / 100, method="linear"), rel_tol=1e-12)
    assert sum(arrived.values()) - sum(len(values) for values in seconds.values()) >= 3


def test_repeats_are_counted_over_those_that_could_be_judged(place: Any) -> None:
    repeats = {row[0] for row in place.warehouse.rows("SELECT incident_id FROM incidents WHERE repeat_of IS NOT NULL")}
    judged = [r for r in place.facts["incidents"] if taken(r, NOW) and r.get("lon") is not None and r["item"]]
    row = ask(place.warehouse, "repeat_rate").rows[0]
    assert (row.numerator, row.denominator) == (sum(r["incident_id"] in repeats for r in judged), len(judged))
    assert row.numerator


def test_findings_count_each_fault_of_a_row_once(place: Any) -> None:
    faulty = [row for row in place.facts["incidents"] if row["faults"]]
    answer = ask(place.warehouse, "findings", by="fault", where={"table": "incidents"})
    assert {row.group: row.value for row in answer.rows} == {"negative_step": len(faulty)}
    by_grid = ask(place.warehouse, "findings", by="grid", where={"fault": "negative_step"})
    assert sum(row.value for row in by_grid.rows if row.value) == len(faulty)


def test_what_is_known_at_an_earlier_moment_only_counts_when_asked(place: Any) -> None:
    known = sum(row["opened_at"] <= EARLIER for row in place.facts["incidents"])
    assert ask(place.warehouse, "volume", as_of=EARLIER).rows[0].value == known
    assert ask(place.warehouse, "volume").rows[0].value == len(place.facts["incidents"])
    assert ask(place.warehouse, "volume", as_of="2018-10-20T00:00").rows[0].value == known


@pytest.mark.parametrize("metric", METRICS)
def test_no_metric_reads_a_fine(place: Any, metric: str) -> None:
    """Art. 74: every grouping, filter and order of every metric, down to the SQL that is run."""
    from data.filters import filters_of
    from data.metrics import SORTS

    banned = {column.name for table in TABLES.values() for column in table.columns if column.art74}
    assert banned == {"fine_yuan"}
    entry = METRICS[metric]
    words = {*entry.groupings, *SORTS, *filters_of(entry.of, LEVELS)}
    assert not any("fine" in word or "penalty" in word or "yuan" in word for word in words)
    for by in groupings(metric)[0 if entry.kind != "score" else 1 :]:
        sql = ask(place.warehouse, metric, by=by or None).sql
        assert sql
        assert not any(column in sql for column in banned)


def test_no_cube_holds_a_fine(place: Any) -> None:
    columns = place.warehouse.rows("SELECT column_name FROM duckdb_columns() WHERE table_name LIKE 'cube_%'")
    assert len(columns) > 20
    assert not any("fine" in name or "yuan" in name for (name,) in columns)


def test_no_query_of_the_package_reads_a_fine() -> None:
    from data.metrics.sql import FOLDER

    texts = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.sql")}
    assert len(texts) > 30
    for table in TABLES.values():
        for column in table.columns:
            assert not (column.art74 and any(column.name in text for text in texts.values())), column.name
