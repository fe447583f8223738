"""Say at which stage of the flow an incident lost its time.

One that stands still lost it at the stage it waits for. One that went through lost it where it took longest past the
usual: the median of that stage in the unit's own past weeks. Each failure has one stage, so that the failures by stage
sum to the failures. A repeat came back after the flow was over: it has none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from enforcement.workflow import INCIDENT_STEPS
from words import Words

#: the stages in order; each ends at the moment of the same place in a case's moments
STAGES = ("accept", "dispatch", "acknowledge", "arrive", "handle", "close")
#: what each measure's clock runs through
OF_MEASURE: dict[str, tuple[str, ...]] = {
    "arrival_rate_15": STAGES[:4],
    "on_time_closure_rate": STAGES,
    "overdue_backlog": STAGES,
    "repeat_rate": (),
}
STAGE_WORDS = {step.key: Words(*step.label) for step in INCIDENT_STEPS if step.key in STAGES}


def stage_of(
    opened: datetime, moments: Sequence[datetime | None], usual: Mapping[str, float], *, stages: Sequence[str] = STAGES
) -> str | None:
    """The stage that lost the time; None where ``stages`` is empty.

    Parameters
    ----------
    opened : first report.
    moments : when each of :data:`STAGES` ended, in their order; None: never, or not recorded.
    usual : seconds each stage usually takes; a stage without one takes 0.
    stages : those that count, a leading part of :data:`STAGES`.

    A stage skipped over (a later one is recorded) took no time of its own. Of stages equally far past the usual the
    earliest is named.
    """
    if not stages:
        return None
    ends = list(moments[: len(stages)])
    known = [place for place, end in enumerate(ends) if end is not None]
    last = known[-1] if known else -1
    if last < len(stages) - 1:
        return stages[last + 1]
    begun, longest, found = opened, float("-inf"), stages[-1]
    for stage, end in zip(stages, ends, strict=True):
        if end is None:
            continue
        past = (end - begun).total_seconds() - usual.get(stage, 0.0)
        if past > longest:
            longest, found = past, stage
        begun = end
    return found
