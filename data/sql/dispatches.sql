-- Every time one squad was sent to one incident, by the time it was sent.
SELECT {groups}
       count(*) AS numerator,
       NULL     AS denominator,
       count(*) AS n
FROM {facts}
WHERE {where}
{group_by}
