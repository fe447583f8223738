"""Join points and areas with SedonaDB: ``sedona_db.py FOLDER RUNS``.

Runs in an environment of its own and imports nothing of the project. FOLDER holds points.parquet (i, x, y) and
areas.parquet (i, geom as WKB); the pairs of the last run go to pairs.parquet. Points and areas stand in memory before
the clock starts; making points of coordinates is timed, as for every peer.
"""

import json
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import sedona.db

JOIN = "SELECT p.i AS point, a.i AS area FROM points p JOIN areas a ON ST_Intersects(a.geom, ST_Point(p.x, p.y))"


def held(name: str) -> float:
    """A figure of this process's memory, MiB."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024


folder, runs = Path(sys.argv[1]), int(sys.argv[2])
context = sedona.db.connect()
context.create_data_frame(pq.read_table(folder / "points.parquet")).to_memtable().to_view("points")
context.create_data_frame(pq.read_table(folder / "areas.parquet")).to_view("raw")
context.sql("SELECT i, ST_GeomFromWKB(geom) AS geom FROM raw").to_memtable().to_view("areas")
before = held("VmRSS")
seconds = []
for _ in range(runs):
    begun = time.perf_counter()
    pairs = context.sql(JOIN).to_arrow_table()
    seconds.append(time.perf_counter() - begun)
peak = held("VmHWM")
pq.write_table(pairs, folder / "pairs.parquet")
print(json.dumps({"seconds": seconds, "added_mib": peak - before, "peak_mib": peak}))
