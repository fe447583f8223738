"""Find the things to be done: the places that add most to a deterioration, each with owner, cause and day.

A deterioration is what a value does, since it began to change, beyond its past. Its change is split exactly by place
(:mod:`data.weekly.change`); what a place adds, counted in incidents, is the one currency in which the four values
compare. Nothing here knows of fines (law.md, Art. 74).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from data.metrics.groupings import GROUPINGS
from data.metrics.metric import Metric
from data.metrics.naming import name_group, names_of
from data.scope import Scope
from data.weekly.cases import Case, usual_of
from data.weekly.change import Change
from data.weekly.splits import STAGE, Side, Split
from data.weekly.stages import STAGE_WORDS
from data.weekly.units import Unit
from data.weekly.values import MEASURES, Value
from data.weekly.weeks import Week, moment_at_end
from data.weekly.working import Due, due_after
from words import Words

if TYPE_CHECKING:
    from data.warehouse import Warehouse

#: things on a page, and the least part of what got worse that makes a place one of them
THINGS, LEAST = 3, 0.1


@dataclass(frozen=True)
class Cause:
    """A stage or an item, how many of a place's failures have it, and how many would in the past weeks."""

    kind: str
    code: str | None
    label: Words
    count: int
    usual: float


@dataclass(frozen=True)
class Reason:
    """What one place adds to the deterioration of one value.

    ``share`` is its part of the whole deterioration, ``excess`` the same in incidents since it began. ``failures`` of
    ``cases`` stand behind it; ``cases`` is None for a count. ``causes`` begins with the one that grew most.
    """

    metric: Metric
    share: float
    excess: float
    failures: int
    cases: int | None
    causes: tuple[Cause, ...]


@dataclass(frozen=True)
class Thing:
    """One thing to be done: a place, who answers for it, why (the heaviest reason first), and by when.

    ``owner`` holds first-inspection duty for ``owned`` of the ``failures``; None: nobody does.
    """

    place: str
    label: Words
    owner: str | None
    owned: int
    failures: int
    reasons: tuple[Reason, ...]
    due: Due

    @property
    def share(self) -> float:
        """Its parts of all deteriorations together."""
        return sum(reason.share for reason in self.reasons)


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
    """The places that add most to what got worse, at most three, in order of their parts of it added up.

    A place that adds less than :data:`LEAST` is left out; equal places stand in the order of their codes. Incidents in
    no place are no place to go to.
    """
    shares: dict[str, float] = defaultdict(float)
    for one in found:
        for place, share in _shares(one).items():
            shares[place] += share
    ranked = sorted((place for place in shares if shares[place] >= LEAST), key=lambda place: (-shares[place], place))
    return tuple(_thing(found, place, due_after(week)) for place in ranked[:THINGS])


def _shares(one: Deterioration) -> dict[str, float]:
    """The part of a deterioration each place adds, of those that add to it at all."""
    change = one.by.get(one.split.unit.place)
    whole = harm(one.value.metric, change.total) if change else 0.0
    if change is None or whole <= 0:
        return {}
    parts = ((part.group, harm(one.value.metric, part.total) / whole) for part in change.parts)
    return {place: share for place, share in parts if place is not None and share > 0}


def harm(metric: Metric, change: float) -> float:
    """A change, positive where it is for the worse."""
    return -change if metric.better == "up" else change


def _thing(found: Sequence[Deterioration], place: str, due: Due) -> Thing:
    reasons, cases = [], []
    for one in found:
        share = _shares(one).get(place)
        if share is not None:
            behind = [case for case in one.split.cases(one.after) if case.place == place]
            reasons.append(_reason(one, place, share, behind))
            cases += behind
    owners = Counter(case.owner for case in cases if case.owner)
    owner, owned = min(owners.items(), key=lambda pair: (-pair[1], pair[0]), default=(None, 0))
    unit = found[0].split.unit
    label = name_group(names_of(found[0].split.warehouse, unit.place), GROUPINGS[unit.place], place)
    reasons.sort(key=lambda reason: (-reason.share, MEASURES.index(reason.metric.key)))
    return Thing(place, label, owner, owned, len(cases), tuple(reasons), due)


def _reason(one: Deterioration, place: str, share: float, cases: Sequence[Case]) -> Reason:
    metric, change = one.value.metric, one.by[one.split.unit.place]
    part = next(part for part in change.parts if part.group == place)
    before = [case for side in one.past for case in one.split.cases(side) if case.place == place]
    count = metric.kind == "count"
    scale = 1 / len(one.past) if count else part.after[1] / part.before[1] if part.before[1] else 0.0
    base = 1.0 if count else one.split.base(one.after)
    excess = harm(metric, part.total) * base
    total = None if count else int(part.after[1])
    return Reason(metric, share, excess, len(cases), total, _causes(one, cases, before, scale))


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
