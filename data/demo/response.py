"""Send squads to what needs someone on scene, one after another as they come in, nobody in two places at once.

The nearest squad that covers the township, is on duty and is free goes; its way is the road from its station. Now and
then the wrong one is sent, a ticket is handed back, or nobody is free and a grid worker goes on foot.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from data.demo.county import County
from data.demo.moments import Minutes
from data.demo.regions import Labels
from data.demo.sites import Sites

#: minutes a call may wait for a squad to come free before a grid worker is asked
PATIENCE = 14.0


@dataclass(frozen=True)
class Call:
    """What is known of each call before anybody is sent; all (n,), in the order they are to be sent.

    ``ready`` when a squad may be sent, ``turnout`` minutes to set off, ``pace`` what the map's minutes are multiplied
    by, ``work`` minutes on scene, ``foot`` minutes a grid worker would take, ``handed_back`` minutes until a squad
    hands the ticket back (NaN: it does not), ``second_best`` whether the desk picks the wrong squad, ``called_off``
    whether it turns out needless on the way.
    """

    ready: Minutes
    site: Labels
    turnout: Minutes
    pace: Minutes
    work: Minutes
    foot: Minutes
    handed_back: Minutes
    second_best: NDArray[np.bool_]
    called_off: NDArray[np.bool_]


@dataclass(frozen=True)
class Sent:
    """Who went: two dispatches a call (the first one only if it was handed back), -1 and NaN where there was none.

    ``squad``, ``sent``, ``set_off``, ``on_scene``, ``cleared`` are (n, 2); ``arrived`` (n,) is the first arrival, a
    grid worker's included.
    """

    squad: Labels
    sent: Minutes
    set_off: Minutes
    on_scene: Minutes
    cleared: Minutes
    arrived: Minutes


class Desk:
    """Sends squads; remembers between batches when each is free again."""

    def __init__(self, county: County, sites: Sites) -> None:
        squads = county.forces.squads
        self.township, self.minutes = sites.township, sites.minutes
        self.covers = np.zeros((len(squads), len(county.land.towns)), dtype=np.bool_)
        for i, squad in enumerate(squads):
            self.covers[i, list(squad.covers)] = True
        self.hours = np.array([squad.hours for squad in squads]) * 60
        self.free = np.full(len(squads), -np.inf)

    def send(self, call: Call) -> Sent:
        """Who goes to each call, and when they set off, arrive and leave."""
        n = len(call.ready)
        squad = np.full((n, 2), -1)
        times = np.full((4, n, 2), np.nan)
        arrived = np.full(n, np.nan)
        order = np.argsort(call.ready, kind="stable")
        _send(
            order, call.ready, call.site, call.turnout, call.pace, call.work, call.foot, call.handed_back,
            call.second_best, call.called_off, self.township, self.minutes, self.covers, self.hours, self.free,
            squad, times, arrived,
        )  # fmt: skip
        return Sent(squad, *times, arrived)


@njit(cache=True)
def _choose(
    at: float, site: int, township: int, skip: int, minutes: NDArray[np.float32], covers: NDArray[np.bool_],
    hours: NDArray[np.float64], free: NDArray[np.float64],
) -> tuple[int, int]:  # fmt: skip
    """The two squads that would be there soonest, waiting included; -1 where there is none in patience."""
    best, second = -1, -1
    soonest, next_soonest = np.inf, np.inf
    clock = at % 1440.0
    for s in range(len(free)):
        duty = hours[s, 0] <= clock < hours[s, 1]
        if not covers[s, township] or not duty or s == skip:
            continue
        wait = max(free[s] - at, 0.0)
        if wait > PATIENCE:
            continue
        there = wait + minutes[s, site]
        if there < soonest:
            best, second, soonest, next_soonest = s, best, there, soonest
        elif there < next_soonest:
            second, next_soonest = s, there
    return best, second


@njit(cache=True)
def _send(
    order, ready, site, turnout, pace, work, foot, handed_back, second_best, called_off, township, minutes, covers,
    hours, free, squad, times, arrived,
):  # type: ignore[no-untyped-def]  # fmt: skip
    """Fill ``squad``, ``times`` (sent, set off, on scene, cleared) and ``arrived``; moves ``free`` on."""
    for i in order:
        at = ready[i]
        skip = -1
        for turn in range(2):
            best, second = _choose(at, site[i], township[site[i]], skip, minutes, covers, hours, free)
            if second_best[i] and second >= 0 and turn == 0:
                best = second
            if best < 0:
                arrived[i] = ready[i] + foot[i]
                break
            at = max(at, free[best])
            squad[i, turn] = best
            times[0, i, turn] = at
            if turn == 0 and not np.isnan(handed_back[i]):
                at += handed_back[i]
                times[3, i, turn] = at
                free[best] = at
                skip = best
                continue
            off = at + turnout[i]
            times[1, i, turn] = off
            there = off + minutes[best, site[i]] * pace[i]
            if called_off[i]:
                there = off + 0.6 * (there - off)
                times[3, i, turn] = there
                free[best] = there
                break
            times[2, i, turn] = there
            times[3, i, turn] = there + work[i]
            free[best] = there + work[i]
            arrived[i] = there
            break
