-- Open at the moment of asking and past the deadline for closure (超期, in days).
SELECT {groups}
       count(*) AS numerator,
       NULL     AS denominator,
       count(*) AS n
FROM {facts}
WHERE {where}
  AND {open}
  AND fact.due_at < $as_of
{group_by}
