"""Which files a site file means: patterns, folders, variables, names taken literally."""

from __future__ import annotations

import pytest

from errors import BadInput
from etl.readers import expand, format_of


@pytest.fixture
def folder(tmp_path):
    for name in ("2026-02.csv", "2026-01.csv", "old/2025.csv", "a[1].csv", "notes.md"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    return tmp_path


def names(paths):
    return [path.name for path in paths]


def test_patterns_come_sorted_and_once(folder):
    assert names(expand("2026-*.csv", folder)) == ["2026-01.csv", "2026-02.csv"]
    assert names(expand(["2026-02.csv", "2026-*.csv"], folder)) == ["2026-02.csv", "2026-01.csv"]
    assert names(expand("**/*.csv", folder)) == ["2026-01.csv", "2026-02.csv", "a[1].csv", "2025.csv"]


def test_a_folder_means_its_readable_files(folder):
    assert names(expand(".", folder)) == ["2026-01.csv", "2026-02.csv", "a[1].csv"]


def test_brackets_in_a_name_are_no_pattern(folder):
    assert names(expand("a[1].csv", folder)) == ["a[1].csv"]


def test_variables(folder, monkeypatch):
    monkeypatch.setenv("TOWN", str(folder))
    assert expand("${TOWN}/old/*.csv", folder / "elsewhere") == [folder / "old/2025.csv"]
    monkeypatch.delenv("TOWN")
    with pytest.raises(BadInput, match="the environment variable TOWN is not set"):
        expand("${TOWN}/x.csv", folder)


def test_nothing_found(folder):
    with pytest.raises(BadInput, match=r"No file matches \*\.shp"):
        expand("*.shp", folder)


def test_formats(tmp_path):
    assert format_of(tmp_path / "A.XLSX") == "excel"
    with pytest.raises(BadInput, match=r"a\.docx: the format cannot be told .* one of csv, excel"):
        format_of(tmp_path / "a.docx")
