"""Keep what a load read and made: a folder aside while it runs, ``loads/<sha256>`` once it stands.

The files of a load are copied before they are read, so that what was read is what is kept, whatever happens to the
originals meanwhile. A killed load leaves a folder named after its process; the next load removes it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from data.versions import refusing_full_disk
from etl.files import fingerprint, reading
from etl.site import SiteFile

#: files that belong to a Shapefile
PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".shp.xml")
_ASIDE = ".load-"


@dataclass
class Staging:
    """The folder of one load."""

    folder: Path
    copies: dict[Path, Path] = field(default_factory=dict)
    sums: dict[Path, str] = field(default_factory=dict)

    def target(self, *name: str) -> Path:
        """Where to write a Parquet file of this load."""
        return self.folder / (".".join(name) + ".parquet")

    def sha256(self, paths: tuple[Path, ...]) -> str:
        """SHA-256 of the sums of files in order (of one file: its own sum)."""
        sums = [self.sums[path] for path in paths]
        return sums[0] if len(sums) == 1 else hashlib.sha256("".join(sums).encode()).hexdigest()


@contextmanager
def staging(root: Path) -> Iterator[Staging]:
    """A fresh folder beside the loads of ``root``, removed at the end unless :func:`keep` took it."""
    loads = root / "loads"
    with refusing_full_disk(loads):
        loads.mkdir(parents=True, exist_ok=True)
        _sweep(loads)
        folder = loads / f"{_ASIDE}{os.getpid()}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    try:
        with refusing_full_disk(loads):
            yield Staging(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(loads: Path) -> None:
    """Remove the folders of loads whose process is gone."""
    for left in loads.glob(f"{_ASIDE}*"):
        try:
            os.kill(int(left.name.removeprefix(_ASIDE)), 0)
        except (ProcessLookupError, ValueError):
            shutil.rmtree(left, ignore_errors=True)
        except PermissionError:
            continue


def copy_inputs(
    site: SiteFile, stage: Staging, *, extra: tuple[Path, ...] = (), said: Callable[[Path], None]
) -> SiteFile:
    """Copy every file the site names into the stage; the site with its paths pointing there.

    Raises
    ------
    BadInput
        A file cannot be read, or changed while it was being copied.
    DiskFull
        There is no room for the copies.
    """
    for number, path in enumerate(sorted({*_paths(site), *extra})):
        said(path)
        folder = stage.folder / "source" / f"{number:03d}"
        folder.mkdir(parents=True)
        for part in _parts(path):
            with reading(part):
                before = part.stat()
            shutil.copyfile(part, folder / part.name)
            after = part.stat()
            if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
                from etl.faults import file_error

                raise file_error("changed", file=part.name)
        stage.copies[path] = folder / path.name
        stage.sums[folder / path.name] = fingerprint(folder / path.name).sha256
    return _relocated(site, stage.copies)


def _parts(path: Path) -> list[Path]:
    if path.suffix.lower() != ".shp":
        return [path]
    return sorted(part for part in path.parent.glob(path.stem + ".*") if part.name[len(path.stem) :].lower() in PARTS)


def _paths(value: Any) -> Iterator[Path]:
    """Every input file a site names."""
    if isinstance(value, Path):
        if value != Path() and value.suffix not in ("", ".yaml", ".yml"):
            yield value
    elif is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            if each.name != "path":
                yield from _paths(getattr(value, each.name))
    elif isinstance(value, tuple):
        for inner in value:
            yield from _paths(inner)


def _relocated(value: Any, copies: dict[Path, Path]) -> Any:
    """``value`` with every path that was copied replaced by its copy."""
    if isinstance(value, Path):
        return copies.get(value, value)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {each.name: _relocated(getattr(value, each.name), copies) for each in fields(value) if each.init}
        return replace(value, **changed)
    if isinstance(value, tuple) and type(value) is tuple:
        return tuple(_relocated(inner, copies) for inner in value)
    return value


def keep(stage: Staging, root: Path, *, name: str) -> Path:
    """Move the stage to ``loads/<name>``, in place of an earlier load of the same bytes."""
    target = root / "loads" / name
    with refusing_full_disk(target):
        if target.exists():
            aside = target.with_name(f"{_ASIDE}{os.getpid()}.old")
            shutil.rmtree(aside, ignore_errors=True)
            target.rename(aside)
            stage.folder.rename(target)
            shutil.rmtree(aside, ignore_errors=True)
        else:
            stage.folder.rename(target)
    return target


def write_site_copy(site_path: Path, root: Path) -> None:
    """Keep the site file as last loaded, replaced by rename."""
    with refusing_full_disk(root):
        aside = root / "site.yaml.tmp"
        shutil.copyfile(site_path, aside)
        aside.replace(root / "site.yaml")
