-- Closed by the moment of asking, of all whose deadline fell in the period and has passed by that moment.
SELECT {groups}
       count(*) FILTER (WHERE {closed}) AS numerator,
       count(*)                         AS denominator,
       count(*)                         AS n
FROM {facts}
WHERE {where}
  AND fact.due_at <= $as_of
  AND {due}
{group_by}
