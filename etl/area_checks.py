"""Work out the figures that show whether the area layers of a site are right, each with what it is about in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from data.schema import LEVEL_WORDS
from etl.area_codes import expected_codes
from etl.areas import Areas, Layer, source_of
from etl.books import Check
from etl.faults import retell
from geo.partition import check_partition
from geo.repair import AREA, Repaired
from words import N_, say

WANTED = N_("{count} {label} were expected")
BLANK = N_("blank")
#: pieces of ground named one by one at most
SHOWN = 20

#: says something in a language
Telling = Callable[[str], str]


def check_areas(areas: Areas) -> list[Check]:
    """The figures of every layer, widest first."""
    checks: list[Check] = []
    above: Layer | None = None
    for layer in areas.layers:
        checks += _layer(layer, above, areas)
        above = layer
    return checks


def _layer(layer: Layer, above: Layer | None, areas: Areas) -> list[Check]:
    spec, source = layer.spec, source_of(layer.spec)
    expected = expected_codes(spec.expect.codes)
    report = check_partition(
        layer.codes, layer.names_zh, layer.geometries,
        parents=layer.parents if above is not None else None,
        parent_geometries=dict(zip(above.codes, above.geometries, strict=True)) if above is not None else None,
        expected=expected,
    )  # fmt: skip
    ground = report.findings()
    checks: list[Check] = []

    def note(kind: str, value: float, unit: str = "areas", told: Iterable[Telling] = ()) -> None:
        checks.append(_check(source, kind, value, unit, list(told)))

    note("areas_n", len(layer.codes), told=_miscounted(layer))
    note("areas_km2", report.area_km2, "km²")
    if spec.derive is None:
        note("areas_km2_as_read", layer.km2_as_read, "km²")
        mended = _mended(layer)
        note("areas_repaired", len(mended), told=mended)
        derived = [each for each in areas.findings if each.source == source and each.fault == "empty_code"]
        note("empty_codes", len(derived), told=[_retold(each.fault, each.message) for each in derived])
    orphans = _orphans(layer) if above is not None else []
    note("no_parent", len(orphans), told=orphans)
    for kind, value in (("overlap", report.overlap_m2), ("gap", report.gap_m2)):
        pieces = [_told(each.template, each.values) for each in ground if each.kind.startswith(kind)]
        note(f"{kind}s_m2", value, "m²", pieces[:SHOWN])
    if expected is not None:
        note("no_polygon", len(report.missing), told=[_told(each.template, each.values) for each in report.missing])
        note("not_in_code_list", len(report.unlisted), told=[_told(e.template, e.values) for e in report.unlisted])
    return checks


def _check(source: str, kind: str, value: float, unit: str, told: list[Telling]) -> Check:
    def note(lang: str) -> str:
        return ("；" if lang == "zh" else "; ").join(each(lang) for each in told)

    return Check(source, kind, value, unit, note("en"), note)


def _told(template: str, values: Mapping[str, object]) -> Telling:
    return lambda lang: say(template, lang).format(**values)


def _retold(fault: str, message: str) -> Telling:
    return lambda lang: retell(fault, message, lang)


def _miscounted(layer: Layer) -> list[Telling]:
    wanted = layer.spec.expect.count
    if wanted is None or wanted == len(layer.codes):
        return []
    label = layer.spec.label or LEVEL_WORDS[layer.level]
    return [lambda lang: say(WANTED, lang).format(count=wanted, label=label.in_(lang))]


def _mended(layer: Layer) -> list[Telling]:
    """What was mended of each area, by its name."""

    def telling(name: str, repaired: Repaired) -> Telling:
        before, after = repaired.area_before_km2, repaired.area_after_km2
        parts = [_told(each.template, each.values) for each in repaired.repairs]
        # the area is told where mending changed it, as in Repaired.words
        parts += [_told(AREA, {"before": before, "after": after})] if abs(after - before) > 5e-4 else []
        return lambda lang: f"{name}: " + ("，" if lang == "zh" else ", ").join(part(lang) for part in parts)

    rows = zip(layer.codes, layer.names_zh, layer.repairs, strict=True)
    return [telling(name or code, repaired) for code, name, repaired in rows if repaired is not None]


def _orphans(layer: Layer) -> list[Telling]:
    """The areas whose parent is not known, with what the source says of it."""

    def telling(code: str, name: str | None, stated: str | None) -> Telling:
        return lambda lang: f"{code} {name or ''} ({stated or say(BLANK, lang)})".replace("  ", " ")

    rows = zip(layer.codes, layer.names_zh, layer.stated_parents, layer.parents, strict=True)
    return [telling(code, name, stated) for code, name, stated, parent in rows if parent is None]
