-- Open for more than 5 minutes at the moment of asking without a unit that has first-inspection duty (无主).
SELECT {groups}
       count(*) AS numerator,
       NULL     AS denominator,
       count(*) AS n
FROM {facts}
WHERE {where}
  AND {open}
  AND fact.owner IS NULL
  AND fact.opened_at < $as_of - INTERVAL 5 MINUTE
{group_by}
