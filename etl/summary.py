"""Lay out what a load did as a table in plain text, in Chinese or English."""

from __future__ import annotations

from collections.abc import Sequence

from data.schema import LOADS
from etl.books import Tally
from etl.labels import check_label, finding_label, unit_label
from etl.load import LoadReport
from words import N_, say

COUNTS = (
    "read", "loaded", "added", "updated", "repaired", "rejected", "duplicate", "outside", "unplaced",
)  # fmt: skip
#: the counts whose 0 says something too
EVERY_TIME = ("read", "loaded", "repaired", "rejected", "duplicate", "outside")
VERSION = N_("version {version} stands; {seconds} s")
SAME = N_("nothing changed: version {version} stays; {seconds} s")
NOTHING_YET = N_("nothing changed; {seconds} s")
WOULD = N_("dry run: this would make a new version; nothing was changed; {seconds} s")
WOULD_NOT = N_("dry run: nothing would change; {seconds} s")
TABLE_COUNTS = N_("{table}: {added} added, {updated} updated, {unchanged} unchanged")
QUESTIONABLE = N_("loaded with a question mark:")
TO_LOOK_AT = N_("to look at:")
TO_MEND = N_("{count} rows were left out. Export them, mend them, and load them again:")
#: figures that are worth a look whenever they are above 0
TELLING = (
    "areas_repaired", "empty_codes", "no_parent", "no_polygon", "not_in_code_list", "overlaps_m2", "gaps_m2",
    "located_several", "located_nearest", "stated_in_none", "stated_in_several", "stated_unknown", "without_incident",
    "items_not_listed", "squads_not_listed",
)  # fmt: skip
ALWAYS = ("areas_n", "areas_km2", "links_n", "links_oneway", "links_km", "stated_agree_share")
NOTE_LETTERS = 160


def width_of(text: str) -> int:
    """How many columns of a terminal ``text`` takes; Chinese letters take two."""
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


def table_of(tallies: Sequence[Tally], lang: str) -> str:
    """The tallies as a table: one line a source, one column a count; of the others only those that count anything."""
    labels = {column.name: column.label.in_(lang) for column in LOADS.columns}
    shown = [name for name in COUNTS if name in EVERY_TIME or any(getattr(tally, name) for tally in tallies)]
    head = [labels["source"], labels["into"], *(labels[name] for name in shown)]
    rows = [[tally.source, tally.into, *(f"{getattr(tally, name):,}" for name in shown)] for tally in tallies]
    widths = [max(width_of(row[place]) for row in [head, *rows]) for place in range(len(head))]

    def line(row: Sequence[str]) -> str:
        cells = [
            cell + " " * (width - width_of(cell)) if place < 2 else " " * (width - width_of(cell)) + cell
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        return "  ".join(cells).rstrip()

    return "\n".join([line(head), "-" * (sum(widths) + 2 * (len(widths) - 1)), *map(line, rows)])


def summary(report: LoadReport, lang: str) -> str:
    """Everything a person should know of a load."""
    parts = [table_of(report.tallies, lang)]
    several = {tally.into for tally in report.tallies if sum(each.into == tally.into for each in report.tallies) > 1}
    for table, counted in report.counts.items():
        if table in several or ((counted.added or counted.updated) and table not in {t.into for t in report.tallies}):
            values = {"added": counted.added, "updated": counted.updated, "unchanged": counted.unchanged}
            parts.append(say(TABLE_COUNTS, lang, table=table, **{k: f"{v:,}" for k, v in values.items()}))
    if report.findings:
        found = [f"{finding_label(fault, lang)} {count:,}" for fault, count in report.findings.items()]
        parts.append(say(QUESTIONABLE, lang) + " " + ("；" if lang == "zh" else "; ").join(found))
    told = [
        f"  {each.source}: {check_label(each.check, lang)} {_figure(each.value)} {unit_label(each.unit, lang)}"
        + (f" ({_short(each.told(lang))})" if each.note else "")
        for each in report.checks
        if each.check in ALWAYS or (each.check in TELLING and each.value > 0)
    ]
    if told:
        parts.append("\n".join([say(TO_LOOK_AT, lang), *told]))
    parts.append(_outcome(report, lang))
    return "\n".join(parts)


def _figure(value: float) -> str:
    """A figure as a person reads it: whole where it is, else with as many digits as say something."""
    if value == round(value) or abs(value) >= 10_000:
        return f"{value:,.0f}"
    return f"{value:,.1f}" if abs(value) >= 1 else f"{value:.2g}"


def _short(note: str) -> str:
    return note if len(note) <= NOTE_LETTERS else note[:NOTE_LETTERS] + " ..."


def _outcome(report: LoadReport, lang: str) -> str:
    seconds = f"{report.seconds:.1f}"
    if report.dry:
        return say(WOULD if report.changed else WOULD_NOT, lang, seconds=seconds)
    if report.changed:
        return say(VERSION, lang, version=report.version, seconds=seconds)
    return say(SAME if report.version else NOTHING_YET, lang, version=report.version, seconds=seconds)
