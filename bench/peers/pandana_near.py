"""Rank squads by minutes to an incident with pandana: ``pandana_near.py FOLDER K``.

Runs in an environment of its own and imports nothing of the project. FOLDER holds graph.npz (x, y, start, end, weight),
ask.npz (squads, incidents as node numbers); the ranking of each incident goes to ranked.json as [[weight, squad], ...].
Each incident asks the minutes from all squads in one call, as a screen would.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import pandana
import pandas as pd

folder, k = Path(sys.argv[1]), int(sys.argv[2])
with np.load(folder / "graph.npz") as graph, np.load(folder / "ask.npz") as ask:
    x, y, start, end, weight = (graph[name] for name in ("x", "y", "start", "end", "weight"))
    squads, incidents = ask["squads"].tolist(), ask["incidents"].tolist()
begun = time.perf_counter()
# pandana keeps whole thousandths of a weight and cuts the rest off: half a thousandth on top makes that exact
network = pandana.Network(
    pd.Series(x),
    pd.Series(y),
    pd.Series(start),
    pd.Series(end),
    pd.DataFrame({"w": (weight + 0.5) / 1000}),
    twoway=False,
)
built = time.perf_counter() - begun
ranked, seconds = [], []
for node in incidents:
    begun = time.perf_counter()
    far = network.shortest_path_lengths(squads, [node] * len(squads))
    order = sorted((length, squad) for squad, length in enumerate(far) if length < 4_000_000)
    seconds.append(time.perf_counter() - begun)
    ranked.append([[length, squad] for length, squad in order[:k]])
(folder / "ranked.json").write_text(json.dumps(ranked))
print(json.dumps({"built": built, "seconds": seconds}))
