-- Quantile of the seconds from first report to first squad on scene, over the reached; linear interpolation
-- (Hyndman and Fan type 7). An arrival before its report cannot be true: it is left out, and the difference between
-- denominator and numerator counts how many were.
SELECT {groups}
       quantile_cont((epoch_us(fact.on_scene_at) - epoch_us(fact.opened_at)) / 1e6, $quantile)
           FILTER (WHERE fact.on_scene_at >= fact.opened_at)       AS value,
       count(*) FILTER (WHERE fact.on_scene_at >= fact.opened_at)  AS numerator,
       count(*)                                                    AS denominator,
       count(*) FILTER (WHERE fact.on_scene_at >= fact.opened_at)  AS n
FROM {facts}
WHERE {where}
  AND fact.needs_arrival
  AND fact.arrival_due_at <= $as_of
  AND fact.on_scene_at <= $as_of
  AND {accepted}
{group_by}
