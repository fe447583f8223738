"""Tell the encoding of a text file from its bytes, and find the lines that are in another one.

UTF-8 is tried first: text in another encoding hardly ever passes as UTF-8. What does not pass is GB18030 (which holds
GBK and GB2312) if it passes as that, is made mostly of common characters, and none of its lines is UTF-8. When lines of
both kinds stand in one file the more frequent encoding is the file's, and each other line is a fault.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from etl.faults import file_error

BLOCK = 1 << 24
UTF8, GB = "utf-8", "gb18030"

_BOMS = {
    codecs.BOM_UTF8: UTF8,
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
#: Names for what GB18030 holds: GBK files with a character beyond GBK are common.
_GB_NAMES = {"gbk", "gb2312", "cp936", "gb18030"}


@dataclass(frozen=True)
class Encoding:
    """The encoding of a file."""

    #: Python's name of the codec
    name: str
    #: bytes of the mark at the start
    mark: int = 0
    #: every line was seen to be in it
    pure: bool = False

    @property
    def other(self) -> str:
        """The encoding tried for a line that is not in this one."""
        return GB if self.name == UTF8 else UTF8

    @property
    def splits_as_ascii(self) -> bool:
        """Whether quotes and line ends can be found in the bytes (not so in UTF-16)."""
        return not self.name.startswith(("utf-16", "utf-32"))


def find_encoding(path: Path, *, stated: str | None = None, file: str = "") -> Encoding:
    """The encoding of ``path``, checked against the ``stated`` one.

    Raises BadInput: ``wrong_encoding`` when the stated one does not fit, ``unknown_encoding`` when none does.
    """
    name = file or path.name
    with path.open("rb") as source:
        head = source.read(4)
    for mark, codec in _BOMS.items():
        if head.startswith(mark):
            return Encoding(codec, len(mark) if codec == UTF8 else 0)
    if stated is not None:
        return _checked(path, codec_of(stated), stated, name)
    if _passes(path, UTF8):
        return Encoding(UTF8, pure=True)
    if _passes(path, GB) and not _has_utf8_lines(path):
        if not _plausible(path):
            raise file_error("unknown_encoding", file=name, line=_first_bad_line(path, UTF8))
        return Encoding(GB, pure=True)
    return Encoding(_majority(path, name))


def decode_line(line: bytes, encoding: Encoding) -> tuple[str, str]:
    """A line as text, and the encoding it was really in (empty when it is in none; odd bytes are then spelt out)."""
    for name in (encoding.name, encoding.other):
        if name == GB and encoding.name == GB and is_utf8_hanzi(line):
            continue
        try:
            return line.decode(name), name
        except UnicodeDecodeError:
            continue
    return line.decode(encoding.name, "backslashreplace"), ""


def has_foreign_lines(block: bytes, encoding: Encoding) -> bool:
    """Whether a block of whole lines may hold some of another encoding (then :func:`decode_line` tells which)."""
    if encoding.pure or block.isascii():
        return False
    try:
        block.decode(encoding.name)
    except UnicodeDecodeError:
        return True
    return encoding.name == GB and any(is_utf8_hanzi(line) for line in _suspects(block))


def codec_of(stated: str) -> str:
    """Python's name of a stated encoding, GB18030 for what it holds; raises BadInput ``no_such_encoding``."""
    try:
        name = codecs.lookup(stated).name
    except LookupError:
        raise file_error("no_such_encoding", encoding=stated) from None
    if name in _GB_NAMES:
        return GB
    return UTF8 if name == "utf-8-sig" else name


def _checked(path: Path, codec: str, stated: str, file: str) -> Encoding:
    """The stated encoding, unless the whole file is plainly in another."""
    if codec not in (UTF8, GB) or _is_ascii(path):
        return Encoding(codec)
    if codec == GB and _passes(path, UTF8):
        line = next(number for number, text in _lines(path) if not text.isascii())
        raise file_error("wrong_encoding", file=file, stated=stated, found="UTF-8", line=line)
    if codec == UTF8 and not _passes(path, UTF8) and _majority(path, file) == GB:
        line = _first_bad_line(path, UTF8)
        raise file_error("wrong_encoding", file=file, stated=stated, found="GB18030", line=line)
    return Encoding(codec)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as source:
        while block := source.read(BLOCK):
            yield block


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as source:
        yield from enumerate(source, start=1)


def _is_ascii(path: Path) -> bool:
    return all(block.isascii() for block in _blocks(path))


def _passes(path: Path, codec: str) -> bool:
    """Whether the whole file decodes."""
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        for block in _blocks(path):
            if decoder.getstate()[0] or not block.isascii():
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _first_bad_line(path: Path, codec: str) -> int:
    for number, line in _lines(path):
        try:
            line.decode(codec)
        except UnicodeDecodeError:
            return number
    return 0


def is_utf8_hanzi(line: bytes) -> bool:
    """Whether a line is UTF-8 and has Chinese words in it."""
    if not _hanzi_pairs(line).size:
        return False
    try:
        line.decode(UTF8)
    except UnicodeDecodeError:
        return False
    return True


def _hanzi_pairs(block: bytes) -> npt.NDArray[np.int64]:
    """Where two Chinese characters of UTF-8 stand in a row: in GBK text a rare accident."""
    codes = np.frombuffer(block, np.uint8)
    if len(codes) < 6:
        return np.zeros(0, np.int64)
    follows = (codes & 0xC0) == 0x80
    letter = ((codes - 0xE4) <= 5)[:-2] & follows[1:-1] & follows[2:]
    return np.flatnonzero(letter[:-3] & letter[3:])


def _suspects(block: bytes) -> Iterator[bytes]:
    """The lines of a block that have the bytes of two UTF-8 characters in a row."""
    end = 0
    for place in _hanzi_pairs(block):
        if place >= end:
            start = block.rfind(b"\n", 0, place) + 1
            end = block.find(b"\n", place)
            end = len(block) if end < 0 else end
            yield block[start:end]


def _has_utf8_lines(path: Path) -> bool:
    """Whether a file that passes as GB18030 has lines that are UTF-8 after all."""
    tail = b""
    for block in _blocks(path):
        whole, _, tail = (tail + block).rpartition(b"\n")
        if any(is_utf8_hanzi(line) for line in _suspects(whole)):
            return True
    return is_utf8_hanzi(tail)


def _majority(path: Path, file: str) -> str:
    """UTF-8 or GB18030, whichever more lines are in."""
    counts = {UTF8: 0, GB: 0}
    for _, line in _lines(path):
        if line.isascii():
            continue
        try:
            line.decode(UTF8)
            counts[UTF8] += 1
        except UnicodeDecodeError:
            counts[GB] += _decodes_as_gb(line)
    if not any(counts.values()) or (counts[GB] > counts[UTF8] and not _plausible(path)):
        raise file_error("unknown_encoding", file=file, line=_first_bad_line(path, UTF8))
    return max(counts, key=lambda name: counts[name])


def _decodes_as_gb(line: bytes) -> bool:
    try:
        line.decode(GB)
    except UnicodeDecodeError:
        return False
    return True


def _plausible(path: Path) -> bool:
    """Whether the lines that decode as GB18030 look Chinese."""
    return looks_chinese(line for _, line in _lines(path) if not line.isascii() and _decodes_as_gb(line))


def looks_chinese(texts: Iterable[bytes]) -> bool:
    """Whether GB18030 text is mostly common (GB2312) characters, as Chinese is and Latin-1 taken for it is not."""
    common = rare = 0
    for text in texts:
        letters = [letter for letter in text.decode(GB, "ignore") if letter > "\x7f"]
        known = sum(letter.encode("gb2312", "ignore") != b"" for letter in letters)
        common, rare = common + known, rare + len(letters) - known
        if common + rare > 5_000:
            break
    return common > rare
