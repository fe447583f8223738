"""Say what the values of a site file may be, and read them.

A *kind* says what a value may be: :attr:`Kind.says` in words for the handbook, :attr:`Kind.read` to turn a YAML node
into the value. A kind never raises: it notes a fault in the :class:`etl.marks.Reading` and gives None, so that one
reading finds every fault of the file.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, field, fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from etl.marks import Kind, Reading, found, is_null, line_of, pairs
from words import LANGUAGES, N_, Words

UNKNOWN_KEY = N_("unknown key '{key}' in {block}; it takes: {keys}")
UNKNOWN_KEY_NEAR = N_("unknown key '{key}' in {block}; did you mean '{near}'?")
MISSING_KEY = N_("{block} needs the key '{key}': {meaning}")
EXPECTED = N_("'{key}' must be {says}, not {found}")
BAD_CHOICE = N_("'{key}' is '{value}'; it must be one of: {choices}")
BAD_ZONE = N_("'{value}' is no time zone; write its IANA name, e.g. Asia/Shanghai")
BAD_RANGE = N_("'{key}' is {value}; it must be {says}")
NO_FILE = N_("no file matches '{path}'")


def entry(kind: Kind, meaning: str, *, default: Any = MISSING, example: str = "") -> Any:
    """Declare one key of a block: a dataclass field whose kind and meaning make the reader and the handbook."""
    metadata = {"kind": kind, "meaning": meaning, "example": example}
    if isinstance(default, dict | list):
        return field(default_factory=default.copy, metadata=metadata)
    return field(default=default, metadata=metadata)


def _scalar(says: str, convert: Callable[[Reading, str, yaml.ScalarNode], Any]) -> Kind:
    def read(reading: Reading, name: str, node: yaml.Node) -> Any:
        if isinstance(node, yaml.ScalarNode) and not is_null(node):
            return convert(reading, name, node)
        reading.fault(node, EXPECTED, key=name, says=says, found=found(node))
        return None

    return Kind(says, read)


#: text exactly as written, also where YAML would take it for a number (codes keep their leading zeros)
TEXT = _scalar("text", lambda reading, name, node: node.value)


def number(says: str = "a number", *, least: float = float("-inf"), most: float = float("inf")) -> Kind:
    """A number between two bounds."""

    def convert(reading: Reading, name: str, node: yaml.ScalarNode) -> float | None:
        try:
            value = float(node.value)
        except ValueError:
            reading.fault(node, EXPECTED, key=name, says=says, found=found(node))
            return None
        if least <= value <= most:
            return value
        reading.fault(node, BAD_RANGE, key=name, value=node.value, says=says)
        return None

    return _scalar(says, convert)


def integer(says: str = "a whole number", *, least: int = 0) -> Kind:
    """A whole number not below ``least``."""

    def convert(reading: Reading, name: str, node: yaml.ScalarNode) -> int | None:
        if re.fullmatch(r"[+-]?\d+", node.value) and int(node.value) >= least:
            return int(node.value)
        reading.fault(node, EXPECTED, key=name, says=says, found=found(node))
        return None

    return _scalar(says, convert)


def _flag(reading: Reading, name: str, node: yaml.ScalarNode) -> bool | None:
    if node.value.lower() in ("true", "yes", "false", "no"):
        return node.value.lower() in ("true", "yes")
    reading.fault(node, EXPECTED, key=name, says="true or false", found=found(node))
    return None


FLAG = _scalar("true or false", _flag)


def choice(*choices: str) -> Kind:
    """One of a few words."""

    def convert(reading: Reading, name: str, node: yaml.ScalarNode) -> str | None:
        if node.value in choices:
            return node.value
        reading.fault(node, BAD_CHOICE, key=name, value=node.value, choices=", ".join(choices))
        return None

    return _scalar("one of: " + ", ".join(f"`{word}`" for word in choices), convert)


def _zone(reading: Reading, name: str, node: yaml.ScalarNode) -> str | None:
    try:
        ZoneInfo(node.value)
    except (KeyError, ValueError, OSError):
        reading.fault(node, BAD_ZONE, value=node.value)
        return None
    return node.value


ZONE = _scalar("an IANA time zone", _zone)


def _words(reading: Reading, name: str, node: yaml.Node) -> Words | None:
    if isinstance(node, yaml.MappingNode):
        read = mapping(TEXT).read(reading, name, node) or {}
        if read and set(read) <= set(LANGUAGES):
            return Words(read.get("en") or read["zh"], read.get("zh") or read["en"])
    elif isinstance(node, yaml.ScalarNode) and node.value:
        return Words(node.value, node.value)
    reading.fault(node, EXPECTED, key=name, says=WORDS.says, found=found(node))
    return None


WORDS = Kind("text, or `{zh: .., en: ..}`", _words)


def many(kind: Kind) -> Kind:
    """One value or a list of them; always a tuple."""

    def read(reading: Reading, name: str, node: yaml.Node) -> tuple[Any, ...]:
        nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
        return tuple(value for each in nodes if (value := kind.read(reading, name, each)) is not None)

    return Kind(f"{kind.says}, or a list of these", read)


def mapping(kind: Kind, *, empty: bool = False) -> Kind:
    """Any keys with values of one kind; with ``empty``, ``~`` is the key of an empty cell, or an emptied value."""

    def read(reading: Reading, name: str, node: yaml.Node) -> dict[str, Any]:
        if not isinstance(node, yaml.MappingNode):
            reading.fault(node, EXPECTED, key=name, says=f"a block of `name: {kind.says}`", found=found(node))
            return {}
        values = {}
        for label, inner in pairs(reading, node):
            value = None if empty and is_null(inner) else kind.read(reading, f"{name}.{label}", inner)
            if value is not None or (empty and is_null(inner)):
                values[label] = value
        return values

    return Kind(f"a block of `name:` {kind.says}", read)


def paths(reading: Reading, name: str, node: yaml.Node) -> tuple[Path, ...] | None:
    """Files: relative to the site file, ``${VARIABLES}`` expanded, patterns matched, sorted within a pattern."""
    listed: list[Path] = []
    for each in node.value if isinstance(node, yaml.SequenceNode) else [node]:
        text = TEXT.read(reading, name, each)
        expanded = reading.expand(each, text) if text else None
        if expanded is None:
            continue
        place = Path(expanded) if Path(expanded).is_absolute() else reading.path.parent / expanded
        matches = [place] if place.is_file() else _matches(place)
        if not matches:
            reading.fault(each, NO_FILE, path=expanded)
        listed += matches
    return tuple(listed) or None


def _matches(place: Path) -> list[Path]:
    pattern = place / "*" if place.is_dir() else place
    root = Path(pattern.anchor)
    return sorted(
        (
            path
            for path in root.glob(str(pattern.relative_to(root)))
            if path.is_file() and not path.name.startswith(".")
        ),
        key=lambda path: path.as_posix(),
    )


PATHS = Kind("a file, a folder, a pattern, or a list of these", paths)


def block(cls: type, *, shorthand: str = "", partial: bool = False) -> Kind:
    """A block of the keys of dataclass ``cls``; a field named ``line`` is filled with the block's line.

    With ``shorthand`` a bare value stands for that one key. With ``partial`` a block that lacks something it needs is
    made all the same (None stands there), so that the rest of it can be checked before the file is refused.
    """

    def read(reading: Reading, name: str, node: yaml.Node) -> Any:
        if not isinstance(node, yaml.MappingNode):
            if shorthand and isinstance(node, yaml.ScalarNode | yaml.SequenceNode) and not is_null(node):
                kind = cls.__dataclass_fields__[shorthand].metadata["kind"]
                value = kind.read(reading, name, node)
                return None if value is None else _made(cls, {shorthand: value}, node)
            reading.fault(node, EXPECTED, key=name, says=f"a block of keys ({cls.__name__})", found=found(node))
            return None
        return _read_block(reading, cls, name, node, partial)

    says = f"a block [{cls.__name__}](#{cls.__name__.lower()})"
    if shorthand:
        says = f"{cls.__dataclass_fields__[shorthand].metadata['kind'].says} (its `{shorthand}`), or {says}"
    return Kind(says, read)


def _made(cls: type, values: Mapping[str, Any], node: yaml.Node) -> Any:
    more = {"line": line_of(node)} if "line" in cls.__dataclass_fields__ else {}
    return cls(**values, **more)


def _read_block(reading: Reading, cls: type, name: str, node: yaml.MappingNode, partial: bool) -> Any:
    declared = {each.name.rstrip("_"): each for each in fields(cls) if "kind" in each.metadata}
    values: dict[str, Any] = {}
    before = len(reading.faults)
    for label, inner in pairs(reading, node):
        each = declared.get(label)
        if each is None:
            near = difflib.get_close_matches(label, declared, n=1)
            template = UNKNOWN_KEY_NEAR if near else UNKNOWN_KEY
            more = {"near": near[0]} if near else {"keys": ", ".join(declared)}
            reading.fault(inner, template, key=label, block=f"'{name}'", **more)
        elif not is_null(inner):
            value = each.metadata["kind"].read(reading, label, inner)
            if value is not None:
                values[each.name] = value
        elif each.default is not None:
            reading.fault(inner, EXPECTED, key=label, says=each.metadata["kind"].says, found=found(inner))
    whole = True
    written = {label for label, _ in pairs(Reading(reading.path), node)}
    for label, each in declared.items():
        if each.default is MISSING and each.default_factory is MISSING and each.name not in values:
            if label not in written:
                reading.fault(node, MISSING_KEY, block=f"'{name}'", key=label, meaning=each.metadata["meaning"])
            whole = False
            values[each.name] = None
    if len(reading.faults) > before:
        reading.incomplete.add(line_of(node))
    return _made(cls, values, node) if whole or partial else None
