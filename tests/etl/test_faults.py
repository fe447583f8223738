"""Every fault has a message in both languages that says what is wrong and how to mend it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import errors
from etl.faults import FAULTS, file_error, message, place, retell
from words import catalogue, say_error

CODES = """
    empty_file header_only wrong_delimiter encoding ragged_row missing_id duplicate_id missing_time bad_time
    ambiguous_time nonexistent_time year_out_of_range bad_number bad_coordinate swapped whole_degree zero_coordinates
    no_coordinates outside several_areas unknown_item unknown_area area_disagrees closed_before_opened negative_step
    never_on_scene double_booked bad_geometry geometry_island_as_hole geometry_wrong_nesting geometry_self_crossing
"""
ROOT = Path(__file__).parents[2]
FIELD = re.compile(r"\{(\w+)")


def filled(code: str) -> dict[str, object]:
    """Values for every place of a fault's message; numbers where the template formats numbers."""
    text = FAULTS[code].template + FAULTS[code].mend
    return {name: 3.25 if re.search(rf"\{{{name}:[^}}]*f\}}", text) else f"<{name}>" for name in FIELD.findall(text)}


def test_the_registry_has_every_code():
    assert set(CODES.split()) <= set(FAULTS)
    assert {fault.kind for fault in FAULTS.values()} == {"file", "reject", "finding", "repair"}
    assert all(code == fault.code for code, fault in FAULTS.items())


@pytest.mark.parametrize("code", FAULTS)
def test_messages_are_whole_in_both_languages(code):
    fault, values = FAULTS[code], filled(code)
    for part in filter(None, (fault.template, fault.mend)):
        assert part in catalogue("zh"), part
        assert set(FIELD.findall(catalogue("zh")[part])) == set(FIELD.findall(part))
    english, chinese = message(code, "en", **values), message(code, "zh", **values)
    assert re.search("[\u4e00-\u9fff]", chinese)
    for value in values.values():
        shown = "3.25" if isinstance(value, float) else value
        assert shown in english
        assert shown in chinese
    assert english.endswith(".")
    assert chinese.endswith("。")


@pytest.mark.parametrize("code", [code for code, fault in FAULTS.items() if fault.kind == "reject"])
def test_an_english_message_can_be_retold(code):
    values = filled(code)
    expected = message(code, "zh", **values)
    if "3.25" not in expected:
        assert retell(code, message(code, "en", **values), "zh") == expected
    assert retell(code, "something else", "zh") == "something else"


def test_rejects_and_findings_say_how_to_mend():
    assert all(fault.mend for fault in FAULTS.values() if fault.kind != "repair" and fault.kind != "file"
               and not fault.code.startswith("geometry_"))  # fmt: skip


def test_file_errors_are_leaves():
    assert isinstance(file_error("xml_entities", file="a.kml", name="x"), errors.UnsafeArchive)
    error = file_error("no_sheet", file="台账.xlsx", sheet="三月", found="一月, 二月")
    assert str(error) == "台账.xlsx has no sheet 三月. Its sheets are: 一月, 二月."
    assert say_error(error, "zh") == "台账.xlsx 中没有工作表 三月。它的工作表有：一月, 二月。"


def test_place():
    assert place("en", file="la.csv", row=5, column="Latitude") == "la.csv, row 5, column Latitude"
    assert place("zh", file="台账.xlsx", sheet="一月", row=5) == "台账.xlsx，工作表 一月，第 5 行"


def test_every_code_raised_is_in_the_registry():
    """Codes are words in the source: each one given to file_error, Flaw or RowFault must exist."""
    found = set()
    for path in (ROOT / "etl").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", "")
                place_of = {"file_error": 0, "Flaw": 1, "RowFault": 2}.get(name)
                if place_of is not None and len(node.args) > place_of and isinstance(node.args[place_of], ast.Constant):
                    found.add(node.args[place_of].value)
    assert len(found) > 20
    assert found <= set(FAULTS)
