"""Define what a metric is: one entry from which map, table, export and documentation come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from data.metrics.facts import FACTS, Clock, Fact
from data.schema import LEVELS
from words import Words

Kind = Literal["count", "share", "seconds", "score"]
Better = Literal["up", "down", "none"]

NOTHING = Words("", "")


@dataclass(frozen=True)
class Cube:
    """The coarse cube that holds the same counts per week, township and item, and which of its columns they are."""

    table: str
    numerator: str
    denominator: str


@dataclass(frozen=True)
class Metric:
    """One metric.

    Attributes
    ----------
    definition
        The formula in words, with its cohort and as-of rule.
    numerator, denominator
        What is counted above and below; the denominator is empty for a count.
    cohort
        Which rows count, by which clock, and what becomes of extended, suspended, void, transferred and reopened ones.
    fact, clock
        The fact table, and the clock a period counts by; an empty clock is a state *now*, to which no period applies.
    kind
        count; share (0 to 1, shown in percent); seconds; score (z of Gi*).
    additive
        The value of a whole is the sum of its parts'; otherwise it is computed again at every level.
    better
        Which direction is good: up, down, or none.
    min_n
        Below this many rows a value is kept but marked; 0 never marks. A site may set its own for all that mark.
    sql
        Name of the file in ``data/sql``.
    as_of
        The moment of asking is part of the definition. A metric without it counts what is loaded, and follows a moment
        only when one is asked for.
    needs
        Columns without which nothing can be said: where a site has none of one, the value is missing, not 0.
    without
        Groupings of the fact that would say nothing.
    """

    key: str
    label: Words
    definition: Words
    numerator: Words
    denominator: Words
    cohort: Words
    fact: str
    clock: str
    kind: Kind
    unit: Words
    better: Better
    additive: bool = False
    min_n: int = 0
    sql: str = ""
    as_of: bool = False
    values: Mapping[str, float] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()
    cube: Cube | None = None

    @property
    def file(self) -> str:
        """Name of the SQL file, without its ending."""
        return self.sql or self.key

    @property
    def of(self) -> Fact:
        """The fact table it is counted over."""
        return FACTS[self.fact]

    @property
    def when(self) -> Clock | None:
        """The clock a period counts by; None for a state now."""
        return self.of.clocks[self.clock] if self.clock else None

    @property
    def groupings(self) -> tuple[str, ...]:
        """Every grouping it can be asked by, levels first; a site lacks those of levels it has no areas of."""
        if self.kind == "score":
            return (*LEVELS, "cell7", "cell8", "cell9")
        times = ("date", "week", "month") if self._local else ()
        return tuple(key for key in (*self.of.columns, *times) if key not in self.without)

    @property
    def _local(self) -> bool:
        return bool(self.clock or self.of.clocks)

    @property
    def dated_by(self) -> Clock | None:
        """The clock of its date, week and month groups: a state now is dated by its rows' first moment."""
        return self.when or next(iter(self.of.clocks.values()), None)
