"""Call a week out of control, or not, from the weeks before it.

A share is judged as a Laney p' chart and a count as its c' counterpart (Laney 2002, "Improved control charts for
attributes", Quality Engineering 14:531): what the binomial or Poisson law allows, widened by how much more the past
weeks scattered than that law. Weekly numbers are small and rates lie near 1, where the normal law is wrong, so that
each week is first brought to a normal score by its exact mid-p probability (Quesenberry 1991, "SPC Q charts for a
binomial parameter p", J. Quality Technology 23:239).

Two limits hold at once. The week alone (Shewhart) finds a jump; the exponentially weighted mean of the last eight
weeks (EWMA, Roberts 1959; Lucas and Saccucci 1990) finds what stays a little worse. Each is crossed on the bad side by
chance in about 0.135 % of the weeks, as beyond three standard deviations. The past is 26 to 52 weeks that end before
the eight, so that a deterioration does not become its own yardstick; limits allow for its length (Quesenberry 1993,
"The effect of sample size on estimated limits", J. Quality Technology 25:237).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import stats

Floats = npt.NDArray[np.float64]
State = Literal["worse", "better", "in", "short", "none"]

#: weeks the past needs, weeks it uses at most, weeks watched after it
FEWEST, MOST, WATCHED = 26, 52, 8
#: the limit in standard deviations, and the chance of a false call beyond it on one side
OUT = 3.0
ALPHA = float(stats.norm.sf(OUT))
#: weight of the newest week in the EWMA
WEIGHT = 0.25
#: the mean of moving ranges over two, in standard deviations (d2), and its degrees of freedom a week
D2, DF_A_WEEK = 1.128, 0.62


@dataclass(frozen=True)
class Verdict:
    """How a week stands.

    Attributes
    ----------
    state
        worse, better: out of its limits; in: within; short: too little past to say; none: nothing was counted.
    usual
        The mean of the past: a share, or a count a week; None without a past.
    low, high
        Outside these the week alone is out; None where no value of this week could be.
    z, mean_z, limit_z, mean_limit_z
        Normal score of the week and EWMA, positive is better, and the limits of the two.
    spread
        How much more the past scattered than its law (Laney's sigma z; below 1 counts as 1).
    past, past_first, past_last
        Weeks the past counts, and how many weeks back the first and the last of them lie.
    since
        Weeks back at which the change most likely began, by the likelihood of a step among the watched weeks (Samuel,
        Pignatiello and Calvin 1998, Quality Engineering 10:521); 0 is this week.
    """

    state: State
    usual: float | None = None
    low: float | None = None
    high: float | None = None
    z: float = 0.0
    mean_z: float = 0.0
    limit_z: float = 0.0
    mean_limit_z: float = 0.0
    spread: float = 1.0
    past: int = 0
    past_first: int = 0
    past_last: int = 0
    since: int = 0


def judge_shares(numerators: Sequence[float], denominators: Sequence[float], *, up_is_better: bool) -> Verdict:
    """Judge the last of consecutive weeks by a share; weeks without a denominator say nothing and are passed over."""
    x, n = np.asarray(numerators, dtype=np.float64), np.asarray(denominators, dtype=np.float64)
    if not len(n) or n[-1] <= 0:
        return Verdict("none")
    # how far back each week that counts lies, so that "since" is in real weeks
    back = (len(n) - 1 - np.arange(len(n)))[n > 0]
    x, n = x[n > 0], n[n > 0]
    watched, past = _windows(len(n))
    if past < FEWEST:
        return Verdict("short", past=len(n) - 1)
    old = slice(len(n) - watched - past, len(n) - watched)
    # half an event more of each kind: a past without a failure is no proof that there is none (Jeffreys)
    usual = (x[old].sum() + 0.5) / (n[old].sum() + 1)
    sign = 1.0 if up_is_better else -1.0
    scores = sign * binomial_scores(x[-watched - past :], n[-watched - past :], usual)
    found = _judge(scores, past, back)
    reach = found.limit_z
    low, high = (float(v) for v in _bounds(int(n[-1]), float(usual), reach))
    return replace(
        found, usual=float(usual), low=low if low >= 0 else None, high=high if high <= 1 else None,
    )  # fmt: skip


def judge_counts(counts: Sequence[float], *, up_is_better: bool) -> Verdict:
    """Judge the last of consecutive weeks by a count."""
    x = np.asarray(counts, dtype=np.float64)
    watched, past = _windows(len(x))
    if past < FEWEST:
        return Verdict("short", past=max(len(x) - 1, 0))
    old = slice(len(x) - watched - past, len(x) - watched)
    usual = (x[old].sum() + 0.5) / past
    sign = 1.0 if up_is_better else -1.0
    scores = sign * poisson_scores(x[-watched - past :], usual)
    found = _judge(scores, past, np.arange(len(x))[::-1])
    low, high = _count_bounds(float(usual), found.limit_z)
    return replace(found, usual=float(usual), low=low if low >= 0 else None, high=high)


def score_against(after: tuple[float, float], past: tuple[float, float], *, up_is_better: bool) -> float:
    """How far one place's share over some weeks lies from its own past: a normal score, positive is better.

    ``after`` and ``past`` are numerator and denominator. The score is narrowed by what the past itself leaves unsure
    (the variance of a difference); 0 where either side has no denominator. Beyond :data:`OUT` it is no chance.
    """
    if not (after[1] and past[1]):
        return 0.0
    usual = (past[0] + 0.5) / (past[1] + 1)
    found = binomial_scores(np.array([after[0]]), np.array([after[1]]), usual)[0]
    return float(found / np.sqrt(1 + after[1] / past[1])) * (1 if up_is_better else -1)


def binomial_scores(x: Floats, n: Floats, p: float) -> Floats:
    """Normal scores of the mid-p probabilities of ``x`` out of ``n`` at rate ``p``; (k,) -> (k,)."""
    return _scores(stats.binom.cdf(x - 1, n, p), stats.binom.pmf(x, n, p), stats.binom.sf(x, n, p))


def poisson_scores(x: Floats, mean: float) -> Floats:
    """Normal scores of the mid-p probabilities of counts at ``mean``; (k,) -> (k,)."""
    return _scores(stats.poisson.cdf(x - 1, mean), stats.poisson.pmf(x, mean), stats.poisson.sf(x, mean))


def _scores(below: npt.ArrayLike, at: npt.ArrayLike, above: npt.ArrayLike) -> Floats:
    """From the nearer tail, so that far scores keep their digits; never beyond 37, where doubles end."""
    half = np.asarray(at, dtype=np.float64) / 2
    low, high = np.asarray(below) + half, np.asarray(above) + half
    tail = np.maximum(np.minimum(low, high), 1e-300)
    return np.where(low < high, stats.norm.ppf(tail), stats.norm.isf(tail)).astype(np.float64)


def _windows(weeks: int) -> tuple[int, int]:
    """How many of ``weeks`` are watched at the end, and how many before them are the past."""
    watched = max(1, min(WATCHED, weeks - FEWEST))
    return watched, min(MOST, weeks - watched)


@lru_cache(maxsize=256)
def reach_of(past: int, spread: float) -> float:
    """How many standard deviations the limits stand off: three, or more where the spread is only estimated."""
    return max(OUT, float(stats.t.isf(ALPHA, DF_A_WEEK * (past - 1))) * spread)


def _judge(scores: Floats, past: int, back: npt.NDArray[np.int64]) -> Verdict:
    """Judge scores (positive is better), the first ``past`` of them the past; ``back`` aligns with their end."""
    spread = float(np.abs(np.diff(scores[:past])).mean()) / D2
    reach = reach_of(past, round(spread, 6))
    alone = reach * float(np.sqrt(1 + 1 / past))
    watched = scores[past:]
    mean = 0.0
    for score in watched.tolist():
        mean = WEIGHT * score + (1 - WEIGHT) * mean
    kept = (1 - WEIGHT) ** len(watched)
    # the noise of the weighted weeks, and that of the past's own mean, which all of them share
    noise = WEIGHT / (2 - WEIGHT) * (1 - kept**2) + (1 - kept) ** 2 / past
    bound, score = reach * float(np.sqrt(noise)), float(watched[-1])
    state: State = "in"
    if score < -alone or mean < -bound:
        state = "worse"
    elif score > alone or mean > bound:
        state = "better"
    first = len(back) - len(scores)
    began = 0 if state == "in" else int(back[::-1][_step(watched[::-1], -1.0 if state == "worse" else 1.0)])
    return Verdict(
        state, z=score, mean_z=mean, limit_z=alone, mean_limit_z=bound, spread=max(1.0, spread), past=past,
        past_first=int(back[first]), past_last=int(back[first + past - 1]), since=began,
    )  # fmt: skip


def _step(newest_first: Floats, side: float) -> int:
    """How many scores back a step to ``side`` most likely began: where sum over root of number peaks."""
    sums = np.cumsum(newest_first * side) / np.sqrt(np.arange(1, len(newest_first) + 1))
    return int(np.argmax(sums))


def _bounds(n: int, p: float, reach: float) -> tuple[float, float]:
    """The largest and smallest share of ``n`` whose score lies beyond ``reach`` below and above; outside 0..1: none."""
    x = np.arange(n + 1, dtype=np.float64)
    scores = binomial_scores(x, np.full(n + 1, float(n)), p)
    low = np.flatnonzero(scores < -reach)
    high = np.flatnonzero(scores > reach)
    return (low[-1] / n if len(low) else -1.0), (high[0] / n if len(high) else 2.0)


def _count_bounds(mean: float, reach: float) -> tuple[float, float]:
    """The largest and smallest count whose score lies beyond ``reach`` below and above; below 0: none."""
    x = np.arange(np.ceil(mean + (reach + 3) ** 2 + 10 * reach * np.sqrt(mean)) + 2)
    scores = poisson_scores(x, mean)
    low = np.flatnonzero(scores < -reach)
    return (float(low[-1]) if len(low) else -1.0), float(np.flatnonzero(scores > reach)[0])
