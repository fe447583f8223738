"""List the states, steps, moves and outcomes of an incident and of a case, as rows a lawyer can read.

Incidents follow GB/T 30428 (立案 and 结案 are kept for legal cases); cases follow the Administrative Penalty Law
行政处罚法 (2021). Labels are plain (English, Chinese) pairs. How a state counts in an indicator's cohort stands beside
the state, because it is part of what the indicator means.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Label = tuple[str, str]

Cohort = Literal["running", "closed", "paused", "left", "struck"]
"""How a state counts towards what was due.

running: its clock runs, it is due at its deadline.
closed: ended by us, due and done.
paused (挂账): the clock stands still, not due until it runs again.
left (移送): another authority's clock, not due here.
struck (不予受理, 作废): never ours to deal with, in no rate.
"""


@dataclass(frozen=True)
class State:
    """One state: its key in the warehouse, its words, how it counts, and why."""

    key: str
    label: Label
    cohort: Cohort
    rule: Label


@dataclass(frozen=True)
class Step:
    """One step or move of the flow: its key, its words, the states it may start from and the state it leads to.

    ``to`` empty: the state stays as it is. ``needs`` names what must be given with it.
    """

    key: str
    label: Label
    kind: Literal["step", "move"]
    start: tuple[str, ...]
    to: str = ""
    needs: str = ""


INCIDENT_STATES: tuple[State, ...] = (
    State(
        "open",
        ("open", "未办结"),
        "running",
        ("due at its deadline in force, extensions granted included", "按现行时限（含已批准延期）计入应办结"),
    ),
    State(
        "closed",
        ("closed", "已办结"),
        "closed",
        (
            "due, and closed; a reopened incident is open again until its last closing",
            "应办结且已办结；重开后以最后一次办结为准",
        ),
    ),
    State(
        "suspended",
        ("suspended", "挂账"),
        "paused",
        ("not due while suspended: the clock stands still", "挂账期间时限中止，不计入应办结"),
    ),
    State(
        "transferred",
        ("transferred", "已移送"),
        "left",
        ("not due here: another authority's clock runs", "由接收机关计时，本级不计入应办结"),
    ),
    State(
        "declined",
        ("declined", "不予受理"),
        "struck",
        ("in no rate: not accepted", "未受理，不计入任何比率"),
    ),
    State(
        "void",
        ("void", "作废"),
        "struck",
        ("in no rate: entered in error", "误录作废，不计入任何比率"),
    ),
)

CASE_STATES: tuple[State, ...] = (
    State("open", ("open", "在办"), "running", ("its clock runs", "在办计时")),
    State("closed", ("closed", "结案"), "closed", ("closed", "已结案")),
    State("withdrawn", ("withdrawn", "撤销立案"), "struck", ("filing withdrawn: in no rate", "撤销立案，不计入比率")),
    State("transferred", ("transferred", "移送"), "left", ("another authority's case", "由接收机关办理")),
    State(
        "no_penalty",
        ("no penalty", "不予处罚"),
        "closed",
        ("ended without penalty, Art. 33", "依第33条不罚"),
    ),
)

INCIDENT_STEPS: tuple[Step, ...] = (
    Step("report", ("report", "上报"), "step", (), "open"),
    Step("precheck", ("precheck", "核实"), "step", ("open",)),
    Step("accept", ("accept", "受理"), "step", ("open",)),
    Step("decline", ("decline", "不予受理"), "step", ("open",), "declined", "reason"),
    Step("dispatch", ("dispatch", "派遣"), "step", ("open",)),
    Step("acknowledge", ("acknowledge", "接单"), "step", ("open",)),
    Step("arrive", ("on scene", "到场"), "step", ("open",)),
    Step("handle", ("handle", "处置"), "step", ("open",)),
    Step("feedback", ("feedback", "反馈"), "step", ("open",)),
    Step("verify", ("verify", "核查"), "step", ("open",)),
    Step("close", ("close", "办结"), "step", ("open",), "closed"),
    Step("return", ("return", "退单"), "move", ("open",), "", "reason"),
    Step("rework", ("rework", "返工"), "move", ("open",)),
    Step("extend", ("extend", "延期"), "move", ("open",)),
    Step("suspend", ("suspend", "挂账"), "move", ("open",), "suspended", "approver"),
    Step("resume", ("resume", "恢复计时"), "move", ("suspended",), "open"),
    Step("void", ("void", "作废"), "move", ("open", "suspended"), "void", "reason"),
    Step("transfer", ("transfer", "移送"), "move", ("open", "suspended"), "transferred"),
    Step("open_case", ("open a case", "转案件"), "move", ("open",)),
    Step("reopen", ("reopen", "重开"), "move", ("closed",), "open", "reason"),
)

CASE_STAGES: tuple[Step, ...] = (
    Step("register", ("register", "登记受理"), "step", (), "open"),
    Step("file", ("file", "立案审批"), "step", ("open",)),
    Step("investigate", ("investigate", "调查取证"), "step", ("open",)),
    Step("legal_review", ("legal review", "法制审核"), "step", ("open",)),
    Step("discuss", ("collective discussion", "集体讨论"), "step", ("open",)),
    Step("notice", ("prior notice", "事先告知"), "step", ("open",)),
    Step("defence", ("statement, defence and review", "陈述申辩/复核"), "step", ("open",)),
    Step("hearing", ("hearing", "听证"), "step", ("open",)),
    Step("decide", ("decision", "决定"), "step", ("open",)),
    Step("serve", ("service", "送达"), "step", ("open",)),
    Step("publish", ("publish", "公示"), "step", ("open",)),
    Step("pay", ("payment", "缴纳"), "step", ("open",)),
    Step("remind", ("reminder", "催告"), "step", ("open",)),
    Step("enforce", ("application for enforcement", "申请强制执行"), "step", ("open",)),
    Step("close", ("closing approval", "结案审批"), "step", ("open",), "closed"),
    Step("archive", ("archive", "归档"), "step", ("closed", "no_penalty", "withdrawn")),
    Step("on_the_spot", ("on-the-spot penalty", "当场处罚"), "move", ("open",)),
    Step("no_penalty", ("no penalty", "不予处罚"), "move", ("open",), "no_penalty", "reason"),
    Step("withdraw", ("withdraw the filing", "撤销立案"), "move", ("open",), "withdrawn", "reason"),
    Step("criminal_transfer", ("criminal transfer", "行刑衔接"), "move", ("open",), "transferred"),
    Step("reconsideration", ("reconsideration", "复议"), "move", ("open", "closed")),
    Step("litigation", ("litigation", "诉讼"), "move", ("open", "closed")),
)

#: how an incident ended: key and words
OUTCOMES: tuple[tuple[str, Label], ...] = (
    ("persuaded", ("persuaded", "劝导")),
    ("stopped", ("stopped and corrected", "制止纠正")),
    ("correction_ordered", ("correction ordered", "责令改正")),
    ("simple_penalty", ("simple penalty", "简易处罚")),
    ("case_opened", ("case opened", "转立案")),
    ("transferred", ("transferred", "移送")),
    ("unfounded", ("no such fact", "无此事实")),
    ("duplicate", ("already reported", "重复上报")),
    ("resolved", ("dealt with", "已办理")),
    ("referred", ("referred elsewhere", "转介其他单位")),
)

#: who reported: key and words; a site may keep its source's own words
CHANNELS: tuple[tuple[str, Label], ...] = (
    ("patrol", ("patrol", "巡查发现")),
    ("hotline", ("hotline", "12345热线")),
    ("department", ("department", "部门转办")),
    ("public", ("public", "公众上报")),
    ("device", ("device", "设备感知")),
)

PROCEDURES: tuple[tuple[str, Label], ...] = (
    ("simple", ("simple", "简易程序")),
    ("ordinary", ("ordinary", "普通程序")),
)


def states_of(*cohorts: Cohort, rows: Iterable[State] = INCIDENT_STATES) -> tuple[str, ...]:
    """The keys of the states that count as any of ``cohorts``, in the order they are listed."""
    return tuple(state.key for state in rows if state.cohort in cohorts)


def may_follow(step: str, state: str, *, rows: Iterable[Step] = INCIDENT_STEPS) -> bool:
    """Whether ``step`` may be taken from ``state``; a step without a start begins the flow and follows nothing."""
    return any(row.key == step and state in row.start for row in rows)
