"""Run every benchmark, or the named ones: ``python -m bench [locate] [hotspots] [nearest] [ask]``.

Each runs in a process of its own, one after another, and proves its answers equal before it times them.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

BENCHES = ("locate", "hotspots", "nearest", "ask")


def main() -> None:
    """Run the benchmarks; the first that fails ends the run with its exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("name", nargs="*", help=f"which of {', '.join(BENCHES)}; all where none is named")
    names = parser.parse_args().name or BENCHES
    unknown = sorted(set(names) - set(BENCHES))
    if unknown:
        parser.error(f"no such benchmark: {', '.join(unknown)}")
    for name in names:
        print(f"\n## {name}\n", flush=True)
        subprocess.run([sys.executable, "-m", f"bench.{name}"], check=True)


if __name__ == "__main__":
    main()
