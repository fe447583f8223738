"""Turn typed columns into the text a person would write for them."""

from __future__ import annotations

import json

import pyarrow as pa
import pyarrow.compute as pc


def as_text(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """``column`` as strings, null where empty: whole numbers in full, times as ISO, lists and structs as JSON."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(array, pa.ExtensionArray):
        array = array.storage
    if pa.types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    kind = array.type
    if pa.types.is_nested(kind):
        said = [None if one is None else json.dumps(one, ensure_ascii=False, default=str) for one in array.to_pylist()]
        text = pa.array(said, pa.string())
    elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        text = pa.array([None if one is None else one.hex() for one in array.to_pylist()], pa.string())
    elif pa.types.is_floating(kind):
        text = _numbers(array)
    else:
        text = array.cast(pa.string())
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _numbers(array: pa.Array) -> pa.Array:
    """Shortest decimals that read back as the same number; whole ones without a point, not-a-number as empty."""
    wide = array.cast(pa.float64()) if array.type != pa.float64() else array
    text = array.cast(pa.string())
    whole = pc.and_(pc.equal(pc.trunc(wide), wide), pc.less(pc.abs(wide), 2.0**53))
    plain = pc.cast(pc.if_else(whole, wide, 0.0), pa.int64()).cast(pa.string())
    return pc.if_else(pc.is_nan(wide), pa.scalar(None, pa.string()), pc.if_else(whole, plain, text))
