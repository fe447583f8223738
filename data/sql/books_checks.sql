-- the newest figure of every check: a load of one source leaves the others' as they were
SELECT source, "check", value, unit, note, load
FROM checks
QUALIFY row_number() OVER (PARTITION BY source, "check" ORDER BY load DESC) = 1
ORDER BY min(load * 1000000 + rowid) OVER (PARTITION BY source), rowid
