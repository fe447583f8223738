"""Hold the requirements to what the program imports: a clean machine has only what requirements.txt names."""

from __future__ import annotations

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OWN = {"app", "api", "bench", "dashboard", "data", "enforcement", "errors", "etl", "geo", "settings", "tests", "words"}
PROGRAM = ("api", "dashboard", "data", "enforcement", "etl", "geo")


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def lines(name: str) -> list[str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return [line.split("#")[0].strip() for line in text.splitlines() if line.split("#")[0].strip()]


def pinned(name: str) -> set[str]:
    return {plain(line.split("==")[0]) for line in lines(name)}


def imports() -> set[str]:
    """The first part of every import of the program, wherever it stands."""
    found: set[str] = set()
    files = [*ROOT.glob("*.py"), *(path for folder in PROGRAM for path in (ROOT / folder).rglob("*.py"))]
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
    return found - OWN - set(sys.stdlib_module_names)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned(name: str) -> None:
    assert [line for line in lines(name) if not re.fullmatch(r"[A-Za-z0-9_.\-]+==[A-Za-z0-9.!+]+", line)] == []


def test_what_the_program_imports_is_in_requirements() -> None:
    brought_by = packages_distributions()
    have = pinned("requirements.txt")
    missing = {
        module: brought_by.get(module, [])
        for module in imports()
        if not {plain(name) for name in brought_by.get(module, [])} & have
    }
    assert not missing
