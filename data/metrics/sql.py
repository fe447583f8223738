"""Read the SQL files and fill their placeholders; values stay bound parameters.

Every metric's file is one SELECT over one fact table, called ``fact``, with these placeholders:

``{groups}``    the group expressions as ``g1, g2,`` (empty without grouping)
``{facts}``     the fact table and what it is joined to
``{where}``     the period, the filters and the scope
``{group_by}``  ``GROUP BY 1, 2`` to match, or nothing
``{open}`` ``{closed}`` ``{due}`` ``{accepted}`` ``{case_closed}``  how states count at the moment ``$as_of``, from the
rows of :mod:`enforcement.workflow`

It gives the groups, then ``numerator``, ``denominator``, ``n``, and ``value`` where that is not their quotient.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from data.metrics.facts import Fact
from enforcement.workflow import CASE_STATES, states_of

FOLDER = Path(__file__).parent.parent / "sql"
MOMENT = "$as_of"
#: stands for "everything the version knows" where cubes are built
FOREVER = "TIMESTAMP '9999-12-31 00:00:00'"


@cache
def read_sql(name: str) -> str:
    """The text of ``data/sql/<name>.sql``."""
    return (FOLDER / f"{name}.sql").read_text(encoding="utf-8")


def fill(template: str, **parts: str) -> str:
    """``template`` with every placeholder replaced; a placeholder without a part is a KeyError."""
    return re.sub(r"\{(\w+)\}", lambda match: parts[match[1]], template)


def bound_in(sql: str, values: Mapping[str, object]) -> dict[str, object]:
    """Those of ``values`` that ``sql`` names: DuckDB refuses the rest."""
    named = set(re.findall(r"\$(\w+)", sql))
    return {name: value for name, value in values.items() if name in named}


def source_sql(fact: Fact, expressions: Sequence[str]) -> str:
    """The FROM of ``fact``, joined to what the expressions need and to nothing else."""
    table = f"({read_sql(fact.table)}) AS fact" if fact.derived else f"{fact.table} AS fact"
    joins = [join for alias, join in fact.joins.items() if any(f"{alias}." in text for text in expressions)]
    return "\n".join([table, *joins])


def _listed(keys: tuple[str, ...]) -> str:
    return ", ".join(f"'{key}'" for key in keys)


def rules(moment: str = MOMENT) -> dict[str, str]:
    """How states count at ``moment``, as SQL conditions on ``fact``."""
    state = "coalesce(fact.state, 'open')"
    running, closed = _listed(states_of("running")), _listed(states_of("closed"))
    cases = _listed(states_of("closed", rows=CASE_STATES))
    return {
        "open": f"(fact.opened_at <= {moment} AND ({state} IN ({running})"
        f" OR ({state} IN ({closed}) AND fact.closed_at > {moment})))",
        "closed": f"({state} IN ({closed}) AND (fact.closed_at IS NULL OR fact.closed_at <= {moment}))",
        "due": f"{state} IN ({running}, {closed})",
        "accepted": f"{state} NOT IN ({_listed(states_of('struck'))})",
        "case_closed": f"coalesce(fact.state, 'closed') IN ({cases})",
    }
