"""Carry every restriction of a question as SQL and as a sentence, side by side, so that the two cannot disagree.

A filter's values are codes; an area may also be named by a name only one area of its level has. The empty text means
the missing group. Unknown keys and values are refused with what was probably meant: a filter that silently matches
nothing would look like a place where nothing happens.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import TYPE_CHECKING

from data.areas import areas_of
from data.metrics.facts import Clock, Fact
from data.metrics.groupings import GROUPINGS
from data.metrics.memo import memo_of
from data.metrics.naming import label_of_grouping, name_group, names_of, text_of
from data.metrics.sql import source_sql
from data.metrics.suggest import nearest
from data.periods import Period, local_of, utc_of
from data.scope import Scope
from errors import BadQuestion, NotAllowed
from geo.cells import from_text
from words import LANGUAGES, N_, Words, say

if TYPE_CHECKING:
    from data.warehouse import Warehouse

Where = Mapping[str, "str | int | Sequence[str | int]"]
#: filter keys in order, each with its codes; None is the missing group
Chosen = tuple[tuple[str, tuple[str | None, ...]], ...]

FILTER = N_("{label}: {values}")
COUNTED = N_("{clock}: {period}")
AS_OF = N_("as of {moment}")
STATE_AT = N_("state at {moment}, no period applies")
SCOPE = N_("only {n} townships you may see")
WITHOUT = N_("no {column} in this site's data: nothing can be said")
#: names listed in a sentence before it only counts the rest
MOST_NAMES = 6


@dataclass(frozen=True)
class Clause:
    """One restriction: its SQL condition, the values bound in it, and its sentence."""

    sql: str
    sentence: Words
    values: Mapping[str, object] = field(default_factory=dict)


def spoken(template: str, **values: Words) -> Words:
    """A template of the catalogue said in both languages, its values too."""
    said = {lang: say(template, lang).format(**{k: v.in_(lang) for k, v in values.items()}) for lang in LANGUAGES}
    return Words(said["en"], said["zh"])


def same(text: object) -> Words:
    """The same text in both languages."""
    return Words(str(text), str(text))


def filters_of(fact: Fact, levels: Collection[str]) -> list[str]:
    """The keys questions over ``fact`` can be filtered by, in a site that has areas of ``levels``."""
    return [key for key in fact.columns if GROUPINGS[key].naming != "area" or key in levels]


def choose(warehouse: Warehouse, fact: Fact, where: Where) -> Chosen:
    """The filters as sorted codes; BadQuestion on a key or a value that does not exist."""
    known = filters_of(fact, warehouse.site.levels)
    chosen = []
    for key in sorted(where):
        if key not in known:
            raise BadQuestion(
                "{fact} cannot be filtered by {key}; did you mean {near}?",
                fact=fact.key,
                key=key,
                near=nearest(key, known),
            )
        given = where[key]
        listed = [given] if isinstance(given, str | int) else list(given)
        codes = {_code(warehouse, fact, key, str(value)) for value in listed}
        if codes:
            chosen.append((key, tuple(sorted(codes, key=lambda code: (code is None, code or "")))))
    return tuple(chosen)


def _code(warehouse: Warehouse, fact: Fact, key: str, text: str) -> str | None:
    """The code one given value means; None for the empty text."""
    if text == "":
        return None
    naming = GROUPINGS[key].naming
    if naming == "cell":
        return f"{int(from_text([text])[0]):x}"
    if naming == "area":
        known: Collection[str] = areas_of(warehouse).at[key]
        found = areas_of(warehouse).find(key, text)
    else:
        known = {*names_of(warehouse, key), *_values_present(warehouse, fact, key)}
        found = text if text in known else None
    if found is None:
        names = [name for code in known for name in (code, *names_of(warehouse, key).get(code, ()))]
        raise BadQuestion(
            "no {key} is {value}; did you mean {near}?", key=key, value=text, near=nearest(text, dict.fromkeys(names))
        )
    return found


def _values_present(warehouse: Warehouse, fact: Fact, key: str) -> frozenset[str]:
    """The groups that occur in the facts (read once per version)."""

    def read() -> frozenset[str]:
        column = fact.columns[key]
        sql = f"SELECT DISTINCT {column} FROM {source_sql(fact, [column])} WHERE {column} IS NOT NULL"
        return frozenset(text for row in warehouse.rows(sql) if (text := text_of(GROUPINGS[key], row[0])) is not None)

    return memo_of(warehouse, "names").get((fact.key, key), read)


def filter_clause(warehouse: Warehouse, fact: Fact, key: str, codes: Sequence[str | None]) -> Clause:
    """One filter: any of the codes."""
    column, grouping, name = fact.columns[key], GROUPINGS[key], f"is_{key}"
    given: list[object] = [code for code in codes if code is not None]
    if grouping.naming == "cell":
        given = [int(str(code), 16) for code in given]
    elif grouping.naming in ("hour", "weekday"):
        given = [int(str(code)) for code in given]
    either = [f"list_contains(${name}, {column})"] if given else []
    if None in codes:
        either.append(f"{column} IS NULL")
    names = names_of(warehouse, key)
    words = [name_group(names, grouping, code) for code in codes]
    return Clause(
        f"({' OR '.join(either)})",
        spoken(FILTER, label=label_of_grouping(warehouse, key), values=_listing(words)),
        {name: given} if given else {},
    )


def _listing(words: Sequence[Words]) -> Words:
    shown, rest = words[:MOST_NAMES], len(words) - MOST_NAMES
    said = {}
    for lang in LANGUAGES:
        text = say(", ", lang).join(word.in_(lang) for word in shown)
        said[lang] = text if rest <= 0 else say("{names} and {n} more", lang, names=text, n=rest)
    return Words(said["en"], said["zh"])


def period_clause(clock: Clock, period: Period, zone: str) -> Clause:
    """The period, by the metric's clock: on its site-time column where there is one, else between UTC moments."""
    edges = []
    values: dict[str, object] = {}
    column = clock.local or clock.utc
    for name, sign, day in (("since", ">=", period.since), ("until", "<", period.until)):
        if day is not None:
            edges.append(f"{column} {sign} ${name}")
            values[name] = datetime.combine(day, time()) if clock.local else utc_of(day, zone)
    sentence = spoken(COUNTED, clock=clock.label, period=Words(period.sentence("en"), period.sentence("zh")))
    return Clause(" AND ".join(edges) or "TRUE", sentence, values)


def scope_clause(scope: Scope) -> Clause:
    """What who asks may see."""
    sql, given = scope.sql("fact")
    values: dict[str, object] = {}
    for place, value in enumerate(given):
        sql = sql.replace("?", f"$scope{place}", 1)
        values[f"scope{place}"] = value
    if scope.townships is None:
        return Clause(sql, same(""), values)
    return Clause(sql, spoken(SCOPE, n=same(len(scope.townships))), values)


def check_scope(warehouse: Warehouse, chosen: Chosen, scope: Scope) -> None:
    """Raise NotAllowed where a filter names an area that who asks may not see."""
    areas = areas_of(warehouse)
    if scope.townships is None or "township" not in areas.levels:
        return
    for key, codes in chosen:
        if key not in areas.levels or areas.levels.index(key) < areas.levels.index("township"):
            continue
        for code in codes:
            if code is not None and areas.ancestor(key, code, at="township") not in scope.townships:
                raise NotAllowed("{level} {code} is not yours to see", level=key, code=code)


def moment_clause(moment: datetime, zone: str, *, state: bool, known: str = "") -> Clause:
    """The moment of asking; with ``known`` also what was known by then."""
    shown = same(f"{local_of(moment, zone):%Y-%m-%d %H:%M}")
    sentence = spoken(STATE_AT if state else AS_OF, moment=shown)
    return Clause(f"{known} <= $as_of" if known else "TRUE", sentence, {"as_of": moment})
