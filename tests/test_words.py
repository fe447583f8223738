"""Hold every word a person sees to the catalogue: said through it, translated once, nothing left over."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import errors
from words import LOCALE

ROOT = Path(__file__).parents[1]
PACKAGES = ("api", "dashboard", "data", "enforcement", "etl", "geo")
MODULES = ("app", "settings", "words")
LEAVES = {name for name, held in vars(errors).items() if isinstance(held, type)}
#: calls whose first argument is a message
SAYING = {"say", "N_"} | LEAVES
#: what stands on screens and is the same in every language: formats, symbols, the names of languages
SAME = {"EN", "中", "CSV", "Excel", "GeoJSON", "n/N"}
#: properties of components that people read
READ = {"children", "title", "label", "placeholder", "description", "headerName", "headerTooltip", "aria-label"}
WORD = re.compile(r"[A-Za-z]{2,}|[\u3400-\u9fff]")


def sources(*packages: str) -> list[Path]:
    """The Python files of the packages and modules named."""
    found: list[Path] = []
    for name in packages:
        one = ROOT / f"{name}.py"
        found += [one] if one.exists() else sorted((ROOT / name).rglob("*.py"))
    return found


def name_of(call: ast.Call) -> str:
    """The name a call is made by, without what it belongs to."""
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def texts(node: ast.expr) -> Iterator[str]:
    """The literals an expression may come to: itself, or both sides of a choice."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from texts(node.body)
        yield from texts(node.orelse)


def messages(path: Path) -> Iterator[str]:
    """Every message a file declares."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and name_of(node) in SAYING and node.args:
            yield from texts(node.args[0])


@cache
def named() -> dict[str, str]:
    """Every text that stands under a name at the head of a module, sums of earlier ones included."""
    found: dict[str, str] = {}
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sources(*PACKAGES, *MODULES)]
    for _ in range(2):
        for node in (node for tree in trees for node in tree.body):
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            value = folded(node.value, found) if isinstance(node, ast.Assign | ast.AnnAssign) and node.value else None
            if value is not None:
                found.update({target.id: value for target in targets if isinstance(target, ast.Name)})
    return found


def constants(path: Path) -> set[str]:
    """Every text a file writes out, and every sum of such texts and of named ones."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {text for node in ast.walk(tree) if (text := folded(node, named())) is not None}


def folded(node: ast.AST, names: dict[str, str]) -> str | None:
    """The text an expression of literals, names and sums comes to; None where it is no such expression."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Call) and name_of(node) == "N_" and node.args:
        return folded(node.args[0], names)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = folded(node.left, names), folded(node.right, names)
        return None if left is None or right is None else left + right
    return None


def declared() -> dict[str, set[str]]:
    """Message to the files that declare it."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sources(*PACKAGES, *MODULES):
        for message in messages(path):
            found[message].add(str(path.relative_to(ROOT)))
    return found


def translations() -> dict[str, list[tuple[str, str]]]:
    """Message to its translations, each with the file that gives it."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for path in sorted((LOCALE / "zh").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="zh"):
                if message.id:
                    found[str(message.id)].append((str(message.string), path.name))
    return found


def fields(template: str) -> list[str]:
    """The names a template is filled with, in order."""
    return sorted(re.findall(r"{(\w*)[^{}]*}", template))


@pytest.mark.parametrize("package", [*PACKAGES, *MODULES])
def test_every_message_is_translated(package: str) -> None:
    known = translations()
    missing = {
        message: sorted(files)
        for message, files in declared().items()
        if message.strip() and WORD.search(re.sub(r"{[^}]*}", "", message)) and not any(t for t, _ in known[message])
        if any(file.split("/")[0].removesuffix(".py") == package for file in files)
    }
    assert not missing, "\n".join(f"{files}: {message!r}" for message, files in missing.items())


def test_no_translation_is_left_over() -> None:
    # geo and enforcement may not import words: their messages are plain constants, said further up
    held = {text for path in sources(*PACKAGES, *MODULES) for text in constants(path)}
    orphans = [f"{found[0][1]}: {message!r}" for message, found in translations().items() if message not in held]
    assert not orphans, "\n".join(orphans)


def test_no_message_is_translated_in_two_ways() -> None:
    twice = {message: found for message, found in translations().items() if len({text for text, _ in found}) > 1}
    assert not twice, twice


def test_translations_keep_the_values_of_their_message() -> None:
    wrong = [
        f"{file}: {message!r} -> {text!r}"
        for message, found in translations().items()
        for text, file in found
        if text and fields(text) != fields(message)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", sources(*PACKAGES, *MODULES), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_message_is_put_together_before_it_is_said(path: Path) -> None:
    """An f-string cannot be looked up: values are given beside the template."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and name_of(node) in SAYING and node.args:
            assert not isinstance(node.args[0], ast.JoinedStr | ast.BinOp), (
                f"{path.name}:{node.lineno} builds its message"
            )


def shown(call: ast.Call) -> Iterator[ast.expr]:
    """The arguments of a component that people read."""
    if call.args:
        yield call.args[0]
    for keyword in call.keywords:
        if keyword.arg in READ:
            yield keyword.value
        elif keyword.arg is None and isinstance(keyword.value, ast.Dict):
            yield from (
                value
                for key, value in zip(keyword.value.keys, keyword.value.values, strict=True)
                if isinstance(key, ast.Constant) and key.value in READ
            )


def literals(node: ast.expr) -> Iterator[ast.Constant | ast.JoinedStr]:
    """The texts written out in what a component shows, down to the next call."""
    if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        yield node
    elif isinstance(node, ast.List | ast.Tuple):
        for part in node.elts:
            yield from literals(part)
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)


def written(node: ast.Constant | ast.JoinedStr) -> str:
    """The fixed text of a literal."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    return " ".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))


@pytest.mark.parametrize("path", sources("dashboard"), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_component_shows_a_literal(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if getattr(node.func.value, "id", "") not in {"html", "dmc", "dcc", "dl", "dag"}:
            continue
        for argument in shown(node):
            for literal in literals(argument):
                text = written(literal)
                assert text.strip() in SAME or not WORD.search(text), f"{path.name}:{literal.lineno} shows {text!r}"


@pytest.mark.parametrize("path", sources("dashboard", "api"), ids=lambda path: str(path.relative_to(ROOT)))
def test_chinese_stands_only_beside_its_english(path: Path) -> None:
    """In the faces a Chinese text is part of Words(en, zh), or one of what is the same in every language."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    beside = {
        id(argument)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and name_of(node) == "Words"
        for argument in node.args
    }
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        if node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in beside | docs:
            chinese = re.search(r"[\u3400-\u9fff]", node.value)
            assert not chinese or node.value in SAME or "GridCommand" in node.value, (
                f"{path.name}:{node.lineno} {node.value!r}"
            )


def test_the_lint_itself_sees_a_literal() -> None:
    tree = ast.parse('html.Div(["Overdue", say("x", lang)], title=f"since {day}")')
    (call,) = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and name_of(node) == "Div"]
    found = [written(literal).strip() for argument in shown(call) for literal in literals(argument)]
    assert found == ["Overdue", "since"]
