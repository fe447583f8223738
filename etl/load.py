"""Load a site: copy its files, read its areas, take in its sources, and have the next version built from them."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from data.build import BuildReport, Counted, Staged, build_version
from errors import BadSite
from etl.area_checks import check_areas
from etl.areas import read_areas, source_of
from etl.books import Check, Tally, checks_table, findings_table, tallies_table
from etl.intake import FACTS
from etl.locating import Placing
from etl.merging import join_parents
from etl.progress import Progress
from etl.references import NAMES, complete, read_catalogues
from etl.rejects import Reject, to_table
from etl.roads import read_roads
from etl.site import SiteFile, read_site_file
from etl.site_table import site_of
from etl.source_load import SourceLoad
from etl.staging import copy_inputs, keep, staging, write_site_copy
from etl.work import Work
from words import N_

NO_SOURCE = N_("the site file has no source '{name}'; its sources: {names}")
#: whose place and item the rows of a table take, and which columns
FOLLOWS = {
    "dispatches": ("incidents", ("township", "grid", "item")),
    "incident_steps": ("incidents", ("township",)),
    "case_steps": ("cases", ("township",)),
}


@dataclass(frozen=True)
class LoadReport:
    """What a load did."""

    version: int
    changed: bool
    tallies: tuple[Tally, ...]
    checks: tuple[Check, ...]
    rejects: tuple[Reject, ...]
    #: rows loaded with a question mark, by fault
    findings: dict[str, int]
    #: what became of the rows of each fact table
    counts: dict[str, Counted]
    seconds: float
    dry: bool = False


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
    site_path = Path(site_path)
    site = read_site_file(site_path)
    picked = _picked(site, mended, source)
    with staging(into) as stage, duckdb.connect() as sql:
        extra = (Path(mended).absolute(),) if mended is not None else ()
        site = copy_inputs(site, stage, extra=extra, said=lambda path: progress.step("copy", file=path.name))
        work = Work(site, stage, into, progress, sql, (picked, stage.copies[extra[0]]) if extra else None)
        staged = gather(work)
        report = build_version(
            into, staged, progress=lambda name, done, total: progress.step("build", name=name), dry=dry
        )
        if report.changed and not dry:
            _keep(work, site_path)
    progress.clear()
    _count(work.tallies, report)
    return LoadReport(
        report.version, report.changed, tuple(work.tallies), tuple(work.checks), tuple(work.rejects),
        _findings_by_fault(staged.findings, report), report.counts, time.monotonic() - began, dry,
    )  # fmt: skip


def gather(work: Work) -> Staged:
    """Read everything of a load; what the build is to be given."""
    work.areas = read_areas(work.site, said=lambda level: work.progress.step("areas", name=level))
    work.progress.step("references")
    work.references = read_catalogues(work.site, work.sql, bounds=work.areas.bounds)
    placing = Placing(work.areas)
    wanted = [each for each in work.site.sources if work.mended is None or each.name == work.mended[0]]
    mended = [work.mended[1]] if work.mended is not None else []
    work.progress.reading(mended or [path for source in wanted for path in source.files])
    for source in wanted:
        SourceLoad(work, source, placing).run()
    _follow_parents(work)
    complete(work.references, work.site, work.sql, fed=work.fed, facts=work.files, placing=placing)
    staged = _staged(work)
    _roads(work, staged)
    _books(work, staged)
    return staged


def _follow_parents(work: Work) -> None:
    """Give dispatches and steps the place and item of their incident or case, whichever source or load brought it."""
    for table, (above, columns) in FOLLOWS.items():
        lost = 0
        for number, path in enumerate(work.files.get(table, [])):
            target = work.stage.target(table, str(number))
            parents = work.files.get(above, [])
            lost += join_parents(
                work.sql, [path], parents, table=above, columns=columns, warehouse=work.before, target=target
            )
            path.unlink()
            work.files[table][number] = target
        if table == "dispatches" and work.files.get(table):
            work.checks.append(Check(table, "without_incident", lost, "rows"))


def _staged(work: Work) -> Staged:
    staged = Staged()
    names = [name for name in NAMES if name in work.references.tables]
    if work.mended is not None:
        names = [name for name in names if name in work.references.merge]
    staged.replace = {name: work.references.tables[name] for name in names}
    staged.merge = frozenset(work.references.merge) & set(names)
    staged.upsert = {name: paths for name, paths in work.files.items() if name in FACTS}
    staged.children = {name: paths for name, paths in work.files.items() if name.endswith("_steps")}
    if work.mended is None:
        staged.area_shapes = work.areas.shapes()
        staged.site = site_of(work).rows()
    return staged


def _roads(work: Work, staged: Staged) -> None:
    if work.site.roads is None or work.mended is not None:
        return
    work.progress.step("roads")
    links, tally, checks, rejects = read_roads(work.site.roads, zone=work.zone, language=work.site.site.language)
    staged.replace["roads"] = links
    work.tallies.append(tally)
    work.checks += checks
    work.rejects += rejects


def _books(work: Work, staged: Staged) -> None:
    """The books of everything read; areas and lists are told of only where they were loaded."""
    if work.mended is None:
        work.tallies = [*work.areas.tallies, *work.references.tallies, *work.tallies]
        work.checks = [*check_areas(work.areas), *work.references.checks, *work.checks]
        work.rejects = [*work.areas.rejects, *work.references.rejects, *work.rejects]
        work.found = [*work.areas.findings, *work.references.findings, *work.found]
    moment = datetime.now(UTC).replace(tzinfo=None)
    for tally in work.tallies:
        tally.at = moment
        tally.sha256 = tally.sha256 or _sum_of(work, tally)
    staged.loads = tallies_table(work.tallies)
    staged.checks = checks_table(work.checks)
    staged.rejects = to_table(work.rejects)
    work.sql.register("found", pa.concat_tables([findings_table(work.found), *work.findings]))
    staged.findings = work.sql.sql(
        'SELECT DISTINCT ON ("table", id, fault) * FROM found ORDER BY "table", id, fault'
    ).to_arrow_table()


def _sum_of(work: Work, tally: Tally) -> str:
    """The sum of the files a tally of areas, a list or roads is about."""
    owners = {source_of(layer): layer.files for layer in work.site.layers}
    owners |= {name: spec.files for name in NAMES if (spec := getattr(work.site, name)) is not None}
    if work.site.roads is not None:
        owners["roads"] = (*work.site.roads.osm, *work.site.roads.files)
    files = owners.get(tally.source, ())
    return work.stage.sha256(files) if files else ""


def _picked(site: SiteFile, mended: Path | None, source: str | None) -> str:
    """The source whose mended rows are loaded."""
    names = [each.name for each in site.sources]
    if mended is None or (source is None and len(names) == 1):
        return names[0] if names else ""
    if source not in names:
        raise BadSite(NO_SOURCE, name=source, names=", ".join(names))
    return source


def _keep(work: Work, site_path: Path) -> None:
    """Keep what the load read and made, under the sum of all it read."""
    pq.write_table(to_table(work.rejects), work.stage.folder / "rejects.parquet")
    write_site_copy(site_path, work.stage.folder)
    digest = hashlib.sha256("".join(sorted(work.stage.sums.values())).encode())
    digest.update(site_path.read_bytes())
    if work.mended is None:
        write_site_copy(site_path, work.root)
    keep(work.stage, work.root, name=digest.hexdigest())


def _count(tallies: Sequence[Tally], report: BuildReport) -> None:
    """Give each tally what the build counted of its source; a table fed by one source is all that source's."""
    for tally in tallies:
        counted = report.sources.get((tally.into, tally.source))
        if counted is not None:
            tally.added, tally.updated, tally.unchanged = counted.added, counted.updated, counted.unchanged


def _findings_by_fault(findings: pa.Table | None, report: BuildReport) -> dict[str, int]:
    """How many rows of this load carry each finding; squads booked twice are found by the build, over all rows."""
    counted = findings.group_by("fault").aggregate([("id", "count")]).to_pylist() if findings is not None else []
    found = {row["fault"]: row["id_count"] for row in counted}
    if report.double_booked:
        found["double_booked"] = report.double_booked
    return dict(sorted(found.items()))
