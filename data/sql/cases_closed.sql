-- Legal cases closed in the period, those ended without penalty included.
SELECT {groups}
       count(*) AS numerator,
       NULL     AS denominator,
       count(*) AS n
FROM {facts}
WHERE {where}
  AND fact.closed_at <= $as_of
  AND {case_closed}
{group_by}
