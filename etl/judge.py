"""Judge rows against each other and against lists: order of times, duplicate ids, unknown codes."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from etl.faults import Flaw
from etl.times import Instants, Text, trimmed


def judge_closed(opened: Instants, closed: Instants) -> list[Flaw]:
    """``closed_before_opened`` for each row closed before it was opened; empty times are not judged."""
    wrong = np.flatnonzero(closed < opened)
    return [
        Flaw(int(i), "closed_before_opened", {"opened": _shown(opened[i]), "closed": _shown(closed[i])}) for i in wrong
    ]


def judge_steps(steps: Mapping[str, Instants]) -> list[Flaw]:
    """``negative_step`` for each step earlier than the filled step next before it, in the order of ``steps``."""
    flaws: list[Flaw] = []
    last: Instants | None = None
    source = np.array([])
    names = list(steps)
    for number, times in enumerate(steps.values()):
        if last is None:
            last, source = times.copy(), np.zeros(len(times), np.int64)
            continue
        for i in np.flatnonzero(times < last):
            values = {"earlier": names[source[i]], "later": names[number]}
            values |= {"first": _shown(last[i]), "second": _shown(times[i])}
            flaws.append(Flaw(int(i), "negative_step", values))
        filled = ~np.isnat(times)
        last[filled], source[filled] = times[filled], number
    return sorted(flaws, key=lambda flaw: flaw.index)


def judge_duplicates(
    ids: Text, *, rows: npt.NDArray[np.int64], content: npt.NDArray[np.uint64]
) -> tuple[npt.NDArray[np.bool_], list[Flaw]]:
    """Which rows repeat an earlier row's id.

    Parameters
    ----------
    rows
        The row numbers to name in the message.
    content
        A hash of each row.

    Returns
    -------
    A mask of rows identical to the first row of their id (to be counted), and ``duplicate_id`` flaws for rows that
    differ from it. Rows without an id are left alone.
    """
    text = trimmed(ids)
    codes, _ = pd.factorize(text.to_pandas(), use_na_sentinel=True)
    first = np.full(codes.max(initial=-1) + 1, len(codes), np.int64)
    named = np.flatnonzero(codes >= 0)
    np.minimum.at(first, codes[named], named)
    again = named[first[codes[named]] != named]
    origin = first[codes[again]]
    same = content[again] == content[origin]
    identical = np.zeros(len(codes), bool)
    identical[again[same]] = True
    flaws = [
        Flaw(int(i), "duplicate_id", {"id": text[int(i)].as_py(), "first": int(rows[j])})
        for i, j in zip(again[~same], origin[~same], strict=True)
    ]
    return identical, flaws


def judge_known(column: Text, known: Collection[str], *, code: str) -> list[Flaw]:
    """``code`` (``unknown_item`` or ``unknown_area``) for each value not in ``known``; empty values are not judged."""
    text = trimmed(column)
    listed = pc.is_in(text, value_set=pa.array(list(known), pa.string()))
    wrong = np.flatnonzero(np.asarray(pc.is_valid(text)) & ~np.asarray(listed))
    return [Flaw(int(i), code, {"value": text[int(i)].as_py()}) for i in wrong]


def _shown(moment: np.datetime64) -> str:
    """A moment for a message, to the second."""
    return str(moment.astype("datetime64[s]")).replace("T", " ")
