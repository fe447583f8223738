-- Rated 4 or 5, of the reports made in the period that were rated (满意率).
SELECT {groups}
       count(*) FILTER (WHERE fact.rating >= 4) AS numerator,
       count(*)                                 AS denominator,
       count(*)                                 AS n
FROM {facts}
WHERE {where}
  AND fact.rating IS NOT NULL
{group_by}
