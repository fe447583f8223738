"""Load one source: take its rows in, make those one record that are one, complete them, and write them as Parquet."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from data.schema import TABLES
from etl.ahead import read_ahead
from etl.books import Check, Tally
from etl.facts import Completion
from etl.intake import FACTS, Intake
from etl.locating import Placing
from etl.mapping import Mapper
from etl.merging import merge_rows, number_steps, parquet, run
from etl.outstanding import answered
from etl.readers import Chunk
from etl.references import NAMES, chunks_of, item_rules
from etl.rejects import read_mended
from etl.spec import Source
from etl.work import Work

BATCH_ROWS = 250_000


class SourceLoad:
    """The load of one source."""

    def __init__(self, work: Work, source: Source, placing: Placing) -> None:
        self.work, self.source = work, source
        into = next((name for name in source.tables if name in FACTS), next(iter(source.tables)))
        self.tally = Tally(source.name, into, [path.name for path in source.files])
        if source.files and work.mended is None:
            self.tally.sha256 = work.stage.sha256(source.files)
        mapper = Mapper(source, work.zone, work.areas.bounds, partial=work.mended is not None)
        catalogue = work.site.items
        listed = catalogue is not None and not catalogue.derive
        self.intake = Intake(
            source, mapper, self.tally, work.sql, placing if placing.layers else None,
            items=work.references.codes("items") if listed else None,
        )  # fmt: skip
        rules = item_rules(work.site, work.references.tables.get("items"))
        self.completion = Completion(source, work.zone, work.site.clocks, rules, self.tally, placing)
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._paths: dict[str, list[Path]] = {}

    def run(self) -> None:
        """Read all files of the source and leave its accepted rows with the load."""
        began = time.monotonic()
        direct = {name for name, spec in self.source.tables.items() if name in FACTS and spec.rows == "one"}
        try:
            for chunk in read_ahead(self._chunks()):
                for name, rows in self.intake.take(chunk).items():
                    if rows.num_rows:
                        self._keep(name, rows, direct)
            self._close()
            self._merge(direct)
        finally:
            self._close()
        self._hand_over()
        self.tally.seconds = time.monotonic() - began

    def _keep(self, name: str, rows: pa.Table, direct: set[str]) -> None:
        """Put accepted rows where they go: to the reference tables, out at once, or aside until all are there."""
        if name in NAMES:
            self.work.fed.setdefault(name, []).append(_narrow(rows))
        elif name in direct:
            self._write(name, self.completion.complete(name, rows))
        else:
            self._write(f"{name}.rows", rows)

    def _chunks(self) -> Iterator[Chunk]:
        progress = self.work.progress
        if self.work.mended is not None:
            path = self.work.mended[1]
            self.tally.files = [path.name]
            self.tally.sha256 = self.work.stage.sha256((path,))
            self.work.checks.append(answered(path, self.source.name))
            yield from read_mended(path, source=self.source.name, progress=progress.file(path, path.name))
            return
        for path in self.source.files or (None,):
            name = path.name if path else self.source.name
            yield from chunks_of(self.source, path, progress=progress.file(path, name))

    def _write(self, name: str, rows: pa.Table) -> None:
        """Append rows to a Parquet file; a later chunk may bring other columns, which begin another file."""
        writer = self._writers.get(name)
        if writer is not None and not writer.schema.equals(rows.schema):
            self._writers.pop(name).close()
            writer = None
        if writer is None:
            paths = self._paths.setdefault(name, [])
            path = self.work.stage.target(self.source.name, name, str(len(paths)))
            paths.append(path)
            writer = self._writers[name] = pq.ParquetWriter(path, rows.schema, compression="lz4")
        writer.write_table(rows)

    def _close(self) -> None:
        for writer in self._writers.values():
            writer.close()
        self._writers = {}

    def _merge(self, direct: set[str]) -> None:
        """Rows that are one record, and steps, once all rows are there."""
        for name, spec in self.source.tables.items():
            pieces = self._paths.pop(f"{name}.rows", [])
            if not pieces or name in direct:
                continue
            self.work.progress.step("facts", name=name)
            if name.endswith("_steps"):
                target = self.work.stage.target(self.source.name, name)
                number_steps(self.work.sql, pieces, table=name, of=spec.of or self.source.name, target=target)
                self._paths[name] = [target]
            else:
                for batch in merge_rows(self.work.sql, pieces).to_arrow_reader(BATCH_ROWS):
                    self._write(name, self.completion.complete(name, pa.Table.from_batches([batch])))
            for piece in pieces:
                piece.unlink()

    def _hand_over(self) -> None:
        work = self.work
        for name, paths in self._paths.items():
            work.files.setdefault(name, []).extend(paths)
        if self.tally.into in FACTS:
            self.tally.loaded = self._records(self._paths.get(self.tally.into, []))
        work.tallies.append(self.tally)
        work.rejects += self.intake.rejects
        work.found += self.intake.findings
        work.findings += self.completion.findings
        work.checks += _figures(self.source.name, self.completion.counts)

    def _records(self, paths: Sequence[Path]) -> int:
        if not paths:
            return 0
        key = TABLES[self.tally.into].key[0]
        return int(run(self.work.sql, f"SELECT count(DISTINCT {key}) FROM {parquet(paths)}")[0][0])


def _narrow(rows: pa.Table) -> pa.Table:
    """Rows of a reference table without the many that say the same; ``_row`` is where each first stood."""
    names = [name for name in rows.column_names if name not in ("faults", "_row")]
    first = rows.group_by(names, use_threads=False).aggregate([("_row", "min")])
    return first.rename_columns(["_row" if name == "_row_min" else name for name in first.column_names])


def _figures(source: str, counts: dict[str, float]) -> list[Check]:
    """The figures of where the rows of a source are, with the share of agreement."""
    checks = [Check(source, name, value, "rows") for name, value in counts.items()]
    if counts.get("stated_in_one"):
        share = 100 * counts["stated_agree_n"] / counts["stated_in_one"]
        checks.append(Check(source, "stated_agree_share", share, "%", "of those in exactly one area"))
    return checks
