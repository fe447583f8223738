"""Spread steps whose times stand side by side in one row into one row a step."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from etl.mapping import Mapped, Mapper, local_of
from etl.readers import Chunk
from etl.spec import StepSpec, TableSpec


def spread_steps(
    mapper: Mapper, chunk: Chunk, one: Mapped, spec: TableSpec, table: pa.Table, rows: npt.NDArray[np.bool_]
) -> pa.Table:
    """One row for each step of each of ``rows`` that has a time: step (stage), at, at_local, who, squad, note.

    ``_row`` keeps the order of reading, ``_step`` that of the site file, to number the steps by.
    """
    return pa.concat_tables(
        [_step(mapper, chunk, one, step, table, rows, place) for place, step in enumerate(spec.steps)],
        promote_options="default",
    )


def _step(
    mapper: Mapper, chunk: Chunk, one: Mapped, step: StepSpec, table: pa.Table, rows: npt.NDArray[np.bool_], place: int
) -> pa.Table:
    times = mapper.times(chunk, Mapped(one.table), step.at)
    size = chunk.table.num_rows
    columns = {name: table.column(name) for name in ("_incident", "_case", "_row") if name in table.column_names}
    columns["_step"] = pa.array(np.full(size, place))
    columns["step" if one.table == "incident_steps" else "stage"] = pa.repeat(pa.scalar(step.step), size)
    columns["at"] = pa.array(times.utc)
    columns["at_local"] = pa.array(local_of(times.utc, mapper.zone))
    for name in ("who", "squad", "note"):
        column = getattr(step, name)
        if column is not None and (name != "squad" or one.table == "incident_steps"):
            columns[name] = mapper.text(chunk, column)
    spread = pa.table(columns)
    return spread.filter(pc.and_(pa.array(rows), pc.is_valid(spread.column("at"))))
