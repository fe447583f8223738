"""Declare metrics of one kind alike: a count, a state at the moment of asking, a share, an arrival quantile."""

from __future__ import annotations

from typing import Any

from data.metrics.cohorts import FEW, INCIDENTS, OPEN, REACHED, SECONDS, SHARE
from data.metrics.metric import NOTHING, Metric
from words import Words


def count(key: str, en: str, zh: str, definition: Words, cohort: Words, **more: Any) -> Metric:
    """A count: additive, never marked for few rows."""
    given: dict[str, Any] = {"fact": "incidents", "clock": "opened", "unit": INCIDENTS, "better": "none", **more}
    return Metric(key, Words(en, zh), definition, definition, NOTHING, cohort, kind="count", additive=True, **given)


def state(key: str, en: str, zh: str, definition: Words, **more: Any) -> Metric:
    """A count of what is so at the moment of asking."""
    without = frozenset({"state", "outcome"})
    return count(key, en, zh, definition, OPEN, clock="", as_of=True, better="down", without=without, **more)


def share(key: str, en: str, zh: str, above: Words, below: Words, cohort: Words, **more: Any) -> Metric:
    """A share: numerator over denominator, computed again at every level."""
    given: dict[str, Any] = {"fact": "incidents", "clock": "opened", "as_of": True, "min_n": FEW, **more}
    definition = given.pop("definition", Words(f"{above.en} ÷ {below.en}", f"{above.zh} ÷ {below.zh}"))
    return Metric(key, Words(en, zh), definition, above, below, cohort, kind="share", unit=SHARE, **given)


def arrival_quantile(percent: int) -> Metric:
    return Metric(
        f"arrival_p{percent}",
        Words(f"arrival P{percent}", f"到场P{percent}"),
        Words(
            f"The {percent} % quantile of the seconds from first report to first squad on scene, over the reached "
            "only. Continuous quantile with linear interpolation (Hyndman-Fan type 7), computed from the rows at "
            "every level, never averaged. Arrivals before their report are left out; denominator minus numerator "
            "counts them.",
            f"首次上报至首支队伍到场秒数的{percent}%分位数，仅统计已到场的。连续分位数、线性插值（Hyndman-Fan 第7类），"
            "每一层级均由明细重新计算，不作平均。到场早于上报的剔除，分母减分子即剔除数。",
        ),
        Words("reached, with an arrival not before the report", "已到场且到场不早于上报的"),
        Words("reached", "已到场的"),
        REACHED,
        fact="incidents",
        clock="arrival_due",
        kind="seconds",
        unit=SECONDS,
        better="down",
        min_n=FEW,
        sql="arrival_quantile",
        as_of=True,
        values={"quantile": percent / 100},
        needs=("on_scene_at",),
    )
