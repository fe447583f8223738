"""Join points and areas with DuckDB's spatial extension: ``duckdb_spatial.py FOLDER RUNS``.

Runs in an environment of its own and imports nothing of the project. FOLDER holds points.parquet (i, x, y) and
areas.parquet (i, geom as WKB); the pairs of the last run go to pairs.parquet. Points and areas stand in memory before
the clock starts; making points of coordinates is timed, as for every peer.
"""

import json
import sys
import time
from pathlib import Path

import duckdb
import duckdb_extension_spatial

JOIN = """CREATE OR REPLACE TEMP TABLE pairs AS
    SELECT p.i AS point, a.i AS area FROM points p JOIN areas a ON ST_Intersects(a.geom, ST_Point(p.x, p.y))"""


def held(name: str) -> float:
    """A figure of this process's memory, MiB."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024


folder, runs = Path(sys.argv[1]), int(sys.argv[2])
extension = next(Path(duckdb_extension_spatial.__file__).parent.rglob("spatial.duckdb_extension"))
connection = duckdb.connect()
connection.execute(f"LOAD '{extension}'")
connection.execute(f"CREATE TABLE points AS FROM '{folder}/points.parquet'")
connection.execute(f"CREATE TABLE areas AS SELECT i, ST_GeomFromWKB(geom) AS geom FROM '{folder}/areas.parquet'")
before = held("VmRSS")
seconds = []
for _ in range(runs):
    begun = time.perf_counter()
    connection.execute(JOIN)
    seconds.append(time.perf_counter() - begun)
peak = held("VmHWM")
connection.execute(f"COPY pairs TO '{folder}/pairs.parquet' (FORMAT parquet)")
print(json.dumps({"seconds": seconds, "added_mib": peak - before, "peak_mib": peak}))
