"""Hold what a check of a layer found, as records and in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from shapely.geometry.base import BaseGeometry

TEMPLATES: Final = {
    "overlap": "{a} and {b} overlap by {m2:.1f} m²",
    "overlap_slivers": "{n} overlaps under {worth_m2:g} m² each, {m2:.3f} m² in all",
    "gap": "{m2:.1f} m² of {parent} near {x:.6f}, {y:.6f} lie in none of its areas",
    "gap_enclosed": "{m2:.1f} m² near {x:.6f}, {y:.6f}, enclosed by the areas, lie in none of them",
    "gap_slivers": "{n} gaps under {worth_m2:g} m² each, {m2:.3f} m² in all",
    "spill": "{area} reaches {m2:.1f} m² beyond {parent}",
    "spill_slivers": "{n} areas reach under {worth_m2:g} m² beyond their parent, {m2:.3f} m² in all",
    "orphan_unknown": "{area} names no parent area there is: {parent!r}",
    "orphan_outside": "{area} lies outside {parent}: only {share:.0%} of it is inside",
    "orphan_nowhere": "{area} lies in none of the parent areas",
    "duplicate_code": "code {code} stands on {n} areas: {names}",
    "empty_code": "{area} (row {row}) has no code",
    "missing": "{code} {name} is in the code list but has no polygon",
    "unlisted": "{area} is not in the code list",
    "no_polygon": "{area} (row {row}) has no polygon",
    "invalid": "{area} (row {row}) is not valid and was measured as repaired: {reason}",
    "unusable": "{area} (row {row}) is not an area that can be measured",
    "childless": "{parent} has no areas at all",
}


@dataclass(frozen=True)
class Finding:
    """One thing wrong with a layer.

    Attributes
    ----------
    kind : a key of ``TEMPLATES``
    values : what its sentence is filled with (a row is counted from 1 there, as people count)
    rows : the rows of the layer it is about, counted from 0
    area_m2 : how much ground it is about, 0 where that means nothing
    geometry : where that ground lies, in WGS84 degrees
    """

    kind: str
    values: Mapping[str, object]
    rows: tuple[int, ...] = ()
    area_m2: float = 0.0
    geometry: BaseGeometry | None = None

    @property
    def template(self) -> str:
        """The English sentence, the key of the catalogue."""
        return TEMPLATES[self.kind]

    def __str__(self) -> str:
        return self.template.format(**self.values)


@dataclass(frozen=True)
class PartitionReport:
    """Whether a layer tiles its parent, and everything that speaks against it.

    ``overlaps``, ``gaps`` and ``spills`` hold every piece of ground with an area at all, largest first; what lies under
    ``worth_m2`` (slivers of digitising) is summed up into one sentence each and does not spoil ``tiles``.
    """

    rows: int
    area_km2: float
    worth_m2: float
    overlaps: tuple[Finding, ...]
    gaps: tuple[Finding, ...]
    spills: tuple[Finding, ...]
    orphans: tuple[Finding, ...]
    duplicates: tuple[Finding, ...]
    empty_codes: tuple[Finding, ...]
    missing: tuple[Finding, ...]
    unlisted: tuple[Finding, ...]
    faulty: tuple[Finding, ...]
    childless: tuple[Finding, ...]

    @property
    def overlap_m2(self) -> float:
        """Ground lying in two areas, summed over pairs."""
        return sum(one.area_m2 for one in self.overlaps)

    @property
    def gap_m2(self) -> float:
        """Ground of the parents lying in none of their areas."""
        return sum(one.area_m2 for one in self.gaps)

    @property
    def tiles(self) -> bool:
        """Whether the areas cover their parents once and only once, slivers aside."""
        ground = (*self.overlaps, *self.gaps, *self.spills)
        return not self.orphans and not self.childless and all(one.area_m2 < self.worth_m2 for one in ground)

    def findings(self) -> tuple[Finding, ...]:
        """Everything worth a sentence: codes first, then shapes, then ground, slivers summed up."""
        codes = (*self.duplicates, *self.empty_codes, *self.missing, *self.unlisted)
        shapes = (*self.faulty, *self.orphans, *self.childless)
        return (
            *codes,
            *shapes,
            *self._ground(self.overlaps, "overlap_slivers"),
            *self._ground(self.gaps, "gap_slivers"),
            *self._ground(self.spills, "spill_slivers"),
        )

    def words(self) -> tuple[str, ...]:
        """Every finding in an English sentence."""
        return tuple(map(str, self.findings()))

    def records(self) -> list[dict[str, object]]:
        """One plain record per finding: kind, template, values, rows, area_m2."""
        return [
            {"kind": one.kind, "template": one.template, "values": dict(one.values), "rows": one.rows}
            | {"area_m2": one.area_m2}
            for one in self.findings()
        ]

    def _ground(self, pieces: tuple[Finding, ...], slivers: str) -> tuple[Finding, ...]:
        large = tuple(one for one in pieces if one.area_m2 >= self.worth_m2)
        small = [one for one in pieces if one.area_m2 < self.worth_m2]
        if not small:
            return large
        total = sum(one.area_m2 for one in small)
        values = {"n": len(small), "worth_m2": self.worth_m2, "m2": total}
        rows = tuple(sorted({row for one in small for row in one.rows}))
        return (*large, Finding(slivers, values, rows, total))
