"""Read ahead in a thread of its own, so that reading the next chunk and judging this one share two processors."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")

#: chunks read and not yet taken, at most
AHEAD = 2


class _End:
    """What comes after the last item: nothing, or the error that ended the reading."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def read_ahead(items: Iterable[Item], *, most: int = AHEAD) -> Iterator[Item]:
    """The items of an iterable in their order, taken from it by a thread that is at most ``most`` of them ahead.

    An error raised by the iterable is raised here after the items before it. When the taker stops early, the thread
    ends at the next item and the iterable is closed.
    """
    ready: queue.Queue[Item | _End] = queue.Queue(most)
    stopped = threading.Event()

    def put(item: Item | _End) -> bool:
        while not stopped.is_set():
            try:
                ready.put(item, timeout=0.1)
            except queue.Full:
                continue
            return True
        return False

    def work() -> None:
        iterator = iter(items)
        try:
            for item in iterator:
                if not put(item):
                    break
        except BaseException as error:
            put(_End(error))
        else:
            put(_End())
        finally:
            close = getattr(iterator, "close", None)
            if close is not None:
                close()

    thread = threading.Thread(target=work, name="reading ahead", daemon=True)
    thread.start()
    try:
        while True:
            item = ready.get()
            if isinstance(item, _End):
                if item.error is not None:
                    raise item.error
                return
            yield item
    finally:
        stopped.set()
        thread.join()
