"""Load, check, undo and export from the command line: ``python -m etl load SITE.yaml --into DIR``.

Exit codes: 0 everything was loaded; 1 the load stands, but some rows were rejected; 2 refused, nothing was changed.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from data.versions import undo
from errors import BadSite, GridCommandError
from etl.load import LoadReport, load
from etl.marks import SiteFaults
from etl.outstanding import outstanding_rejects
from etl.progress import Progress
from etl.rejects import write_rejects_csv, write_rejects_xlsx
from etl.summary import TO_MEND, summary
from settings import read_settings
from words import LANGUAGES, N_, say, say_error

LOADED, SOME_REJECTED, REFUSED = 0, 1, 2

FAULTS_IN = N_("{path}: {count} faults in the site file")
BACK = N_("version {version} stands again")
WRITTEN = N_("{count} rows written to {path}")
NO_REJECTS = N_("there are no rejected rows")
INTERRUPTED = N_("interrupted; nothing was changed")
GENERATING = N_("making up a county in {folder}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    given = _parser().parse_args(arguments)
    lang = given.lang or language_of(os.environ)
    try:
        return int(given.run(given, lang))
    except BadSite as error:
        _tell_faults(error, lang)
    except GridCommandError as error:
        print(say_error(error, lang), file=sys.stderr)
    except KeyboardInterrupt:
        print("\n" + say(INTERRUPTED, lang), file=sys.stderr)
    return REFUSED


def language_of(environment: os._Environ[str] | dict[str, str]) -> str:
    """The language of the terminal: English where its locale says so, else Chinese."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = environment.get(name, "")
        if value:
            return "en" if value.lower().startswith("en") else "zh"
    return "zh"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m etl", description=__doc__)
    parser.add_argument("--lang", choices=LANGUAGES, help="language of what is said (default: the terminal's, else zh)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, about: str) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=about, description=about)
        one.add_argument("--lang", choices=LANGUAGES, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        one.add_argument(
            "--into", type=Path, metavar="DIR", help="the place on disk (default: var/<name of the site file>)"
        )
        one.add_argument("--quiet", action="store_true", help="say only what went wrong")
        return one

    for name, about in (("load", "load a site file"), ("check", "do all but change anything; say what would change")):
        one = command(name, about)
        one.add_argument("site", type=Path, metavar="SITE.yaml")
        one.add_argument("--mended", type=Path, metavar="FILE", help="load only these mended rejects (CSV or Excel)")
        one.add_argument("--source", metavar="NAME", help="the source the mended rows belong to")
        one.set_defaults(run=_load, dry=name == "check")
    command("undo", "return to the version before").set_defaults(run=_undo)
    one = command("rejects", "write the rows left out to a file to be mended")
    one.add_argument("--csv", type=Path, metavar="FILE")
    one.add_argument("--xlsx", type=Path, metavar="FILE")
    one.add_argument("--source", metavar="NAME", help="only of this source")
    one.set_defaults(run=_rejects)
    one = command("demo", "make up a county and load it")
    one.add_argument("--seed", type=int, default=7)
    one.set_defaults(run=_demo)
    return parser


def _tell_faults(error: BadSite, lang: str) -> None:
    faults = error.values.get("faults")
    if isinstance(faults, SiteFaults):
        print(say(FAULTS_IN, lang, path=error.values["path"], count=len(faults)), file=sys.stderr)
        print("\n".join(faults.lines(lang)), file=sys.stderr)
    else:
        print(say_error(error, lang), file=sys.stderr)


def _progress(given: argparse.Namespace, lang: str) -> Progress:
    return Progress(None if given.quiet else sys.stderr, lang)


def _load(given: argparse.Namespace, lang: str) -> int:
    into = given.into or Path("var") / given.site.stem
    report = load(
        given.site, into, mended=given.mended, source=given.source, dry=given.dry, progress=_progress(given, lang)
    )
    return _told(report, into, given, lang)


def _told(report: LoadReport, into: Path, given: argparse.Namespace, lang: str) -> int:
    rejected = sum(tally.rejected for tally in report.tallies)
    if not given.quiet:
        print(summary(report, lang))
    if rejected and not report.dry:
        print(say(TO_MEND, lang, count=f"{rejected:,}"), file=sys.stderr)
        print(f"  python -m etl rejects --into {into} --csv rejects.csv", file=sys.stderr)
    return SOME_REJECTED if rejected else LOADED


def _undo(given: argparse.Namespace, lang: str) -> int:
    version = undo(_place(given))
    if not given.quiet:
        print(say(BACK, lang, version=version))
    return LOADED


def _place(given: argparse.Namespace) -> Path:
    """The place named, else the one the settings name."""
    return given.into or read_settings().site


def _rejects(given: argparse.Namespace, lang: str) -> int:
    rejects = outstanding_rejects(_place(given), source=given.source)
    if not rejects:
        print(say(NO_REJECTS, lang), file=sys.stderr)
    for path, write in ((given.csv, write_rejects_csv), (given.xlsx, write_rejects_xlsx)):
        if path is not None:
            count = write(path, rejects, lang=lang)
            if not given.quiet:
                print(say(WRITTEN, lang, count=f"{count:,}", path=path))
    if given.csv is None and given.xlsx is None:
        for one in rejects:
            print(f"{one.file}:{one.row} {one.column}: {one.message}")
    return LOADED


def _demo(given: argparse.Namespace, lang: str) -> int:
    from data.demo import generate

    into = given.into or Path("var/demo")
    folder = into / "made"
    if not given.quiet:
        print(say(GENERATING, lang, folder=folder), file=sys.stderr)
    site = generate(folder, seed=given.seed)
    report = load(site, into, progress=_progress(given, lang))
    return _told(report, into, given, lang)


if __name__ == "__main__":
    sys.exit(main())
