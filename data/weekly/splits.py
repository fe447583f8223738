"""Ask the two sides of a change and split it by place, item or stage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from data.metrics.answer import Row
from data.metrics.asking import ask
from data.metrics.registry import METRICS
from data.scope import Scope
from data.weekly.cases import Case, cases_of
from data.weekly.change import Change, Counts, Group, split_count, split_failures, split_rate
from data.weekly.stages import OF_MEASURE
from data.weekly.units import Unit

if TYPE_CHECKING:
    from data.warehouse import Warehouse

STAGE = "stage"


@dataclass(frozen=True)
class Side:
    """One side of a comparison: local days, ``until`` exclusive, and the moment they are counted as of (naive UTC)."""

    since: date
    until: date
    moment: datetime


@dataclass(frozen=True)
class Split:
    """Splits the changes of one measure of one unit; ``usual`` are the seconds its stages usually take."""

    warehouse: Warehouse
    measure: str
    unit: Unit
    usual: Mapping[str, float]
    scope: Scope

    @property
    def keys(self) -> tuple[str, ...]:
        """What it can be split by: place, item, and stage where the measure has stages."""
        return (self.unit.place, "item", *((STAGE,) if OF_MEASURE[self.measure] else ()))

    def change(self, key: str, before: Sequence[Side], after: Side) -> Change | None:
        """The change from ``before`` to ``after`` by ``key``; None where a rate has no denominator on a side.

        Several sides before are taken together: a rate over all of them, a count as their mean.
        """
        if METRICS[self.measure].kind == "count":
            counts = [self.tally(key, side) for side in before]
            groups = {group for one in counts for group in one}
            mean = {group: sum(one.get(group, 0) for one in counts) / len(counts) for group in groups}
            return split_count(mean, self.tally(key, after))
        if key == STAGE:
            was: Counter[Group] = Counter()
            for side in before:
                was.update(self.tally(key, side))
            bases = sum(self.base(side) for side in before), self.base(after)
            failing = METRICS[self.measure].better == "down"
            return split_failures(was, self.tally(key, after), bases=bases, failing=failing)
        return split_rate(_together(self.counts(key, side) for side in before), self.counts(key, after))

    def rows(self, key: str | None, side: Side) -> tuple[Row, ...]:
        """The measure's rows by ``key``, from the registry."""
        return ask(
            self.warehouse, self.measure, by=key, where=self.unit.where, since=side.since, until=side.until,
            as_of=side.moment, scope=self.scope,
        ).rows  # fmt: skip

    def counts(self, key: str, side: Side) -> Counts:
        """Numerator and denominator of every group that counts anything."""
        rows = self.rows(key, side)
        return {_group(row): (float(row.numerator or 0), float(row.denominator or 0)) for row in rows if row.n}

    def tally(self, key: str, side: Side) -> Counter[Group]:
        """How many a count counts, or how many cases failed a rate, by ``key``."""
        if key == STAGE or METRICS[self.measure].kind != "count":
            return Counter(_part(case, key) for case in self.cases(side))
        return Counter({_group(row): int(row.numerator or 0) for row in self.rows(key, side) if row.numerator})

    def base(self, side: Side) -> float:
        """The denominator of the whole."""
        return float(self.rows(None, side)[0].denominator or 0)

    def cases(self, side: Side) -> tuple[Case, ...]:
        """The incidents the measure counts against the unit."""
        return cases_of(
            self.warehouse, self.measure, self.unit, since=side.since, until=side.until, moment=side.moment,
            usual=self.usual, scope=self.scope,
        )  # fmt: skip


def _group(row: Row) -> Group:
    return row.group if isinstance(row.group, str) else None


def _part(case: Case, key: str) -> Group:
    return {STAGE: case.stage, "item": case.item}.get(key, case.place)


def _together(counts: Iterable[Counts]) -> Counts:
    whole: dict[Group, tuple[float, float]] = {}
    for one in counts:
        for group, (above, below) in one.items():
            was = whole.get(group, (0.0, 0.0))
            whole[group] = (was[0] + above, was[1] + below)
    return whole
