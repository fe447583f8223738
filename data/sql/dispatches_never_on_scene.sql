-- Squads sent in the period that have no time on scene by the moment of asking, those still under way included.
SELECT {groups}
       count(*) AS numerator,
       NULL     AS denominator,
       count(*) AS n
FROM {facts}
WHERE {where}
  AND (fact.on_scene_at IS NULL OR fact.on_scene_at > $as_of)
{group_by}
