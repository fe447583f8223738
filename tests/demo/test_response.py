"""Sending squads: the nearest that is free, on duty and covers the place; nobody in two places at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from data.demo.county import County
from data.demo.moments import minute_of
from data.demo.response import PATIENCE, Call, Desk
from data.demo.sites import place_sites

MIDDAY = minute_of(pd.Timestamp("2026-05-06 12:00").to_pydatetime())


@pytest.fixture(scope="module")
def desk(county: County) -> Desk:
    return Desk(county, place_sites(7, county))


def calls(n: int, desk: Desk, *, gap: float, seed: int = 3) -> Call:
    """``n`` calls every ``gap`` minutes from midday, each dealt with in 20 minutes."""
    rng = np.random.default_rng(seed)
    return Call(
        ready=MIDDAY + np.arange(n) * gap, site=rng.integers(0, len(desk.township), n), turnout=np.full(n, 2.0),
        pace=np.ones(n), work=np.full(n, 20.0), foot=np.full(n, 30.0), handed_back=np.full(n, np.nan),
        second_best=np.zeros(n, bool), called_off=np.zeros(n, bool),
    )  # fmt: skip


def fresh(desk: Desk) -> Desk:
    desk.free[:] = -np.inf
    return desk


def test_the_nearest_squad_goes_as_brute_force_says(desk: Desk) -> None:
    """Plain loops over all squads, with a day between calls so that everybody is free."""
    call = calls(60, desk, gap=1_440)
    sent = fresh(desk).send(call)
    for i, site in enumerate(call.site.tolist()):
        best, soonest = -1, np.inf
        for s in range(len(desk.free)):
            may = desk.covers[s, desk.township[site]] and desk.hours[s, 0] <= 720 < desk.hours[s, 1]
            if may and desk.minutes[s, site] < soonest:
                best, soonest = s, desk.minutes[s, site]
        assert sent.squad[i].tolist() == [best, -1]
        assert sent.arrived[i] == pytest.approx(call.ready[i] + 2 + soonest)
        assert sent.cleared[i, 0] == pytest.approx(sent.arrived[i] + 20)


def test_nobody_is_in_two_places_even_under_pressure(desk: Desk) -> None:
    sent = fresh(desk).send(calls(800, desk, gap=0.4))
    row, turn = np.nonzero(sent.squad >= 0)
    busy = pd.DataFrame({"squad": sent.squad[row, turn], "a": sent.sent[row, turn], "b": sent.cleared[row, turn]})
    for _, mine in busy.sort_values("a").groupby("squad"):
        assert (mine.a.to_numpy()[1:] >= mine.b.to_numpy()[:-1]).all()
    waited = sent.sent[row, turn] - calls(800, desk, gap=0.4).ready[row]
    assert waited.max() <= PATIENCE
    on_foot = sent.squad[:, 0] < 0
    assert on_foot.any(), "some calls find nobody free and go to a grid worker"
    assert np.allclose((sent.arrived - calls(800, desk, gap=0.4).ready)[on_foot], 30)


def test_a_ticket_handed_back_goes_to_another_squad(desk: Desk) -> None:
    call = replace(calls(30, desk, gap=1_440), handed_back=np.full(30, 6.0))
    sent = fresh(desk).send(call)
    assert np.isnan(sent.on_scene[:, 0]).all()
    assert np.allclose(sent.cleared[:, 0] - sent.sent[:, 0], 6)
    second = sent.squad[:, 1] >= 0
    assert second.mean() > 0.9
    assert (sent.squad[second, 1] != sent.squad[second, 0]).all()
    assert np.allclose(sent.sent[second, 1], sent.cleared[second, 0])


def test_off_duty_squads_stay_home_at_night(desk: Desk) -> None:
    call = calls(50, desk, gap=1_440)
    call = replace(call, ready=call.ready + 15 * 60)  # three in the morning
    sent = fresh(desk).send(call)
    used = np.unique(sent.squad[sent.squad >= 0])
    assert (desk.hours[used, 0] == 0).all()


def test_a_call_called_off_has_no_arrival(desk: Desk) -> None:
    sent = fresh(desk).send(replace(calls(20, desk, gap=1_440), called_off=np.ones(20, bool)))
    assert np.isnan(sent.on_scene).all()
    assert np.isnan(sent.arrived).all()
    assert (~np.isnan(sent.cleared[:, 0])).all()


def test_batches_equal_one_run(desk: Desk) -> None:
    """What is cut into batches comes out as what is sent in one go, as squads stay busy across the cut."""
    call = calls(400, desk, gap=0.7)
    whole = fresh(desk).send(call)
    fresh(desk)
    cut = 170
    parts = [
        desk.send(Call(*(getattr(call, name)[rows] for name in Call.__dataclass_fields__)))
        for rows in (slice(None, cut), slice(cut, None))
    ]
    assert np.array_equal(np.vstack([part.squad for part in parts]), whole.squad)
    assert np.array_equal(np.concatenate([part.arrived for part in parts]), whole.arrived, equal_nan=True)
