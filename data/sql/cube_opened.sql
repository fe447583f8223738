-- Incidents by the week of their first report, township and item, as the version knows them.
SELECT CAST(date_trunc('week', fact.local_date) AS DATE) AS week,
       fact.province, fact.city, fact.county, fact.township, fact.item,
       count(*)                                                                       AS volume,
       count(*) FILTER (WHERE fact.lon IS NULL)                                       AS unplaced,
       count(*) FILTER (WHERE {accepted})                                             AS accepted,
       count(*) FILTER (WHERE {accepted} AND fact.self_found)                         AS self_found,
       count(*) FILTER (WHERE {accepted} AND fact.self_found IS NOT NULL)             AS finder_known,
       count(*) FILTER (WHERE {accepted} AND fact.lon IS NOT NULL AND fact.item IS NOT NULL
                              AND fact.repeat_of IS NOT NULL)                         AS repeats,
       count(*) FILTER (WHERE {accepted} AND fact.lon IS NOT NULL AND fact.item IS NOT NULL) AS judged,
       count(*) FILTER (WHERE {accepted} AND fact.reworks > 0)                        AS reworked,
       count(*) FILTER (WHERE {accepted} AND (fact.handled_at IS NOT NULL OR {closed} OR fact.reworks > 0)) AS handled,
       count(*) FILTER (WHERE {accepted} AND fact.returns > 0)                        AS returned,
       count(*) FILTER (WHERE {accepted} AND (fact.dispatched_at IS NOT NULL OR fact.returns > 0)) AS dispatched,
       count(*) FILTER (WHERE {accepted} AND fact.reopens > 0)                        AS reopened,
       count(*) FILTER (WHERE {accepted} AND ({closed} OR fact.reopens > 0))          AS ever_closed
FROM incidents AS fact
GROUP BY 1, 2, 3, 4, 5, 6
ORDER BY 1, 5, 6
