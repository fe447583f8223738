-- The usual seconds of each stage: the median over the whole cohort of a measure, each stage from the moment before it
-- that is known.
SELECT median(epoch(fact.accepted_at - fact.opened_at)) AS accept,
       median(epoch(fact.dispatched_at - coalesce(fact.accepted_at, fact.opened_at))) AS dispatch,
       median(epoch(fact.acknowledged_at - coalesce(fact.dispatched_at, fact.accepted_at, fact.opened_at))) AS acknowledge,
       median(epoch(fact.on_scene_at
                    - coalesce(fact.acknowledged_at, fact.dispatched_at, fact.accepted_at, fact.opened_at))) AS arrive,
       median(epoch(fact.handled_at
                    - coalesce(fact.on_scene_at, fact.acknowledged_at, fact.dispatched_at, fact.accepted_at,
                               fact.opened_at))) AS handle,
       median(epoch(fact.closed_at
                    - coalesce(fact.handled_at, fact.on_scene_at, fact.acknowledged_at, fact.dispatched_at,
                               fact.accepted_at, fact.opened_at))) AS close
FROM {facts}
WHERE {where}
  AND {accepted}
  AND ($measure <> 'arrival_rate_15' OR fact.needs_arrival)
