"""Check that every message the package can say has its Chinese, with the same values in it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import errors
from data.metrics.groupings import FAULTS as SHORT
from etl.faults import FAULTS
from words import catalogue

PACKAGE = Path(__file__).parents[2] / "data"
LEAVES = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Exception)}
#: calls whose first argument is a message
SPEAKERS = {"say", "N_", *LEAVES}


def text_of(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def messages() -> dict[str, str]:
    """Every message in the package, and the file that says it."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                text = text_of(node.args[0])
                if name in SPEAKERS and text is not None:
                    found[text] = path.name
    return found


def holes(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)", text))


def test_there_are_messages() -> None:
    assert len(messages()) > 40


@pytest.mark.parametrize("text", sorted(messages()))
def test_every_message_has_its_chinese(text: str) -> None:
    if not re.search("[A-Za-z]{2}", re.sub(r"\{[^}]*\}", "", text)):
        return
    said = catalogue("zh").get(text)
    assert said, f"{messages()[text]}: {text!r} is missing in locale/zh/data.po"
    assert holes(said) == holes(text)


def test_every_question_a_load_can_raise_has_a_short_name() -> None:
    assert {code for code, fault in FAULTS.items() if fault.kind == "finding"} == set(SHORT)
