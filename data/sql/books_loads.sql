SELECT load, source, "into", files, sha256, "at", seconds, read, loaded, added, updated, unchanged, repaired, rejected,
       duplicate, outside, unplaced
FROM loads
ORDER BY load DESC, rowid
