"""Parse times strictly by the formats a site states, and turn wall-clock times into UTC.

A value must match exactly one format; nothing is guessed. Wall-clock times that a change to winter time makes happen
twice are taken as the first of the two; those a change to summer time skips are faults.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from errors import BadInput
from etl.faults import Flaw
from etl.zones import offsets, zone_of
from words import N_

Instants = npt.NDArray[np.datetime64]
Text = pa.Array | pa.ChunkedArray

#: Names a site may use in place of a format: numbers that count seconds, milliseconds, or Excel's days.
COUNTED = {"epoch": 1e6, "epoch_ms": 1e3, "excel": 86_400e6}
_EXCEL_ZERO = np.datetime64("1899-12-30", "us")

_ISO = (
    r"^(?P<Y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})"
    r"(?:[T ](?P<H>\d{2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,](?P<f>\d{1,9}))?)? ?(?P<z>Z|[+-]\d{2}(?::?\d{2})?)?)?$"
)
_TWO_DIGIT_YEAR = r"^\d{1,2}[-/. ]\d{1,2}[-/. ]\d{1,2}(?:\D.*)?$"
_PIECES = {
    "Y": r"(?P<Y>\d{4})", "y": r"(?P<y>\d{2})", "m": r"(?P<m>\d{1,2})", "d": r"(?P<d>\d{1,2})",
    "e": r"(?P<d>\d{1,2})", "H": r"(?P<H>\d{1,2})", "I": r"(?P<I>\d{1,2})", "M": r"(?P<M>\d{1,2})",
    "S": r"(?P<S>\d{1,2})", "f": r"(?P<f>\d{1,9})", "z": r"(?P<z>Z|[+-]\d{2}(?::?\d{2})?)",
    "b": r"(?P<b>[A-Za-z]{3,9})\.?", "B": r"(?P<b>[A-Za-z]{3,9})", "a": r"[A-Za-z]{2,9}", "A": r"[A-Za-z]{2,9}",
    "p": r"(?P<p>[AaPp]\.?[Mm]\.?|上午|下午)", "%": "%",
}  # fmt: skip
_SHORTHAND = {"%T": "%H:%M:%S", "%D": "%m/%d/%y", "%F": "%Y-%m-%d", "%R": "%H:%M"}
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


class Times(NamedTuple):
    """A parsed column; every array is as long as the column, NaT where there is no time."""

    utc: Instants
    local: Instants
    #: true where the wall-clock time happens twice and the first was taken
    folded: npt.NDArray[np.bool_]
    flaws: list[Flaw]


class _Wall(NamedTuple):
    """What one format made of a column: wall clock in µs, which rows matched, and the stated offset in µs."""

    micros: npt.NDArray[np.int64]
    matched: npt.NDArray[np.bool_]
    offset: npt.NDArray[np.int64]
    has_offset: npt.NDArray[np.bool_]


def parse_times(
    column: Text, *, formats: Sequence[str] = (), zone: str = "UTC", years: tuple[int, int] = (1970, 2100)
) -> Times:
    """Parse a text column into naive UTC and site-local times (datetime64[us]).

    Parameters
    ----------
    formats
        ``strptime`` formats (%Y %y %m %d %e %H %I %M %S %f %p %b %B %a %A %z %T %D %F %R; anything else is literal,
        e.g. `` UTC``), or ``iso``, ``epoch``, ``epoch_ms``, ``excel`` (days). None given: ``iso``.
    zone
        IANA zone of times without an offset, and of ``local``.
    years
        First and last year that can be meant; others are emptied with a finding.

    Flaws: ``bad_time``, ``two_digit_year``, ``ambiguous_time``, ``nonexistent_time``, ``year_out_of_range``.
    """
    text = trimmed(column)
    wall = [_by_regex(text, _ISO)] if not formats else [_by_format(text, form) for form in formats]
    flaws: list[Flaw] = []
    empty = np.asarray(pc.is_null(text))
    chosen = _choose(text, wall, flaws)
    _unmatched(text, ~chosen.matched & ~empty & ~_listed(flaws, len(empty)), formats, flaws)
    _drop_years(chosen, years, flaws)
    utc, local, folded = _place(chosen, zone_of(zone))
    for index in np.flatnonzero(chosen.matched & np.isnat(utc)):
        flaws.append(Flaw(int(index), "nonexistent_time", {"value": text[int(index)].as_py(), "zone": zone}))
    flaws.sort(key=lambda flaw: flaw.index)
    return Times(utc, local, folded, flaws)


def trimmed(column: Text) -> pa.Array:
    """``column`` as one string array without outer blanks; null where nothing is left."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    stripped = pc.utf8_trim_whitespace(whole.cast(pa.string()))
    return pc.if_else(pc.equal(stripped, ""), pa.scalar(None, pa.string()), stripped)


@cache
def regex_of(form: str) -> str:
    """The pattern a format stands for; raises BadInput for a directive that is not supported."""
    for short, long in _SHORTHAND.items():
        form = form.replace(short, long)
    parts = re.findall(r"%.|\s+|[^%\s]+|%$", form)
    built = []
    for place, part in enumerate(parts):
        if part[0] != "%":
            built.append(r"\s+" if part.isspace() else re.escape(part))
        elif part[1:] not in _PIECES:
            raise BadInput(
                N_("The time format {format} uses {directive}, which is not known. Use %Y %m %d %H %M %S and so on."),
                format=form, directive=part,
            )  # fmt: skip
        else:
            # digits that touch (%Y%m%d) can only be told apart when each has its full width
            touching = any(0 <= near < len(parts) and parts[near][0] == "%" for near in (place - 1, place + 1))
            built.append(_PIECES[part[1:]].replace("{1,2}", "{2}") if touching else _PIECES[part[1:]])
    return "^" + "".join(built) + "$"


def _by_format(text: pa.Array, form: str) -> _Wall:
    """Read ``text`` by one stated format."""
    if form in COUNTED:
        return _by_count(text, form)
    return _by_regex(text, _ISO if form == "iso" else regex_of(form))


def _by_count(text: pa.Array, unit: str) -> _Wall:
    """Read numbers that count from 1970 in UTC, or Excel's days on the wall clock."""
    plain = pc.fill_null(pc.match_substring_regex(text, r"^-?\d{1,15}(?:\.\d+)?$"), False)
    number = pc.cast(pc.if_else(plain, text, "0"), pa.float64()).to_numpy(zero_copy_only=False)
    micros = np.rint(number * COUNTED[unit]).astype(np.int64)
    if unit == "excel":
        # a day as a double is good to about a microsecond; whole milliseconds are what was meant
        micros = (micros + 500) // 1000 * 1000 + _EXCEL_ZERO.astype(np.int64)
    matched = np.asarray(plain)
    return _Wall(micros, matched, np.zeros(len(matched), np.int64), matched & (unit != "excel"))


def _by_regex(text: pa.Array, pattern: str) -> _Wall:
    """Read ``text`` by a pattern whose group names are the letters of the directives."""
    fields = pc.extract_regex(text, pattern)
    matched = np.asarray(pc.is_valid(fields))
    names = [field.name for field in fields.type]

    def number(name: str, default: int) -> npt.NDArray[np.int64]:
        if name not in names:
            return np.full(len(text), default, np.int64)
        part = pc.struct_field(fields, name)
        part = pc.if_else(pc.equal(pc.fill_null(part, ""), ""), str(default), part)
        return pc.cast(part, pa.int64()).to_numpy(zero_copy_only=False)

    year = number("Y", 1900) if "y" not in names else _century(number("y", 0))
    month = number("m", 1) if "b" not in names else _month(pc.struct_field(fields, "b"))
    day, minute, second = number("d", 1), number("M", 0), number("S", 0)
    hour = number("H", 0) if "I" not in names else _twelve(number("I", 0), fields, names)
    dates, valid = _dates(year, month, day)
    matched &= valid & (hour >= 0) & (hour <= 23) & (minute <= 59) & (second <= 59)
    micros = dates * 86_400_000_000 + (hour * 3600 + minute * 60 + second) * 1_000_000
    if "f" in names:
        digits = pc.utf8_rpad(pc.fill_null(pc.struct_field(fields, "f"), ""), 6, "0")
        micros = micros + pc.cast(pc.utf8_slice_codeunits(digits, 0, 6), pa.int64()).to_numpy(zero_copy_only=False)
    offset, has_offset = _offsets(fields, names)
    return _Wall(micros, matched, offset, has_offset & matched)


def _century(two: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """POSIX: 69 to 99 are 1969 to 1999, 00 to 68 are 2000 to 2068 (only where the site states %y)."""
    return np.where(two >= 69, 1900 + two, 2000 + two)


def _month(names: pa.Array) -> npt.NDArray[np.int64]:
    short = pc.utf8_lower(pc.utf8_slice_codeunits(names, 0, 3))
    found = pc.index_in(short, value_set=pa.array(_MONTHS))
    return pc.cast(pc.add(pc.fill_null(found, -1), 1), pa.int64()).to_numpy(zero_copy_only=False)


def _twelve(hour: npt.NDArray[np.int64], fields: pa.Array, names: list[str]) -> npt.NDArray[np.int64]:
    """Hours of a 12-hour clock; -1 where there is no such hour."""
    if "p" in names:
        mark = pc.fill_null(pc.struct_field(fields, "p"), "")
        after = np.asarray(pc.match_substring_regex(mark, "^[Pp]|下午"))
    else:
        after = np.zeros(len(hour), bool)
    return np.where((hour >= 1) & (hour <= 12), hour % 12 + 12 * after, -1)


def _dates(
    year: npt.NDArray[np.int64], month: npt.NDArray[np.int64], day: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Days since 1970 and which of the dates exist."""
    fair = (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    months = np.where(fair, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    dates = months.astype("datetime64[D]") + (np.where(fair, day, 1) - 1).astype("timedelta64[D]")
    return dates.astype(np.int64), fair & (dates.astype("datetime64[M]") == months)


def _offsets(fields: pa.Array, names: list[str]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """The offset from UTC each value states, in µs."""
    if "z" not in names:
        return np.zeros(len(fields), np.int64), np.zeros(len(fields), bool)
    stated = pc.fill_null(pc.struct_field(fields, "z"), "")
    table = {mark: _offset(mark) for mark in pc.unique(stated).to_pylist()}
    marks = stated.to_pylist()
    return np.array([table[mark] for mark in marks], np.int64), np.array([bool(mark) for mark in marks], bool)


def _offset(mark: str) -> int:
    if mark in ("", "Z"):
        return 0
    digits = mark[1:].replace(":", "").ljust(4, "0")
    size = (int(digits[:2]) * 3600 + int(digits[2:]) * 60) * 1_000_000
    return -size if mark[0] == "-" else size


def _choose(text: pa.Array, walls: list[_Wall], flaws: list[Flaw]) -> _Wall:
    """The one reading of each value; values two formats read differently become ``ambiguous_time``."""
    best = _Wall(*(np.array(part) for part in walls[0]))
    unclear = np.zeros(len(text), bool)
    for wall in walls[1:]:
        moment, other = best.micros - best.offset, wall.micros - wall.offset
        unclear |= best.matched & wall.matched & ((moment != other) | (best.has_offset != wall.has_offset))
        new = wall.matched & ~best.matched
        for kept, given in zip(best, wall, strict=True):
            kept[new] = given[new]
    for index in np.flatnonzero(unclear):
        flaws.append(Flaw(int(index), "ambiguous_time", {"value": text[int(index)].as_py()}))
    best.matched[unclear] = False
    return best


def _listed(flaws: list[Flaw], size: int) -> npt.NDArray[np.bool_]:
    """Which rows already have a flaw."""
    marked = np.zeros(size, bool)
    marked[[flaw.index for flaw in flaws]] = True
    return marked


def _unmatched(text: pa.Array, wrong: npt.NDArray[np.bool_], formats: Sequence[str], flaws: list[Flaw]) -> None:
    """Say of each value no format reads whether its year has two digits or it is wrong altogether."""
    short = np.asarray(pc.fill_null(pc.match_substring_regex(text, _TWO_DIGIT_YEAR), False))
    expected = ", ".join(formats) or "2026-01-31 09:05:00"
    for index in np.flatnonzero(wrong):
        value = text[int(index)].as_py()
        if short[index]:
            flaws.append(Flaw(int(index), "two_digit_year", {"value": value}))
        else:
            flaws.append(Flaw(int(index), "bad_time", {"value": value, "formats": expected}))


def _drop_years(wall: _Wall, years: tuple[int, int], flaws: list[Flaw]) -> None:
    """Empty the times whose year cannot be meant (placeholders such as 1900-01-01 and 9999-12-31)."""
    first, last = years
    low = np.datetime64(f"{first:04}-01-01", "us").astype(np.int64)
    high = np.datetime64(f"{last + 1:04}-01-01", "us").astype(np.int64)
    for index in np.flatnonzero(wall.matched & ((wall.micros < low) | (wall.micros >= high))):
        year = int(np.datetime64(int(wall.micros[index]), "us").astype("datetime64[Y]").astype(int)) + 1970
        flaws.append(Flaw(int(index), "year_out_of_range", {"year": year, "first": first, "last": last}))
        wall.matched[index] = False


def _place(wall: _Wall, zone: ZoneInfo) -> tuple[Instants, Instants, npt.NDArray[np.bool_]]:
    """UTC and local time of each value, and which fall on the repeated hour."""
    nat = np.datetime64("NaT", "us").astype(np.int64)
    utc, local = np.full(len(wall.micros), nat), np.full(len(wall.micros), nat)
    folded = np.zeros(len(wall.micros), bool)
    stated = wall.matched & wall.has_offset
    if stated.any():
        utc[stated] = wall.micros[stated] - wall.offset[stated]
        local[stated] = utc[stated] + offsets(utc[stated], zone, of_utc=True)[0]
    plain = wall.matched & ~wall.has_offset
    if plain.any():
        early, late = offsets(wall.micros[plain], zone, of_utc=False)
        exists = late <= early
        utc[plain] = np.where(exists, wall.micros[plain] - early, nat)
        local[plain] = np.where(exists, wall.micros[plain], nat)
        folded[plain] = late < early
    return utc.astype("datetime64[us]"), local.astype("datetime64[us]"), folded
