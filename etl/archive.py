"""Refuse archives and documents that are made to do harm, before anything is unpacked.

A zip says in its directory how large each member will be; it is believed only downwards (members are never read past
what they claim), so the sum is checked before a byte is written. XML that declares entities is refused: a few lines
of them can stand for gigabytes ('billion laughs').
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from xml.parsers import expat

from errors import DiskFull
from etl.faults import file_error
from etl.files import reading, writing
from words import N_

#: All members together may claim this much.
MAX_BYTES = 4 * 1024**3
#: Text packs 5 to 20 times; beyond this it is a bomb, unless it is small anyway.
MAX_RATIO = 200
SMALL_BYTES = 100 * 1024**2
MAX_MEMBERS = 10_000

_MEGA = 1024**2


def check_zip(path: Path, *, file: str = "") -> list[zipfile.ZipInfo]:
    """The members of a zip (also a workbook or KMZ), if it may be unpacked.

    Raises errors.UnsafeArchive for too many members or bytes, too high a ratio, names that lead outside, or a
    password; BadInput ``not_format`` when it is no zip.
    """
    name = file or path.name
    with reading(path, name=name):
        try:
            with zipfile.ZipFile(path) as archive:
                members = archive.infolist()
        except (zipfile.BadZipFile, NotImplementedError) as error:
            raise file_error("not_format", file=name, format="zip", why=str(error)) from error
        packed = path.stat().st_size
    if len(members) > MAX_MEMBERS:
        raise file_error("too_many_members", file=name, count=len(members), allowed=MAX_MEMBERS)
    claimed = sum(member.file_size for member in members)
    allowed = min(MAX_BYTES, max(SMALL_BYTES, packed * MAX_RATIO))
    if claimed > allowed:
        sizes = {"claimed": claimed // _MEGA, "packed": round(packed / _MEGA, 1), "allowed": allowed // _MEGA}
        raise file_error("unsafe_archive", file=name, **sizes)
    for member in members:
        if _leads_outside(member_name(member)):
            raise file_error("outside_archive", file=name, member=member_name(member))
        if member.flag_bits & 1:
            raise file_error("encrypted_archive", file=name)
    return members


def member_name(member: zipfile.ZipInfo) -> str:
    """The name of a member; names without the UTF-8 flag are UTF-8 or GB18030 in practice, not code page 437."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        raw = member.filename.encode("cp437")
    except UnicodeEncodeError:
        return member.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return member.filename


@contextmanager
def unpacked(path: Path, *, file: str = "") -> Iterator[Path]:
    """A folder with the members of a checked zip, removed at the end; raises errors.DiskFull when there is no room."""
    members = check_zip(path, file=file)
    need = sum(member.file_size for member in members)
    with tempfile.TemporaryDirectory(prefix="gridcommand-") as folder:
        free = shutil.disk_usage(folder).free
        if need > free:
            raise DiskFull(
                N_("{file} needs {need} MB to unpack; {free} MB are free in {folder}. Make room, and try again."),
                file=file or path.name, need=need // _MEGA, free=free // _MEGA, folder=tempfile.gettempdir(),
            )  # fmt: skip
        _unpack(path, members, Path(folder), file or path.name)
        yield Path(folder)


def _unpack(path: Path, members: list[zipfile.ZipInfo], folder: Path, file: str) -> None:
    with zipfile.ZipFile(path) as archive:
        for member in members:
            if member.is_dir():
                continue
            target = folder / member_name(member)
            with writing(target) as part:
                target.parent.mkdir(parents=True, exist_ok=True)
                try:
                    with archive.open(member) as source, part.open("wb") as out:
                        shutil.copyfileobj(source, out, 1 << 20)
                except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
                    raise file_error("not_format", file=file, format="zip", why=str(error)) from error


def _leads_outside(name: str) -> bool:
    """Whether a member's name is absolute, climbs, or is written for Windows."""
    parts = PurePosixPath(name.replace("\\", "/"))
    return parts.is_absolute() or ".." in parts.parts or ":" in parts.parts[0] if parts.parts else False


def check_xml(path: Path, *, file: str = "") -> None:
    """Raise errors.UnsafeArchive when an XML document declares entities, BadInput ``not_format`` when it is no XML."""
    name = file or path.name

    def refuse(entity: str, *_: object) -> None:
        raise file_error("xml_entities", file=name, name=entity)

    parser = expat.ParserCreate()
    parser.EntityDeclHandler = refuse
    with reading(path, name=name), path.open("rb") as source:
        try:
            parser.ParseFile(source)
        except expat.ExpatError as error:
            raise file_error("not_format", file=name, format="XML", why=str(error)) from error
