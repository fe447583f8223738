"""List the metrics counted over dispatches, cases and data faults."""

from __future__ import annotations

from data.metrics.cohorts import CASES, DISPATCHES, FAULTS
from data.metrics.declare import count, share
from data.metrics.metric import Metric
from words import Words

OTHER_METRICS: tuple[Metric, ...] = (
    count(
        "findings",
        "data faults",
        "数据疑点",
        Words(
            "faults found on rows that were loaded: questions, not verdicts; each fault of a row once",
            "已装入数据行上的疑点数：是疑问而非结论，每行每种计一次",
        ),
        Words("All faults the data version holds; no period applies.", "数据版本中的全部疑点，不适用期间。"),
        fact="findings",
        clock="",
        unit=FAULTS,
        better="down",
    ),
    count(
        "dispatches",
        "dispatches",
        "派遣量",
        Words("times a squad was sent in the period", "期内派遣队伍的次数"),
        Words(
            "Dispatches by the time the squad was sent, whatever became of the incident.",
            "按派遣时间统计的全部派遣，不论事件状态。",
        ),
        fact="dispatches",
        clock="dispatched",
        unit=DISPATCHES,
        needs=("dispatch_id",),
    ),
    count(
        "dispatches_never_on_scene",
        "dispatches never on scene",
        "派遣未到场",
        Words(
            "squads sent in the period without a time on scene by the moment of asking",
            "期内派遣、截至统计时刻无到场时间的次数",
        ),
        Words(
            "Dispatches by the time the squad was sent; those still under way are included.",
            "按派遣时间统计，含仍在途的。",
        ),
        fact="dispatches",
        clock="dispatched",
        unit=DISPATCHES,
        needs=("dispatch_id",),
        better="down",
        as_of=True,
    ),
    count(
        "cases_filed",
        "cases filed",
        "立案数",
        Words("legal cases filed in the period", "期内立案的案件数"),
        Words("Cases by filing date, whatever their state.", "按立案时间统计的全部案件，不论状态。"),
        fact="cases",
        clock="filed",
        unit=CASES,
        needs=("case_id",),
    ),
    count(
        "cases_closed",
        "cases closed",
        "结案数",
        Words("legal cases closed in the period", "期内结案的案件数"),
        Words(
            "Cases by closing date, those ended without penalty included; withdrawn and transferred ones are "
            "not closed.",
            "按结案时间统计，含不予处罚；撤销立案、移送的不计。",
        ),
        fact="cases",
        clock="closed",
        unit=CASES,
        needs=("case_id",),
        as_of=True,
        without=frozenset({"state"}),
    ),
    share(
        "publication_rate",
        "publication rate",
        "公示率",
        Words("published by the moment of asking", "截至统计时刻已公示"),
        Words("decided in the period and to be published", "期内决定且应公示"),
        Words("Cases decided in the period whose decision must be made public.", "期内作出决定且决定应当公示的案件。"),
        fact="cases",
        clock="decided",
        better="up",
        needs=("to_publish",),
    ),
    share(
        "case_simple_share",
        "simple-procedure share",
        "简易程序占比",
        Words("under the simple procedure", "适用简易程序"),
        Words("cases filed in the period whose procedure is known", "期内立案且程序明确的案件"),
        Words("Cases by filing date, whatever their state.", "按立案时间统计的全部案件，不论状态。"),
        fact="cases",
        clock="filed",
        better="none",
        as_of=False,
        needs=("procedure",),
        without=frozenset({"procedure"}),
    ),
)
