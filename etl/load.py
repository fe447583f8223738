"""Load a site: copy its files, read its areas, take in its sources, and have the next version built from them."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from data.build import BuildReport, Counted, Staged, build_version
from data.schema import TABLES
from data.site import Site
from data.versions import folder_of, read_pointer
from errors import BadSite
from etl.areas import Areas, read_areas, source_of
from etl.books import Check, Finding, Tally, checks_table, findings_table, tallies_table
from etl.facts import Completion
from etl.intake import FACTS, Intake
from etl.locating import Placing
from etl.mapping import Mapper
from etl.merging import join_incidents, merge_rows, number_steps, parquet
from etl.outstanding import answered
from etl.progress import Progress
from etl.references import NAMES, References, chunks_of, complete, item_rules, read_catalogues
from etl.rejects import Reject, read_mended, to_table
from etl.roads import read_roads
from etl.site import SiteFile, Source, read_site_file
from etl.staging import Staging, copy_inputs, keep, staging, write_site_copy
from words import N_

NO_SOURCE = N_("the site file has no source '{name}'; its sources: {names}")
BAD_AS_OF = N_("'as_of: {value}' must be clock, end_of_data or a time like 2018-01-25T00:00")
#: columns of the facts that follow their incident
FOLLOWS = {"dispatches": ("township", "grid", "item"), "incident_steps": ("township",)}
BATCH_ROWS = 250_000


@dataclass(frozen=True)
class LoadReport:
    """What a load did."""

    version: int
    changed: bool
    tallies: tuple[Tally, ...]
    checks: tuple[Check, ...]
    rejects: tuple[Reject, ...]
    findings: dict[str, int]
    counts: dict[str, Counted]
    seconds: float
    dry: bool = False


@dataclass
class _Load:
    """One load on its way."""

    site: SiteFile
    stage: Staging
    root: Path
    progress: Progress
    mended: tuple[str, Path] | None = None
    areas: Areas = field(default_factory=Areas)
    references: References = field(default_factory=References)
    tallies: list[Tally] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    findings: list[pa.Table] = field(default_factory=list)
    found: list[Finding] = field(default_factory=list)
    #: accepted rows by table
    files: dict[str, list[Path]] = field(default_factory=dict)
    fed: dict[str, list[pa.Table]] = field(default_factory=dict)

    @property
    def zone(self) -> str:
        return self.site.site.zone

    def run(self) -> Staged:
        """Read everything; what the build is to be given."""
        self.areas = read_areas(self.site, said=lambda level: self.progress.step("areas", name=level))
        self.progress.step("references")
        self.references = read_catalogues(self.site, bounds=self.areas.bounds)
        placing = Placing(self.areas)
        wanted = [each for each in self.site.sources if self.mended is None or each.name == self.mended[0]]
        self.progress.reading([path for source in wanted for path in source.files])
        for source in wanted:
            _SourceLoad(self, source, placing).run()
        self._follow_incidents()
        complete(self.references, self.site, fed=self.fed, facts=self.files, placing=placing)
        staged = self._staged()
        self._roads(staged)
        self._books(staged)
        return staged

    def _follow_incidents(self) -> None:
        """Give dispatches and steps the place and item of their incident, whichever source or load brought it."""
        pointer = read_pointer(self.root)
        before = folder_of(self.root) / pointer.file if pointer else None
        for table, columns in FOLLOWS.items():
            for number, path in enumerate(self.files.get(table, [])):
                target = self.stage.target(table, str(number))
                lost = join_incidents(
                    [path], self.files.get("incidents", []), columns=columns, warehouse=before, target=target
                )
                path.unlink()
                self.files[table][number] = target
                if table == "dispatches":
                    self.checks.append(Check(table, "without_incident", lost, "rows"))

    def _staged(self) -> Staged:
        staged = Staged()
        names = [name for name in NAMES if name in self.references.tables]
        if self.mended is not None:
            names = [name for name in names if name in self.references.merge]
        staged.replace = {name: self.references.tables[name] for name in names}
        staged.merge = frozenset(self.references.merge) & set(names)
        staged.upsert = {name: paths for name, paths in self.files.items() if name in FACTS}
        staged.children = {name: paths for name, paths in self.files.items() if name.endswith("_steps")}
        if self.mended is None:
            staged.area_shapes = self.areas.shapes()
            staged.site = self._site().rows()
        return staged

    def _roads(self, staged: Staged) -> None:
        if self.site.roads is None or self.mended is not None:
            return
        self.progress.step("roads")
        links, tally, checks, rejects = read_roads(self.site.roads, zone=self.zone, language=self.site.site.language)
        staged.replace["roads"] = links
        self.tallies.append(tally)
        self.checks += checks
        self.rejects += rejects

    def _books(self, staged: Staged) -> None:
        """The books of everything read; areas and lists are told of only where they were loaded."""
        if self.mended is None:
            self.tallies = [*self.areas.tallies, *self.references.tallies, *self.tallies]
            self.checks = [*self.areas.checks, *self.references.checks, *self.checks]
            self.rejects = [*self.areas.rejects, *self.references.rejects, *self.rejects]
            self.found = [*self.areas.findings, *self.found]
        moment = datetime.now(UTC).replace(tzinfo=None)
        for tally in self.tallies:
            tally.at = moment
            tally.sha256 = tally.sha256 or self._sum_of(tally)
        staged.loads = tallies_table(self.tallies)
        staged.checks = checks_table(self.checks)
        staged.rejects = to_table(self.rejects)
        staged.findings = _distinct(pa.concat_tables([findings_table(self.found), *self.findings]))

    def _sum_of(self, tally: Tally) -> str:
        """The sum of the files a tally is about, found by their names among the copies."""
        owners = {source_of(layer): layer.files for layer in self.site.layers}
        owners |= {name: spec.files for name in NAMES if (spec := getattr(self.site, name)) is not None}
        if self.site.roads is not None:
            owners["roads"] = (*self.site.roads.osm, *self.site.roads.files)
        files = owners.get(tally.source, ())
        return self.stage.sha256(files) if files and all(path in self.stage.sums for path in files) else ""

    def _site(self) -> Site:
        head, clocks, repeat = self.site.site, self.site.clocks, self.site.repeat
        levels = tuple(layer.level for layer in self.site.layers)
        return Site(
            name=head.name, zone=head.zone, levels=levels,
            level_labels={layer.level: layer.label for layer in self.site.layers if layer.label is not None},
            located_level=levels[-1] if levels else "", language=head.language, generated=head.generated,
            as_of=self._as_of(head.as_of), arrival_minutes=clocks.arrival_minutes, repeat_metres=repeat.metres,
            repeat_days=repeat.days, min_n=head.min_n, duty=dict(head.duty),
        )  # fmt: skip

    def _as_of(self, said: str) -> datetime | None:
        if said == "clock":
            return None
        if said == "end_of_data":
            return self._end_of_data()
        try:
            moment = datetime.fromisoformat(said)
        except ValueError:
            raise BadSite(BAD_AS_OF, value=said) from None
        if moment.tzinfo is not None:
            return moment.astimezone(UTC).replace(tzinfo=None)
        return Site(name=self.site.site.name, zone=self.zone).utc(moment)

    def _end_of_data(self) -> datetime | None:
        """The latest moment anything is known to have happened, of this load and the versions before."""
        asked = []
        pointer = read_pointer(self.root)
        with duckdb.connect() as connection:
            if pointer:
                connection.execute(f"ATTACH '{folder_of(self.root) / pointer.file}' AS old (READ_ONLY)")
            for table in FACTS:
                times = [c.name for c in TABLES[table].columns if c.type == "TIMESTAMP" and not _not_happened(c.name)]
                places = [parquet(self.files[table])] if self.files.get(table) else []
                for place in [*places, *([f"old.{table}"] if pointer else [])]:
                    have = {row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {place}").fetchall()}
                    asked += [f"SELECT max({name}) AS moment FROM {place}" for name in times if name in have]
            if not asked:
                return None
            found = connection.execute(f"SELECT max(moment) FROM ({' UNION ALL '.join(asked)})").fetchone()
        return found[0] if found else None


def _not_happened(name: str) -> bool:
    """Whether a time column is a deadline, or the same moment on the site's clock."""
    return name.endswith(("due_at", "_local"))


def _distinct(findings: pa.Table) -> pa.Table:
    """Findings, each once."""
    with duckdb.connect() as connection:
        connection.register("found", findings)
        return connection.sql(
            'SELECT DISTINCT ON ("table", id, fault) * FROM found ORDER BY "table", id, fault'
        ).to_arrow_table()


class _SourceLoad:
    """The load of one source: intake, merging of rows that are one record, completion, Parquet."""

    def __init__(self, load: _Load, source: Source, placing: Placing) -> None:
        self.load, self.source = load, source
        into = next((name for name in source.tables if name in FACTS), next(iter(source.tables)))
        self.tally = Tally(source.name, into, [path.name for path in source.files])
        if source.files and load.mended is None:
            self.tally.sha256 = load.stage.sha256(source.files)
        bounds = load.areas.bounds
        mapper = Mapper(source, load.zone, bounds, partial=load.mended is not None)
        listed = load.site.items is not None and not load.site.items.derive
        self.intake = Intake(
            source, mapper, self.tally, placing if placing.layers else None,
            items=load.references.codes("items") if listed else None,
        )  # fmt: skip
        rules = item_rules(load.site, load.references.tables.get("items"))
        self.completion = Completion(source, load.zone, load.site.clocks, rules, self.tally, placing)
        self.writers: dict[str, pq.ParquetWriter] = {}
        self.paths: dict[str, list[Path]] = {}

    def run(self) -> None:
        """Read all files of the source and leave its accepted rows with the load."""
        began = time.monotonic()
        direct = {name for name, spec in self.source.tables.items() if name in FACTS and spec.rows == "one"}
        for chunk in self._chunks():
            for name, rows in self.intake.take(chunk).items():
                if rows.num_rows == 0:
                    continue
                if name in NAMES:
                    self.load.fed.setdefault(name, []).append(_narrow(rows))
                elif name in direct:
                    self._write(name, self.completion.complete(name, rows))
                else:
                    self._write(f"{name}.rows", rows)
        self._close()
        self._merge(direct)
        self._close()
        self._hand_over()
        self.tally.seconds = time.monotonic() - began

    def _chunks(self) -> Iterator[Any]:
        progress = self.load.progress
        if self.load.mended is not None:
            path = self.load.mended[1]
            self.tally.files = [path.name]
            self.tally.sha256 = self.load.stage.sha256((path,))
            self.load.checks.append(answered(path, self.source.name))
            yield from read_mended(path, source=self.source.name, progress=progress.file(path, path.name))
            return
        for path in self.source.files or (None,):
            name = path.name if path else self.source.name
            yield from chunks_of(self.source, path, progress=progress.file(path, name))

    def _write(self, name: str, rows: pa.Table) -> None:
        """Append rows to a Parquet file; a later chunk may bring other columns, which begin another file."""
        writer = self.writers.get(name)
        if writer is not None and not writer.schema.equals(rows.schema):
            self.writers.pop(name).close()
            writer = None
        if writer is None:
            paths = self.paths.setdefault(name, [])
            path = self.load.stage.target(self.source.name, name, str(len(paths)))
            paths.append(path)
            writer = self.writers[name] = pq.ParquetWriter(path, rows.schema, compression="zstd", compression_level=1)
        writer.write_table(rows)

    def _close(self) -> None:
        for writer in self.writers.values():
            writer.close()
        self.writers = {}

    def _merge(self, direct: set[str]) -> None:
        """Rows that are one record, and steps, once all rows are there."""
        for name, spec in self.source.tables.items():
            pieces = self.paths.pop(f"{name}.rows", [])
            if not pieces or name in direct:
                continue
            self.load.progress.step("facts", name=name)
            if name.endswith("_steps"):
                target = self.load.stage.target(self.source.name, name)
                of = spec.of or self.source.name
                number_steps(pieces, table=name, source=self.source.name, of=of, target=target)
                self.paths[name] = [target]
            else:
                reader = merge_rows(pieces).to_arrow_reader(BATCH_ROWS)
                for batch in reader:
                    self._write(name, self.completion.complete(name, pa.Table.from_batches([batch])))
            for piece in pieces:
                piece.unlink()

    def _hand_over(self) -> None:
        load = self.load
        for name, paths in self.paths.items():
            load.files.setdefault(name, []).extend(paths)
        main = self.paths.get(self.tally.into, [])
        self.tally.loaded = _records(main, self.tally.into) if self.tally.into in FACTS else self.tally.loaded
        load.tallies.append(self.tally)
        load.rejects += self.intake.rejects
        load.found += self.intake.findings
        load.findings += self.completion.findings
        load.checks += _figures(self.source.name, self.completion.counts)


def _narrow(rows: pa.Table) -> pa.Table:
    """Rows of a reference table without the many that say the same."""
    names = [name for name in rows.column_names if name not in ("faults", "_row")]
    first = rows.group_by(names, use_threads=False).aggregate([("_row", "min")])
    return first.rename_columns([*first.column_names[:-1], "_row"] if first.column_names[-1] == "_row_min" else names)


def _records(paths: Sequence[Path], table: str) -> int:
    if not paths:
        return 0
    key = TABLES[table].key[0]
    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT count(DISTINCT {key}) FROM {parquet(paths)}").fetchone()
    return int(found[0]) if found else 0


def _figures(source: str, counts: dict[str, float]) -> list[Check]:
    """The figures of where the rows of a source are, with the share of agreement."""
    checks = [Check(source, name, value, "rows") for name, value in counts.items()]
    if counts.get("stated_in_one"):
        share = 100 * counts["stated_agree_n"] / counts["stated_in_one"]
        checks.append(Check(source, "stated_agree_share", share, "%", "of those in exactly one area"))
    return checks


def load(
    site_path: Path | str,
    into: Path,
    *,
    mended: Path | None = None,
    source: str | None = None,
    dry: bool = False,
    progress: Progress | None = None,
) -> LoadReport:
    """Load a site file into the place ``into``, or only the mended rejects of one of its sources.

    With ``dry`` everything is done but the adoption of the version: the report says what would change.

    Raises
    ------
    BadSite
        The site file has faults; all of them are told.
    BadInput, UnknownDatum
        A source cannot be read at all; nothing is changed.
    Busy, DiskFull
        Another load runs, or there is no room; nothing is changed.
    """
    began = time.monotonic()
    progress = progress or Progress(None)
    site = read_site_file(site_path)
    picked = _picked(site, mended, source)
    with staging(into) as stage:
        extra = (Path(mended).absolute(),) if mended is not None else ()
        site = copy_inputs(site, stage, extra=extra, said=lambda path: progress.step("copy", file=path.name))
        work = _Load(site, stage, into, progress, (picked, stage.copies[extra[0]]) if extra else None)
        staged = work.run()
        report = build_version(
            into, staged, progress=lambda name, done, total: progress.step("build", name=name), dry=dry
        )
        if not dry:
            _keep(work, report, Path(site_path))
    progress.clear()
    _count(work.tallies, report)
    return LoadReport(
        report.version, report.changed, tuple(work.tallies), tuple(work.checks), tuple(work.rejects),
        _findings_by_fault(staged.findings), report.counts, time.monotonic() - began, dry,
    )  # fmt: skip


def _picked(site: SiteFile, mended: Path | None, source: str | None) -> str:
    """The source whose mended rows are loaded."""
    names = [each.name for each in site.sources]
    if mended is None or (source is None and len(names) == 1):
        return names[0] if names else ""
    if source not in names:
        raise BadSite(NO_SOURCE, name=source, names=", ".join(names))
    return source


def _keep(work: _Load, report: BuildReport, site_path: Path) -> None:
    if not report.changed:
        return
    pq.write_table(to_table(work.rejects), work.stage.folder / "rejects.parquet")
    write_site_copy(site_path, work.stage.folder)
    digest = hashlib.sha256("".join(sorted(work.stage.sums.values())).encode())
    digest.update(site_path.read_bytes())
    if work.mended is None:
        write_site_copy(site_path, work.root)
    keep(work.stage, work.root, name=digest.hexdigest())


def _count(tallies: Sequence[Tally], report: BuildReport) -> None:
    """Give each tally the build's counts where it is the only one to feed its table."""
    for tally in tallies:
        counted = report.counts.get(tally.into)
        if counted is not None and sum(each.into == tally.into for each in tallies) == 1:
            tally.added, tally.updated, tally.unchanged = counted.added, counted.updated, counted.unchanged


def _findings_by_fault(findings: pa.Table | None) -> dict[str, int]:
    if findings is None:
        return {}
    counted = findings.group_by("fault").aggregate([("id", "count")]).sort_by("fault").to_pylist()
    return {row["fault"]: row["id_count"] for row in counted}
