-- Data faults on rows that were loaded: each fault of a row once.
SELECT {groups}
       count(*) AS numerator,
       NULL     AS denominator,
       count(*) AS n
FROM {facts}
WHERE {where}
{group_by}
