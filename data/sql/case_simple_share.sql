-- Under the simple procedure, of the cases filed in the period whose procedure is known.
SELECT {groups}
       count(*) FILTER (WHERE fact.procedure = 'simple') AS numerator,
       count(*)                                          AS denominator,
       count(*)                                          AS n
FROM {facts}
WHERE {where}
  AND fact.procedure IS NOT NULL
{group_by}
