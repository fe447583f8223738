-- Reopened after closure at least once, of the incidents ever closed by the moment of asking.
SELECT {groups}
       count(*) FILTER (WHERE fact.reopens > 0) AS numerator,
       count(*)                                 AS denominator,
       count(*)                                 AS n
FROM {facts}
WHERE {where}
  AND {accepted}
  AND ({closed} OR fact.reopens > 0)
{group_by}
