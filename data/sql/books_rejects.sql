{outstanding}
SELECT source, fault, "column", count(DISTINCT (file, sheet, row)) AS rows,
       list({'file': file, 'sheet': sheet, 'row': row, 'raw': raw} ORDER BY file, sheet, row)[:3] AS examples
FROM outstanding
GROUP BY source, fault, "column"
ORDER BY rows DESC, source, fault, "column"
