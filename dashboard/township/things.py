"""List the three things to do: place, owner, cause, day."""

from __future__ import annotations

from typing import Any

from dash import html

from data.site import Site
from data.weekly import Weekly
from data.weekly.causes import Cause, Reason, Thing
from data.weekly.splits import STAGE
from data.weekly.units import Unit
from data.weekly.verdict import value_words
from words import say


def panel(page: Weekly, site: Site, lang: str) -> html.Section:
    """The things; where nothing is out of its limits it says so."""
    title = html.H2(say("Three things to do", lang))
    if not page.things:
        states = {value.verdict.state for value in page.values}
        if page.worse:
            text = say("No single place stands out: the deterioration is spread over all of them.", lang)
        elif states & {"in", "better"}:
            text = say("No measurable change: nothing to do beyond the usual.", lang)
        else:
            text = say("Nothing can be judged: too short a past, or nothing recorded.", lang)
        return html.Section([title, html.P(text, className="quiet")], className="things")
    heads = (place_word(page.unit, site, lang), say("Owner", lang), say("Cause", lang), say("Due", lang))
    rows = [_row(i, thing, lang) for i, thing in enumerate(page.things, start=1)]
    table = html.Table(
        [
            html.Thead(html.Tr([html.Td(""), *(html.Th(text, scope="col") for text in heads)])),
            html.Tbody(rows),
        ]
    )
    return html.Section([title, table], className="things")


def place_word(unit: Unit, site: Site, lang: str) -> str:
    """What the places of a unit are called here."""
    return site.label(unit.place).in_(lang) if unit.place in site.levels else say("H3 cell", lang)


def _row(number: int, thing: Thing, lang: str) -> html.Tr:
    due = f"{thing.due.day:%m-%d}"
    provisional = [html.Span(say("provisional", lang), className="quiet")] if thing.due.provisional else []
    owner = thing.owner or say("no owner", lang)
    owned = f"{thing.owned}/{thing.failures}"
    return html.Tr(
        [
            html.Td(html.Span(f"{number}", className="rank")),
            html.Th(thing.label.in_(lang), scope="row"),
            html.Td([owner, " ", html.Span(owned, className="quiet")] if thing.owner else owner),
            html.Td([line for reason in thing.reasons for line in reason_lines(reason, lang)]),
            html.Td([html.B(due), *provisional], className="due"),
        ]
    )


def reason_lines(reason: Reason, lang: str) -> list[Any]:
    """A reason in one line: what failed, how much of it, and what grew most; the lesser cause when pointed at."""
    causes = [cause_text(cause, lang) for cause in reason.causes]
    said: list[Any] = [html.B(reason.metric.label.in_(lang)), f" {_failed(reason, lang)}"]
    if causes:
        said.append(say(": {causes}", lang, causes=causes[0]))
    return [html.Div(said, title=say("; ", lang).join(causes))]


def cause_text(cause: Cause, lang: str) -> str:
    """A cause with how many have it, and how many would usually."""
    label, usual = cause.label.in_(lang), f"{cause.usual:.1f}".removesuffix(".0")
    if cause.kind == STAGE:
        return say("{label} stage {n}, usually {usual}", lang, label=label, n=cause.count, usual=usual)
    return say("{label} {n}, usually {usual}", lang, label=label, n=cause.count, usual=usual)


def _failed(reason: Reason, lang: str) -> str:
    if reason.cases is None:
        return say("{n} now", lang, n=reason.failures)
    if reason.metric.better == "down":
        return say("{n} of {all}", lang, n=reason.failures, all=reason.cases)
    rate = value_words(reason.metric, 1 - reason.failures / reason.cases if reason.cases else None)
    return say("{rate} ({n} of {all} failed)", lang, rate=rate, n=reason.failures, all=reason.cases)
