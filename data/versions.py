"""Keep the versions of a place on disk: which file is current, who may build, what undo returns to.

``warehouse/current.json`` is the pointer: ``{"version": 7, "file": "wh-000007.duckdb", "history": [5, 6, 7]}``.
A version file is never written again once it is pointed at. A pointer is replaced by rename after fsync, so a kill
leaves either the old one or the new one.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from errors import Busy, DiskFull, NoWarehouse

#: versions kept on disk for undo; older ones can be rebuilt from ``loads/``
KEPT = 4


@dataclass(frozen=True)
class Pointer:
    """The current version and the ones undo can return to (oldest first, the current one last)."""

    history: tuple[int, ...]

    @property
    def version(self) -> int:
        """The current version."""
        return self.history[-1]

    @property
    def file(self) -> str:
        """The current version's file name."""
        return file_of(self.version)


def file_of(version: int) -> str:
    """The file name of a version."""
    return f"wh-{version:06d}.duckdb"


def folder_of(root: Path) -> Path:
    """The folder that holds the versions of the place ``root``."""
    return root / "warehouse"


def read_pointer(root: Path) -> Pointer | None:
    """The pointer of ``root``; None where nothing was loaded yet."""
    try:
        text = (folder_of(root) / "current.json").read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    return Pointer(tuple(json.loads(text)["history"]))


def write_pointer(root: Path, pointer: Pointer) -> None:
    """Make ``pointer`` current, durably: write aside, fsync, rename, fsync the folder."""
    folder = folder_of(root)
    aside = folder / "current.json.tmp"
    value = {"version": pointer.version, "file": pointer.file, "history": list(pointer.history)}
    with aside.open("w", encoding="utf-8") as file:
        json.dump(value, file)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(folder / "current.json")
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(path: Path) -> None:
    """Make the bytes of ``path`` durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def building(root: Path) -> Iterator[Path]:
    """Hold the place for one build, having removed what a killed build left; yields the versions' folder.

    Raises
    ------
    Busy
        Another process is building. The lock is the kernel's, so a killed process never leaves one behind.
    DiskFull
        The folder cannot be made or written.
    """
    folder = folder_of(root)
    with refusing_full_disk(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("a")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy("{folder}: another load is running; wait until it ends", folder=folder) from None
        for left in folder.glob("*.tmp*"):
            left.unlink()
        yield folder


@contextmanager
def refusing_full_disk(place: Path) -> Iterator[None]:
    """Turn "no space", "quota", "read-only" and "file too large" into :class:`errors.DiskFull` naming ``place``."""
    full = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EACCES, errno.EPERM}
    try:
        yield
    except OSError as error:
        if error.errno in full:
            raise DiskFull(
                "{place}: cannot be written ({why}); make room or choose another folder; the last version is whole",
                place=place,
                why=os.strerror(error.errno or 0),
            ) from error
        raise


def next_version(root: Path) -> int:
    """A number above every version ever made here, also those undone."""
    numbers = [int(path.name[3:9]) for path in folder_of(root).glob("wh-*.duckdb")]
    pointer = read_pointer(root)
    return max([*numbers, *(pointer.history if pointer else ()), 0]) + 1


def adopt(root: Path, version: int) -> None:
    """Point at ``version``, whose file is in place, and drop files too old for undo."""
    pointer = read_pointer(root)
    history = ((*pointer.history, version) if pointer else (version,))[-KEPT:]
    write_pointer(root, Pointer(history))
    for path in folder_of(root).glob("wh-*.duckdb"):
        if int(path.name[3:9]) not in history:
            path.unlink()


def undo(root: Path) -> int:
    """Return to the version before; give its number.

    Raises
    ------
    NoWarehouse
        There is no version before.
    """
    pointer = read_pointer(root)
    if pointer is None or len(pointer.history) < 2:
        raise NoWarehouse("{root}: there is no version before this one to return to", root=root)
    with building(root):
        before = Pointer(pointer.history[:-1])
        write_pointer(root, before)
    return before.version
