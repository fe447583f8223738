-- Incidents that need someone on scene by the week their minutes ran out, township and item, as the version knows them.
SELECT CAST(date_trunc('week', {arrival_local}) AS DATE) AS week,
       fact.province, fact.city, fact.county, fact.township, fact.item,
       count(*)                                                        AS needed,
       count(*) FILTER (WHERE fact.on_scene_at IS NOT NULL)            AS reached,
       count(*) FILTER (WHERE fact.on_scene_at <= fact.arrival_due_at) AS in_time
FROM incidents AS fact
WHERE fact.needs_arrival AND fact.arrival_due_at IS NOT NULL AND {accepted}
GROUP BY 1, 2, 3, 4, 5, 6
ORDER BY 1, 5, 6
