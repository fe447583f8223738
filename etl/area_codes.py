"""Give every area its code: from a property, from a list of codes, or derived where the source gives none."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from errors import BadInput
from etl.readers import read
from etl.site import CodeList, CodeSpec
from words import N_

NO_COLUMN = N_("{file} has no column '{column}'; its columns: {columns}")


def code_table(files: Sequence[Path], *, columns: tuple[str, str], where: Mapping[str, str]) -> dict[str, str]:
    """Two columns of a list of codes as a dictionary, of the rows where all of ``where`` hold; the first of equals."""
    found: dict[str, str] = {}
    for path in files:
        for chunk in read(path):
            for name in (*columns, *where):
                if name not in chunk.table.column_names:
                    raise BadInput(NO_COLUMN, file=chunk.file, column=name, columns=", ".join(chunk.table.column_names))
            kept = [chunk.table.column(name).to_pylist() for name in (*columns, *where)]
            for first, second, *conditions in zip(*kept, strict=True):
                if first is not None and all(
                    have == want for have, want in zip(conditions, where.values(), strict=True)
                ):
                    found.setdefault(first.strip(), (second or "").strip())
    return found


def expected_codes(spec: CodeList | None) -> dict[str, str] | None:
    """Code to name of the areas a layer should have; None where the site file does not say."""
    if spec is None:
        return None
    return code_table(spec.files, columns=(spec.column, spec.name or spec.column), where=spec.where)


def codes_of(
    spec: CodeSpec, values: Sequence[str | None], geometries: Sequence[BaseGeometry]
) -> list[tuple[str, bool]]:
    """The code of each area, and whether it had to be derived.

    ``values`` are what the property ``spec.from_`` holds. An area without a code (or whose key is not in the code
    table) gets one made of its shape, the same at every load of the same shape, so that it is not lost.
    """
    if spec.constant is not None:
        return [(spec.constant, False)] * len(values)
    texts = [(value or "").strip() for value in values]
    if spec.table:
        table = code_table(spec.table, columns=(spec.key or "", spec.value or ""), where=spec.where)
        texts = [table.get(text, "") for text in texts]
    return [
        (text, False) if text else (derived_code(geometry), True)
        for text, geometry in zip(texts, geometries, strict=True)
    ]


def derived_code(geometry: BaseGeometry) -> str:
    """A code for an area that has none: a hash of its outline to 1e-7 degrees, whatever ring it starts from."""
    rounded = shapely.normalize(shapely.set_precision(geometry, 1e-7, mode="pointwise"))
    return "x" + hashlib.sha256(shapely.to_wkb(rounded)).hexdigest()[:11]
