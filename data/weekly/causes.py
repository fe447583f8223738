"""Find the things to be done: the places that add most to a deterioration, each with owner, cause and day.

A deterioration is what a value does, since it began to change, beyond its past. Its change is split exactly by place
(:mod:`data.weekly.change`); what a place adds, counted in incidents, is the one currency in which the four values
compare. Nothing here knows of fines (law.md, Art. 74).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from data.metrics.groupings import GROUPINGS
from data.metrics.metric import Metric
from data.metrics.naming import name_group, names_of
from data.scope import Scope
from data.weekly.cases import Case, usual_of
from data.weekly.change import Change, Part
from data.weekly.splits import STAGE, Side, Split
from data.weekly.stages import STAGE_WORDS
from data.weekly.units import Unit
from data.weekly.values import MEASURES, Value
from data.weekly.weeks import Week, moment_at_end
from data.weekly.working import Due, due_after
from words import Words

if TYPE_CHECKING:
    from data.warehouse import Warehouse

#: things on a page
THINGS = 3


@dataclass(frozen=True)
class Cause:
    """A stage or an item, how many of a place's failures have it, and how many would in the past weeks."""

    kind: str
    code: str | None
    label: Words
    count: int
    usual: float


@dataclass(frozen=True)
class Thing:
    """One thing to be done.

    ``excess`` is what the place adds to the deterioration, in incidents since it began. ``failures`` of ``cases`` stand
    behind it; ``cases`` is None for a count. ``owner`` None: nobody holds first-inspection duty. ``causes`` begins with
    the one that grew most.
    """

    metric: Metric
    place: str
    label: Words
    owner: str | None
    owned: int
    excess: float
    failures: int
    cases: int | None
    causes: tuple[Cause, ...]
    due: Due


@dataclass(frozen=True)
class Deterioration:
    """A value out of its limits: the weeks since it began, its past, and the change between them by key."""

    value: Value
    began: Week
    after: Side
    past: tuple[Side, ...]
    split: Split
    by: Mapping[str, Change]


def past_sides(warehouse: Warehouse, value: Value, week: Week, *, now: datetime) -> tuple[Side, ...]:
    """The weeks the limits came from: one long side for a rate, one a week for a count; none without a past."""
    verdict = value.verdict
    if not verdict.past_first:
        return ()
    past = [week.before(back) for back in range(verdict.past_first, verdict.past_last - 1, -1)]
    spans = [(one, one) for one in past] if value.metric.kind == "count" else [(past[0], past[-1])]
    return tuple(Side(first.start, last.until, moment_at_end(warehouse.site, last, now)) for first, last in spans)


def split_of(warehouse: Warehouse, unit: Unit, measure: str, past: Sequence[Side], *, scope: Scope) -> Split:
    """What splits a measure's changes, its stages held against the usual of the past."""
    usual: Mapping[str, float] = {}
    if past:
        usual = usual_of(
            warehouse, measure, unit, since=past[0].since, until=past[-1].until, moment=past[-1].moment, scope=scope
        )
    return Split(warehouse, measure, unit, usual, scope)


def deterioration_of(
    warehouse: Warehouse, unit: Unit, value: Value, week: Week, *, now: datetime, scope: Scope
) -> Deterioration:
    """The change of a value since it began to change, against its past; a count is what it is at the week's end."""
    past = past_sides(warehouse, value, week, now=now)
    split = split_of(warehouse, unit, value.metric.key, past, scope=scope)
    began = week if value.metric.kind == "count" else week.before(value.verdict.since)
    after = Side(began.start, week.until, moment_at_end(warehouse.site, week, now))
    by = {key: change for key in split.keys if (change := split.change(key, past, after)) is not None}
    return Deterioration(value, week.before(value.verdict.since), after, past, split, by)


def things_of(found: Sequence[Deterioration], week: Week) -> tuple[Thing, ...]:
    """The places that add most to what got worse, at most three, each once, in order of what they add.

    Equal places stand in the order of the values and then of their codes. Incidents in no place are no place to go to.
    """
    ranked: list[tuple[float, int, str, Deterioration, Part]] = []
    for one in found:
        for part in one.by[one.split.unit.place].parts if one.split.unit.place in one.by else ():
            excess = harm(one.value.metric, part.total) * _base(one)
            if part.group is not None and excess > 0:
                ranked.append((-excess, MEASURES.index(one.value.metric.key), part.group, one, part))
    ranked.sort(key=lambda row: row[:3])
    things: dict[str, Thing] = {}
    for excess, _, place, one, part in ranked:
        if place not in things and len(things) < THINGS:
            things[place] = _thing(one, part, -excess, due_after(week))
    return tuple(things.values())


def harm(metric: Metric, change: float) -> float:
    """A change, positive where it is for the worse."""
    return -change if metric.better == "up" else change


def _base(one: Deterioration) -> float:
    return 1.0 if one.value.metric.kind == "count" else one.split.base(one.after)


def _thing(one: Deterioration, part: Part, excess: float, due: Due) -> Thing:
    unit, metric = one.split.unit, one.value.metric
    cases = [case for case in one.split.cases(one.after) if case.place == part.group]
    before = [case for side in one.past for case in one.split.cases(side) if case.place == part.group]
    owners = Counter(case.owner for case in cases if case.owner)
    owner, owned = min(owners.items(), key=lambda pair: (-pair[1], pair[0]), default=(None, 0))
    count = metric.kind == "count"
    scale = 1 / len(one.past) if count else part.after[1] / part.before[1] if part.before[1] else 0.0
    assert part.group is not None
    names = names_of(one.split.warehouse, unit.place)
    return Thing(
        metric, part.group, name_group(names, GROUPINGS[unit.place], part.group), owner, owned, excess, len(cases),
        None if count else int(part.after[1]), _causes(one, cases, before, scale), due,
    )  # fmt: skip


def _causes(one: Deterioration, cases: Sequence[Case], before: Sequence[Case], scale: float) -> tuple[Cause, ...]:
    """The stage and the item that grew most against the past, the larger growth first."""
    found = []
    items = names_of(one.split.warehouse, "item")
    for kind in (STAGE, "item"):
        if kind not in one.split.keys:
            continue
        codes = Counter(case.stage if kind == STAGE else case.item for case in cases)
        usual = Counter(case.stage if kind == STAGE else case.item for case in before)
        if not codes:
            continue
        code = min(codes, key=lambda code: (usual[code] * scale - codes[code], code is None, code or ""))
        label = STAGE_WORDS[code] if kind == STAGE and code else name_group(items, GROUPINGS["item"], code)
        found.append(Cause(kind, code, label, codes[code], usual[code] * scale))
    return tuple(sorted(found, key=lambda cause: cause.usual - cause.count))
