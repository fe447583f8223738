-- Needs someone on scene, nobody there, past its minutes, still open at the moment of asking (超时, in minutes).
SELECT {groups}
       count(*) AS numerator,
       NULL     AS denominator,
       count(*) AS n
FROM {facts}
WHERE {where}
  AND {open}
  AND fact.needs_arrival
  AND fact.arrival_due_at < $as_of
  AND (fact.on_scene_at IS NULL OR fact.on_scene_at > $as_of)
{group_by}
