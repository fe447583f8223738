"""Name every fault once: what is wrong, how to mend it, and whether the row is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from errors import BadInput, UnsafeArchive
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


def _file(code: str, template: str) -> Fault:
    return Fault(code, "file", template)


_FILE = (
    _file("empty_file", N_("{file} is empty. Export it again, or take it out of the site file.")),
    _file("header_only", N_("{file} has a header and no rows. Export it again, or take it out of the site file.")),
    _file("not_json", N_("{file} is not JSON: line {line}, column {column}, near {near}. JSON puts names and text in "
                         "double quotes; export it again with a tool that writes JSON.")),
    _file("no_files", N_("No file matches {pattern}. Correct the pattern in the site file, or put the files there.")),
    _file("unknown_format", N_("{file}: the format cannot be told from the name. Say format: in the site file, one of "
                               "{formats}.")),
)  # fmt: skip

_REJECT = (
    Fault("ragged_row", "reject", N_("the row has {got} fields, the header {expected}"),
          N_("Put text that holds the delimiter in double quotes.")),
)  # fmt: skip

FAULTS: dict[str, Fault] = {fault.code: fault for fault in (*_FILE, *_REJECT)}

_UNSAFE = frozenset({"unsafe_archive"})


def file_error(code: str, /, **values: object) -> BadInput:
    """The error to raise for a whole source that cannot be read."""
    leaf = UnsafeArchive if code in _UNSAFE else BadInput
    return leaf(FAULTS[code].template, **values)


def message(code: str, lang: str = "en", /, **values: object) -> str:
    """What is wrong and how to mend it, in ``lang``, filled with ``values``."""
    fault = FAULTS[code]
    parts = [say(part, lang, **values) for part in (fault.template, fault.mend) if part]
    return ("。" if lang == "zh" else ". ").join(part.rstrip(".。") for part in parts) + ("。" if lang == "zh" else ".")
