-- Found by patrol or device, of the incidents whose finder is known.
SELECT {groups}
       count(*) FILTER (WHERE fact.self_found) AS numerator,
       count(*)                                AS denominator,
       count(*)                                AS n
FROM {facts}
WHERE {where}
  AND {accepted}
  AND fact.self_found IS NOT NULL
{group_by}
