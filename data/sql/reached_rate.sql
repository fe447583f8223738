-- Reached by a squad at all, of all that needed it and whose minutes are over.
SELECT {groups}
       count(*) FILTER (WHERE fact.on_scene_at <= $as_of) AS numerator,
       count(*)                                           AS denominator,
       count(*)                                           AS n
FROM {facts}
WHERE {where}
  AND fact.needs_arrival
  AND fact.arrival_due_at <= $as_of
  AND {accepted}
{group_by}
