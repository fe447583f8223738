"""Derive what follows from the facts, over all rows of a version: arrivals, report counts, repeats, double bookings.

Each function changes tables of the attached database ``new`` while it is being built.
"""

from __future__ import annotations

import duckdb

#: metres in one degree of latitude on the mean sphere (IUGG R1 = 6,371,008.8 m)
METRES_PER_DEGREE = 111_195.08


def places_of_incidents(con: duckdb.DuckDBPyConnection) -> None:
    """Give dispatches and steps the place and item their incident has now, also where a later load moved it alone."""
    con.execute("""
        UPDATE new.dispatches d SET township = i.township, grid = i.grid, item = i.item FROM new.incidents i
        WHERE i.incident_id = d.incident_id
          AND (d.township, d.grid, d.item) IS DISTINCT FROM (i.township, i.grid, i.item)""")
    con.execute("""
        UPDATE new.incident_steps s SET township = i.township FROM new.incidents i
        WHERE i.incident_id = s.incident_id AND s.township IS DISTINCT FROM i.township""")


def first_arrival(con: duckdb.DuckDBPyConnection) -> None:
    """Where an incident has dispatches, they alone say when it was first sent to, acknowledged and reached.

    The squad is the one first on scene, or where none arrived the one first sent; of several at the same second, the
    one with the lowest dispatch id.
    """
    con.execute("""
        UPDATE new.incidents i SET
            dispatched_at = d.dispatched_at, acknowledged_at = d.acknowledged_at, on_scene_at = d.on_scene_at,
            squad = d.squad
        FROM (
            SELECT incident_id, min(dispatched_at) AS dispatched_at, min(acknowledged_at) AS acknowledged_at,
                   min(on_scene_at) AS on_scene_at,
                   coalesce(arg_min(squad, (on_scene_at, dispatch_id)) FILTER (on_scene_at IS NOT NULL),
                            arg_min(squad, (dispatched_at, dispatch_id))) AS squad
            FROM new.dispatches GROUP BY incident_id) d
        WHERE d.incident_id = i.incident_id
          AND (d.dispatched_at, d.acknowledged_at, d.on_scene_at, d.squad)
              IS DISTINCT FROM (i.dispatched_at, i.acknowledged_at, i.on_scene_at, i.squad)""")


def report_counts(con: duckdb.DuckDBPyConnection) -> None:
    """Count the reports that point to each incident; one that has none in the table was reported once."""
    con.execute("""
        UPDATE new.incidents i SET reports = coalesce(r.n, 1)
        FROM (SELECT i.incident_id, c.n FROM new.incidents i
              LEFT JOIN (SELECT incident_id, count(*) AS n FROM new.reports GROUP BY 1) c USING (incident_id)) r
        WHERE r.incident_id = i.incident_id AND i.reports IS DISTINCT FROM coalesce(r.n, 1)""")


def repeats(con: duckdb.DuckDBPyConnection, *, metres: float, days: float) -> None:
    """Point each incident at the latest earlier one of the same item within ``metres`` and ``days``; 0: not judged.

    Distance is equirectangular about the pair's own latitude, exact to 0.1 % under a kilometre. Candidates come from
    square buckets at least ``metres`` wide and their eight neighbours, so that none is missed.
    """
    if not (metres and days):
        con.execute("UPDATE new.incidents SET repeat_of = NULL WHERE repeat_of IS NOT NULL")
        return
    con.execute(_REPEATS, {"metres": metres, "days": days, "degree": METRES_PER_DEGREE})
    con.execute("""
        UPDATE new.incidents i SET repeat_of = f.repeat_of FROM (
            SELECT i.incident_id, r.repeat_of FROM new.incidents i LEFT JOIN found r USING (incident_id)) f
        WHERE f.incident_id = i.incident_id AND i.repeat_of IS DISTINCT FROM f.repeat_of""")
    con.execute("DROP TABLE found")


_REPEATS = """
    CREATE TEMP TABLE found AS
    WITH narrow AS (SELECT cos(radians(least(max(abs(lat)), 85))) AS k FROM new.incidents),
    placed AS (
        SELECT incident_id, item, opened_at, lon, lat,
               floor(lat * $degree / $metres)::BIGINT AS row,
               floor(lon * $degree * (SELECT k FROM narrow) / $metres)::BIGINT AS col
        FROM new.incidents WHERE lon IS NOT NULL AND item IS NOT NULL AND opened_at IS NOT NULL),
    wide AS (
        SELECT incident_id, item, opened_at, lon, lat, row + dr AS row, col + dc AS col
        FROM placed, (SELECT unnest([-1, 0, 1]) AS dr), (SELECT unnest([-1, 0, 1]) AS dc))
    SELECT b.incident_id, arg_max(a.incident_id, (a.opened_at, a.incident_id)) AS repeat_of
    FROM placed b JOIN wide a
      ON a.item = b.item AND a.row = b.row AND a.col = b.col
     AND (a.opened_at, a.incident_id) < (b.opened_at, b.incident_id)
     AND a.opened_at >= b.opened_at - to_seconds($days * 86400)
    WHERE (($degree * (a.lat - b.lat)) ** 2
           + ($degree * cos(radians((a.lat + b.lat) / 2)) * (a.lon - b.lon)) ** 2) <= $metres ** 2
    GROUP BY b.incident_id
"""


def double_booked(con: duckdb.DuckDBPyConnection) -> int:
    """Flag a dispatch of a squad not yet free from the one before; give how many. The record is in question."""
    con.execute("""
        CREATE TEMP TABLE busy AS
        SELECT dispatch_id FROM (
            SELECT dispatch_id, dispatched_at,
                   lag(cleared_at) OVER (PARTITION BY squad ORDER BY dispatched_at, dispatch_id) AS free_at
            FROM new.dispatches WHERE squad IS NOT NULL AND dispatched_at IS NOT NULL)
        WHERE dispatched_at < free_at""")
    con.execute("""
        UPDATE new.dispatches SET faults = CASE
            WHEN dispatch_id IN (FROM busy) THEN list_sort(list_append(coalesce(faults, []), 'double_booked'))
            ELSE list_filter(faults, lambda f: f <> 'double_booked') END
        WHERE (dispatch_id IN (FROM busy)) <> coalesce(list_contains(faults, 'double_booked'), false)""")
    return int(con.execute("SELECT count(*) FROM busy").fetchall()[0][0])


def double_booked_findings(con: duckdb.DuckDBPyConnection, version: int) -> None:
    """Write the findings of :func:`double_booked`; one known before keeps its load."""
    con.execute(
        """
        INSERT INTO new.findings
        SELECT coalesce(w.load, ?), d.source, 'dispatches', d.dispatch_id, 'double_booked',
               'squad ' || d.squad || ' was sent again before it was free'
        FROM new.dispatches d JOIN busy USING (dispatch_id)
        LEFT JOIN was.findings w ON w."table" = 'dispatches' AND w.id = d.dispatch_id AND w.fault = 'double_booked'""",
        [version],
    )
