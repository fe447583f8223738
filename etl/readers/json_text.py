"""Walk through JSON text value by value, keeping numbers as they are written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from errors import BadInput
from etl.faults import file_error
from etl.readers.encoding import find_encoding

_SPACE = re.compile(r"[ \t\r\n]*")
#: Lists this long or shorter also give one column per element.
_SPREAD = 16


class Number(str):
    """A number as written."""

    __slots__ = ()


#: Decodes numbers as their text, for what people read.
AS_WRITTEN = json.JSONDecoder(parse_float=Number, parse_int=Number, parse_constant=Number)
#: Decodes numbers as numbers, for coordinates.
AS_NUMBERS = json.JSONDecoder()


class Walker:
    """A place in a JSON text that moves on as values are taken.

    Whoever iterates :meth:`members` or :meth:`items` takes the value at each step. What is not JSON raises BadInput
    ``not_json`` with its line and column.
    """

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.at = 0

    def peek(self) -> str:
        """The first character of the next value or mark; empty at the end."""
        space = _SPACE.match(self.text, self.at)
        self.at = space.end() if space else self.at
        return self.text[self.at : self.at + 1]

    def value(self, decoder: json.JSONDecoder = AS_WRITTEN) -> Any:
        """Take the next value."""
        self.peek()
        try:
            found, self.at = decoder.raw_decode(self.text, self.at)
        except json.JSONDecodeError as error:
            raise self.fault(error.pos) from error
        except RecursionError as error:
            raise self.fault(self.at) from error
        return found

    def members(self) -> Iterator[str]:
        """The keys of the object here."""
        self._take("{")
        if self.peek() == "}":
            self.at += 1
            return
        while True:
            if self.peek() != '"':
                raise self.fault(self.at)
            key = self.value()
            self._take(":")
            yield key
            if self._another("}"):
                return

    def items(self) -> Iterator[None]:
        """The elements of the list here."""
        self._take("[")
        if self.peek() == "]":
            self.at += 1
            return
        while True:
            yield
            if self._another("]"):
                return

    def finish(self) -> None:
        """Check that nothing follows."""
        if self.peek():
            raise self.fault(self.at)

    def fault(self, at: int) -> BadInput:
        """The error for text that is not JSON at ``at``."""
        line = self.text.count("\n", 0, at) + 1
        column = at - self.text.rfind("\n", 0, at)
        near = self.text[at : at + 20].split("\n")[0] or "the end of the file"
        return file_error("not_json", file=self.file, line=line, column=column, near=near)

    def _take(self, mark: str) -> None:
        if self.peek() != mark:
            raise self.fault(self.at)
        self.at += 1

    def _another(self, end: str) -> bool:
        """Step over a comma (False) or the end (True)."""
        mark = self.peek()
        if mark not in (",", end) or not mark:
            raise self.fault(self.at)
        self.at += 1
        return mark == end


def text_of(path: Path, *, file: str, encoding: str | None = None) -> str:
    """The whole file as text; raises BadInput ``empty_file`` and those of :func:`find_encoding`."""
    found = find_encoding(path, stated=encoding, file=file)
    text = path.read_bytes()[found.mark :].decode(found.name, "replace")
    if not text.strip():
        raise file_error("empty_file", file=file)
    return text


def flat(record: Mapping[str, Any], *, under: str = "") -> dict[str, str | None]:
    """A decoded object as column to text.

    ``{"a": {"b": 1}}`` gives ``a.b``; a list gives its JSON, and, when short and simple, ``a.0``, ``a.1`` ...;
    true, false and numbers are as written; empty text and null are None.
    """
    columns: dict[str, str | None] = {}
    for key, value in record.items():
        name = under + key
        if isinstance(value, Mapping):
            columns.update(flat(value, under=name + "."))
            continue
        columns[name] = None if value is None or value == "" else _written(value, bare=True)
        if isinstance(value, list) and len(value) <= _SPREAD and not any(isinstance(one, list | dict) for one in value):
            columns.update(flat({str(place): one for place, one in enumerate(value)}, under=name + "."))
    return columns


def _written(value: Any, *, bare: bool = False) -> str:
    """A decoded value as JSON again, numbers as they were; a bare text without quotes."""
    if isinstance(value, str):
        return str(value) if bare or isinstance(value, Number) else json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return "[" + ", ".join(map(_written, value)) + "]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_written(key)}: {_written(one)}" for key, one in value.items()) + "}"
    return json.dumps(value)
