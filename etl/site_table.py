"""Say in the table ``site`` what answers need of the site file, and what "now" is."""

from __future__ import annotations

from datetime import UTC, datetime

from data.schema import TABLES
from data.site import Site
from errors import BadSite
from etl.intake import FACTS
from etl.merging import attached, columns_of, parquet, run
from etl.work import Work
from words import N_

BAD_AS_OF = N_("'as_of: {value}' must be clock, end_of_data or a time like 2018-01-25T00:00")


def site_of(work: Work) -> Site:
    """The site as the warehouse keeps it."""
    head, clocks, repeat = work.site.site, work.site.clocks, work.site.repeat
    levels = tuple(layer.level for layer in work.site.layers)
    return Site(
        name=head.name, zone=head.zone, levels=levels,
        level_labels={layer.level: layer.label for layer in work.site.layers if layer.label is not None},
        located_level=levels[-1] if levels else "", language=head.language, generated=head.generated,
        as_of=_as_of(work, head.as_of), arrival_minutes=clocks.arrival_minutes, repeat_metres=repeat.metres,
        repeat_days=repeat.days, min_n=head.min_n, duty=dict(head.duty),
    )  # fmt: skip


def _as_of(work: Work, said: str) -> datetime | None:
    if said == "clock":
        return None
    if said == "end_of_data":
        return end_of_data(work)
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        raise BadSite(BAD_AS_OF, value=said) from None
    if moment.tzinfo is not None:
        return moment.astimezone(UTC).replace(tzinfo=None)
    return Site(name=work.site.site.name, zone=work.zone).utc(moment)


def end_of_data(work: Work) -> datetime | None:
    """The latest moment anything is known to have happened, of this load and the versions before; naive UTC."""
    asked = []
    with attached(work.sql, work.before) as old:
        for table in FACTS:
            times = [c.name for c in TABLES[table].columns if c.type == "TIMESTAMP" and not _not_happened(c.name)]
            places = [parquet(work.files[table])] if work.files.get(table) else []
            for place in [*places, *([f"{old}.{table}"] if old else [])]:
                have = columns_of(work.sql, place)
                asked += [f"SELECT max({name}) AS moment FROM {place}" for name in times if name in have]
        if not asked:
            return None
        found = run(work.sql, f"SELECT max(moment) FROM ({' UNION ALL '.join(asked)})")
    return found[0][0]


def _not_happened(name: str) -> bool:
    """Whether a time column is a deadline, or the same moment on the site's clock."""
    return name.endswith(("due_at", "_local"))
