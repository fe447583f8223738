"""Write text so that a spreadsheet shows it as it is, and read it back.

A spreadsheet that opens a CSV runs ``=HYPERLINK(...)``, turns ``330122002200123456`` into 3.30E+17 and ``2018-01-02``
into a date of its own. Such values get an apostrophe in front, which makes them text; a value that begins with an
apostrophe gets a second one. Reading takes one apostrophe off, so every text comes back as it was, and a value that a
person typed without one is taken as typed.
"""

from __future__ import annotations

import re

_MARK = "'"
#: What starts a formula in Excel, LibreOffice and WPS; tab and return count too (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", _MARK)
#: Numbers a spreadsheet shows as they are: no leading zeros or plus, no trailing zeros after the point, 11 digits.
_PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,10})(?:\.\d{0,10}[1-9])?")
_DIGITS = re.compile(r"\d")
_NUMBER_LIKE = re.compile(r"[\d.,:/\-年月日时分秒%eE+ $¥￥]+|\d.*(?:[AaPp]\.?[Mm]\.?|UTC|Z)|.*\d{4}.*\d{1,2}:\d{2}.*")


def shown_as_text(value: str) -> str:
    """``value`` with an apostrophe in front where a spreadsheet would run or change it."""
    if not value or (_PLAIN_NUMBER.fullmatch(value) and len(_DIGITS.findall(value)) <= 15):
        return value
    changed = value.startswith(_FORMULA) or (value[0].isdigit() and _NUMBER_LIKE.fullmatch(value))
    return _MARK + value if changed else value


def as_written(value: str) -> str:
    """The value behind :func:`shown_as_text`."""
    return value[1:] if value.startswith(_MARK) else value
