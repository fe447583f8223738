-- Without a position, of every incident reported in the period.
SELECT {groups}
       count(*) FILTER (WHERE fact.lon IS NULL) AS numerator,
       count(*)                                 AS denominator,
       count(*)                                 AS n
FROM {facts}
WHERE {where}
{group_by}
