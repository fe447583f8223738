"""Hold the house to its plan: imports fall downwards, folders say what they are for, settings are built at the top."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

#: what each part may import of the project itself (docs/architecture.md)
ALLOWED = {
    "errors": set(),
    "words": {"errors"},
    "settings": {"errors", "words"},
    "geo": {"errors"},
    "enforcement": {"errors"},
    "data": {"errors", "words", "settings", "geo", "enforcement"},
    "etl": {"errors", "words", "settings", "geo", "enforcement", "data"},
    "api": {"errors", "words", "settings", "geo", "enforcement", "data", "etl"},
    "dashboard": {"errors", "words", "settings", "geo", "enforcement", "data", "etl"},
    "app": {"errors", "words", "settings", "geo", "enforcement", "data", "etl", "api", "dashboard"},
}
#: modules that may build a Settings: the composition root and the command lines
ROOTS = {"app.py", "settings.py"}


def sources() -> list[Path]:
    files = [ROOT / f"{name}.py" for name in ALLOWED if (ROOT / f"{name}.py").exists()]
    for name in ALLOWED:
        files += sorted((ROOT / name).rglob("*.py"))
    return files


def part_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """The first part of every absolute import in ``path``, wherever it stands."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_fall_only_downwards(path: Path) -> None:
    part = part_of(path)
    wrong = (imported(path) & set(ALLOWED)) - ALLOWED[part] - {part}
    assert not wrong, f"{path.relative_to(ROOT)} ({part}) may not import {', '.join(sorted(wrong))}"


def test_the_rule_itself_catches_an_upward_import() -> None:
    assert "dashboard" not in ALLOWED["data"]
    assert "api" not in ALLOWED["dashboard"]
    assert "dashboard" not in ALLOWED["api"]


@pytest.mark.parametrize("name", sorted(name for name in ALLOWED if (ROOT / name).is_dir()))
def test_a_folder_says_what_it_is_for(name: str) -> None:
    text = ast.get_docstring(ast.parse((ROOT / name / "__init__.py").read_text(encoding="utf-8")))
    assert text
    assert text.split("\n")[0].endswith((".", ":", ";", ",")) or "." in text


def test_settings_are_built_only_at_the_top() -> None:
    for path in sources():
        if path.name in ROOTS or path.name == "__main__.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                assert name not in {"Settings", "read_settings", "load_settings"}, (
                    f"{path.relative_to(ROOT)} builds settings"
                )


def test_duckdb_is_opened_only_by_the_data_package() -> None:
    # etl may compute over Parquet in memory; only data/ opens a warehouse file
    for path in sources():
        if part_of(path) in {"dashboard", "api", "app", "geo", "enforcement"}:
            assert "duckdb" not in imported(path), f"{path.relative_to(ROOT)} opens DuckDB itself"


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_begins_with_what_it_does(path: Path) -> None:
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert text, f"{path.relative_to(ROOT)} has no docstring"
