-- On scene within the arrival minutes of the first report, of all that needed it and whose minutes are over:
-- those never reached are in the denominator.
SELECT {groups}
       count(*) FILTER (WHERE fact.on_scene_at <= fact.arrival_due_at) AS numerator,
       count(*)                                                        AS denominator,
       count(*)                                                        AS n
FROM {facts}
WHERE {where}
  AND fact.needs_arrival
  AND fact.arrival_due_at <= $as_of
  AND {accepted}
{group_by}
