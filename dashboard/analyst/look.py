"""Keep the analyst's question in the address: the same keys as ``/api/ask``, and language and theme beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from urllib.parse import parse_qsl, urlencode

from dashboard.view import FIRST_METRICS, THEMES, default_view, table_level
from data.metrics.asking import ask
from data.metrics.groupings import GROUPINGS
from data.metrics.registry import METRICS
from data.periods import RELATIVE
from data.warehouse import Warehouse
from words import LANGUAGES

#: what the choice of period holds where two dates were chosen
DATES = "dates"
#: what a filter holds for the missing group; the address and ``ask`` know it as the empty text
MISSING = "∅"
#: groupings asked together
MOST_BY = 2
#: keys of the address that are no filter
RESERVED = frozenset({"metric", "by", "since", "until", "lang", "theme", "at"})


@dataclass(frozen=True)
class Look:
    """One question and how it is shown; ``until`` is exclusive, as everywhere."""

    metric: str
    by: tuple[str, ...]
    since: str
    until: str
    lang: str
    theme: str = "dark"
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The question as ``/api/ask`` and ``/api/export`` take it."""
        asked = [("metric", self.metric), ("by", ",".join(self.by)), ("since", self.since), ("until", self.until)]
        chosen = [(key, value) for key in sorted(self.where) for value in self.where[key]]
        return [(key, value) for key, value in asked if value] + chosen

    def query(self) -> str:
        """The look as a query string, with the question mark."""
        return "?" + urlencode([*self.pairs, ("lang", self.lang), ("theme", self.theme)])

    @property
    def period(self) -> str:
        """The relative word, or :data:`DATES`."""
        return self.since if self.since in RELATIVE and not self.until else DATES


def opening(warehouse: Warehouse) -> Look:
    """What the page opens on: the first metric the site's data can say something of, by its areas."""
    site = warehouse.site
    metric = next((key for key in FIRST_METRICS if not ask(warehouse, key).note.en), FIRST_METRICS[-1])
    level = table_level(site)
    by = (level,) if level in site.levels else ("item",)
    return Look(metric, by, default_view(site).period, "", site.language)


def read_look(search: str, warehouse: Warehouse) -> tuple[Look, tuple[str, ...]]:
    """The look a query string asks for, and the keys whose values do not exist (shown, never obeyed).

    Whether a filter, a grouping or a date fits the metric is left to :func:`ask`, which says why not.
    """
    pairs = parse_qsl(search.removeprefix("?"), keep_blank_values=True)
    given, start, unknown = dict(pairs), opening(warehouse), []
    known: Mapping[str, Sequence[str]] = {"metric": tuple(METRICS), "lang": LANGUAGES, "theme": THEMES}
    taken = {"metric": start.metric, "lang": start.lang, "theme": start.theme}
    for key, allowed in known.items():
        if given.get(key, "") in allowed:
            taken[key] = given[key]
        elif given.get(key):
            unknown.append(key)
    by = start.by
    if "by" in given:
        asked = tuple(dict.fromkeys(part for part in given["by"].split(",") if part))
        by = tuple(part for part in asked if part in GROUPINGS)[:MOST_BY]
        if by != asked:
            unknown.append("by")
    dated = "since" in given or "until" in given
    since, until = (given.get("since", ""), given.get("until", "")) if dated else (start.since, "")
    where: dict[str, tuple[str, ...]] = {}
    for key, value in pairs:
        if key in GROUPINGS:
            where[key] = (*where.get(key, ()), value)
        elif key not in RESERVED:
            unknown.append(key)
    look = Look(taken["metric"], by, since, until, taken["lang"], taken["theme"], where)
    return look, tuple(dict.fromkeys(unknown))


def look_of(
    frame: Mapping[str, str], *, metric: str, by: Sequence[str], period: str, first: str | None, last: str | None,
    where: Mapping[str, Sequence[str]],
) -> Look:  # fmt: skip
    """The look the controls stand at; their last day is included, the question's is not."""
    since, until = (period, "") if period in RELATIVE else (first or "", day_after(last))
    chosen = {key: tuple("" if v == MISSING else v for v in values) for key, values in where.items() if values}
    return Look(metric, tuple(by)[:MOST_BY], since, until, frame["lang"], frame["theme"], chosen)


def day_after(day: str | None, *, days: int = 1) -> str:
    """The day after an ISO day; what is no day stays as it is, for :func:`ask` to refuse."""
    try:
        return (date.fromisoformat(day) + timedelta(days=days)).isoformat() if day else ""
    except ValueError:
        return day or ""
