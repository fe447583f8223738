"""Check that a cube answers exactly as the facts do, and only the questions it can answer exactly."""

from __future__ import annotations

import itertools
from datetime import datetime
from typing import Any

import pytest

from data.metrics import METRICS, ask
from data.metrics.asking import answer, moment_of, question_of
from data.metrics.plan import Question, plan_of
from data.scope import EVERYONE, Scope

CUBED = [key for key, metric in METRICS.items() if metric.cube]
BY: list[tuple[str, ...]] = [(), ("township",), ("domain",), ("week",), ("item", "county")]
WHERE: list[dict[str, Any]] = [{}, {"township": ["T1", ""]}, {"item": ["noise", ""], "domain": ["order", ""]}]
PERIODS = [(None, None), ("2018-07-02", "2018-11-12"), ("2018-11-05", None)]
SCOPES = [EVERYONE, Scope("head", frozenset({"T1", "T3"}))]


def question(place: Any, metric: str, **asked: Any) -> Question:
    as_of = asked.pop("as_of", None)
    given = {"by": (), "where": {}, "since": None, "until": None, "scope": EVERYONE, **asked}
    moment = moment_of(place.warehouse, as_of)
    return question_of(place.warehouse, metric, moment=moment, asked=as_of is not None, **given)


@pytest.mark.parametrize("metric", CUBED)
@pytest.mark.parametrize("scope", SCOPES, ids=["everyone", "two townships"])
def test_cube_and_facts_agree(place: Any, metric: str, scope: Scope) -> None:
    after_all = "2018-12-31T00:00"
    used = asked_n = 0
    for by, where, (since, until) in itertools.product(BY, WHERE, PERIODS if scope is EVERYONE else PERIODS[1:2]):
        if scope.townships and "T2" in where.get("township", ()):
            continue
        asked = question(place, metric, by=by, where=where, since=since, until=until, scope=scope, as_of=after_all)
        asked_n += 1
        used += bool(plan_of(place.warehouse, asked).cube)
        fast, slow = answer(place.warehouse, asked), answer(place.warehouse, asked, cubes=False)
        assert fast.rows == slow.rows, (by, where, since, until)
        assert fast.sentence("en") == slow.sentence("en")
    assert used >= 10
    assert used == asked_n


@pytest.mark.parametrize("metric", ["volume", "repeat_rate", "unplaced_rate", "self_found_rate"])
def test_cube_and_facts_agree_where_no_moment_matters(place: Any, metric: str) -> None:
    for by, where, (since, until) in itertools.product(BY, WHERE, PERIODS):
        asked = question(place, metric, by=by, where=where, since=since, until=until)
        assert plan_of(place.warehouse, asked).cube == "cube_opened"
        assert answer(place.warehouse, asked).rows == answer(place.warehouse, asked, cubes=False).rows


@pytest.mark.parametrize(
    "asked",
    [
        {"by": ("grid",)},
        {"by": ("hour",)},
        {"by": ("month",)},
        {"where": {"channel": "patrol"}},
        {"where": {"grid": "G00"}},
        {"since": "2018-11-06"},
        {"until": "2018-11-06"},
        {"as_of": datetime(2018, 11, 1)},
    ],
    ids=str,
)
def test_other_questions_read_the_facts(place: Any, asked: dict[str, Any]) -> None:
    assert plan_of(place.warehouse, question(place, "closure_rate", **asked)).cube == ""


def test_running_clocks_keep_the_cube_away(place: Any) -> None:
    """At the site's now some deadlines are still to come: only weeks wholly past may come from the cube."""
    assert plan_of(place.warehouse, question(place, "closure_rate")).cube == ""
    past = question(place, "closure_rate", until="2018-12-10")
    assert plan_of(place.warehouse, past).cube == "cube_due"
    assert (
        ask(place.warehouse, "closure_rate", until="2018-12-10").rows == answer(place.warehouse, past, cubes=False).rows
    )
