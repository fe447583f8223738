-- Every incident first reported in the period, whatever became of it.
SELECT {groups}
       count(*) AS numerator,
       NULL     AS denominator,
       count(*) AS n
FROM {facts}
WHERE {where}
{group_by}
