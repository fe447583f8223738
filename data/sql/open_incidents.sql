-- Every incident that is open at $now and that the scope may see, with its words and places.
SELECT
    i.incident_id AS id, i.source_id, i.item,
    coalesce(t.name_zh, i.item) AS item_zh, coalesce(t.name_en, t.name_zh, i.item) AS item_en,
    i.urgency, i.township,
    w.name_zh AS township_zh, w.name_en AS township_en,
    coalesce(g.name_zh, v.name_zh) AS place_zh, coalesce(g.name_en, v.name_en) AS place_en,
    i.lon, i.lat, i.opened_at, i.accepted_at, i.dispatched_at, i.acknowledged_at, i.on_scene_at, i.handled_at,
    i.needs_arrival, i.arrival_due_at, i.due_at, i.owner, i.squad, i.reports
FROM incidents i
LEFT JOIN items t ON t.code = i.item
LEFT JOIN areas w ON w.level = 'township' AND w.code = i.township
LEFT JOIN areas v ON v.level = 'village' AND v.code = i.village
LEFT JOIN areas g ON g.level = 'grid' AND g.code = i.grid
WHERE i.state = 'open' AND i.opened_at <= $now AND {scope}
