"""Word the cohorts: which rows a metric counts, by which clock, and what becomes of the exceptional ones."""

from __future__ import annotations

from words import Words

INCIDENTS = Words("incidents", "件")
REPORTS = Words("reports", "次")
DISPATCHES = Words("dispatches", "次")
CASES = Words("cases", "件")
FAULTS = Words("faults", "处")
SHARE = Words("%", "%")
SECONDS = Words("s", "秒")
SCORE = Words("z", "z 值")

FEW = 30

OPENED = Words("Incidents first reported in the period, whatever their state.", "期内首次上报的全部事件，不论状态。")
ACCEPTED = Words(
    "Incidents first reported in the period. Declined and void ones are left out; suspended, transferred and reopened "
    "ones count.",
    "期内首次上报的事件。不予受理、作废的不计；挂账、移送、重开的计入。",
)
DUE = Words(
    "Incidents whose deadline in force fell in the period and has passed at the moment of asking; running clocks are "
    "not yet counted. Extended: by the extended deadline. Suspended, transferred, declined and void: not counted. "
    "Reopened: closed only by the last closing.",
    "现行时限在期内届满、且截至统计时刻已届满的事件（应办结）；时限未到的暂不计。延期的按延期后时限；挂账、移送、不予受理、作废的不计；"
    "重开的以最后一次办结为准。",
)
ARRIVAL = Words(
    "Incidents that need someone on scene whose arrival minutes, counted from the first report, ran out in the period "
    "and by the moment of asking. Declined and void ones are left out; suspended, transferred and reopened ones count; "
    "an extension does not move this clock.",
    "需到场、自首次上报起算的到场时限在期内且截至统计时刻已届满的事件。不予受理、作废的不计；挂账、移送、重开的计入；延期不影响到场时限。",
)
REACHED = Words(ARRIVAL.en + " Of these, the ones a squad reached.", ARRIVAL.zh + "其中已到场的。")
OPEN = Words(
    "The state at the moment of asking; no period applies. Suspended, transferred, declined and void ones are not "
    "open; a reopened one is. For a past moment, closings after it are undone; other states are as the data "
    "version has them.",
    "统计时刻的状态，不适用期间。挂账、移送、不予受理、作废的不算未办结；重开的算。统计过去时刻时，其后的办结视为未发生，"
    "其余状态以数据版本为准。",
)
