-- Neither declined nor void, of every incident reported in the period (有效上报率).
SELECT {groups}
       count(*) FILTER (WHERE {accepted}) AS numerator,
       count(*)                           AS denominator,
       count(*)                           AS n
FROM {facts}
WHERE {where}
{group_by}
