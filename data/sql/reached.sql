-- Incidents that needed someone on scene, whose minutes are over, and that a squad reached.
SELECT {groups}
       count(*) AS numerator,
       NULL     AS denominator,
       count(*) AS n
FROM {facts}
WHERE {where}
  AND fact.needs_arrival
  AND fact.arrival_due_at <= $as_of
  AND fact.on_scene_at <= $as_of
  AND {accepted}
{group_by}
