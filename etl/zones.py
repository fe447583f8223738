"""Turn wall-clock times into UTC and back by a zone's rules, for whole columns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt

from errors import BadInput
from words import N_

Micros = npt.NDArray[np.int64]

_SECOND, _DAY = 1_000_000, 86_400_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def zone_of(name: str) -> ZoneInfo:
    """The IANA zone of that name; raises BadInput."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadInput(N_("There is no time zone {zone}. Write it like Asia/Shanghai."), zone=name) from error


def offsets(micros: Micros, zone: ZoneInfo, *, of_utc: bool) -> tuple[Micros, Micros]:
    """The zone's offset from UTC (µs) at each time, by PEP 495's fold 0 and fold 1.

    The two differ only for wall-clock times (``of_utc`` False) on a change: the second is less where the time happens
    twice, and more where it never happens.
    """
    if not len(micros):
        return micros.copy(), micros.copy()
    years = np.array([micros.min(), micros.max()], "datetime64[us]").astype("datetime64[Y]").astype(int) + 1970
    changes, before, after = _changes(zone, max(int(years[0]) - 1, 2), min(int(years[1]) + 1, 9998))
    known = after
    if of_utc:
        found = known[np.searchsorted(changes[1:], micros, side="right")]
        return found, found
    # the wall shows a change from the earlier of its two readings on (fold 1), or from the later on (fold 0)
    late, early = changes + np.maximum(before, after), changes + np.minimum(before, after)
    return (
        known[np.searchsorted(late[1:], micros, side="right")],
        known[np.searchsorted(early[1:], micros, side="right")],
    )


@lru_cache(maxsize=32)
def _changes(zone: ZoneInfo, first: int, last: int) -> tuple[Micros, Micros, Micros]:
    """When the offset changes in the years ``first`` to ``last``, in UTC µs, and the offsets before and after.

    Found by asking every day and halving the days on which the answer differs, to the second: no zone is set forth and
    back within a day. An entry of its own begins the list, so that it is never empty.
    """
    days = np.arange(f"{first:04}-01-01", f"{last + 1:04}-01-01", dtype="datetime64[D]").astype(np.int64) * _DAY
    daily = np.array([_offset_at(int(day), zone) for day in days], np.int64)
    changes, before, after = [int(days[0])], [int(daily[0])], [int(daily[0])]
    for place in np.flatnonzero(daily[1:] != daily[:-1]):
        low, high = int(days[place]), int(days[place + 1])
        while high - low > _SECOND:
            middle = (low + high) // 2 // _SECOND * _SECOND
            low, high = (middle, high) if _offset_at(middle, zone) == daily[place] else (low, middle)
        changes.append(high)
        before.append(int(daily[place]))
        after.append(int(daily[place + 1]))
    return np.array(changes, np.int64), np.array(before, np.int64), np.array(after, np.int64)


def _offset_at(micros: int, zone: ZoneInfo) -> int:
    """The offset at a UTC moment, in µs."""
    offset = (_EPOCH + timedelta(microseconds=micros)).astimezone(zone).utcoffset() or timedelta()
    return offset // timedelta(microseconds=1)
