-- Handed back by a unit at least once, of the incidents dispatched by the moment of asking.
SELECT {groups}
       count(*) FILTER (WHERE fact.returns > 0) AS numerator,
       count(*)                                 AS denominator,
       count(*)                                 AS n
FROM {facts}
WHERE {where}
  AND {accepted}
  AND (fact.dispatched_at <= $as_of OR fact.returns > 0)
{group_by}
