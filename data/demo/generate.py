"""Make the county's input files: base tables first, then events batch by batch, cases, the site file, the truth."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from data.demo.almanac import Calendar, calendar, working_days
from data.demo.cases import COLUMNS, CaseBook
from data.demo.catalogue import catalogue
from data.demo.chance import stream
from data.demo.county import County, build_county
from data.demo.files import write_csv, write_parquet
from data.demo.handling import Office
from data.demo.handover import write_areas, write_forces, write_items, write_roads
from data.demo.happenings import Happenings, Source, joined
from data.demo.moments import DAY, OfficeClock, minute_of, moment_of
from data.demo.planted import Planted, as_truth, plant
from data.demo.present import look
from data.demo.reference import FOLDER
from data.demo.response import Desk
from data.demo.roads import CLASSES, SPEED
from data.demo.sites import Sites, place_sites
from data.demo.spoiled import double_book, spoil
from data.demo.tickets import Batch, Writer

ZONE = ZoneInfo("Asia/Shanghai")
SCALE = 250_000
DAYS = 730
#: incidents a batch may hold, so that memory stays even whatever the scale
BATCH = 400_000
#: so many more urgent incidents come in during the last half hour
RUSH = 16
#: pairs of doubles listed in the truth at most
LISTED = 20_000

Progress = Callable[[float, str], None]


def generate(
    out: Path,
    *,
    seed: int = 7,
    now: datetime | None = None,
    scale: int = SCALE,
    progress: Progress | None = None,
) -> Path:
    """Write the demo county's input files into ``out`` and return the path of its site file.

    Parameters
    ----------
    out : folder, made if absent; files of an earlier run are replaced
    seed : equal seed, now and scale give equal content
    now : the moment the data ends, naive, on the county's clock (Asia/Shanghai); None: 16:40 of the latest working day
        that is over by then
    scale : about how many incidents the two years hold
    progress : called with the share done (0 to 1) and what is being written

    Raises
    ------
    BadInput
        ``now`` lies outside the almanac (2018 to 2050).
    """
    now = (now or latest_afternoon(datetime.now(UTC))).replace(second=0, microsecond=0)
    tell = progress or (lambda share, what: None)
    tell(0.0, "county")
    county = build_county(seed)
    _clear(out)
    write_areas(county, out)
    write_roads(county, out)
    write_items(out)
    write_forces(county, out, seed=seed, hour=now.hour + now.minute / 60)
    tell(0.2, "events")
    truth = _Run(seed, county, now, scale, out, tell).run()
    (out / "truth.json").write_text(json.dumps(truth, ensure_ascii=False, indent=1), encoding="utf-8")
    tell(1.0, "site.yaml")
    return _write_site(county, out, now)


def latest_afternoon(clock: datetime) -> datetime:
    """16:40 on the county's clock of the latest working day on which it was past that at ``clock`` (with zone)."""
    local = clock.astimezone(ZONE).replace(tzinfo=None)
    moment = local.replace(hour=16, minute=40, second=0, microsecond=0)
    while moment > local or not working_days(np.array([moment.date()], "datetime64[D]"))[0]:
        moment -= timedelta(days=1)
    return moment


def _clear(out: Path) -> None:
    """Make the folder; take away the event files of an earlier run, whose pattern the site file would still match."""
    (out / "events").mkdir(parents=True, exist_ok=True)
    for old in (out / "events").glob("*.parquet"):
        old.unlink()
    for old in (out / "areas", out / "roads"):
        for file in old.glob("*.gpkg"):
            file.unlink()


class _Run:
    """One run over the two years."""

    def __init__(self, seed: int, county: County, now: datetime, scale: int, out: Path, tell: Progress) -> None:
        self.seed, self.county, self.out, self.tell, self.scale = seed, county, out, tell, scale
        self.now = minute_of(now)
        self.days: Calendar = calendar(seed, now.date() - timedelta(days=DAYS - 1), now.date())
        items = catalogue()
        self.sites: Sites = place_sites(seed, county)
        self.planted: Planted = plant(seed, county, self.sites, items, now.date())
        self.source = Source(seed, county, self.sites, items, self.planted, self.days, scale)
        first = now.date() - timedelta(days=DAYS + 10)
        clock = OfficeClock(first, now.date() + timedelta(days=1_500))
        self.office = Office(items, self.sites, self.planted, Desk(county, self.sites), clock)
        self.writer = Writer(seed, county, self.sites, items)
        self.cases = CaseBook(seed, county, self.sites, items, clock)
        self.spoiled: Counter[str] = Counter()
        self.doubles: list[tuple[str, str]] = []
        self.incidents = 0

    def run(self) -> dict[str, object]:
        """Write all batches and the cases; the truth about them."""
        cuts = self._cuts()
        for first, last in cuts:
            self._batch(first, last)
            self.tell(0.2 + 0.75 * last / DAYS, f"{self.incidents:,}")
        lines = self.cases.lines(self.now - DAYS * DAY, self.now)
        write_csv(self.out / "cases.csv", COLUMNS, lines, encoding="gb18030")
        truth = as_truth(self.planted, self.county, self.sites, self.source.items)
        return {
            "seed": self.seed, "now": moment_of(self.now).isoformat(), "incidents": self.incidents,
            "cases": len(lines), **truth, "spoiled": dict(sorted(self.spoiled.items())),
            "doubles": [list(pair) for pair in self.doubles[:LISTED]],
        }  # fmt: skip

    def _cuts(self) -> list[tuple[int, int]]:
        """Runs of days: calendar months, cut further where a month holds too much."""
        step = max(1, int(BATCH / max(self.scale / DAYS, 1)))
        month = self.days.day.astype("datetime64[M]")
        edges = [0, *(np.flatnonzero(month[1:] != month[:-1]) + 1).tolist(), DAYS]
        return [(at, min(at + step, end)) for start, end in pairwise(edges) for at in range(start, end, step)]

    def _batch(self, first: int, last: int) -> None:
        """Draw, handle and write the incidents of the days ``first`` to ``last``."""
        happened = self.source.draw(first, last)
        if last == DAYS:
            happened = self._with_rush(happened)
        story = self.office.handle(stream(self.seed, "handling", first), happened)
        batch = self.writer.batch(look(story, self.now), first)
        self.cases.add(batch)
        self._note_doubles(batch)
        rng = stream(self.seed, "spoiled", first)
        self._write("incidents", first, spoil(rng, self.writer.incidents(batch), self.spoiled))
        self._write("reports", first, self.writer.reports(batch, self.now, first))
        self._write("dispatches", first, double_book(rng, self.writer.dispatches(batch), self.spoiled))
        self.incidents += len(batch.number)

    def _with_rush(self, happened: Happenings) -> Happenings:
        """The last half hour is a busy one."""
        return joined([happened, self.source.rush(self.now, RUSH)])

    def _note_doubles(self, batch: Batch) -> None:
        """Remember which incidents are another one entered again."""
        of = batch.seen.story.happened.double_of
        seen = of[batch.seen.rows]
        place = np.full(len(of), -1)
        place[batch.seen.rows] = np.arange(len(batch.seen.rows))
        for row in np.flatnonzero(seen >= 0).tolist():
            self.doubles.append((str(batch.number[row]), str(batch.number[place[seen[row]]])))

    def _write(self, name: str, first: int, table: pa.Table) -> None:
        day = str(self.days.day[first])
        write_parquet(self.out / "events" / f"{name}-{day}.parquet", table)


def _write_site(county: County, out: Path, now: datetime) -> Path:
    """The site file, from the reference text."""
    speeds = ", ".join(f"{name}: {speed:g}" for name, speed in zip(CLASSES[1:], SPEED[1:], strict=True))
    text = (FOLDER / "demo_site.yaml").read_text(encoding="utf-8")
    filled = {
        "{now}": now.isoformat(timespec="minutes"), "{villages}": str(len(county.villages)),
        "{grids}": str(len(county.grids)), "{speeds}": "{" + speeds + "}",
    }  # fmt: skip
    for mark, value in filled.items():
        text = text.replace(mark, value)
    path = out / "site.yaml"
    path.write_text(text, encoding="utf-8")
    return path
