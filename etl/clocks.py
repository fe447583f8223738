"""Work out deadlines from a clock: so many minutes, hours of work, days or days of work.

Work time is provisional: Monday to Friday, 09:00 to 17:00 on the site's wall clock. The legal calendar (public
holidays, made-up working days) replaces it, and with it every deadline, when it is loaded.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from etl.mapping import local_of

Instants = npt.NDArray[np.datetime64]
Floats = npt.NDArray[np.float64]

OPENS_H, CLOSES_H = 9, 17
_HOUR = 3_600_000_000
_DAY = 24 * _HOUR
_SHIFT = (CLOSES_H - OPENS_H) * _HOUR


def due_at(start: Instants, *, amount: Floats, kind: npt.NDArray[np.object_], zone: str) -> Instants:
    """The deadline of each row, naive UTC.

    Parameters
    ----------
    start : (n,) naive UTC, NaT where the clock has not begun
    amount, kind : (n,) how much of what (``minutes``, ``work_hours``, ``days``, ``work_days``); NaN and None: no clock
    zone : IANA zone of the site, on whose wall clock days and hours of work are counted

    Returns
    -------
    (n,) datetime64[us]; NaT where there is no clock. ``days`` and ``work_days`` end at the same time of day they began;
    a clock begun outside work time begins with the next work time.
    """
    due = np.full(len(start), np.datetime64("NaT", "us"))
    for name in ("minutes", "work_hours", "days", "work_days"):
        rows = (kind == name) & np.isfinite(amount) & ~np.isnat(start)
        if not rows.any():
            continue
        if name == "minutes":
            due[rows] = start[rows] + _micros(amount[rows] * 60e6)
            continue
        local = local_of(start[rows], zone)
        count = {"days": _after_days, "work_days": _after_work_days, "work_hours": _after_work_hours}[name]
        end = count(local, amount[rows])
        # the clock on the wall is set back and forth, its offset is taken at the end
        due[rows] = utc_of(end, zone)
    return due


def utc_of(local: Instants, zone: str) -> Instants:
    """Naive UTC of wall-clock times; of a repeated hour the first, of a skipped one the hour after it."""
    aware = pc.assume_timezone(pa.array(local), zone, ambiguous="earliest", nonexistent="latest")
    return np.asarray(aware.cast(pa.timestamp("us")).to_numpy(zero_copy_only=False)).astype("datetime64[us]")


def _micros(value: Floats) -> npt.NDArray[np.timedelta64]:
    return np.rint(value).astype(np.int64).astype("timedelta64[us]")


def _after_days(local: Instants, amount: Floats) -> Instants:
    return local + _micros(amount * _DAY)


def _on_work(local: Instants) -> Instants:
    """The moment itself on a weekday, else the following Monday at the opening hour."""
    day = local.astype("datetime64[D]")
    opening = np.busday_offset(day, 0, roll="forward").astype("datetime64[us]") + np.timedelta64(OPENS_H, "h")
    return np.where(np.is_busday(day), local, opening)


def _after_work_days(local: Instants, amount: Floats) -> Instants:
    begun = _on_work(local)
    day = begun.astype("datetime64[D]")
    whole = np.floor(amount).astype(np.int64)
    end = np.busday_offset(day, whole, roll="forward").astype("datetime64[us]") + (begun - day)
    part = amount - whole
    return end + _micros(part * _DAY)


def _after_work_hours(local: Instants, amount: Floats) -> Instants:
    """Hours of work are counted on one line on which nights and weekends have no length."""
    begun = _on_work(local)
    day = begun.astype("datetime64[D]")
    within = np.clip((begun - day).astype(np.int64) - OPENS_H * _HOUR, 0, _SHIFT)
    total = within + np.rint(amount * _HOUR).astype(np.int64)
    days, rest = np.divmod(total, _SHIFT)
    # the end of a shift is still that day, not the opening of the next
    ends = (rest == 0) & (days > 0)
    days, rest = np.where(ends, days - 1, days), np.where(ends, _SHIFT, rest)
    last = np.busday_offset(day, days, roll="forward").astype("datetime64[us]")
    return last + (rest + OPENS_H * _HOUR).astype("timedelta64[us]")
