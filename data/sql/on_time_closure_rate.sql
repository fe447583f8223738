-- Closed by its deadline, of all whose deadline fell in the period and has passed by the moment of asking.
SELECT {groups}
       count(*) FILTER (WHERE {closed} AND fact.closed_at <= fact.due_at) AS numerator,
       count(*)                                                           AS denominator,
       count(*)                                                           AS n
FROM {facts}
WHERE {where}
  AND fact.due_at <= $as_of
  AND {due}
{group_by}
