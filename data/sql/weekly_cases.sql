-- The incidents that a measure of the weekly page counts against a unit: late on scene, late or not closed, overdue, or
-- a repeat. The cohort is the measure's own (its file in this folder); the condition is what its rate does not count.
SELECT fact.incident_id, fact.repeat_of, fact.opened_at, fact.accepted_at, fact.dispatched_at, fact.acknowledged_at,
       fact.on_scene_at, fact.handled_at, fact.closed_at, fact.item, fact.owner, {place} AS place
FROM {facts}
WHERE {where}
  AND CASE $measure
      WHEN 'arrival_rate_15' THEN
          fact.needs_arrival AND fact.arrival_due_at <= $as_of AND {accepted}
          AND (fact.on_scene_at IS NULL OR fact.on_scene_at > fact.arrival_due_at)
      WHEN 'on_time_closure_rate' THEN
          fact.due_at <= $as_of AND {due}
          AND NOT coalesce({closed} AND fact.closed_at <= fact.due_at, false)
      WHEN 'overdue_backlog' THEN
          {open} AND fact.due_at < $as_of
      WHEN 'repeat_rate' THEN
          {accepted} AND fact.lon IS NOT NULL AND fact.item IS NOT NULL AND fact.repeat_of IS NOT NULL
      END
ORDER BY fact.opened_at, fact.incident_id
