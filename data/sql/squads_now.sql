-- Every squad with where it stands and what it is on at $now: the latest dispatch it has not been cleared from, to an
-- incident that is still open.
WITH busy AS (
    SELECT d.squad, arg_max(d.incident_id, d.dispatched_at) AS incident_id,
           arg_max(d.on_scene_at, d.dispatched_at) AS on_scene_at
    FROM dispatches d
    JOIN incidents i ON i.incident_id = d.incident_id AND i.state = 'open'
    WHERE d.dispatched_at <= $now AND (d.cleared_at IS NULL OR d.cleared_at > $now)
    GROUP BY d.squad
)
SELECT
    s.code, s.name_zh, s.name_en, s.kind, s.township, s.officers, s.auxiliaries, s.on_duty,
    coalesce(s.lon, b.lon) AS lon, coalesce(s.lat, b.lat) AS lat,
    b.name_zh AS station_zh, b.name_en AS station_en,
    busy.incident_id, busy.on_scene_at
FROM squads s
LEFT JOIN stations b ON b.code = s.station
LEFT JOIN busy ON busy.squad = s.code
WHERE {scope}
ORDER BY s.code
