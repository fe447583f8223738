"""Open, fingerprint and write files so that every failure is told in words."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from errors import DiskFull
from etl.faults import file_error
from words import N_

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM}


@dataclass(frozen=True)
class Fingerprint:
    """What a file was at one moment."""

    size: int
    modified_ns: int
    sha256: str


def fingerprint(path: Path) -> Fingerprint:
    """Size, time and SHA-256 of a file; raises BadInput ``unreadable``."""
    with reading(path), path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        stat = path.stat()
    return Fingerprint(stat.st_size, stat.st_mtime_ns, digest)


@contextmanager
def unchanged(*paths: Path, name: str = "") -> Iterator[None]:
    """Raise BadInput ``changed`` at the end when one of ``paths`` is no longer what it was at the start."""
    before = [fingerprint(path) for path in paths]
    yield
    for path, was in zip(paths, before, strict=True):
        if fingerprint(path) != was:
            raise file_error("changed", file=name or path.name)


@contextmanager
def reading(path: Path, *, name: str = "") -> Iterator[None]:
    """Turn the operating system's refusals into BadInput ``unreadable``."""
    try:
        yield
    except OSError as error:
        raise file_error("unreadable", file=name or path.name, why=error.strerror or str(error)) from error


@contextmanager
def writing(path: Path) -> Iterator[Path]:
    """A name beside ``path`` to write to, which becomes ``path`` when all went well; else what was there stays.

    Raises DiskFull for a full disk or a place that cannot be written.
    """
    part = path.with_name(path.name + ".part")
    try:
        yield part
        os.replace(part, path)
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise DiskFull(
            N_("{path} cannot be written: {why}. Make room or choose another place, and try again."),
            path=path, why=error.strerror,
        ) from error  # fmt: skip
    finally:
        part.unlink(missing_ok=True)
