"""Answer a question about a metric: from the sorted facts, or from a coarse cube where the question fits one.

The answer to one question over one version and scope is computed once and remembered, however many screens ask.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from data.filters import WITHOUT, Where, check_scope, choose, spoken
from data.hotspot import scored_rows
from data.metrics.answer import Answer, Group, Number, Row, check_groupings
from data.metrics.groupings import EVERYTHING, GROUPINGS, Grouping
from data.metrics.memo import memo_of
from data.metrics.metric import NOTHING, Metric
from data.metrics.naming import groups_that_exist, label_of_grouping, name_group, names_of, text_of
from data.metrics.plan import Plan, Question, plan_of
from data.metrics.registry import METRICS, metric_of
from data.periods import Edge, Period, local_of, resolve
from data.schema import TABLES
from data.scope import EVERYONE, Scope
from errors import BadQuestion
from words import Words

if TYPE_CHECKING:
    from data.warehouse import Warehouse

#: a running site's "now" moves in steps of this many seconds, so that its viewers share one answer
STEP_SECONDS = 10


def ask(
    warehouse: Warehouse,
    metric: str,
    *,
    by: str | Sequence[str] | None = None,
    where: Where | None = None,
    since: Edge = None,
    until: Edge = None,
    as_of: datetime | str | None = None,
    scope: Scope = EVERYONE,
) -> Answer:
    """Ask for one metric.

    Parameters
    ----------
    by
        One grouping, several, or none.
    where
        Grouping to the code or codes to keep; the empty text keeps the missing group.
    since, until
        Local dates (``until`` exclusive), or relative words (:data:`data.periods.RELATIVE`); a relative word alone as
        ``since`` is its whole range. A metric that is a state now has no period: they are not applied, and the
        sentence says so.
    as_of
        The moment of asking: naive UTC, an aware datetime, or ISO text in site time. Default: the warehouse's now.

    Raises
    ------
    UnknownMetric, BadQuestion
        With what was probably meant.
    NotAllowed
        A filter names an area outside the scope.
    """
    moment = moment_of(warehouse, as_of)
    question = question_of(
        warehouse, metric, by=by, where=where, since=since, until=until, moment=moment, asked=as_of is not None,
        scope=scope,
    )  # fmt: skip
    found = memo_of(warehouse, "answers").get(
        question, lambda: answer(warehouse, question), weigh=lambda given: len(given.rows)
    )
    return replace(found, as_of=moment)


def question_of(
    warehouse: Warehouse,
    metric: str,
    *,
    by: str | Sequence[str] | None,
    where: Where | None,
    since: Edge,
    until: Edge,
    moment: datetime,
    asked: bool,
    scope: Scope,
) -> Question:
    """The question with everything relative resolved and every name checked; raises as :func:`ask` does."""
    entry = metric_of(metric)
    groupings = (by,) if isinstance(by, str) else tuple(by or ())
    check_groupings(entry, groupings, warehouse.site.levels)
    if entry.kind == "score" and len(groupings) != 1:
        raise BadQuestion("{metric} needs one grouping: a level of areas or a cell size", metric=entry.key)
    chosen = choose(warehouse, entry.of, where or {})
    check_scope(warehouse, chosen, scope)
    today = local_of(moment, warehouse.site.zone).date()
    period = resolve(since, until, today=today)
    return Question(
        entry.key,
        groupings,
        chosen,
        period if entry.clock else Period(),
        moment if entry.as_of or asked else None,
        today,
        scope,
    )


def moment_of(warehouse: Warehouse, as_of: datetime | str | None) -> datetime:
    """The moment of asking, naive UTC; a running clock is cut to whole steps."""
    if as_of is None:
        now = warehouse.now()
        if warehouse.site.as_of is None:
            now = now.replace(second=now.second // STEP_SECONDS * STEP_SECONDS, microsecond=0)
        return now
    if isinstance(as_of, str):
        try:
            given = datetime.fromisoformat(as_of)
        except ValueError:
            raise BadQuestion("{text} is not a moment; write 2026-01-31T08:00", text=as_of) from None
        return warehouse.site.utc(given) if given.tzinfo is None else _utc(given)
    return as_of if as_of.tzinfo is None else _utc(as_of)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def answer(warehouse: Warehouse, question: Question, *, cubes: bool = True) -> Answer:
    """Compute the answer; ``cubes`` False always reads the facts."""
    metric = question.of
    plan = plan_of(warehouse, question, cubes=cubes)
    note = missing_column(warehouse, metric)
    raw = [] if note.en else _run(warehouse, plan)
    rows = _rows(warehouse, question, raw, empty=bool(note.en))
    if metric.kind == "score":
        rows = scored_rows(warehouse, question.by[0], rows, within=dict(question.chosen), scope=question.scope)
    sentences = (clause.sentence for clause in plan.clauses)
    return Answer(
        metric,
        question.by,
        tuple(rows),
        warehouse.version,
        question.moment or warehouse.now(),
        question.period.since,
        question.period.until,
        min_n=warehouse.site.min_n if metric.min_n else 0,
        note=note,
        by_labels=tuple(label_of_grouping(warehouse, key) for key in question.by),
        clauses=tuple(sentence for sentence in sentences if sentence.en),
        sql=plan.sql,
        values=plan.values,
    )


def _run(warehouse: Warehouse, plan: Plan) -> list[dict[str, Any]]:
    with warehouse.cursor() as cursor:
        result = cursor.execute(plan.sql, dict(plan.values))
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _rows(warehouse: Warehouse, question: Question, raw: list[dict[str, Any]], *, empty: bool) -> list[Row]:
    """The rows in order: the groups that exist though nothing happened, the others found, the missing group."""
    metric, by = question.of, question.by
    if not by:
        found = raw[0] if raw else {}
        return [_row(metric, None, EVERYTHING, found, empty=empty)]
    groupings = [GROUPINGS[key] for key in by]
    names = [names_of(warehouse, key) for key in by]
    given: dict[tuple[str | None, ...], dict[str, Any]] = {
        tuple(text_of(grouping, row[f"g{place}"]) for place, grouping in enumerate(groupings, start=1)): row
        for row in raw
    }
    order = sorted(given, key=lambda group: [(part is None, part or "") for part in group])
    if len(by) == 1:
        within = {key: [code for code in codes if code is not None] for key, codes in question.chosen}
        exist = groups_that_exist(
            warehouse,
            by[0],
            within=within,
            townships=question.scope.townships,
            period=question.period,
            found=[group[0] for group in order],
            today=question.today,
        )
        listed = set(exist)
        order = [*((code,) for code in exist), *(group for group in order if group[0] not in listed)]
        return [
            _row(metric, code, name_group(names[0], groupings[0], code), given.get((code,), {}), empty=empty)
            for (code,) in order
        ]
    return [_row(metric, group, _joined_label(names, groupings, group), given[group], empty=empty) for group in order]


def _joined_label(
    names: Sequence[Mapping[str, Words]], groupings: Sequence[Grouping], group: tuple[str | None, ...]
) -> Words:
    """The words of a group of several groupings."""
    words = [name_group(*parts) for parts in zip(names, groupings, group, strict=True)]
    return Words(" · ".join(word.in_("en") for word in words), " · ".join(word.in_("zh") for word in words))


def _row(metric: Metric, group: Group, label: Words, found: dict[str, Any], *, empty: bool) -> Row:
    """One row; a group with no facts counts 0, and has no value where a value would be 0 over 0."""
    if empty:
        return Row(group, label, None, None, None, 0)
    numerator: Number = found.get("numerator", 0)
    denominator: Number = None if metric.denominator == NOTHING else found.get("denominator", 0)
    value: Number = numerator
    if metric.kind == "share":
        value = numerator / denominator if denominator and numerator is not None else None
    elif metric.kind == "seconds":
        value = found.get("value")
    return Row(group, label, value, numerator, denominator, found.get("n", 0))


def missing_column(warehouse: Warehouse, metric: Metric) -> Words:
    """What the site's data lacks that the metric cannot do without, in words; empty where nothing is lacking."""
    has = memo_of(warehouse, "names").get(("has", metric.fact), lambda: _columns_filled(warehouse, metric.fact))
    for column in metric.needs:
        if not has[column]:
            table = TABLES[metric.fact]
            label = next(entry.label for entry in table.columns if entry.name == column)
            label = table.label if column in table.key else label
            return spoken(WITHOUT, column=label)
    return NOTHING


def _columns_filled(warehouse: Warehouse, fact: str) -> dict[str, bool]:
    """For each column some metric needs, whether the version holds any value; repeats: whether the site judges them."""
    columns = sorted({name for metric in METRICS.values() if metric.fact == fact for name in metric.needs})
    if not columns:
        return {}
    counts = warehouse.rows(f"SELECT {', '.join(f'count({name})' for name in columns)} FROM {fact}")[0]
    has = dict(zip(columns, (bool(count) for count in counts), strict=True))
    if "repeat_of" in has:
        has["repeat_of"] = bool(warehouse.site.repeat_metres and warehouse.site.repeat_days)
    return has
