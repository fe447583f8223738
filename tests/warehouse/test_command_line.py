"""Run the command line on the made-up place and read what it prints."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data.__main__ import main
from data.dictionary import DOCS, documents
from data.metrics import METRICS, ask
from data.schema import TABLES


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 0
    return capsys.readouterr().out


def test_a_question_in_words_and_figures(place: Any, capsys: pytest.CaptureFixture[str]) -> None:
    site = str(place.warehouse.root)
    out = run(capsys, "ask", "closure_rate", "--by", "township", "--site", site, "--since", "last_week", "--sql")
    lines = out.splitlines()
    assert lines[0] == "Made-up Bay · data version 1"
    assert lines[1].startswith("closure rate by quarter; deadline for closure: 2018-12-03 – 2018-12-09")
    row = ask(place.warehouse, "closure_rate", by="township", since="last_week").rows[0]
    assert lines[3].split() == ["North", f"{row.value * 100:.1f}", "%", f"{row.numerator}", f"{row.denominator}",
                                f"{row.n}", *(["few"] if row.n < 30 else [])]  # fmt: skip
    assert "FROM" in out


def test_chinese_columns_stand_under_one_another(place: Any, capsys: pytest.CaptureFixture[str]) -> None:
    site = str(place.warehouse.root)
    lines = run(capsys, "ask", "volume", "--by", "weekday", "--site", site, "--lang", "zh").splitlines()
    assert lines[0] == "虚拟湾 · 数据版本 1"
    assert lines[3].startswith("星期一")
    widths = {len(line) + sum("\u4e00" <= sign <= "\u9fff" for sign in line) for line in lines[2:]}
    assert len(widths) == 1


def test_csv_equals_the_answer(place: Any, capsys: pytest.CaptureFixture[str]) -> None:
    site = str(place.warehouse.root)
    out = run(capsys, "ask", "arrival_p90", "--by", "grid", "--where", "item=noise,stall", "--where", "township=",
              "--where", "township=T1", "--csv", "--site", site)  # fmt: skip
    where = {"item": ["noise", "stall"], "township": ["", "T1"]}
    expected = ask(place.warehouse, "arrival_p90", by="grid", where=where).frame()
    read = pd.read_csv(io.StringIO(out), dtype=str)
    assert [float(text) for text in read["value"][:9]] == expected["value"].tolist()[:9]
    assert [int(text) for text in read["n"]] == expected["n"].tolist()


def test_json_order_and_top(place: Any, capsys: pytest.CaptureFixture[str]) -> None:
    site = str(place.warehouse.root)
    out = run(capsys, "ask", "volume", "--by", "grid", "--sort", "value", "--top", "3", "--json", "--site", site)
    found = json.loads(out)
    best = sorted((row.value for row in ask(place.warehouse, "volume", by="grid").rows), reverse=True)[:3]
    assert [row["value"] for row in found["rows"]] == best
    assert found["version"] == 1
    assert found["as_of"] == "2018-12-14T20:30:00Z"


def test_a_file(place: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    target = tmp_path / "grids.gpkg"
    out = run(capsys, "ask", "volume", "--by", "grid", "--out", str(target), "--site", str(place.warehouse.root))
    assert out.strip() == str(target)
    assert target.stat().st_size > 10_000


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ask", "closure"], "closure_rate"),
        (["ask", "volume", "--where", "township"], "key=value"),
        (["ask", "volume", "--since", "tomorow"], "last_week"),
        (["ask", "volume", "--lang", "zh", "--by", "gird"], "没有名为 gird 的分组"),
    ],
)
def test_a_wrong_question_ends_with_2_and_a_hint(
    place: Any, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main([*arguments, "--site", str(place.warehouse.root)]) == 2
    assert said in capsys.readouterr().err


def test_no_place(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["ask", "volume", "--site", str(tmp_path / "nowhere")]) == 2
    assert "etl load" in capsys.readouterr().err


def test_lists(place: Any, capsys: pytest.CaptureFixture[str]) -> None:
    site = str(place.warehouse.root)
    assert {line.split()[0] for line in run(capsys, "metrics").splitlines()} == set(METRICS)
    assert {line.split()[0] for line in run(capsys, "columns", "cases").splitlines()} == {
        f"cases.{name}" for name in TABLES["cases"].names
    }
    tables = run(capsys, "tables", "--site", site)
    assert "incidents" in tables
    assert f"{len(place.facts['incidents']):,}" in tables
    versions = run(capsys, "versions", "--site", site).splitlines()
    assert versions[1].split()[:2] == ["*", "1"]


def test_the_documents_are_current(capsys: pytest.CaptureFixture[str]) -> None:
    """When this fails: python -m data docs."""
    for name, text in documents().items():
        assert (DOCS / name).read_text(encoding="utf-8") == text, name
    assert run(capsys, "docs", "--check") == ""


def test_the_documents_tell_every_metric_and_column() -> None:
    dictionary, metrics = documents()["data-dictionary.md"], documents()["metrics.md"]
    for table in TABLES.values():
        assert f"## {table.name}\n" in dictionary
        assert all(f"| `{name}` |" in dictionary for name in table.names)
    for metric in METRICS.values():
        assert f"## {metric.key}\n" in metrics
        for words in (metric.label, metric.definition, metric.numerator, metric.cohort):
            assert words.en in metrics
            assert words.zh in metrics
