"""Prove the weekly page: exact splits, limits at their nominal rate, a planted deterioration found and explained."""

from __future__ import annotations

import json
import math
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import fields
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

from data.demo import generate
from data.lunar import lunar_of
from data.metrics import METRICS, ask
from data.scope import Scope
from data.warehouse import Warehouse
from data.weekly import Week, last_whole_week, read_week, weekly
from data.weekly.against import BASES, against
from data.weekly.cases import Case, cases_of
from data.weekly.causes import Thing, harm
from data.weekly.change import split_count, split_failures, split_rate
from data.weekly.heat import cells_of, hours_of
from data.weekly.limits import ALPHA, binomial_scores, judge_counts, judge_shares, poisson_scores, score_against
from data.weekly.places import chains, places_of, repeats_of
from data.weekly.stages import STAGES, stage_of
from data.weekly.units import unit_of, units_of
from data.weekly.values import MEASURES
from data.weekly.verdict import headline, listed, made_of, points
from data.weekly.weeks import moment_at_end, year_ago
from data.weekly.working import due_after, is_working
from errors import BadQuestion, NotAllowed
from tests.slow_quarter import LAST, SLOW, SLOW_GRIDS, facts
from tests.warehouse.conftest import Place, load_into

EVERYONE = Scope()
ONLY_T2 = Scope("township head", frozenset({"T2"}))

# ---- the split ----


def counts(rng: random.Random, groups: int) -> dict[str | None, tuple[float, float]]:
    """Numerators and denominators; some groups are missing, one is the missing group."""
    names: list[str | None] = [None, *(f"g{n}" for n in range(groups))]
    found = {}
    for name in names:
        if rng.random() < 0.7:
            below = rng.choice([0, 1, 2, 7, 40, 900])
            found[name] = (float(rng.randint(0, below)), float(below))
    return found


@pytest.mark.parametrize("seed", range(40))
def test_a_rate_splits_without_remainder(seed: int) -> None:
    rng = random.Random(seed)
    before, after = counts(rng, 30), counts(rng, 30)
    change = split_rate(before, after)
    assert change is not None
    whole = [sum(n for n, _ in side.values()) / sum(d for _, d in side.values()) for side in (before, after)]
    assert change.total == pytest.approx(whole[1] - whole[0], abs=1e-12)
    assert change.mix + change.within == pytest.approx(change.total, abs=1e-12)
    assert math.fsum(part.total for part in change.parts) == pytest.approx(change.total, abs=1e-12)


@pytest.mark.parametrize("seed", range(20))
def test_mix_and_within_are_the_mean_of_the_two_orders(seed: int) -> None:
    # the other way to it: change the shares first, then the rates; and the other way round; take the mean
    rng = random.Random(seed)
    n = rng.randint(2, 12)
    before = {f"g{i}": (float(rng.randint(0, 50)), 50.0 + rng.randint(0, 50)) for i in range(n)}
    after = {f"g{i}": (float(rng.randint(0, 50)), 50.0 + rng.randint(0, 50)) for i in range(n)}
    d0, d1 = (sum(d for _, d in side.values()) for side in (before, after))
    share0, share1 = ({g: d / total for g, (_, d) in side.items()} for side, total in ((before, d0), (after, d1)))
    rate0, rate1 = ({g: x / d for g, (x, d) in side.items()} for side in (before, after))
    first = sum((share1[g] - share0[g]) * rate0[g] for g in before)
    second = sum((share1[g] - share0[g]) * rate1[g] for g in before)
    change = split_rate(before, after)
    assert change is not None
    assert change.mix == pytest.approx((first + second) / 2, abs=1e-12)


def test_a_split_by_hand() -> None:
    # grid a keeps its 50 %, grid b its 90 %; the work moved from b to a: all of it is mix
    change = split_rate({"a": (10, 20), "b": (72, 80)}, {"a": (25, 50), "b": (45, 50)})
    assert change is not None
    assert (change.before, change.after) == (pytest.approx(0.82), pytest.approx(0.70))
    assert change.within == 0
    assert change.mix == pytest.approx(-0.12, abs=1e-12)
    # a is below the middle rate 0.76 and grew by 0.3: 0.3 x (0.5 - 0.76)
    assert {part.group: round(part.mix, 12) for part in change.parts} == {"a": -0.078, "b": -0.042}


def test_a_group_that_appears_or_vanishes_is_all_mix() -> None:
    change = split_rate({"a": (8, 10), "gone": (1, 10)}, {"a": (8, 10), "new": (10, 10)})
    assert change is not None
    parts = {part.group: part for part in change.parts}
    assert parts["gone"].within == parts["new"].within == parts["a"].within == 0
    assert change.total == pytest.approx(0.45, abs=1e-12)
    assert change.mix == pytest.approx(0.45, abs=1e-12)


def test_a_side_without_a_denominator_has_no_change() -> None:
    assert split_rate({}, {"a": (1, 2)}) is None
    assert split_rate({"a": (0, 0)}, {"a": (1, 2)}) is None
    assert split_failures({}, {"a": 1}, bases=(0, 5), failing=True) is None


def test_counts_split_by_what_each_group_did() -> None:
    change = split_count({"a": 2.5, None: 1}, {"a": 4, "b": 1})
    assert change.total == 1.5
    assert {part.group: part.total for part in change.parts} == {"a": 1.5, "b": 1, None: -1}
    # the largest first, equals by group, the missing group last
    assert [part.group for part in change.parts] == ["a", "b", None]


@pytest.mark.parametrize("failing", [True, False])
def test_failures_split_by_where_they_failed(failing: bool) -> None:
    before, after = {"accept": 3, "dispatch": 5}, {"dispatch": 20, "arrive": 2}
    change = split_failures(before, after, bases=(100, 80), failing=failing)
    assert change is not None
    expected = 22 / 80 - 8 / 100
    assert change.total == pytest.approx(expected if failing else -expected, abs=1e-12)
    assert math.fsum(part.total for part in change.parts) == pytest.approx(change.total, abs=1e-12)
    assert change.mix == 0


# ---- the limits ----


def exact_scores(x: int, n: int, p: float) -> float:
    """The mid-p probability of a binomial from whole binomial coefficients."""
    each = [math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]
    return math.fsum(each[:x]) + each[x] / 2


@pytest.mark.parametrize(("x", "n", "p"), [(3, 10, 0.5), (0, 7, 0.2), (58, 60, 0.9), (7, 7, 0.6), (20, 80, 0.45)])
def test_scores_are_mid_p_probabilities(x: int, n: int, p: float) -> None:
    score = float(binomial_scores(np.array([float(x)]), np.array([float(n)]), p)[0])
    assert 0.5 * math.erfc(-score / math.sqrt(2)) == pytest.approx(exact_scores(x, n, p), rel=1e-9)


def test_poisson_scores_are_mid_p_probabilities() -> None:
    each = [math.exp(-2.5) * 2.5**k / math.factorial(k) for k in range(5)]
    score = float(poisson_scores(np.array([4.0]), 2.5)[0])
    assert 0.5 * math.erfc(-score / math.sqrt(2)) == pytest.approx(math.fsum(each[:4]) + each[4] / 2, rel=1e-9)


def in_control(rng: np.random.Generator, p: float, n: int, past: int, scatter: float) -> tuple[Any, Any]:
    """Weeks that only chance moves: binomial, or beta-binomial with this intra-class correlation."""
    weeks = past + 8
    below = rng.poisson(n, weeks) + 1
    rate = np.full(weeks, p)
    if scatter:
        rate = rng.beta(p * (1 / scatter - 1), (1 - p) * (1 / scatter - 1), weeks)
    return rng.binomial(below, rate), below


@pytest.mark.parametrize(
    ("p", "n", "past", "scatter"),
    [
        (0.8, 70, 26, 0),
        (0.98, 140, 52, 0),
        (0.45, 60, 40, 0),
        (0.2, 30, 26, 0),
        (0.7, 200, 52, 0.005),
    ],
)
def test_false_calls_come_at_about_the_nominal_rate(p: float, n: int, past: int, scatter: float) -> None:
    rng = np.random.default_rng(11)
    runs = 2000
    states = Counter(judge_shares(*in_control(rng, p, n, past, scatter), up_is_better=True).state for _ in range(runs))
    # two limits of 0.135 % each, that often fall together; 2.5 standard errors either way
    nominal = 2 * ALPHA
    assert states["worse"] / runs <= nominal + 2.5 * math.sqrt(nominal / runs)
    assert states["worse"] + states["better"] > 0
    assert states["in"] > 0.99 * runs


@pytest.mark.parametrize("mean", [0.5, 4, 30])
def test_false_calls_of_counts_are_as_rare(mean: float) -> None:
    rng = np.random.default_rng(12)
    runs = 2000
    states = Counter(judge_counts(rng.poisson(mean, 60), up_is_better=False).state for _ in range(runs))
    assert states["worse"] / runs <= 2 * ALPHA + 2.5 * math.sqrt(2 * ALPHA / runs)


def test_a_lasting_slip_is_found_and_dated() -> None:
    # 45 % fall to 33 % with some 70 cases a week, two standard deviations: hardly a single week shows it
    rng = np.random.default_rng(13)
    found, dated = 0, []
    for _ in range(300):
        x, n = in_control(rng, 0.45, 70, 52, 0)
        x[-5:] = rng.binomial(n[-5:], 0.33)
        verdict = judge_shares(x, n, up_is_better=True)
        if verdict.state == "worse":
            found += 1
            dated.append(verdict.since)
    assert found > 180
    assert np.median(dated) == 4


def test_a_jump_is_found_in_its_own_week() -> None:
    n = [100] * 61
    x = [90, 91, 89] * 20 + [70]
    verdict = judge_shares(x, n, up_is_better=True)
    assert (verdict.state, verdict.since) == ("worse", 0)
    assert judge_shares(x, n, up_is_better=False).state == "better"


def test_the_week_alone_is_out_just_beyond_its_bounds() -> None:
    n = [80] * 60
    past = [60, 64, 58, 62, 66, 61, 63, 59, 65, 60] * 6
    verdict = judge_shares([*past[:59], 60], n, up_is_better=True)
    assert verdict.low is not None
    low = round(verdict.low * 80)
    for x, out in ((low, True), (low + 1, False)):
        again = judge_shares([*past[:59], x], n, up_is_better=True)
        assert (again.z < -again.limit_z) is out


def test_scatter_beyond_the_binomial_widens_the_limits() -> None:
    calm = judge_shares([900, 910] * 30, [1000] * 60, up_is_better=True)
    wild = judge_shares([840, 960] * 30, [1000] * 60, up_is_better=True)
    assert calm.spread == 1
    assert wild.spread > 5
    assert wild.limit_z > 3 * calm.limit_z


def test_what_cannot_be_judged_is_not() -> None:
    assert judge_shares([1] * 26, [2] * 26, up_is_better=True).state == "short"
    assert judge_shares([1] * 27, [2] * 27, up_is_better=True).state == "in"
    assert judge_shares([1] * 27, [2] * 26 + [0], up_is_better=True).state == "none"
    assert judge_shares([], [], up_is_better=True).state == "none"
    assert judge_counts([0] * 10, up_is_better=False).state == "short"
    # a past without one failure is no proof that there is none
    assert judge_shares([30] * 59 + [29], [30] * 60, up_is_better=True).state == "in"


def test_weeks_without_cases_are_passed_over() -> None:
    x, n = [8] * 30 + [0] + [8] * 30 + [0, 1], [10] * 30 + [0] + [10] * 30 + [0, 10]
    verdict = judge_shares(x, n, up_is_better=True)
    assert verdict.state == "worse"
    # 60 weeks that count, and one without cases among them
    assert (verdict.past_first, verdict.past_last, verdict.since) == (61, 9, 0)


def test_a_place_is_held_against_its_own_past() -> None:
    assert score_against((1, 8), (51, 73), up_is_better=True) < -3
    assert score_against((37, 98), (462, 750), up_is_better=True) < -3
    assert abs(score_against((6, 10), (60, 100), up_is_better=True)) < 0.5
    assert score_against((1, 8), (51, 73), up_is_better=False) > 3
    assert score_against((0, 0), (5, 9), up_is_better=True) == 0


# ---- weeks and days ----


def test_weeks_are_iso_weeks() -> None:
    assert read_week("2026-W53") == Week(date(2026, 12, 28))
    assert read_week("2026-11-15") == read_week("2026-W46") == Week(date(2026, 11, 9))
    assert Week(date(2026, 12, 28)).code == "2026-W53"
    assert Week(date(2027, 1, 4)).before(1).code == "2026-W53"
    for wrong in ("2025-W53", "W3", "2026-13-01", "soon"):
        with pytest.raises(BadQuestion, match="not a week"):
            read_week(wrong)


def test_the_week_a_year_ago_has_the_same_market_days() -> None:
    agree = []
    for start in range(400):
        week = Week(date(2020, 1, 6) + timedelta(weeks=start))
        span = year_ago(week)
        same = [
            lunar_of(week.start + timedelta(days=n)).day == lunar_of(span.start + timedelta(days=n)).day
            for n in range(7)
        ]
        # a month of 29 days against one of 30 costs at most the days on one side of its end
        assert sum(same) >= 3
        assert 340 < (week.start - span.start).days < 395
        assert f"{sum(same)} of 7" in span.words.en
        agree.append(sum(same))
    assert np.mean(agree) > 6.3


def test_the_days_compared_are_said() -> None:
    span = year_ago(read_week("2026-W46"))
    assert span.start == date(2025, 11, 20)
    assert "2025-11-20 – 2025-11-26" in span.words.zh
    assert "农历十月初一" in span.words.zh
    assert "lunar 10/1" in span.words.en


def test_things_are_due_on_the_last_working_day_of_the_week_of_the_page() -> None:
    assert due_after(read_week("2026-W46")).day == date(2026, 11, 20)
    # National Day week of 2026: 1 to 7 October off, 10 October made up
    assert due_after(read_week("2026-W40")).day == date(2026, 10, 10)
    assert due_after(read_week("2026-W07")).day == date(2026, 2, 24)
    assert not is_working(date(2026, 10, 1))
    assert is_working(date(2026, 10, 10))
    assert due_after(read_week("2031-W10")).provisional
    assert not due_after(read_week("2026-W10")).provisional


# ---- stages ----

OPENED = datetime(2026, 1, 1, 8)


def after(*minutes: float | None) -> list[datetime | None]:
    return [None if one is None else OPENED + timedelta(minutes=one) for one in minutes]


@pytest.mark.parametrize(
    ("moments", "usual", "stages", "expected"),
    [
        ((1, 12, 13, 20, None, None), {"accept": 60, "dispatch": 60, "arrive": 480}, STAGES[:4], "dispatch"),
        ((1, 2, 3, 30, None, None), {"dispatch": 60, "arrive": 480}, STAGES[:4], "arrive"),
        ((1, 2, 3, None, 40, 50), {}, STAGES[:4], "arrive"),
        ((None, None, None, None, None, None), {}, STAGES, "accept"),
        ((2, None, None, None, 100, 101), {"handle": 60}, STAGES, "handle"),
        ((2, None, None, None, 100, None), {}, STAGES, "close"),
        ((5, 10, None, None, None, None), {}, STAGES, "acknowledge"),
        # equally far past the usual: the earlier
        ((5, 10, 15, 20, 25, 30), {}, STAGES, "accept"),
        ((1, 2, 3, 4, 5, 6), {}, (), None),
    ],
)
def test_each_failure_has_one_stage(
    moments: tuple[float | None, ...], usual: dict[str, float], stages: tuple[str, ...], expected: str | None
) -> None:
    assert stage_of(OPENED, after(*moments), usual, stages=stages) == expected


# ---- a made-up year in which one quarter's dispatching slows down ----


@pytest.fixture(scope="session")
def year(build_place: Callable[..., Place]) -> Place:
    return build_place(facts())


def test_the_planted_quarter_is_found_and_no_other(year: Place) -> None:
    states = {
        (unit.code, value.metric.key): value.verdict.state
        for unit in units_of(year.warehouse, scope=EVERYONE)
        if unit.code != "T5"
        for value in weekly(year.warehouse, unit.code).values
    }
    worse = {key for key, state in states.items() if state == "worse"}
    assert worse == {(SLOW, "arrival_rate_15")}


def test_the_things_to_be_done_are_those_planted(year: Place) -> None:
    page = weekly(year.warehouse, SLOW)
    assert {thing.place for thing in page.things} == set(SLOW_GRIDS)
    for thing in page.things:
        (reason,) = thing.reasons
        assert reason.causes[0].code == "dispatch"
        assert reason.metric.key == "arrival_rate_15"
        assert thing.owned <= thing.failures == reason.failures <= reason.cases
        assert thing.owner == f"squad of {thing.place}"
        assert thing.due.day == date(2018, 12, 14)
    shares = [thing.share for thing in page.things]
    assert shares == sorted(shares, reverse=True)
    (worse,) = page.worse
    assert worse.began.start == LAST - timedelta(weeks=4)
    # what a place adds in incidents is its part of the whole deterioration in incidents
    change = worse.by["grid"]
    whole = harm(worse.value.metric, change.total) * worse.split.base(worse.after)
    for thing in page.things:
        assert thing.reasons[0].excess == pytest.approx(thing.share * whole, abs=1e-9)
    assert change.within < 0.9 * change.total < 0
    assert max(worse.by["stage"].parts, key=lambda part: -part.total).group == "dispatch"


def test_the_places_marked_are_those_planted(year: Place) -> None:
    page = weekly(year.warehouse, SLOW)
    found = against(year.warehouse, page, "arrival_rate_15", "usual")
    assert found.out == set(SLOW_GRIDS)
    assert against(year.warehouse, page, "overdue_backlog", "last").out == frozenset()


def test_the_verdict_says_who_where_and_why(year: Place) -> None:
    page = weekly(year.warehouse, SLOW)
    zh, en = headline(page, "zh"), headline(page, "en")
    assert zh.startswith("East变差：15分钟到场率")
    assert "派遣环节" in zh
    assert "自第45周起" in zh
    assert "got worse" in en
    assert "mostly in the dispatch stage" in en
    for grid in SLOW_GRIDS:
        assert f"Grid {grid}" in en
    calm = weekly(year.warehouse, "T1")
    assert calm.things == ()
    assert "无可测变化" in headline(calm, "zh")
    assert "no measurable change" in headline(calm, "en")


def test_every_value_is_what_ask_answers(year: Place) -> None:
    warehouse, week = year.warehouse, Week(LAST)
    page = weekly(warehouse, SLOW, week=week)
    spans = ((week.start, week.until), (week.before(1).start, week.start), (page.year.start, page.year.until))
    for value in page.values:
        for row, (since, until) in zip((value.now, value.last, value.year), spans, strict=True):
            moment = warehouse.site.utc(datetime.combine(until, datetime.min.time()))
            answer = ask(warehouse, value.metric.key, where={"township": SLOW}, since=since, until=until, as_of=moment)
            assert (row.value, row.numerator, row.denominator) == answer.rows[0][2:5]


def test_every_change_sums_to_the_difference_of_the_values(year: Place) -> None:
    page = weekly(year.warehouse, SLOW)
    for measure in MEASURES:
        value = next(one for one in page.values if one.metric.key == measure)
        for base in BASES:
            found = against(year.warehouse, page, measure, base)
            assert set(found.by) >= ({"grid", "item"} if found.before else set())
            for change in found.by.values():
                assert math.fsum(p.total for p in change.parts) == pytest.approx(change.total, abs=1e-12)
            totals = [change.total for change in found.by.values()]
            assert totals == pytest.approx(totals[:1] * len(totals), abs=1e-12)
            other = {"last": value.last, "year": value.year}.get(base)
            if other is not None and other.value is not None and value.now.value is not None:
                assert totals[0] == pytest.approx(value.now.value - other.value, abs=1e-12)


# ---- the rows behind, over a place with every kind of state ----


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("key", ["grid", "item"])
def test_the_cases_are_what_the_measure_counts_against(place: Place, measure: str, key: str) -> None:
    warehouse = place.warehouse
    week = last_whole_week(warehouse.site, warehouse.now()).before(2)
    moment = moment_at_end(warehouse.site, week, warehouse.now())
    for code in ("T1", "T2", "T3", "T4"):
        unit = unit_of(warehouse, code, scope=EVERYONE)
        cases = cases_of(
            warehouse, measure, unit, since=week.start, until=week.until, moment=moment, usual={}, scope=EVERYONE
        )
        found = Counter(case.place if key == "grid" else case.item for case in cases)
        rows = ask(
            warehouse, measure, by=key, where=unit.where, since=week.start, until=week.until, as_of=moment
        ).rows  # fmt: skip
        failing = METRICS[measure].better == "down"
        wanted = {
            row.group: int(row.numerator or 0) if failing else int(row.denominator or 0) - int(row.numerator or 0)
            for row in rows
        }
        assert found == Counter({group: n for group, n in wanted.items() if n})
    assert cases is not None


def test_hours_and_cells_count_every_incident(place: Place) -> None:
    warehouse = place.warehouse
    now, unit = warehouse.now(), unit_of(warehouse, "T1", scope=EVERYONE)
    week = last_whole_week(warehouse.site, now)
    inside = [
        row for row in place.facts["incidents"]
        if row.get("township") == "T1" and week.start <= row["local_date"] < week.until
    ]  # fmt: skip
    hours = hours_of(warehouse, unit, week, now=now, scope=EVERYONE)
    wanted = Counter((row["weekday"], row["local_hour"]) for row in inside)
    assert {(d + 1, h): n for d, row in enumerate(hours) for h, n in enumerate(row) if n} == dict(wanted)
    cells = cells_of(warehouse, unit, week, first=None, now=now, scope=EVERYONE)
    assert cells.weeks[-1] == week
    assert cells.counts[-1] == dict(Counter(f"{row['cell8']:x}" for row in inside if row.get("cell8")))


def test_places_add_up_to_the_unit(year: Place) -> None:
    warehouse, week = year.warehouse, Week(LAST)
    unit = unit_of(warehouse, SLOW, scope=EVERYONE)
    rows = places_of(warehouse, unit, week, now=warehouse.now(), scope=EVERYONE)
    assert len(rows) == 9
    asked = ask(warehouse, "volume", where=unit.where, since=week.start, until=week.until).rows[0].value
    assert sum(row.volume for row in rows) == asked
    whole = next(value for value in weekly(warehouse, SLOW, week=week).values if value.metric.key == "arrival_rate_15")
    cells = [row.cells[MEASURES.index("arrival_rate_15")] for row in rows]
    assert sum(cell.now.denominator for cell in cells if cell.now) == whole.now.denominator


# ---- repeats ----


def test_repeats_are_joined_into_chains_as_a_graph_would() -> None:
    chance = random.Random(8)
    earlier = [f"i{chance.randrange(n)}" if n and chance.random() < 0.6 else f"old{n}" for n in range(300)]
    cases = [Case(f"i{n}", of, OPENED, "g", "x", None, None) for n, of in enumerate(earlier)]
    graph = nx.Graph((case.id, case.repeat_of) for case in cases)
    wanted = {frozenset(c) for c in nx.connected_components(graph)}
    found = {frozenset(case.id for case in chain) for chain in chains(tuple(cases))}
    assert found == {frozenset(one & {case.id for case in cases}) for one in wanted}


def test_repeat_places_are_those_of_the_rows(place: Place) -> None:
    warehouse = place.warehouse
    week = last_whole_week(warehouse.site, warehouse.now())
    total = 0
    for code in ("T1", "T2", "T3", "T4"):
        unit = unit_of(warehouse, code, scope=EVERYONE)
        found = repeats_of(warehouse, unit, week, now=warehouse.now(), scope=EVERYONE, most=1000)
        answer = ask(warehouse, "repeat_rate", where=unit.where, since=week.start, until=week.until)
        assert sum(one.times for one in found) == answer.rows[0].numerator
        assert [one.times for one in found] == sorted((one.times for one in found), reverse=True)
        assert all(one.chain > one.times or one.chain == one.times + 1 for one in found)
        total += len(found)
    assert total > 0


# ---- who may see what, and what is never said ----


def test_another_township_is_refused(place: Place) -> None:
    assert weekly(place.warehouse, "T2", scope=ONLY_T2).unit.code == "T2"
    for code in ("T1", "C1"):
        with pytest.raises(NotAllowed):
            weekly(place.warehouse, code, scope=ONLY_T2)
    assert [unit.code for unit in units_of(place.warehouse, scope=ONLY_T2)] == ["T2"]


def test_a_scope_reads_the_same_of_its_own(year: Place) -> None:
    mine, all_ = weekly(year.warehouse, "T2", scope=ONLY_T2), weekly(year.warehouse, "T2")
    assert [value.now for value in mine.values] == [value.now for value in all_.values]
    assert [value.verdict for value in mine.values] == [value.verdict for value in all_.values]
    assert mine.things == all_.things


def test_the_whole_county_has_its_townships_as_places(year: Place) -> None:
    page = weekly(year.warehouse, "C1")
    assert page.unit.place == "township"
    assert {part.group for part in against(year.warehouse, page, "arrival_rate_15", "last").by["township"].parts} <= {
        "T1", "T2", "T3", "T4", "T5", None,
    }  # fmt: skip


@pytest.mark.parametrize(("code", "match"), [("T9", "did you mean T"), ("", "no township")])
def test_an_unknown_township_is_refused(place: Place, code: str, match: str) -> None:
    with pytest.raises(BadQuestion, match=match):
        weekly(place.warehouse, code)


def test_weeks_before_and_after_the_data(place: Place) -> None:
    with pytest.raises(BadQuestion, match="has not begun"):
        weekly(place.warehouse, "T1", week=Week(date(2018, 12, 17)))
    early = weekly(place.warehouse, "T1", week=read_week("2017-W30"))
    assert early.empty
    assert early.things == ()
    assert "无记录" in headline(early, "zh")
    short = weekly(place.warehouse, "T1", week=read_week("2018-W40"))
    assert {value.verdict.state for value in short.values} == {"short"}
    assert "too short a past" in headline(short, "en")
    running = weekly(place.warehouse, "T1", week=read_week("2018-W50"))
    assert running.running
    assert not weekly(place.warehouse, "T1").running


def test_no_fine_is_ever_read() -> None:
    root = Path(__file__).parents[2] / "data"
    sources = [*(root / "weekly").glob("*.py"), *(root / "sql").glob("weekly_*.sql")]
    assert len(sources) > 12
    for path in sources:
        text = path.read_text(encoding="utf-8").lower()
        for word in ("fine_yuan", "penalty", "罚款", "confiscat"):
            assert word not in text, f"{path.name} speaks of {word}"
    assert not {field.name for field in fields(Thing)} & {"fine", "amount", "penalty"}


def test_words_are_joined_and_signed_as_people_write() -> None:
    arrival, overdue = METRICS["arrival_rate_15"], METRICS["overdue_backlog"]
    assert listed(["A"], "en") == "A"
    assert listed(["A", "B", "C"], "en") == "A, B and C"
    assert listed(["甲", "乙", "丙"], "zh") == "甲、乙、丙"
    assert points(arrival, -0.1034, "en") == "−10.3 pp"
    assert points(arrival, -0.0001, "zh") == "0.0 个百分点"
    assert points(overdue, 2.0, "en") == "+2"
    mixed = split_rate({"a": (10, 20), "b": (72, 80)}, {"a": (25, 50), "b": (45, 50)})
    assert mixed is not None
    assert "结构变化" in made_of(arrival, mixed, "网格", "zh")
    assert "mostly a change of mix" in made_of(arrival, mixed, "grid", "en")


# ---- the demo county, whose truth is known ----


@pytest.mark.slow
def test_the_planted_township_of_the_demo_is_found_and_others_are_not(tmp_path: Path) -> None:
    site = generate(tmp_path / "made", seed=7, now=datetime(2026, 11, 20, 16, 40))
    warehouse: Warehouse = load_into(tmp_path / "place", "load", str(site))
    truth = json.loads((tmp_path / "made" / "truth.json").read_text(encoding="utf-8"))["worsening"]
    latest = last_whole_week(warehouse.site, warehouse.now())
    planted, others, judged = [], 0, 0
    for unit in units_of(warehouse, scope=EVERYONE):
        for back in range(4):
            for value in weekly(warehouse, unit.code, week=latest.before(back)).values:
                judged += 1
                if value.verdict.state == "worse":
                    if unit.code == truth["township"] and value.metric.key == "arrival_rate_15":
                        planted.append(back)
                    else:
                        others += 1
    assert judged == 14 * 4 * 4
    assert planted
    assert others <= 0.03 * judged
    page = weekly(warehouse, truth["township"], week=latest.before(planted[0]))
    # the planted grids carry most of what is named; a grid that only chance worsened may come last
    assert page.things[0].place in truth["grids"]
    named = sum(thing.share for thing in page.things)
    assert sum(thing.share for thing in page.things if thing.place in truth["grids"]) > named * 2 / 3
    stages = [
        cause.code
        for thing in page.things
        for reason in thing.reasons
        for cause in reason.causes
        if cause.kind == "stage" and reason.metric.key == "arrival_rate_15"
    ]
    assert stages.count(truth["stage"]) > len(stages) / 2
