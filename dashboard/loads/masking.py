"""Mask what a page may not show: values of rejected rows, and phone or id numbers wherever they stand."""

from __future__ import annotations

import re

HIDDEN = "×"
#: what shows how a value is wrong and belongs to nobody: times, plain coordinates, numbers of up to four digits
_DATE = r"(?:\d{4}|\d{2})(?:[-/.]\d{1,2}[-/.]\d{1,2}|\u5e74\d{1,2}\u6708\d{1,2}\u65e5)"
_TIME = r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?: ?(?:UTC|Z))?"
_MOMENT = re.compile(rf"{_DATE}(?:[ T]{_TIME})?", re.ASCII)
_PAIR = re.compile(r"(-?\d{1,3}(?:\.\d{1,2})?)\d*(, ?)(-?\d{1,3}(?:\.\d{1,2})?)\d*", re.ASCII)
#: longest value of which the length is shown
_LONGEST = 24
_PHONE = r"(?<!\d)1[3-9](?:[ -]?\d){9}(?!\d)"
_IDENTITY = r"(?<!\d)\d{17}[\dXx](?![\dXx])|(?<!\d)\d{15}(?!\d)"
_NUMBERS = re.compile(f"{_PHONE}|{_IDENTITY}")
_LETTERS = re.compile(r"\w")


def masked(raw: str) -> str:
    """A rejected value without what may be personal: its form is kept, its letters and digits are not.

    Times are kept whole, coordinates to two decimals (about 1 km); of everything else every letter and digit becomes
    ``×``, since a value in the wrong column can be a name, a phone or an id number.
    """
    if _MOMENT.fullmatch(raw):
        return raw
    pair = _PAIR.fullmatch(raw)
    if pair:
        return "".join(pair.groups())
    text = _LETTERS.sub(HIDDEN, raw)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def without_numbers(text: str) -> str:
    """``text`` with phone numbers (mainland mobile) and identity numbers (15 or 18 places) masked."""
    return _NUMBERS.sub(lambda found: HIDDEN * len(found[0]), text)
