-- rejects since each source was last loaded whole, without the rows a mended file has answered for; the places a
-- mended file answers for are the note of its check, as JSON: [[file, sheet, row], ...]
WITH answers AS (
    SELECT load, source, unnest(from_json(note, '[["JSON"]]')) AS place FROM checks WHERE "check" = $answered),
places AS (
    SELECT load, source, place[1] ->> '$' AS file, place[2] ->> '$' AS sheet, (place[3] ->> '$')::BIGINT AS row
    FROM answers),
mended AS (
    SELECT DISTINCT r.source, r.file, r.sheet, r.row, r.record FROM rejects r JOIN places p
    ON p.source = r.source AND p.file = r.file AND p.sheet = r.sheet AND p.row = r.row AND p.load > r.load),
whole AS (
    SELECT l.source, max(l.load) AS load FROM loads l
    WHERE (l.load, l.source) NOT IN (SELECT (load, source) FROM checks WHERE "check" = $answered)
    GROUP BY l.source),
outstanding AS (
    SELECT r.* FROM rejects r JOIN whole w ON w.source = r.source AND r.load >= w.load
    WHERE (r.source, r.file, r.sheet, r.row, r.record) NOT IN
          (SELECT (source, file, sheet, row, record) FROM mended))
