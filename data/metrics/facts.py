"""Say, for each fact table, which expression gives each grouping and which moments a period can be counted by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from data.schema import LEVELS
from words import Words

CELLS = ("cell7", "cell8", "cell9")


@dataclass(frozen=True)
class Clock:
    """A moment of a fact by which a period counts it; ``local`` names its site-time column where the load wrote one."""

    label: Words
    utc: str
    local: str = ""


@dataclass(frozen=True)
class Fact:
    """One fact table as questions see it.

    Attributes
    ----------
    table
        Name of the table, or of the SQL file whose rows stand for it.
    columns
        Grouping to SQL expression over ``fact`` and the aliases in ``joins``.
    clocks
        The moments a period can be counted by.
    joins
        Alias to JOIN, added only where an expression uses the alias. Each finds at most one row.
    """

    key: str
    label: Words
    table: str
    columns: Mapping[str, str]
    clocks: Mapping[str, Clock]
    known: str = ""
    joins: Mapping[str, str] = field(default_factory=dict)
    derived: bool = False


def _own(*names: str) -> dict[str, str]:
    return {name: f"fact.{name}" for name in names}


_ITEM = {"item": "LEFT JOIN items AS item ON item.code = fact.item"}
_INCIDENT = {"incident": "LEFT JOIN incidents AS incident ON incident.incident_id = fact.incident_id"}

FACTS: dict[str, Fact] = {
    fact.key: fact
    for fact in (
        Fact(
            "incidents",
            Words("incidents", "事件"),
            "incidents",
            {
                **_own(*LEVELS, *CELLS, "item", "channel", "squad", "source", "outcome", "state", "urgency", "located"),
                "domain": "item.domain",
                "hour": "fact.local_hour",
                "weekday": "fact.weekday",
            },
            {
                "opened": Clock(Words("first reported", "首次上报"), "fact.opened_at", "fact.opened_local"),
                "due": Clock(Words("deadline for closure", "办结时限届满"), "fact.due_at"),
                "arrival_due": Clock(Words("arrival minutes over", "到场时限届满"), "fact.arrival_due_at"),
            },
            known="fact.opened_at",
            joins=_ITEM,
        ),
        Fact(
            "reports",
            Words("reports", "上报"),
            "reports",
            {
                **_own(*LEVELS, *CELLS, "item", "channel", "source", "located"),
                "domain": "item.domain",
                "hour": "hour(fact.reported_local)",
                "weekday": "isodow(fact.reported_local)",
            },
            {"reported": Clock(Words("reported", "上报"), "fact.reported_at", "fact.reported_local")},
            known="fact.reported_at",
            joins=_ITEM,
        ),
        Fact(
            "dispatches",
            Words("dispatches", "派遣"),
            "dispatches",
            {
                **{name: f"incident.{name}" for name in (*LEVELS, *CELLS, "channel", "state", "located")},
                **_own("township", "grid", "item", "squad", "source"),
                "domain": "item.domain",
                "hour": "hour(fact.dispatched_local)",
                "weekday": "isodow(fact.dispatched_local)",
            },
            {"dispatched": Clock(Words("dispatched", "派遣"), "fact.dispatched_at", "fact.dispatched_local")},
            known="fact.dispatched_at",
            joins={**_ITEM, **_INCIDENT},
        ),
        Fact(
            "cases",
            Words("cases", "案件"),
            "cases",
            {
                **_own(*LEVELS, *CELLS, "item", "source", "state", "procedure", "located"),
                "domain": "item.domain",
                "hour": "hour(fact.filed_local)",
                "weekday": "isodow(fact.filed_local)",
            },
            {
                "filed": Clock(Words("filed", "立案"), "fact.filed_at", "fact.filed_local"),
                "decided": Clock(Words("decided", "作出决定"), "fact.decided_at"),
                "closed": Clock(Words("closed", "结案"), "fact.closed_at"),
            },
            known="fact.filed_at",
            joins=_ITEM,
        ),
        Fact(
            "findings",
            Words("findings", "数据疑点"),
            "findings_rows",
            {**_own(*LEVELS, "item", "source", "fault"), "table": "fact.of_table", "domain": "item.domain"},
            {},
            joins=_ITEM,
            derived=True,
        ),
    )
}
