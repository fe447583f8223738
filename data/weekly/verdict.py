"""Say a week's verdict in one sentence, and what its change is made of in another."""

from __future__ import annotations

from collections.abc import Sequence

from data.metrics.metric import Metric
from data.weekly.causes import Deterioration, harm
from data.weekly.change import Change
from data.weekly.report import Weekly
from data.weekly.splits import STAGE
from data.weekly.stages import STAGE_WORDS
from data.weekly.values import Value
from words import say


def headline(page: Weekly, lang: str) -> str:
    """The verdict: what got worse, by how much, where and at which stage; or that nothing measurable changed."""
    unit = page.unit.label.in_(lang)
    if page.empty or all(value.verdict.state == "none" for value in page.values):
        return say("{unit}: nothing was recorded in {week}.", lang, unit=unit, week=page.week.label.in_(lang))
    if page.worse:
        what = say("; ", lang).join(_worsening(one, lang) for one in page.worse)
        if page.things:
            places = listed([thing.label.in_(lang) for thing in page.things], lang)
            return say("{unit} got worse: {what}; most of it in {places}.", lang, unit=unit, what=what, places=places)
        return say("{unit} got worse: {what}.", lang, unit=unit, what=what)
    better = [value for value in page.values if value.verdict.state == "better"]
    if better:
        names = listed([value.metric.label.in_(lang) for value in better], lang)
        return say("{unit}: no measurable deterioration; {names} better than usual.", lang, unit=unit, names=names)
    judged = [value for value in page.values if value.verdict.state == "in"]
    if not judged:
        return say("{unit}: too short a past to judge the week.", lang, unit=unit)
    if len(judged) < len(page.values):
        return say("{unit}: no measurable change in the {n} values that can be judged.", lang, unit=unit, n=len(judged))
    return say("{unit}: no measurable change; all four values are within their limits.", lang, unit=unit)


def _worsening(one: Deterioration, lang: str) -> str:
    value = one.value
    said = say(
        "{metric} {now} (usually {usual}) since week {number}", lang, metric=value.metric.label.in_(lang),
        now=value_words(value.metric, value.now.value), usual=usual_words(value),
        number=one.began.start.isocalendar().week,
    )  # fmt: skip
    if stage := main_stage(one):
        lost = say("mostly in the {stage} stage", lang, stage=STAGE_WORDS[stage].in_(lang))
        return say("{one}, {more}", lang, one=said, more=lost)
    return said


def listed(names: Sequence[str], lang: str) -> str:
    """A, B and C; in Chinese all by 、."""
    head = say(", ", lang).join(names[:-1])
    return say("{names} and {last}", lang, names=head, last=names[-1]) if head else names[-1]


def value_words(metric: Metric, value: float | int | None) -> str:
    """A value in a sentence: 27.5%, 4; a dash where there is none."""
    if value is None:
        return "–"
    return f"{value * 100:.1f}%" if metric.kind == "share" else f"{value:,.0f}"


def usual_words(value: Value) -> str:
    """The usual of a value: a mean count keeps one decimal."""
    usual = value.verdict.usual
    if usual is not None and value.metric.kind == "count":
        return f"{usual:,.1f}"
    return value_words(value.metric, usual)


def main_stage(one: Deterioration) -> str | None:
    """The stage that holds at least half of what got worse; None where none does, or the value has no stages."""
    change = one.by.get(STAGE)
    if change is None or harm(one.value.metric, change.total) <= 0:
        return None
    worst = max(change.parts, key=lambda part: harm(one.value.metric, part.total), default=None)
    if worst is None or harm(one.value.metric, worst.total) < harm(one.value.metric, change.total) / 2:
        return None
    return worst.group


def made_of(metric: Metric, change: Change, by: str, lang: str) -> str:
    """A change in words: how much, and how much of it by mix and how much within groups of ``by``."""
    if not any(part.mix for part in change.parts):
        return say("{total} in all, by {by}", lang, total=points(metric, change.total, lang), by=by)
    mixed = abs(change.mix) > abs(change.within)
    which = say("mostly a change of mix", lang) if mixed else say("mostly within groups", lang)
    return say(
        "{total} in all: within {by} {within}, mix {mix}; {which}", lang, by=by, which=which,
        total=points(metric, change.total, lang), within=points(metric, change.within, lang),
        mix=points(metric, change.mix, lang),
    )  # fmt: skip


def points(metric: Metric, change: float, lang: str) -> str:
    """A change with its sign: percentage points of a share, a count of a count; never minus nothing."""
    if metric.kind == "count":
        whole = f"{change:+,.1f}".removesuffix(".0")
        return "0" if whole in ("+0", "-0") else whole.replace("-", "−")
    said = f"{change * 100:+.1f}"
    said = "0.0" if said in ("+0.0", "-0.0") else said.replace("-", "−")
    return say("{n} pp", lang, n=said)
