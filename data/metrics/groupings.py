"""Name every grouping a metric can be asked by, its words, and what its missing group is called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from data.schema import LEVEL_WORDS, LEVELS
from words import Words

Naming = Literal["area", "item", "squad", "listed", "plain", "hour", "weekday", "time", "cell"]

NOT_LOCATED = Words("not located", "未定位")
NOT_STATED = Words("not stated", "未填")
EVERYTHING = Words("all", "全部")


@dataclass(frozen=True)
class Grouping:
    """One grouping: its key, words, where its groups get their names, and the words of the missing group."""

    key: str
    label: Words
    naming: Naming
    missing: Words = NOT_STATED

    @property
    def is_time(self) -> bool:
        """Whether it follows the metric's own clock: such a grouping is no filter (the period is)."""
        return self.naming == "time"


GROUPINGS: dict[str, Grouping] = {
    grouping.key: grouping
    for grouping in (
        *(Grouping(level, LEVEL_WORDS[level], "area", NOT_LOCATED) for level in LEVELS),
        Grouping("cell7", Words("H3 cell 7", "H3 单元 7 级"), "cell", NOT_LOCATED),
        Grouping("cell8", Words("H3 cell 8", "H3 单元 8 级"), "cell", NOT_LOCATED),
        Grouping("cell9", Words("H3 cell 9", "H3 单元 9 级"), "cell", NOT_LOCATED),
        Grouping("item", Words("item", "事项"), "item"),
        Grouping("domain", Words("domain", "领域"), "plain"),
        Grouping("channel", Words("channel", "渠道"), "listed"),
        Grouping("squad", Words("squad", "队伍"), "squad", Words("no squad", "无队伍")),
        Grouping("source", Words("source", "来源"), "plain"),
        Grouping("outcome", Words("outcome", "处置结果"), "listed"),
        Grouping("state", Words("state", "状态"), "listed"),
        Grouping("procedure", Words("procedure", "程序"), "listed"),
        Grouping("urgency", Words("urgency", "紧急程度"), "plain"),
        Grouping("located", Words("located by", "定位方式"), "listed"),
        Grouping("fault", Words("data fault", "疑点"), "listed"),
        Grouping("table", Words("table", "表"), "listed"),
        Grouping("hour", Words("hour of the report", "上报小时"), "hour"),
        Grouping("weekday", Words("weekday of the report", "上报星期"), "weekday"),
        Grouping("date", Words("date", "日期"), "time", Words("no date", "无日期")),
        Grouping("week", Words("week", "周"), "time", Words("no date", "无日期")),
        Grouping("month", Words("month", "月"), "time", Words("no date", "无日期")),
    )
}

#: the time groupings, from the site-local expression of the metric's clock
TIME_SQL = {
    "date": "CAST({local} AS DATE)",
    "week": "CAST(date_trunc('week', {local}) AS DATE)",
    "month": "CAST(date_trunc('month', {local}) AS DATE)",
}

WEEKDAYS = (
    Words("Monday", "星期一"),
    Words("Tuesday", "星期二"),
    Words("Wednesday", "星期三"),
    Words("Thursday", "星期四"),
    Words("Friday", "星期五"),
    Words("Saturday", "星期六"),
    Words("Sunday", "星期日"),
)

LOCATED = {
    "in": Words("inside one area", "区内"),
    "edge": Words("on a shared edge", "在公共边界"),
    "several": Words("in overlapping areas", "区划重叠"),
    "nearest": Words("nearest area", "就近"),
    "stated": Words("area named by the source", "来源所述"),
    "none": Words("in no area", "区划外"),
}

#: the questions a load may raise about a row it keeps (etl.faults), in short; any other is shown by its code
FAULTS = {
    "no_coordinates": Words("no position", "无坐标"),
    "outside": Words("outside all areas", "区划外"),
    "several_areas": Words("in several areas", "落入多个区划"),
    "area_disagrees": Words("area disagrees with the source", "区划与来源不符"),
    "year_out_of_range": Words("year out of range", "年份超出范围"),
    "closed_before_opened": Words("closed before opened", "办结早于上报"),
    "negative_step": Words("a step before the one it follows", "环节时间倒置"),
    "never_on_scene": Words("never on scene", "派遣未到场"),
    "double_booked": Words("squad sent twice at once", "队伍重复派遣"),
    "empty_code": Words("area without a code", "区划无编码"),
    "duplicate_code": Words("one code on several areas", "区划编码重复"),
    "emptied": Words("value emptied", "值已清空"),
}
