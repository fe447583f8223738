"""Read the settings once: defaults, then a TOML file, then the environment, then the command line.

The file is ``gridcommand.toml`` in the working directory, or the one named by ``GRIDCOMMAND_SETTINGS``. Every key may
also be set as ``GRIDCOMMAND_<KEY>``. All faults are gathered and raised together as :class:`errors.BadSettings`.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from errors import BadSettings
from words import N_

PREFIX = "GRIDCOMMAND_"
FILE = Path("gridcommand.toml")


@dataclass(frozen=True)
class Settings:
    """Everything a person may set. Built in ``app.py`` and the packages' ``__main__.py``, then passed on."""

    #: the place on disk that holds the warehouse and its loads
    site: Path = Path("var/demo")
    #: the address to listen on; anything but the loopback lets other machines in
    host: str = "127.0.0.1"
    port: int = 8050
    #: threads that answer page callbacks
    threads: int = 16
    #: seconds between two looks of an open wall
    refresh_seconds: int = 15
    #: minutes after which figures of a running site (one with a real clock) count as stale
    stale_minutes: int = 24 * 60
    #: roads answered for at once: networks kept in memory, one per data version
    networks: int = 2


def _path(value: object) -> Path:
    if not isinstance(value, (str, Path)) or not str(value).strip():
        raise ValueError
    return Path(value).expanduser()


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError
    return value.strip()


def _whole(low: int, high: int) -> Callable[[object], int]:
    def parse(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, (int, str)):
            raise ValueError
        number = int(value)
        if not low <= number <= high:
            raise ValueError
        return number

    parse.__doc__ = f"a whole number from {low} to {high}"
    return parse


_path.__doc__ = "a path"
_text.__doc__ = "a text that is not empty"

#: how each key is read; the docstring of the parser says what it must be
PARSERS: dict[str, Callable[[object], object]] = {
    "site": _path,
    "host": _text,
    "port": _whole(0, 65535),
    "threads": _whole(1, 256),
    "refresh_seconds": _whole(1, 3600),
    "stale_minutes": _whole(1, 10 * 365 * 24 * 60),
    "networks": _whole(1, 16),
}


def _from_file(path: Path, *, asked: bool) -> tuple[dict[str, object], list[str]]:
    """The keys of the TOML file and what is wrong with it; nothing where there is no file and none was asked for."""
    if not path.exists():
        return {}, [f"{path}: no such file"] if asked else []
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")), []
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        return {}, [f"{path}: {error}"]


def read_settings(
    *, file: Path | None = None, environ: Mapping[str, str] | None = None, over: Mapping[str, object] | None = None
) -> Settings:
    """The settings in force.

    Parameters
    ----------
    file : the TOML file; None: the one named by GRIDCOMMAND_SETTINGS, else ``gridcommand.toml`` if it is there.
    environ : the environment; None: this process's.
    over : values that win over everything (the command line); None values are passed over.

    Raises
    ------
    BadSettings : with every fault found, one a line.
    """
    environ = os.environ if environ is None else environ
    named = environ.get(PREFIX + "SETTINGS")
    path = file or (Path(named) if named else FILE)
    found, faults = _from_file(path, asked=bool(file or named))
    given = [(f"{path}: {key}", key, value) for key, value in found.items()]
    given += [
        (name, name.removeprefix(PREFIX).lower(), value)
        for name, value in sorted(environ.items())
        if name.startswith(PREFIX) and name != PREFIX + "SETTINGS"
    ]
    given += [(f"--{key}", key, value) for key, value in (over or {}).items() if value is not None]
    values: dict[str, object] = {}
    for where, key, value in given:
        if key not in PARSERS:
            faults.append(f"{where}: unknown; known are {', '.join(field.name for field in fields(Settings))}")
            continue
        try:
            values[key] = PARSERS[key](value)
        except ValueError:
            faults.append(f"{where}: {value!r} is not {PARSERS[key].__doc__}")
    if faults:
        raise BadSettings(N_("The settings cannot be used:\n{faults}"), faults="\n".join(faults))
    return Settings(**values)  # type: ignore[arg-type]
