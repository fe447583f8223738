"""Carry areas and their shapes from version to version: a new row only for a shape that changed."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from data.schema import AREA_VERSIONS, AREAS

SHAPE_COLUMNS = (
    "level",
    "code",
    "parent",
    "name_zh",
    "name_en",
    "kind",
    "geom",
    "km2",
    "label_lon",
    "label_lat",
    "repairs",
)


def build(con: duckdb.DuckDBPyConnection, shapes: pa.Table | None, version: int) -> bool:
    """Write ``new.areas`` and ``new.area_versions``; say whether they differ from before.

    ``shapes`` (columns :data:`SHAPE_COLUMNS`) brings whole levels: an area of a level it brings that it lacks ends
    today, one whose shape differs begins a new row, all others stay. Area versions are numbered by the build that made
    them, and a fact keeps the number it was located in.
    """
    con.execute(AREAS.ddl("new"))
    con.execute(AREA_VERSIONS.ddl("new"))
    if shapes is None:
        con.execute("INSERT INTO new.areas SELECT * FROM was.areas")
        con.execute("INSERT INTO new.area_versions SELECT * FROM was.area_versions")
        return False
    con.register("brought", shapes.select(list(SHAPE_COLUMNS)))
    con.execute("CREATE TEMP TABLE shapes AS SELECT *, hash(geom) AS geom_hash FROM brought")
    con.unregister("brought")
    con.execute("""
        INSERT INTO new.areas SELECT * FROM (
            SELECT level, code, parent, name_zh, name_en, kind FROM shapes
            UNION ALL
            SELECT * FROM was.areas w WHERE NOT EXISTS (
                SELECT 1 FROM shapes s WHERE s.level = w.level AND s.code = w.code))
        ORDER BY level, code""")
    con.execute(_VERSIONS, [version])
    con.execute("DROP TABLE shapes")
    differs = "SELECT count(*), sum(hash(t)::HUGEINT) FROM {schema}.{table} t"
    return any(
        con.execute(differs.format(schema="was", table=table)).fetchall()
        != con.execute(differs.format(schema="new", table=table)).fetchall()
        for table in ("areas", "area_versions")
    )


_VERSIONS = """
    INSERT INTO new.area_versions SELECT * FROM (
        SELECT w.level, w.code, w.version, w.valid_from,
               CASE WHEN w.valid_to IS NULL AND w.level IN (SELECT level FROM shapes)
                         AND (s.code IS NULL OR s.geom_hash <> w.geom_hash)
                    THEN current_date ELSE w.valid_to END AS valid_to,
               w.geom, w.km2, w.label_lon, w.label_lat, w.geom_hash, w.repairs
        FROM was.area_versions w LEFT JOIN shapes s ON s.level = w.level AND s.code = w.code
        UNION ALL
        SELECT s.level, s.code, ? AS version,
               CASE WHEN EXISTS (SELECT 1 FROM was.area_versions w WHERE w.level = s.level AND w.code = s.code)
                    THEN current_date END AS valid_from,
               NULL AS valid_to, s.geom, s.km2, s.label_lon, s.label_lat, s.geom_hash, s.repairs
        FROM shapes s WHERE s.geom IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM was.area_versions w
            WHERE w.level = s.level AND w.code = s.code AND w.valid_to IS NULL AND w.geom_hash = s.geom_hash))
    ORDER BY level, code, version
"""
