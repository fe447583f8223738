"""Make up the demo county from the command line: ``python -m data.demo --out DIR``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from data.demo.generate import SCALE, generate
from errors import GridCommandError
from words import LANGUAGES, N_, say, say_error

WROTE = N_("demo county written; load it with: python -m etl load {path}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the input files; 0 when they stand, 2 when they could not be made."""
    parser = argparse.ArgumentParser(prog="python -m data.demo", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder the input files go to")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--scale", type=int, default=SCALE, help="about how many incidents in two years")
    parser.add_argument(
        "--now", type=datetime.fromisoformat, metavar="TIME", help="when the data ends, on the county's clock"
    )
    parser.add_argument("--lang", choices=LANGUAGES, default="zh", help="language of what is said")
    given = parser.parse_args(arguments)

    def tell(share: float, what: str) -> None:
        print(f"\r{share:4.0%} {what:<24}", end="", file=sys.stderr, flush=True)

    try:
        path = generate(given.out, seed=given.seed, now=given.now, scale=given.scale, progress=tell)
    except GridCommandError as error:
        print(say_error(error, given.lang), file=sys.stderr)
        return 2
    print(file=sys.stderr)
    print(say(WROTE, given.lang, path=path))
    return 0


if __name__ == "__main__":
    sys.exit(main())
