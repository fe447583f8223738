-- Made public by the moment of asking, of the decisions made in the period that must be (公示率).
SELECT {groups}
       count(*) FILTER (WHERE fact.published_at <= $as_of) AS numerator,
       count(*)                                            AS denominator,
       count(*)                                            AS n
FROM {facts}
WHERE {where}
  AND fact.to_publish
  AND fact.decided_at <= $as_of
{group_by}
