"""Check that a thing is computed once however many ask, kept within bounds, and asked again after a failure."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from data.metrics import ask
from data.metrics.memo import Memo, memo_of
from data.scope import Scope


def test_many_askers_one_computation() -> None:
    memo, count, gate = Memo(), [], threading.Barrier(8)

    def compute() -> int:
        count.append(1)
        threading.Event().wait(0.05)
        return 42

    def asker(_: int) -> int:
        gate.wait()
        return memo.get("key", compute)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(asker, range(8))) == [42] * 8
    assert len(count) == 1


def test_the_least_recently_asked_goes_first() -> None:
    memo = Memo(limit=10)
    for key in "abc":
        memo.get(key, lambda: [0] * 2, weigh=len)
    memo.get("a", list)
    memo.get("d", lambda: [0] * 2, weigh=len)
    assert len(memo) == 3
    assert memo.get("a", lambda: "new") == [0, 0]
    assert memo.get("b", lambda: "new") == "new"


def test_what_is_too_heavy_alone_is_still_given() -> None:
    memo = Memo(limit=3)
    assert memo.get("big", lambda: [0] * 50, weigh=len) == [0] * 50
    memo.get("small", list)
    assert len(memo) == 1


def test_a_failure_reaches_all_who_wait_and_is_not_kept() -> None:
    memo = Memo()

    def fail() -> int:
        raise ValueError("no")

    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            memo.get("key", fail)
    assert memo.get("key", lambda: 7) == 7


def test_questions_share_an_answer_but_scopes_do_not(place: Any) -> None:
    everyone = ask(place.warehouse, "volume", by="item", since="2018-12-03", until="2018-12-10")
    same = ask(place.warehouse, "volume", by=["item"], since="last_week")
    assert same.rows is everyone.rows
    mine = ask(place.warehouse, "volume", by="item", since="last_week", scope=Scope("head", frozenset({"T1"})))
    assert mine.rows != everyone.rows
    assert len(memo_of(place.warehouse, "answers")) > 1


def test_threads_ask_the_same_version_at_once(place: Any) -> None:
    keys = ["volume", "closure_rate", "arrival_p90", "backlog_open", "dispatches", "cases_filed"]
    by = ["township", "grid", "item", "source"]

    def asker(n: int) -> Any:
        return ask(place.warehouse, keys[n % 6], by=by[n // 6 % 4]).rows

    with ThreadPoolExecutor(12) as pool:
        found = list(pool.map(asker, range(96)))
    assert all(found[n] == found[n % 24] for n in range(96))
