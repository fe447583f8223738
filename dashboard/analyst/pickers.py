"""Let a person put the question together: metric, groupings, period, filters."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, html

from dashboard.analyst.ids import BY, FILTER, FRAME, FROM, METRIC, PERIOD, TO
from dashboard.analyst.look import DATES, MISSING, MOST_BY, Look, day_after
from dashboard.services import Services
from dashboard.wall.pickers import KINDS, period_options
from data.areas import areas_of
from data.filters import filters_of
from data.metrics.asking import ask
from data.metrics.groupings import GROUPINGS
from data.metrics.metric import Metric
from data.metrics.naming import label_of_grouping, names_of
from data.metrics.registry import METRICS
from data.schema import LEVELS
from data.warehouse import Warehouse
from words import say

FILTERS = "analyst-filters"
DAYS = "analyst-days"
QUICK: dict[str, Any] = {"transitionProps": {"duration": 0}}


def metric_options(lang: str) -> list[dict[str, Any]]:
    """Every metric of the registry, under what kind it is."""
    groups = [(words.in_(lang), [m for m in METRICS.values() if m.kind == kind]) for kind, words in KINDS.items()]
    return [
        {"group": group, "items": [{"value": m.key, "label": m.label.in_(lang)} for m in metrics]}
        for group, metrics in groups
        if metrics
    ]


def by_options(warehouse: Warehouse, metric: Metric, lang: str, *, chosen: tuple[str, ...] = ()) -> list[Any]:
    """The groupings the metric allows here; one that is chosen and does not fit stays, so that it can be taken off."""
    fits = [key for key in metric.groupings if key in warehouse.site.levels or key not in LEVELS]
    keys = [*fits, *(key for key in chosen if key in GROUPINGS and key not in fits)]
    return [{"value": key, "label": label_of_grouping(warehouse, key).in_(lang)} for key in keys]


def filter_keys(warehouse: Warehouse, metric: Metric) -> list[str]:
    """What can be chosen from a list; cells are filtered by the address only."""
    return [key for key in filters_of(metric.of, warehouse.site.levels) if GROUPINGS[key].naming != "cell"]


def filter_options(warehouse: Warehouse, metric: Metric, key: str, lang: str) -> list[dict[str, str]]:
    """The groups of a key that exist: all areas of a level, else those that occur in the facts of the metric."""
    if GROUPINGS[key].naming == "area":
        return [{"value": code, "label": name.in_(lang)} for code, name in _areas(warehouse, key)]
    plain = next(m for m in METRICS.values() if m.fact == metric.fact and m.kind == "count" and key in m.groupings)
    rows = ask(warehouse, plain.key, by=key).rows
    return [{"value": MISSING if row.group is None else str(row.group), "label": row.label.in_(lang)} for row in rows]


def _areas(warehouse: Warehouse, level: str) -> list[tuple[str, Any]]:
    names = names_of(warehouse, level)
    return [(code, names[code]) for code, area in areas_of(warehouse).at[level].items() if not area.ended]


def filters(warehouse: Warehouse, metric: Metric, where: dict[str, tuple[str, ...]], lang: str) -> list[Any]:
    """One choice for each key; a key that is filtered by and does not fit stays, so that it can be taken off."""
    keys = filter_keys(warehouse, metric)
    shown = []
    for key in [*keys, *(key for key in where if key not in keys)]:
        options = filter_options(warehouse, metric, key, lang) if key in keys else []
        known = {option["value"] for option in options}
        chosen = [value or MISSING for value in where.get(key, ())]
        if MISSING not in known:
            options.append({"value": MISSING, "label": GROUPINGS[key].missing.in_(lang)})
            known.add(MISSING)
        options += [{"value": value, "label": value} for value in chosen if value not in known]
        label = label_of_grouping(warehouse, key).in_(lang)
        shown.append(
            dmc.MultiSelect(
                id={"type": FILTER, "key": key}, value=chosen, data=options, label=label, searchable=True,
                clearable=True, limit=200, comboboxProps=QUICK, className="analyst-filter",
                placeholder="" if chosen else say("any", lang), nothingFoundMessage=say("nothing found", lang),
            )
        )  # fmt: skip
    return shown


def pickers(warehouse: Warehouse, look: Look) -> html.Section:
    """The row of choices, and the filters that open under it."""
    lang, metric = look.lang, METRICS[look.metric]
    periods = [*period_options(lang), {"value": DATES, "label": say("dates …", lang)}]
    given = sum(map(bool, look.where.values()))
    title = [say("Filters", lang), html.Span(f" {given}" if given else "", id="analyst-filter-count"), " ▾"]
    return html.Section(
        [
            dmc.Select(
                id=METRIC, value=look.metric, data=metric_options(lang), label=say("Metric", lang), searchable=True,
                allowDeselect=False, comboboxProps=QUICK, maxDropdownHeight=520, className="analyst-pick-metric",
            ),
            dmc.MultiSelect(
                id=BY, value=list(look.by), data=by_options(warehouse, metric, lang, chosen=look.by),
                label=say("Grouped by (one or two)", lang), maxValues=MOST_BY, searchable=True, clearable=True,
                comboboxProps=QUICK, maxDropdownHeight=520, className="analyst-pick-by",
            ),
            dmc.Select(
                id=PERIOD, value=look.period, data=periods, label=say("Period", lang), allowDeselect=False,
                comboboxProps=QUICK, maxDropdownHeight=520, className="analyst-pick-period",
            ),
            days(look),
            html.Details(
                [
                    html.Summary(title, className="analyst-filter-button"),
                    html.Div(filters(warehouse, metric, dict(look.where), lang), id=FILTERS, className="analyst-drop"),
                ],
                open=bool(given), className="analyst-filters",
            ),
        ],
        className="analyst-pickers",
        **{"aria-label": say("Question", lang)},
    )  # fmt: skip


def days(look: Look) -> dmc.DatesProvider:
    """First and last day, shown where the period is by dates."""
    lang = look.lang
    dated = look.period == DATES
    since, until = (look.since, day_after(look.until, days=-1)) if dated else ("", "")
    fields = [
        dmc.DateInput(
            id=id_, value=value or None, label=label, valueFormat="YYYY-MM-DD", clearable=True,
            popoverProps=QUICK, className="analyst-day",
        )
        for id_, value, label in ((FROM, since, say("First day", lang)), (TO, until, say("Last day", lang)))
    ]  # fmt: skip
    box = html.Div(fields, id=DAYS, className="analyst-days" if dated else "analyst-days is-off")
    return dmc.DatesProvider(box, settings={"locale": "zh-cn" if lang == "zh" else "en", "firstDayOfWeek": 1})


def register(app: Dash, services: Services) -> None:
    """Offer what fits the metric."""

    @app.callback(
        Output(BY, "data"), Output(FILTERS, "children"),
        Input(METRIC, "value"), State(BY, "value"), State({"type": FILTER, "key": ALL}, "value"),
        State({"type": FILTER, "key": ALL}, "id"), State(FRAME, "data"), prevent_initial_call=True,
    )  # fmt: skip
    def fit(
        metric: str, by: list[str], values: list[list[str]], ids: list[dict[str, str]], frame: dict[str, str]
    ) -> tuple[list[Any], list[Any]]:
        warehouse, lang = services.stores.warehouse(), frame["lang"]
        where = {one["key"]: tuple(given) for one, given in zip(ids, values, strict=True) if given}
        entry = METRICS[metric]
        return by_options(warehouse, entry, lang, chosen=tuple(by)), filters(warehouse, entry, where, lang)
