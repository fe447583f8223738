"""Read a YAML file into nodes that remember their line, and gather everything wrong with them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from errors import BadSite
from words import N_, say

NO_VARIABLE = N_("the environment variable {name} is not set")
TWICE = N_("key '{key}' is written twice (first on line {first})")
NOT_YAML = N_("not readable as YAML: {why}")

_WORDED = ("says", "found", "meaning", "block")
_VARIABLE = re.compile(r"\$\{(\w+)\}")


class SiteFault(NamedTuple):
    """One thing wrong with a site file."""

    line: int
    template: str
    values: dict[str, object]

    def say(self, lang: str) -> str:
        """The fault in ``lang``."""
        # what a value should be, and what was found, are words of the catalogue themselves
        said = {name: say(str(value), lang) if name in _WORDED else value for name, value in self.values.items()}
        return say(self.template, lang).format(**said)


class SiteFaults(tuple[SiteFault, ...]):
    """All faults of one site file; formats as one line each, in English."""

    name: str = ""

    def lines(self, lang: str) -> list[str]:
        """Every fault as ``file:line: what``."""
        return [f"{self.name}:{fault.line}: {fault.say(lang)}" for fault in self]

    def __format__(self, _spec: str) -> str:
        return "\n".join(self.lines("en"))


@dataclass
class Reading:
    """One reading of a site file: where it is, and what was found wrong so far."""

    path: Path
    faults: list[SiteFault] = field(default_factory=list)
    #: lines of blocks in which something is wrong already: what depends on the whole block is not judged there
    incomplete: set[int] = field(default_factory=set)

    def fault(self, at: yaml.Node | int, template: str, /, **values: object) -> None:
        """Note a fault at a node or line."""
        line = at if isinstance(at, int) else line_of(at)
        self.faults.append(SiteFault(line, template, values))

    def expand(self, node: yaml.Node, text: str) -> str | None:
        """``text`` with ``${NAME}`` replaced from the environment; None (and a fault) where one is not set."""
        missing = [name for name in _VARIABLE.findall(text) if name not in os.environ]
        for name in missing:
            self.fault(node, NO_VARIABLE, name=name)
        return None if missing else _VARIABLE.sub(lambda found: os.environ[found[1]], text)

    def finish(self) -> None:
        """Raise once for all faults, in the order of their lines."""
        if self.faults:
            faults = SiteFaults(sorted(self.faults, key=lambda fault: fault.line))
            faults.name = self.path.name
            raise BadSite(
                "{path}: {count} faults in the site file\n{faults}", path=self.path, count=len(faults), faults=faults
            )


def line_of(node: yaml.Node) -> int:
    """The line a node begins on, counted from 1."""
    return node.start_mark.line + 1


def compose(reading: Reading) -> yaml.Node | None:
    """The file as a tree of marked nodes; None (and a fault) where it is not YAML."""
    text = reading.path.read_text(encoding="utf-8-sig")
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        reading.fault(line, NOT_YAML, why=error.problem or str(error))
    except yaml.YAMLError as error:
        reading.fault(1, NOT_YAML, why=str(error).splitlines()[0])
    return None


class Kind(NamedTuple):
    """What a value may be: in words, and how to read it from ``(reading, key, node)``."""

    says: str
    read: Callable[[Reading, str, yaml.Node], Any]


def found(node: yaml.Node) -> str:
    """What a node is, for a message."""
    if isinstance(node, yaml.ScalarNode):
        return f"'{node.value}'" if node.value else N_("nothing")
    return N_("a list") if isinstance(node, yaml.SequenceNode) else N_("a block of keys")


def is_null(node: yaml.Node) -> bool:
    """Whether a node is an unquoted null (``~``, ``null`` or nothing)."""
    return isinstance(node, yaml.ScalarNode) and node.tag.endswith(":null")


def pairs(reading: Reading, node: yaml.MappingNode) -> list[tuple[str, yaml.Node]]:
    """The keys and values of a block; a key written twice is a fault. A null key (``~``) is ''."""
    seen: dict[str, int] = {}
    listed = []
    for label, inner in node.value:
        name = "" if is_null(label) else str(label.value) if isinstance(label, yaml.ScalarNode) else found(label)
        if name in seen:
            reading.fault(label, TWICE, key=name, first=seen[name])
        seen.setdefault(name, line_of(label))
        listed.append((name, inner))
    return listed
