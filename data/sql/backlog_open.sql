-- Open at the moment of asking: reported, not closed, not suspended, transferred, declined or void.
SELECT {groups}
       count(*) AS numerator,
       NULL     AS denominator,
       count(*) AS n
FROM {facts}
WHERE {where}
  AND {open}
{group_by}
