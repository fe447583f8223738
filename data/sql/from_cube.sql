-- Whole weeks from a coarse cube: the same counts, already summed.
SELECT {groups}
       CAST(coalesce(sum({numerator}), 0) AS BIGINT)   AS numerator,
       CAST(coalesce(sum({denominator}), 0) AS BIGINT) AS denominator,
       CAST(coalesce(sum({denominator}), 0) AS BIGINT) AS n
FROM {facts}
WHERE {where}
{group_by}
