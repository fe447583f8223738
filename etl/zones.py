"""Turn wall-clock times into UTC and back by a zone's rules, for whole columns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt

from errors import BadInput
from words import N_

Micros = npt.NDArray[np.int64]

#: µs: today's zones change only on quarter hours, so one look-up serves each; older changes are looked up one by one.
_QUARTER = 900_000_000


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
    buckets, inverse = np.unique(micros // _QUARTER, return_inverse=True)
    firsts = np.array([_offset_at(int(bucket) * _QUARTER, zone, of_utc) for bucket in buckets], np.int64)
    lasts = np.array([_offset_at((int(bucket) + 1) * _QUARTER - 1, zone, of_utc) for bucket in buckets], np.int64)
    found = firsts[inverse].reshape(-1, 2)
    for index in np.flatnonzero((firsts != lasts).any(axis=1)[inverse]):
        found[index] = _offset_at(int(micros[index]), zone, of_utc)
    return found[:, 0], found[:, 1]


def _offset_at(micros: int, zone: ZoneInfo, of_utc: bool) -> tuple[int, int]:
    moment = datetime(1970, 1, 1) + timedelta(microseconds=micros)
    if of_utc:
        offset = moment.replace(tzinfo=UTC).astimezone(zone).utcoffset() or timedelta()
        return (offset // timedelta(microseconds=1),) * 2
    first, second = (moment.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta() for fold in (0, 1))
    return first // timedelta(microseconds=1), second // timedelta(microseconds=1)
