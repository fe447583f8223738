"""Ask the warehouse from the command line: ``python -m data ask METRIC --by GROUP --where k=v --since --until``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from unicodedata import east_asian_width

from data.dictionary import DOCS, documents, write_documents
from data.export import FORMATS, csv_text, write
from data.metrics import METRICS, SORTS, Answer, ask, show
from data.periods import RELATIVE
from data.quoting import identifier
from data.schema import TABLES
from data.versions import file_of, folder_of, read_pointer
from data.warehouse import Warehouse, open_warehouse
from errors import BadQuestion, GridCommandError
from settings import read_settings
from words import LANGUAGES, say, say_error


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it did what was asked, 2 when the question or the place is wrong."""
    given = _parser().parse_args(arguments)
    try:
        place = given.site or read_settings().site
        given.run(given, place)
    except GridCommandError as error:
        print(say_error(error, given.lang or "en"), file=sys.stderr)
        return 2
    except BrokenPipeError:
        sys.stderr.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m data", description="Ask the warehouse.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--site", type=Path, metavar="DIR", help="the place on disk (default: the settings')")
    common.add_argument("--lang", choices=LANGUAGES, help="language of labels (default: the site's)")
    asked = commands.add_parser("ask", parents=[common], help="answer one question")
    asked.add_argument("metric", help="key of a metric; see: python -m data metrics")
    asked.add_argument("--by", default="", metavar="GROUP[,GROUP]", help="grouping, or several")
    asked.add_argument("--where", action="append", default=[], metavar="KEY=VALUE[,VALUE]", help="filter; repeatable")
    asked.add_argument("--since", metavar="DATE", help=f"first day, or one of: {', '.join(RELATIVE)}")
    asked.add_argument("--until", metavar="DATE", help="day after the last, or one of the same words")
    asked.add_argument("--as-of", metavar="MOMENT", help="moment of asking in site time, e.g. 2026-01-31T08:00")
    asked.add_argument("--sort", choices=SORTS, help="order of the rows (largest first, group and label ascending)")
    asked.add_argument("--top", type=int, metavar="N", help="only the first N rows")
    asked.add_argument("--csv", action="store_true", help="as CSV")
    asked.add_argument("--json", action="store_true", help="as JSON")
    asked.add_argument("--sql", action="store_true", help="also the SQL that was run")
    asked.add_argument("--out", type=Path, metavar="FILE", help=f"write a file: {', '.join(FORMATS)}")
    asked.set_defaults(run=_ask)
    for name, run, text in (
        ("metrics", _metrics, "list every metric"),
        ("versions", _versions, "list the data versions of a place"),
        ("tables", _tables, "list the tables of a place with their rows"),
    ):
        commands.add_parser(name, parents=[common], help=text).set_defaults(run=run)
    columns = commands.add_parser("columns", parents=[common], help="list the columns of a table, or of all")
    columns.add_argument("table", nargs="?", choices=sorted(TABLES))
    columns.set_defaults(run=_columns)
    docs = commands.add_parser("docs", parents=[common], help="write the data dictionary and the metric list")
    docs.add_argument("--check", action="store_true", help="only say whether they are current")
    docs.set_defaults(run=_docs)
    return parser


def _ask(given: argparse.Namespace, place: Path) -> None:
    warehouse = open_warehouse(place)
    lang = given.lang = given.lang or warehouse.site.language
    answer = ask(
        warehouse,
        given.metric,
        by=tuple(key.strip() for key in given.by.split(",") if key.strip()),
        where=_where(given.where),
        since=given.since,
        until=given.until,
        as_of=given.as_of,
    )
    if given.sort:
        answer = answer.sorted(given.sort, descending=given.sort not in ("group", "label"))
    if given.top is not None:
        answer = answer.first(given.top)
    if given.out:
        for path in write(warehouse, answer, given.out, lang=lang):
            print(path)
    elif given.csv:
        sys.stdout.write(csv_text(answer).replace("\r\n", "\n"))
    elif given.json:
        print(json.dumps(_as_json(answer, lang), ensure_ascii=False, indent=1))
    else:
        _print_answer(warehouse, answer, lang)
    if given.sql:
        print(f"\n{answer.sql.strip()}\n-- {dict(answer.values)}")


def _where(pairs: Sequence[str]) -> dict[str, list[str]]:
    """``key=value,value`` as filters; a key given twice keeps both, ``key=`` keeps the missing group."""
    where: dict[str, list[str]] = {}
    for pair in pairs:
        key, sign, values = pair.partition("=")
        if not sign:
            raise BadQuestion("{text} is no filter; write key=value", text=pair)
        where.setdefault(key.strip(), []).extend(value.strip() for value in values.split(","))
    return where


def _as_json(answer: Answer, lang: str) -> dict[str, object]:
    return {
        "metric": answer.metric.key,
        "sentence": answer.sentence(lang),
        "version": answer.version,
        "as_of": f"{answer.as_of.isoformat()}Z",
        "since": answer.since and answer.since.isoformat(),
        "until": answer.until and answer.until.isoformat(),
        "rows": [{**row._asdict(), "label": row.label.in_(lang), "few": answer.is_few(row)} for row in answer.rows],
    }


def _print_answer(warehouse: Warehouse, answer: Answer, lang: str) -> None:
    name = warehouse.site.name.in_(lang)
    mark = f" · {say('demo data', lang)}" if warehouse.site.generated else ""
    print(f"{name}{mark} · {say('data version', lang)} {answer.version}")
    print(answer.sentence(lang))
    head = ["", *(label.in_(lang) for label in answer.by_labels), answer.metric.label.in_(lang)]
    head = [" · ".join(head[1:-1]), head[-1], say("numerator", lang), say("denominator", lang), "n", ""]
    lines = [
        [
            row.label.in_(lang),
            show(answer.metric, row.value, lang),
            _whole(row.numerator),
            _whole(row.denominator),
            f"{row.n:,}",
            say("few", lang) if answer.is_few(row) else "",
        ]
        for row in answer.rows
    ]
    _print_table([head, *lines])


def _whole(number: float | None) -> str:
    return "–" if number is None else f"{number:,.0f}"


def _width(text: str) -> int:
    """Columns a text takes on a terminal: Chinese characters take two."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def _print_table(lines: Sequence[Sequence[str]], *, right: bool = True) -> None:
    widths = [max(_width(line[column]) for line in lines) for column in range(len(lines[0]))]
    for line in lines:
        cells = []
        for column, (text, width) in enumerate(zip(line, widths, strict=True)):
            space = " " * (width - _width(text))
            cells.append(space + text if right and column else text + space)
        print("  ".join(cells).rstrip())


def _metrics(given: argparse.Namespace, place: Path) -> None:
    lang = given.lang or "en"
    _print_table([[m.key, m.label.in_(lang), m.definition.in_(lang)] for m in METRICS.values()], right=False)


def _columns(given: argparse.Namespace, place: Path) -> None:
    lang = given.lang or "en"
    tables = [TABLES[given.table]] if given.table else list(TABLES.values())
    lines = [
        [f"{table.name}.{column.name}", column.type, column.unit, column.label.in_(lang), column.meaning]
        for table in tables
        for column in table.columns
    ]
    _print_table(lines, right=False)


def _docs(given: argparse.Namespace, place: Path) -> None:
    if given.check:
        stale = [name for name, text in documents().items() if _read(DOCS / name) != text]
        if stale:
            raise BadQuestion("{files}: not current; run: python -m data docs", files=", ".join(stale))
        return
    for path in write_documents():
        print(path)


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _versions(given: argparse.Namespace, place: Path) -> None:
    open_warehouse(place)
    pointer = read_pointer(place)
    assert pointer is not None
    lines = [["", "", "bytes"]]
    for version in pointer.history:
        path = folder_of(place) / file_of(version)
        size = f"{path.stat().st_size:,}" if path.exists() else "–"
        lines.append(["*" if version == pointer.version else "", str(version), size])
    _print_table(lines)


def _tables(given: argparse.Namespace, place: Path) -> None:
    warehouse = open_warehouse(place)
    lang = given.lang or warehouse.site.language
    found = [str(row[0]) for row in warehouse.rows("SELECT table_name FROM duckdb_tables() ORDER BY table_name")]
    order = sorted(found, key=lambda name: (list(TABLES).index(name) if name in TABLES else len(TABLES), name))
    lines = [["", "", "n"]]
    for name in order:
        count = warehouse.rows(f"SELECT count(*) FROM {identifier(name)}")[0][0]
        lines.append([name, TABLES[name].label.in_(lang) if name in TABLES else "", f"{count:,}"])
    _print_table(lines)


if __name__ == "__main__":
    sys.exit(main())
