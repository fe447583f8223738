"""Check classes against mapclassify, and that few, equal, missing or wild values never break a legend."""

from __future__ import annotations

from typing import get_args

import mapclassify
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from errors import BadQuestion
from geo.classify import SAMPLE, Classes, Method, classify

LIBRARY = {
    "quantiles": mapclassify.Quantiles,
    "fisher_jenks": mapclassify.FisherJenks,
    "equal_interval": mapclassify.EqualInterval,
    "pretty": mapclassify.PrettyBreaks,
}


def assert_sound(classes: Classes, values: np.ndarray) -> None:
    """Every value lies in the interval its index names, counts add up, intervals join without gap."""
    known = np.isfinite(values)
    assert (classes.index[~known] == -1).all()
    assert classes.missing == (~known).sum()
    assert sum(interval.count for interval in classes.intervals) == known.sum()
    for i, interval in enumerate(classes.intervals):
        inside = values[classes.index == i]
        assert len(inside) == interval.count
        low = -np.inf if interval.lower is None else interval.lower
        high = np.inf if interval.upper is None else interval.upper
        assert (inside <= high).all()
        assert (inside >= low).all() if i == 0 else (inside > low).all()
    assert tuple(interval.upper for interval in classes.intervals[:-1]) == classes.breaks
    assert tuple(interval.lower for interval in classes.intervals[1:]) == classes.breaks


@pytest.mark.parametrize("method", LIBRARY)
@pytest.mark.parametrize("k", [2, 4, 5, 7])
@pytest.mark.parametrize("seed", [0, 1])
def test_breaks_and_classes_equal_mapclassify(method: Method, k: int, seed: int) -> None:
    values = np.random.default_rng(seed).gamma(1.5, 40, 500)
    theirs = LIBRARY[method](values, k=k)
    ours = classify(values, method=method, k=k)
    np.testing.assert_allclose(ours.breaks, theirs.bins[:-1], rtol=1e-12)
    assert (ours.index == theirs.yb).all()
    assert [interval.count for interval in ours.intervals] == theirs.counts.tolist()


number = st.one_of(st.floats(-1e9, 1e9), st.sampled_from([0.0, 1.0, 2.0, np.nan, np.inf, -np.inf]))


@pytest.mark.parametrize("method", get_args(Method))
@given(values=st.lists(number, max_size=40), k=st.integers(2, 9), centre=st.floats(-10, 10))
@settings(max_examples=150, deadline=None)
def test_any_values_give_a_sound_legend(method: Method, values: list[float], k: int, centre: float) -> None:
    column = np.array(values, dtype=float)
    classes = classify(column, method=method, k=k, breaks=[-5, 0.5, 3] if method == "user" else None, centre=centre)
    assert_sound(classes, column)
    if method not in ("pretty", "user"):
        assert len(classes.intervals) <= k


def test_few_distinct_values_give_few_classes() -> None:
    for method in ("quantiles", "fisher_jenks"):
        classes = classify([0, 0, 0, 0, 0, 0, 0, 3, 3, 8], method=method, k=5)
        assert classes.index[0] == 0
        assert len(classes.intervals) <= 3
        assert_sound(classes, np.array([0, 0, 0, 0, 0, 0, 0, 3, 3, 8.0]))
    assert [i.count for i in classify([0, 0, 3, 3, 8], method="fisher_jenks").intervals] == [2, 2, 1]


@pytest.mark.parametrize("method", ["quantiles", "fisher_jenks", "equal_interval", "pretty"])
def test_all_equal_is_one_class_and_nothing_is_none(method: Method) -> None:
    one = classify([0.1 + 0.2, 0.3, np.nan], method=method)
    assert [i.count for i in one.intervals] == [2]
    assert one.index.tolist() == [0, 0, -1]
    none = classify([np.nan, np.inf], method=method)
    assert (none.intervals, none.breaks, none.missing) == ((), (), 2)
    assert classify([], method=method).index.shape == (0,)


def test_breaks_of_the_user_stay_whatever_the_values() -> None:
    quiet, busy = (classify(v, method="user", breaks=[0.6, 0.8, 0.9]) for v in ([0.95], [0.1, 0.6, 0.61, 0.9, 1.0]))
    assert [(i.lower, i.upper) for i in quiet.intervals] == [(i.lower, i.upper) for i in busy.intervals]
    assert [(i.lower, i.upper) for i in quiet.intervals] == [(None, 0.6), (0.6, 0.8), (0.8, 0.9), (0.9, None)]
    assert [i.count for i in busy.intervals] == [2, 1, 1, 1]
    assert (busy.index == mapclassify.UserDefined(np.array([0.1, 0.6, 0.61, 0.9, 1.0]), [0.6, 0.8, 0.9]).yb).all()


def test_diverging_is_even_about_its_centre() -> None:
    values = np.array([-2.0, -0.1, 0.0, 0.1, 6.0])
    even = classify(values, method="diverging", k=4, centre=0.0)
    assert even.breaks == (-3.0, 0.0, 3.0)
    assert even.index.tolist() == [1, 1, 1, 2, 3]
    odd = classify(values, method="diverging", k=3, centre=0.0)
    np.testing.assert_allclose(odd.breaks, [-2, 2])
    assert odd.index.tolist() == [0, 1, 1, 1, 2]
    assert [i.count for i in classify([7.0, 7.0], method="diverging", centre=7.0).intervals] == [2]


def test_large_columns_are_sampled_and_stay_close_to_the_whole() -> None:
    values = np.random.default_rng(0).gamma(2, 10, 4 * SAMPLE)
    sampled = classify(values, method="fisher_jenks", k=5)
    assert_sound(sampled, values)
    whole = mapclassify.FisherJenks(values, k=5)
    theirs = sum(((values[whole.yb == i] - values[whole.yb == i].mean()) ** 2).sum() for i in range(5))
    ours = sum(((values[sampled.index == i] - values[sampled.index == i].mean()) ** 2).sum() for i in range(5))
    assert ours <= 1.01 * theirs
    assert classify(values, method="fisher_jenks", k=5).breaks == sampled.breaks


@pytest.mark.parametrize(
    "wrong",
    [
        {"k": 1},
        {"k": 21},
        {"method": "rainbow"},
        {"method": "user"},
        {"method": "user", "breaks": [2, 1]},
        {"method": "user", "breaks": [1, np.nan]},
        {"method": "diverging", "centre": np.nan},
    ],
)
def test_wrong_questions_are_refused(wrong: dict) -> None:
    with pytest.raises(BadQuestion) as refused:
        classify([1.0, 2.0, 3.0], **wrong)
    assert str(refused.value)
