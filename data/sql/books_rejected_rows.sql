{outstanding}
SELECT count(DISTINCT (source, file, sheet, row)) FROM outstanding
