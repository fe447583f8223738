"""Write the data dictionary and the metric list from the registries, so that neither can be out of date.

``python -m data docs`` writes both; a test compares them with what the registries say.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from data.metrics.facts import FACTS
from data.metrics.groupings import GROUPINGS
from data.metrics.metric import NOTHING, Metric
from data.metrics.registry import METRICS
from data.metrics.sql import read_sql
from data.periods import RELATIVE
from data.schema import TABLES, Table
from enforcement.workflow import CASE_STAGES, CASE_STATES, INCIDENT_STATES, INCIDENT_STEPS, OUTCOMES

DOCS = Path(__file__).parent.parent / "docs"
GENERATED = "<!-- written by `python -m data docs` from the registries: change those, not this -->\n"
KINDS = {"reference": "reference", "fact": "facts", "book": "books of the loads"}
PERSONAL = {"words": "free words", "name": "a name", "phone": "a phone number", "position": "a person's position"}
BETTER = {"up": "higher is better", "down": "lower is better", "none": "neither is better"}


def documents() -> dict[str, str]:
    """File name in ``docs/`` to its text."""
    return {"data-dictionary.md": data_dictionary(), "metrics.md": metric_list()}


def write_documents(folder: Path = DOCS) -> list[Path]:
    """Write both documents; gives those that changed."""
    changed = []
    for name, text in documents().items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed


def _rows(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    titles = list(head)
    lines = [titles, ["---"] * len(titles), *(list(row) for row in rows)]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def data_dictionary() -> str:
    """Every table and column: type, unit, both words, meaning."""
    parts = [
        "# Data dictionary 数据字典\n",
        GENERATED,
        "Times are naive UTC; a column ending in `_local` is the same moment on the site's wall clock. Geometry is WKB "
        "in WGS84. Columns marked *personal* are masked unless a role needs them; columns marked *Art. 74* are shown "
        "on their own case only and can be asked, ranked or summed nowhere (行政处罚法 74).\n",
        _rows(
            ("table", "表", "kind", "rows"),
            ((f"[`{t.name}`](#{t.name})", t.label.zh, KINDS[t.kind], t.meaning) for t in TABLES.values()),
        ),
        *(_table(table) for table in TABLES.values()),
        _cubes(),
        _workflow(),
    ]
    return "\n".join(parts)


def _table(table: Table) -> str:
    rows = (
        (
            f"`{column.name}`",
            column.type,
            column.unit,
            column.label.en,
            column.label.zh,
            column.meaning,
            "; ".join(
                note
                for note in (
                    f"personal: {PERSONAL[column.personal]}" if column.personal else "",
                    "Art. 74" if column.art74 else "",
                )
                if note
            ),
        )
        for column in table.columns
    )
    return (
        f"## {table.name}\n\n{table.label.en} · {table.label.zh}. {table.meaning} Key: {', '.join(table.key)}.\n\n"
        + _rows(("column", "type", "unit", "label", "标签", "meaning", "note"), rows)
    )


def _cubes() -> str:
    """The coarse cubes, with the SQL that builds them."""
    blocks = (f"### {name}\n\n```sql\n{read_sql(name)}```\n" for name in ("cube_opened", "cube_due", "cube_arrival"))
    head = "## Cubes\n\nCoarse counts built with every version; they answer what they can answer exactly.\n"
    return "\n".join([head, *blocks])


def _workflow() -> str:
    states = [
        (kind, f"`{state.key}`", *state.label, state.cohort, *state.rule)
        for kind, rows in (("incident", INCIDENT_STATES), ("case", CASE_STATES))
        for state in rows
    ]
    steps = [
        (kind, f"`{step.key}`", *step.label, step.kind, ", ".join(step.start) or "–", step.to or "–", step.needs)
        for kind, rows in (("incident", INCIDENT_STEPS), ("case", CASE_STAGES))
        for step in rows
    ]
    return "\n".join(
        [
            "## States\n",
            _rows(("of", "key", "state", "状态", "cohort", "how it counts", "计数规则"), states),
            "## Steps and moves\n",
            _rows(("of", "key", "step", "环节", "kind", "from", "to", "needs"), steps),
            "## Outcomes\n",
            _rows(("key", "outcome", "处置结果"), ((f"`{key}`", *label) for key, label in OUTCOMES)),
        ]
    )


def metric_list() -> str:
    """Every metric: words, formula, cohort, groupings and SQL."""
    return "\n".join(
        [
            "# Metrics 指标\n",
            GENERATED,
            "A value carries its numerator, denominator, n, period and data version. A rate counts what fell *due* in "
            "the period, as of a stated moment; running clocks are not yet counted. A rate or quantile is computed "
            "again at every level, never averaged. Below its least n a value is kept but marked. No metric, grouping, "
            "filter or order reads a fine or a confiscation (行政处罚法 74).\n",
            _rows(
                ("key", "label", "标签", "unit", "better"),
                ((f"[`{m.key}`](#{m.key})", *m.label, m.unit.en, m.better) for m in METRICS.values()),
            ),
            _periods(),
            _groupings(),
            *(_metric(metric) for metric in METRICS.values()),
        ]
    )


def _periods() -> str:
    words = _rows(("word", "period", "期间"), ((f"`{word}`", *label) for word, (label, _) in RELATIVE.items()))
    return (
        "## Periods\n\n`since` and `until` are site dates (`until` exclusive) or one of these words, resolved on the "
        "site's wall clock at the moment of asking. Weeks are ISO weeks; `last_n_days` ends with today.\n\n" + words
    )


def _groupings() -> str:
    rows = (
        (f"`{key}`", *grouping.label, ", ".join(name for name, fact in FACTS.items() if key in fact.columns) or "all")
        for key, grouping in GROUPINGS.items()
    )
    return (
        "## Groupings and filters\n\nEvery grouping except date, week and month is also a filter; the empty text is "
        "its missing group. Hour and weekday are those of the report; date, week and month are those of the metric's "
        "own clock.\n\n" + _rows(("key", "grouping", "分组", "facts"), rows)
    )


def _metric(metric: Metric) -> str:
    when = metric.when
    below = metric.denominator
    facts = [
        ("label", *metric.label),
        ("definition", *metric.definition),
        ("numerator", *metric.numerator),
        *([("denominator", *below)] if below != NOTHING else []),
        ("which rows count", *metric.cohort),
        ("period by", *(when.label if when else ("none: a state now", "无：当前状态"))),
    ]
    traits = [
        f"unit {metric.unit.en}",
        BETTER[metric.better],
        "additive" if metric.additive else "not additive: computed again at every level",
        f"marked below n = {metric.min_n} (a site may set its own)" if metric.min_n else "never marked for few rows",
        f"needs {', '.join(metric.needs)}" if metric.needs else "",
        f"also in {metric.cube.table}" if metric.cube else "",
    ]
    return (
        f"## {metric.key}\n\n{_rows(('', 'en', 'zh'), facts)}\n{'; '.join(trait for trait in traits if trait)}.\n\n"
        f"Groupings: {', '.join(metric.groupings)}.\n\n```sql\n{read_sql(metric.file)}```\n"
    )
