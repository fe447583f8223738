"""Give a map the values of an answer, and nothing else: what a map shows is what the table says."""

from __future__ import annotations

from data.metrics.answer import Answer
from errors import BadQuestion


def values(answer: Answer) -> dict[str, float | None]:
    """Code to value for every group of an answer by one grouping; the missing group has no place on a map.

    None: nothing can be said there (for a rate: nothing was due).
    """
    if len(answer.by) != 1:
        raise BadQuestion("a map shows one grouping, not {n}", n=len(answer.by))
    return {str(row.group): row.value for row in answer.rows if row.group is not None}
