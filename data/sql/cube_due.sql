-- Incidents by the week of their deadline, township and item, as the version knows them.
SELECT CAST(date_trunc('week', {due_local}) AS DATE) AS week,
       fact.province, fact.city, fact.county, fact.township, fact.item,
       count(*)                                                           AS due,
       count(*) FILTER (WHERE {closed})                                   AS closed,
       count(*) FILTER (WHERE {closed} AND fact.closed_at <= fact.due_at) AS on_time
FROM incidents AS fact
WHERE fact.due_at IS NOT NULL AND {due}
GROUP BY 1, 2, 3, 4, 5, 6
ORDER BY 1, 5, 6
