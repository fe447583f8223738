SELECT source, "table", fault, count(DISTINCT id) AS rows, list_sort(list(DISTINCT id))[:5] AS examples
FROM findings
WHERE {scope}
GROUP BY ALL
ORDER BY rows DESC, source, "table", fault
