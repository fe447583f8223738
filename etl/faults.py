"""Name every fault once: what is wrong, how to mend it, and whether the row is kept.

A message is the template and the way to mend it, both msgids of the catalogue, filled with the fault's values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple

from errors import BadInput, UnsafeArchive
from geo.repair import LOST, TEMPLATES
from words import N_, say

#: file: the whole source cannot be read. reject: the row is left out and kept to be mended. finding: the row is
#: loaded and flagged. repair: mended by the program, and said so.
FaultKind = Literal["file", "reject", "finding", "repair"]


@dataclass(frozen=True)
class Fault:
    """One thing that can be wrong with a file, a row or a shape."""

    code: str
    kind: FaultKind
    #: msgid of what is wrong
    template: str
    #: msgid of how to mend it; empty where the template says so itself
    mend: str = ""


class Flaw(NamedTuple):
    """A fault found at one place of a column."""

    #: place in the column, from 0
    index: int
    code: str
    #: what fills the fault's template
    values: Mapping[str, object]
    #: which of several columns judged together, e.g. ``lon``; empty: all of them
    part: str = ""


_FILE = {
    "empty_file": N_("{file} is empty. Export it again, or take it out of the site file."),
    "header_only": N_("{file} has a header and no rows. Export it again, or take it out of the site file."),
    "no_records": N_("{file} holds no records. Export it again, or take it out of the site file."),
    "no_files": N_("No file matches {pattern}. Correct the pattern in the site file, or put the files there."),
    "unknown_format": N_(
        "{file}: the format cannot be told from the name. Say format: in the site file, one of {formats}."
    ),
    "not_format": N_("{file} cannot be read as {format}: {why}. Export it again, or state its true format."),
    "wrong_delimiter": N_(
        "{file} is not separated by {stated} but by {found}. Say delimiter: '{found}' in the site file, or leave it "
        "out."
    ),
    "wrong_encoding": N_(
        "{file} is not {stated} (line {line} shows it); it reads as {found}. Say encoding: {found} in the site "
        "file, or leave it out."
    ),
    "unknown_encoding": N_(
        "{file}: the text encoding cannot be told (line {line} is neither UTF-8 nor GB18030). Say encoding: in the "
        "site file, or save the file as UTF-8."
    ),
    "no_such_encoding": N_("{encoding} is no text encoding. Use utf-8, gb18030, utf-16, big5, latin-1 or the like."),
    "not_json": N_(
        "{file} is not JSON: line {line}, column {column}, near {near}. JSON puts names and texts in double quotes; "
        "export it again with a tool that writes JSON."
    ),
    "no_record_path": N_(
        "{file} holds no list of records at {path}. Say records: in the site file; the lists in it are: {found}."
    ),
    "no_sheet": N_("{file} has no sheet {sheet}. Its sheets are: {found}."),
    "no_layer": N_("{file} has no layer {layer}. Its layers are: {found}."),
    "no_column": N_("{file} has no column {column}. Its columns are: {found}."),
    "missing_part": N_("{file}: the file {part} that belongs to it is missing. Put it beside it."),
    "changed": N_("{file} changed while it was being read. Wait until it is written, and load it again."),
    "unreadable": N_("{file} cannot be opened: {why}. Check that it exists and may be read."),
    "no_database": N_("The database {url} cannot be reached: {why}. Check the address, the user and the password."),
    "bad_query": N_("The query on {url} fails: {why}. Correct query: in the site file."),
    "unsafe_archive": N_(
        "{file} claims to unpack to {claimed} MB from {packed} MB; {allowed} MB is allowed. Nothing was unpacked. "
        "Unpack it yourself if you trust it, and load the files."
    ),
    "too_many_members": N_("{file} claims to hold {count} files; {allowed} are allowed. Nothing was unpacked."),
    "outside_archive": N_(
        "{file} holds the name {member}, which would be written outside its folder. Nothing was unpacked. Do not "
        "trust this file."
    ),
    "nothing_inside": N_("{file} holds no file that can be read, only: {found}."),
    "encrypted_archive": N_("{file} is locked with a password. Unpack it yourself, and load the files."),
    "xml_entities": N_(
        "{file} declares XML entities ({name}), which can be made to fill the memory. It was not read. Export it "
        "again without them."
    ),
}

_MEND_DELIMITER = N_("Put text that holds the delimiter in double quotes.")
_MEND_NUMBER = N_("Write plain digits with a point, such as 1234.5.")
_MEND_SOURCE = N_("Ask the source.")

_REJECT = (
    ("ragged_row", N_("the row has {got} fields, the header {expected}"), _MEND_DELIMITER),
    (
        "open_quote",
        N_("a double quote opens in column {column} and is never closed"),
        N_("Close it, or double it if it belongs to the text."),
    ),
    (
        "encoding",
        N_("the row is {found} in a file of {expected}"),
        N_("The exported row is UTF-8: load that one, or save the whole file in one encoding."),
    ),
    (
        "bad_bytes",
        N_("the row holds bytes that are neither {expected} nor {other}"),
        N_("Correct the text where it shows \\x, and save the file in one encoding."),
    ),
    (
        "not_json_line",
        N_("the line is not JSON: column {column}, near {near}"),
        N_("Put names and texts in double quotes."),
    ),
    (
        "digits_lost",
        N_("{value} is a number of over 15 digits, of which a workbook keeps only 15"),
        N_("Format the column as text in the workbook, and paste the ids again."),
    ),
    ("missing_id", N_("the id is empty"), N_("Fill it in.")),
    (
        "duplicate_id",
        N_("the id {id} stands in row {first} already, with other contents"),
        N_("Keep the row that is right, or give each its own id."),
    ),
    ("missing_time", N_("the time is empty"), N_("Fill it in.")),
    (
        "bad_time",
        N_("{value} is not a time of the form {formats}"),
        N_("Write it so, or add its form to time: formats: in the site file."),
    ),
    ("two_digit_year", N_("the year of {value} has two digits"), N_("Write all four digits.")),
    (
        "ambiguous_time",
        N_("{value} can be read as two different times by the stated formats"),
        N_("Write it as 2026-01-31 09:05:00."),
    ),
    (
        "nonexistent_time",
        N_("{value} never was on the clocks of {zone}: they were put forward over it"),
        N_("Correct the time, or state the zone it was written in."),
    ),
    ("bad_number", N_("{value} is not a number"), _MEND_NUMBER),
    ("thousand_separators", N_("{value} has thousand separators"), _MEND_NUMBER),
    ("bad_boolean", N_("{value} is neither yes nor no"), N_("Write true or false, or map the word in the site file.")),
    ("unknown_word", N_("{value} is not in the map of the site file"), N_("Correct it, or add it to the map.")),
    ("bad_coordinate", N_("{value} is not a coordinate"), N_("Write decimal degrees or metres, such as 119.6421.")),
    (
        "half_coordinates",
        N_("of the two coordinates only one is given (longitude {lon}, latitude {lat})"),
        N_("Fill in the other, or empty both."),
    ),
    (
        "off_the_globe",
        N_("longitude {lon}, latitude {lat} is not on the globe"),
        N_("State the coordinate system if these are metres, or correct them."),
    ),
    ("swapped", N_("longitude {lon} and latitude {lat} have changed places"), N_("Exchange them.")),
    (
        "whole_degree",
        N_("longitude {lon}, latitude {lat} are cut to whole degrees, about 100 km"),
        N_("Export them with their decimals, or empty both."),
    ),
    (
        "zero_coordinates",
        N_("the coordinates are 0, 0, a place in the ocean that stands for 'unknown'"),
        N_("Fill in the true ones, or empty both."),
    ),
    ("unknown_item", N_("{value} is not in the list of items"), N_("Correct it, or add it to the list of items.")),
    ("unknown_area", N_("{value} is not the code or name of an area"), N_("Correct it, or add the area.")),
    ("unknown_parent", N_("the id {value} it belongs to is not there"), N_("Correct it, or load that row too.")),
    ("bad_geometry", N_("the shape cannot be understood: {why}"), N_("Draw or export it again.")),
)  # fmt: skip

_FINDING = (
    ("no_coordinates", N_("no coordinates"), N_("Fill them in at the source; until then the row counts in no area.")),
    ("outside", N_("lies in no area"), N_("Check the coordinates, or whether an area is missing.")),
    (
        "several_areas",
        N_("lies in {count} areas that overlap ({areas}); counted in {area}"),
        N_("Mend the boundaries so that they do not overlap."),
    ),
    (
        "area_disagrees",
        N_("lies in {located}, the source says {stated}"),
        N_("Check which of the two is right."),
    ),
    ("year_out_of_range", N_("the year {year} is not within {first} to {last}; the time is left empty"), _MEND_SOURCE),
    ("closed_before_opened", N_("closed at {closed}, before it was opened at {opened}"), _MEND_SOURCE),
    ("negative_step", N_("{later} at {second} is before {earlier} at {first}"), _MEND_SOURCE),
    ("never_on_scene", N_("sent, and never on scene"), N_("Check whether it was called off or not written down.")),
    (
        "double_booked",
        N_("sent out at {sent} before it was free again at {free} (from {other})"),
        N_("Check the times of both."),
    ),
    ("empty_code", N_("area '{name}' has no code in the source; it was given {code}"), _MEND_SOURCE),
    (
        "duplicate_code",
        N_("code {code} stands on {count} shapes ({names}); they were joined to one area"),
        _MEND_SOURCE,
    ),
    ("emptied", N_("{column}: {value} could not be used and was left empty ({fault})"), _MEND_SOURCE),
)  # fmt: skip

#: code of a repair of ``geo.repair`` -> its fault is ``geometry_<code>``
_REPAIR = {
    f"geometry_{code}": Fault(f"geometry_{code}", "reject" if code in LOST else "repair", template)
    for code, template in TEMPLATES.items()
}

FAULTS: dict[str, Fault] = {
    **{code: Fault(code, "file", template) for code, template in _FILE.items()},
    **{code: Fault(code, "reject", template, mend) for code, template, mend in _REJECT},
    **{code: Fault(code, "finding", template, mend) for code, template, mend in _FINDING},
    **_REPAIR,
}

_UNSAFE = frozenset({"unsafe_archive", "too_many_members", "outside_archive", "encrypted_archive", "xml_entities"})


def file_error(code: str, /, **values: object) -> BadInput:
    """The error to raise for a whole source that cannot be read."""
    leaf = UnsafeArchive if code in _UNSAFE else BadInput
    return leaf(FAULTS[code].template, **values)


def message(code: str, lang: str = "en", /, **values: object) -> str:
    """What is wrong and how to mend it, in ``lang`` ('zh' or 'en'), filled with ``values``."""
    return _text(code, lang).format(**values)


def retell(code: str, said: str, lang: str) -> str:
    """An English :func:`message` said in ``lang``; as it is where it is no message of ``code``."""
    found = _pattern(code).fullmatch(said) if lang != "en" and code in FAULTS else None
    return said if found is None else _WITH_FORM.sub(r"{\1}", _text(code, lang)).format(**found.groupdict())


_WITH_FORM = re.compile(r"\{(\w+)(?::[^}]*)?\}")


def _text(code: str, lang: str) -> str:
    """The two parts of a message as sentences, unfilled."""
    fault = FAULTS[code]
    stop = "。" if lang == "zh" else ". "
    return "".join(say(part, lang).rstrip(".。 ") + stop for part in (fault.template, fault.mend) if part).strip()


@cache
def _pattern(code: str) -> re.Pattern[str]:
    """Matches every English message of ``code``; each value is a group of its name."""
    built, seen = "", set()
    for place, part in enumerate(_WITH_FORM.split(_text(code, "en"))):
        if place % 2 == 0:
            built += re.escape(part)
        else:
            built += f"(?P={part})" if part in seen else f"(?P<{part}>.*?)"
            seen.add(part)
    return re.compile(built, re.DOTALL)


def place(lang: str = "en", *, file: str, sheet: str = "", row: int = 0, column: str = "") -> str:
    """Where a fault is: ``la.csv, sheet Calls, row 5, column Latitude``, leaving out what there is none of."""
    said = [file]
    if sheet:
        said.append(say(N_("sheet {sheet}"), lang, sheet=sheet))
    if row:
        said.append(say(N_("row {row}"), lang, row=row))
    if column:
        said.append(say(N_("column {column}"), lang, column=column))
    return ("，" if lang == "zh" else ", ").join(said)
