"""Reading ahead: the same items in the same order, errors in their place, nothing left running."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from etl.ahead import read_ahead


def threads() -> list[str]:
    return [each.name for each in threading.enumerate() if each.name == "reading ahead"]


def test_items_come_in_order() -> None:
    assert list(read_ahead(range(100))) == list(range(100))
    assert list(read_ahead([])) == []
    assert threads() == []


def test_an_error_comes_after_the_items_before_it() -> None:
    def items() -> Iterator[int]:
        yield from (1, 2)
        raise ValueError("third")

    ahead = read_ahead(items())
    assert [next(ahead), next(ahead)] == [1, 2]
    with pytest.raises(ValueError, match="third"):
        next(ahead)
    assert threads() == []


def test_it_reads_no_further_than_told_and_closes_what_it_read() -> None:
    read: list[int] = []
    closed = threading.Event()

    def items() -> Iterator[int]:
        try:
            for number in range(1000):
                read.append(number)
                yield number
        finally:
            closed.set()

    ahead = read_ahead(items(), most=2)
    assert next(ahead) == 0
    ahead.close()  # type: ignore[attr-defined]
    assert closed.is_set()
    # one taken, two waiting, one in hand, and one more where the thread was quick
    assert len(read) <= 5
    assert threads() == []
