-- Open, with a clock that will run out within 30 minutes of the moment of asking: the arrival clock of one nobody has
-- reached, or the deadline for closure.
SELECT {groups}
       count(*) AS numerator,
       NULL     AS denominator,
       count(*) AS n
FROM {facts}
WHERE {where}
  AND {open}
  AND ((fact.needs_arrival
        AND (fact.on_scene_at IS NULL OR fact.on_scene_at > $as_of)
        AND fact.arrival_due_at >= $as_of
        AND fact.arrival_due_at <= $as_of + INTERVAL 30 MINUTE)
       OR (fact.due_at >= $as_of AND fact.due_at <= $as_of + INTERVAL 30 MINUTE))
{group_by}
