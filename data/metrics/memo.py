"""Remember what was computed over a version, within bounds, computing each thing once however many ask."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")


class Memo:
    """A least-recently-used store bounded by weight; two askers of one key wait for one computation.

    A computation that fails is not remembered: whoever waited for it gets its error, the next asker tries again.
    """

    def __init__(self, *, limit: int = 400_000) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._futures: OrderedDict[Hashable, Future[Any]] = OrderedDict()
        self._weights: dict[Hashable, int] = {}

    def get(self, key: Hashable, compute: Callable[[], T], *, weigh: Callable[[T], int] = lambda value: 1) -> T:
        """What ``compute`` gives for ``key``, computed at most once while it is remembered."""
        with self._lock:
            future = self._futures.get(key)
            mine = future is None
            if future is None:
                future = self._futures[key] = Future()
            else:
                self._futures.move_to_end(key)
        if mine:
            self._run(key, future, compute, weigh)
        found: T = future.result()
        return found

    def _run(self, key: Hashable, future: Future[Any], compute: Callable[[], T], weigh: Callable[[T], int]) -> None:
        try:
            value = compute()
        except BaseException as error:
            with self._lock:
                self._futures.pop(key, None)
            future.set_exception(error)
            return
        future.set_result(value)
        with self._lock:
            if key in self._futures:
                self._weights[key] = weigh(value) + 1
                self._shed(key)

    def _shed(self, newest: Hashable) -> None:
        total = sum(self._weights.values())
        for key in [key for key in self._futures if key in self._weights and key != newest]:
            if total <= self._limit:
                return
            total -= self._weights.pop(key)
            del self._futures[key]

    def __len__(self) -> int:
        with self._lock:
            return len(self._futures)


_LOCK = threading.Lock()
#: lives and dies with the version it belongs to
_MEMOS: WeakKeyDictionary[Any, dict[str, Memo]] = WeakKeyDictionary()


def memo_of(warehouse: Any, name: str) -> Memo:
    """The memo ``name`` of an open version; it goes when the version is closed."""
    with _LOCK:
        return _MEMOS.setdefault(warehouse, {}).setdefault(name, Memo())
