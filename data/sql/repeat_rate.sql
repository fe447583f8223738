-- Repeats of an earlier incident, of those that could be judged: with a position and an item.
SELECT {groups}
       count(*) FILTER (WHERE fact.repeat_of IS NOT NULL) AS numerator,
       count(*)                                           AS denominator,
       count(*)                                           AS n
FROM {facts}
WHERE {where}
  AND {accepted}
  AND fact.lon IS NOT NULL
  AND fact.item IS NOT NULL
{group_by}
