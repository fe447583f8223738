-- Sent back after handling at least once, of the incidents handled by the moment of asking.
SELECT {groups}
       count(*) FILTER (WHERE fact.reworks > 0) AS numerator,
       count(*)                                 AS denominator,
       count(*)                                 AS n
FROM {facts}
WHERE {where}
  AND {accepted}
  AND (fact.handled_at <= $as_of OR {closed} OR fact.reworks > 0)
{group_by}
