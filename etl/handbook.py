"""Write the handbook of site files from the schema: ``python -m etl.handbook > docs/site-file.md``."""

from __future__ import annotations

import sys
from dataclasses import MISSING, fields
from typing import Any

from data.schema import TABLES
from etl import site, spec
from etl.faults import FAULTS
from etl.site_checks import REQUIRED, WHOLE_ROW, targets

BLOCKS = (
    site.SiteFile, site.SiteHead, site.Clocks, spec.Clock, site.Repeat, site.AreaLayer, site.CodeSpec, site.NameSpec,
    site.ParentSpec, site.Expect, site.CodeList, spec.Catalogue, site.RoadSpec, spec.Source, spec.SourceSpec,
    spec.TimeSpec, spec.Stated, spec.TableSpec, spec.ColumnSpec, spec.StepSpec,
)  # fmt: skip

INTRODUCTION = """\
# The site file

A site file (YAML) describes a place: its name and zone, its layers of areas, its items, squads, stations and roads,
and the sources of its incidents, dispatches, reports and cases. `python -m etl check SITE.yaml` reads it and everything
it names and says what is wrong, each fault with its line; `python -m etl load SITE.yaml --into DIR` loads it.

This page is written from the schema (`etl/site.py`, `etl/spec.py`) by `python -m etl.handbook`; a test holds the two
together.

Codes and other texts are kept as they are written, also where YAML would make a number of them. Paths are relative to
the site file; `${NAME}` in a path is taken from the environment; `*` and `**` match files, which are read in the order
of their names. An unknown key is refused.

```yaml
site: {name: {zh: 溪口镇, en: Xikou}, zone: Asia/Shanghai}
clocks: {arrival_minutes: 15, needs_arrival: all, closure: {amount: 5, kind: work_days}}
areas:
  - level: township
    files: towns.geojson
    crs: EPSG:4490
    code: code
    name: name
sources:
  - name: hotline
    files: calls/*.csv
    crs: GCJ-02
    time: {formats: ["%Y/%m/%d %H:%M"]}
    incidents:
      id: 工单编号
      columns:
        opened_at: 受理时间
        closed_at: 办结时间
        item: {column: 类别, map: {"01": 占道经营, "02": 夜间噪声}}
        lon: 经度
        lat: 纬度
```

How rows become records: with `rows: one` each row is a record. A row equal to an earlier row of its file is counted
as a duplicate; a row with the id of an earlier one but other contents is rejected (`duplicate_id`). A later file or a
later load with the same id updates the record. With `rows: many` all rows with one id are one record: the first value
that is not empty counts; of the times of opening, acceptance, dispatch and arrival the earliest, of handling and
closure the latest.

A row that cannot be used is rejected whole, in all tables it feeds, and kept with file, sheet, row, column and reason.
`python -m etl rejects --into DIR --csv FILE` writes these rows out; mended, they are loaded with
`python -m etl load SITE.yaml --into DIR --mended FILE --source NAME`.
"""


def handbook() -> str:
    """The handbook as Markdown."""
    parts = [INTRODUCTION, "# The keys\n"]
    for cls in BLOCKS:
        parts.append(_block(cls))
    parts.append("# The columns a source may fill\n")
    for table in REQUIRED:
        names = ", ".join(f"`{name}`" for name in targets(table))
        parts.append(f"**{table}** ({TABLES[table].label.zh}): {names}\n")
    parts.append(
        "`lon_lat` and `lat_lon` take both coordinates from one text, such as `(37.77, -122.42)`. Without columns for "
        "them, the points of a map file are used.\n"
    )
    keepable = ", ".join(
        f"`{code}`" for code, fault in FAULTS.items() if fault.kind == "reject" and code not in WHOLE_ROW
    )
    parts.append(f"# Faults that can be kept\n\nWith `keep`, a source may keep rows with these faults: {keepable}.\n")
    return "\n".join(parts)


def _block(cls: type) -> str:
    """One block: its meaning, and a row a key."""
    lines = [
        f"## {cls.__name__}\n",
        f"{(cls.__doc__ or '').strip()}\n",
        "| key | value | meaning | default |",
        "|---|---|---|---|",
    ]
    for each in fields(cls):
        if "kind" in each.metadata:
            meaning = each.metadata["meaning"] + (
                f"; e.g. `{each.metadata['example']}`" if each.metadata["example"] else ""
            )
            says = each.metadata["kind"].says.replace("|", "\\|")
            lines.append(f"| `{each.name.rstrip('_')}` | {says} | {meaning} | {_default(each)} |")
    return "\n".join(lines) + "\n"


def _default(each: Any) -> str:
    """The default as a person would write it."""
    if each.default is MISSING and each.default_factory is MISSING:
        return "**needed**"
    value = each.default if each.default is not MISSING else each.default_factory()
    if value in (None, (), {}) or not isinstance(value, bool | int | float | str):
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`" if value != "" else ""


if __name__ == "__main__":
    sys.stdout.write(handbook())
