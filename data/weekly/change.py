"""Split the change of a rate or a count exactly over its groups.

The rate of a whole is the mean of its groups' rates weighted by their shares, so that its change is the sum of what
the shares did (mix) and of what the rates did (within). Both are taken at the mean of the two periods, which makes the
split symmetric and leaves no remainder (Kitagawa 1955, "Components of a difference between two rates", JASA 50:1168).
Mix is measured from the mean of the two whole rates: a group adds by mix only where its rate differs from the whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum
from typing import NamedTuple

Group = str | None
#: group -> (numerator, denominator)
Counts = Mapping[Group, tuple[float, float]]


class Part(NamedTuple):
    """What one group adds to the change of the whole, in its unit (of a share 0.01 is a percentage point)."""

    group: Group
    mix: float
    within: float
    before: tuple[float, float]
    after: tuple[float, float]

    @property
    def total(self) -> float:
        """Mix and within together."""
        return self.mix + self.within


@dataclass(frozen=True)
class Change:
    """A change and its parts, the largest first (equals by group); ``before`` and ``after`` are the whole values."""

    before: float
    after: float
    parts: tuple[Part, ...]

    @property
    def total(self) -> float:
        """After less before."""
        return self.after - self.before

    @property
    def mix(self) -> float:
        """What the shares of the groups did."""
        return fsum(part.mix for part in self.parts)

    @property
    def within(self) -> float:
        """What the rates inside the groups did."""
        return fsum(part.within for part in self.parts)


def split_rate(before: Counts, after: Counts) -> Change | None:
    """Split the change of a rate by group; None where either period has no denominator.

    A group that is in one period only has no change of its own rate: all it adds is mix.
    """
    whole = [fsum(n for n, _ in counts.values()) for counts in (before, after)]
    base = [fsum(d for _, d in counts.values()) for counts in (before, after)]
    if not (base[0] and base[1]):
        return None
    rates = whole[0] / base[0], whole[1] / base[1]
    middle = (rates[0] + rates[1]) / 2
    parts = []
    for group in {**before, **after}:
        was, is_ = before.get(group, (0.0, 0.0)), after.get(group, (0.0, 0.0))
        if not (was[1] or is_[1]):
            continue
        shares = was[1] / base[0], is_[1] / base[1]
        old = was[0] / was[1] if was[1] else is_[0] / is_[1]
        new = is_[0] / is_[1] if is_[1] else old
        mix = (shares[1] - shares[0]) * ((old + new) / 2 - middle)
        parts.append(Part(group, mix, (shares[0] + shares[1]) / 2 * (new - old), was, is_))
    return Change(*rates, _ordered(parts))


def split_count(before: Mapping[Group, float], after: Mapping[Group, float]) -> Change:
    """Split the change of a count by group; a count has no mix."""
    parts = []
    for group in {**before, **after}:
        was, is_ = before.get(group, 0), after.get(group, 0)
        parts.append(Part(group, 0.0, is_ - was, (was, 0), (is_, 0)))
    return Change(fsum(before.values()), fsum(after.values()), _ordered(parts))


def split_failures(
    before: Mapping[Group, float], after: Mapping[Group, float], *, bases: tuple[float, float], failing: bool
) -> Change | None:
    """Split the change of a rate by where each failure failed; None where either period has no denominator.

    Parameters
    ----------
    before, after
        Failures by where they failed, each failure once.
    bases
        The denominators of the two periods.
    failing
        Whether the rate counts the failures themselves (a repeat rate); else it counts the rest, and falls as they
        rise. Failures share one denominator, so that there is no mix.
    """
    if not (bases[0] and bases[1]):
        return None
    sign = 1 if failing else -1
    parts = []
    for group in {**before, **after}:
        was, is_ = before.get(group, 0) / bases[0], after.get(group, 0) / bases[1]
        sides = (before.get(group, 0), bases[0]), (after.get(group, 0), bases[1])
        parts.append(Part(group, 0.0, sign * (is_ - was), *sides))
    shares = fsum(before.values()) / bases[0], fsum(after.values()) / bases[1]
    whole = shares if failing else (1 - shares[0], 1 - shares[1])
    return Change(*whole, _ordered(parts))


def _ordered(parts: list[Part]) -> tuple[Part, ...]:
    return tuple(sorted(parts, key=lambda part: (-abs(part.total), part.group is None, part.group or "")))
