"""Carry each incident through the workflow, from acceptance to closure, with all that goes wrong on the way.

States and outcomes are keys of ``enforcement.workflow``. Nothing here knows the present: :mod:`data.demo.present` cuts
the story off at the moment the data ends.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from data.demo.catalogue import Catalogue
from data.demo.happenings import Happenings
from data.demo.moments import DAY, Minutes, OfficeClock
from data.demo.planted import Planted
from data.demo.response import Call, Desk, Sent
from data.demo.rhythm import DEPARTMENT, HOTLINE, PATROL, PUBLIC
from data.demo.sites import Sites

#: minutes from report to acceptance, median by channel: patrol, hotline, department, public, device
TO_ACCEPT = np.array([1.2, 4.0, 22.0, 4.5, 0.8])
DECLINED = np.array([0.002, 0.036, 0.014, 0.03, 0.004])
#: chances of the other ends and moves
VOID, TRANSFERRED, SUSPENDED, EXTENDED, REWORKED, REOPENED, HANDED_BACK = 0.004, 0.012, 0.003, 0.03, 0.035, 0.012, 0.03
#: rhythms that a department, not the township, has to settle more often
FOR_DEPARTMENTS = {"inspect": 0.14, "wages": 0.34, "rare": 0.5, "hotline": 0.25, "river": 0.1, "build": 0.09}


@dataclass
class Story:
    """What became of each incident; moments in minutes, NaN where it did not happen."""

    happened: Happenings
    sent: Sent
    #: row of ``sent`` of each incident, -1 where nobody was sent
    call: NDArray[np.int64]
    due: Minutes
    department: NDArray[np.bool_]
    end: NDArray[np.str_]
    steps: dict[str, Minutes] = field(default_factory=dict)

    def __getitem__(self, step: str) -> Minutes:
        return self.steps[step]


def _log_normal(rng: np.random.Generator, median: Minutes | float, sigma: float, n: int) -> Minutes:
    return np.asarray(median) * np.exp(rng.normal(0, sigma, n))


class Office:
    """Handles incidents batch by batch; squads stay busy from one batch to the next."""

    def __init__(self, items: Catalogue, sites: Sites, planted: Planted, desk: Desk, clock: OfficeClock) -> None:
        self.items, self.sites, self.planted, self.desk, self.clock = items, sites, planted, desk, clock
        groups = items.groups
        self.first_response = np.array([group.first_response for group in groups])
        self.hours = np.array([group.clock == "work_hours" for group in groups])
        self.amount = np.array([group.amount for group in groups])
        self.outward = np.array([FOR_DEPARTMENTS.get(group.rhythm, 0.04) for group in groups])

    def handle(self, rng: np.random.Generator, happened: Happenings) -> Story:
        """The whole story of each incident, as if there were no present."""
        n = len(happened)
        worse = self._worse(happened)
        accepted = self._accept(rng, happened)
        due = self._due(happened.group, accepted)
        end = self._ends(rng, happened)
        call, sent = self._respond(rng, happened, accepted, end, worse)
        story = Story(happened, sent, call, due, rng.random(n) < self.outward[happened.group], end)
        went = call >= 0
        arrived = np.where(went, sent.arrived[call], np.nan)
        story.steps.update(accept=accepted, arrive=arrived)
        self._settle(rng, story, worse)
        return story

    def _worse(self, happened: Happenings) -> NDArray[np.bool_]:
        """Incidents of the township, grids, items and time that were made worse."""
        worse = self.planted.worsening
        since = (np.datetime64(worse.since) - np.datetime64("1970-01-01")).astype(int) * DAY
        here = np.isin(self.sites.grid[happened.site], worse.grids)
        return np.isin(happened.group, worse.groups) & here & (happened.opened >= since)

    def _accept(self, rng: np.random.Generator, happened: Happenings) -> Minutes:
        """When it was accepted; at night the desk is thin, and a plain hotline ticket waits for the morning."""
        urgent = self.first_response[happened.group]
        wait = _log_normal(rng, TO_ACCEPT[happened.channel], 0.6, len(happened))
        wait *= np.where(urgent, 0.55, 1.0) * np.where(happened.opened % DAY < 360, 1.5, 1.0)
        tomorrow = ~urgent & np.isin(happened.channel, (HOTLINE, PUBLIC, DEPARTMENT))
        return np.where(tomorrow, self.clock.open_hours(happened.opened + wait), happened.opened + wait)

    def _due(self, group: NDArray[np.int64], accepted: Minutes) -> Minutes:
        amount = self.amount[group]
        return np.where(
            self.hours[group], self.clock.after_hours(accepted, amount), self.clock.after_days(accepted, amount)
        )

    def _ends(self, rng: np.random.Generator, happened: Happenings) -> NDArray[np.str_]:
        """How each ends: closed, declined, void, transferred or suspended; half of the doubles are recognised."""
        roll = rng.random(len(happened))
        declined = DECLINED[happened.channel]
        urgent = self.first_response[happened.group]
        edges = np.cumsum(
            [declined, np.full(len(roll), VOID), np.where(urgent, 0.3, 1.8) * TRANSFERRED,
             np.where(urgent, 0.1, 1.0) * SUSPENDED], axis=0,
        )  # fmt: skip
        end = np.array(["declined", "void", "transferred", "suspended", "closed"])[(roll >= edges).sum(axis=0)]
        known = (happened.double_of >= 0) & (rng.random(len(roll)) < 0.5)
        return np.where(known, "double", end)

    def _respond(
        self, rng: np.random.Generator, happened: Happenings, accepted: Minutes, end: NDArray[np.str_],
        worse: NDArray[np.bool_],
    ) -> tuple[NDArray[np.int64], Sent]:  # fmt: skip
        """Send squads to what needs them, except what was declined, void or known already."""
        needs = self.first_response[happened.group] & ~np.isin(end, ("declined", "void", "double"))
        rows = np.flatnonzero(needs)
        n = len(rows)
        opened = happened.opened[rows]
        delay = _log_normal(rng, 0.9, 0.75, n) * np.where(worse[rows], self.planted.worsening.slower, 1.0)
        delay += np.where(worse[rows], rng.uniform(2, 7, n), 0)
        night = (opened % DAY < 390) | (opened % DAY > 1_320)
        rush = np.isin(opened % DAY // 60, (7, 8, 16, 17, 18))
        back = np.where(rng.random(n) < HANDED_BACK, rng.uniform(2, 13, n), np.nan)
        patrol = np.isin(happened.channel[rows], (PATROL,))
        call = Call(
            ready=accepted[rows] + delay, site=happened.site[rows],
            turnout=_log_normal(rng, 1.8, 0.5, n) + np.where(night, 1.5, 0.0),
            pace=np.maximum(_log_normal(rng, 1.05, 0.16, n), 0.92) * np.where(rush, 1.12, 1.0),
            work=_log_normal(rng, 15, 0.55, n), foot=_log_normal(rng, np.where(patrol, 8, 22), 0.5, n),
            handed_back=back, second_best=rng.random(n) < 0.06, called_off=rng.random(n) < 0.015,
        )  # fmt: skip
        place = np.full(len(happened), -1)
        place[rows] = np.arange(n)
        return place, self.desk.send(call)

    def _settle(self, rng: np.random.Generator, story: Story, worse: NDArray[np.bool_]) -> None:
        """Handle, check, close; then rework, extension, reopening and the other ends."""
        happened, n = story.happened, len(story.happened)
        start = np.where(np.isnan(story["arrive"]), story["accept"], story["arrive"])
        handled = self._handled(rng, story, start)
        again = rng.random(n) < REWORKED * np.where(worse, self.planted.worsening.rework, 1.0)
        checked = handled + _log_normal(rng, 14, 0.8, n)
        reworked = np.where(again, checked, np.nan)
        second = self.clock.open_hours(checked + _log_normal(rng, 150, 0.8, n))
        story.steps["handle_first"] = np.where(again, handled, np.nan)
        story.steps["rework"] = reworked
        handled = np.where(again, second, handled)
        story.steps["handle"] = handled
        story.steps["verify"] = handled + _log_normal(rng, 16, 0.9, n)
        closed = story["verify"] + _log_normal(rng, 4, 0.8, n)
        closed = self._at_the_edge(rng, story, closed)
        self._extend(rng, story, closed)
        self._reopen(rng, story, closed)
        _end_otherwise(rng, story, start, happened)

    def _handled(self, rng: np.random.Generator, story: Story, start: Minutes) -> Minutes:
        """When it was dealt with: on the spot, within the hours, or by a department within days."""
        n = len(start)
        group = story.happened.group
        span = np.maximum(story.due - start, 30.0)
        on_site = _log_normal(rng, 15, 0.6, n)
        share = np.where(story.department, _log_normal(rng, 0.1, 0.8, n), _log_normal(rng, 0.013, 1.15, n))
        # a few are simply forgotten until somebody asks
        share = np.where(rng.random(n) < 0.014, rng.uniform(0.75, 1.9, n), share)
        later = self.clock.open_hours(start + share * span)
        # a squad settles most on the spot; a grid worker who finds something often puts it right at once
        spot = self.first_response[group] & ~np.isnan(story["arrive"]) & (rng.random(n) < 0.93)
        spot |= (story.happened.channel == PATROL) & ~story.department & (rng.random(n) < 0.5)
        return np.where(spot, start + on_site, np.maximum(later, start + 5))

    def _at_the_edge(self, rng: np.random.Generator, story: Story, closed: Minutes) -> Minutes:
        """One township closes many a late one minutes before the deadline, whatever was done by then."""
        here = self.sites.township[story.happened.site] == self.planted.edge
        late = (closed > story.due - 240) & (closed < story.due + 2 * DAY) & here & (rng.random(len(closed)) < 0.8)
        edge = np.maximum(story.due - rng.uniform(1, 14, len(closed)), story["accept"] + 2)
        for step in ("handle", "verify"):
            story.steps[step] = np.where(late, np.minimum(story[step], edge), story[step])
        story.steps["handle"] = np.where(
            late & ~np.isnan(story["arrive"]), np.maximum(story["handle"], story["arrive"]), story["handle"]
        )
        return np.where(late, np.maximum(edge, story["handle"]), closed)

    def _extend(self, rng: np.random.Generator, story: Story, closed: Minutes) -> None:
        """Extensions are asked for before the deadline, mostly where it would be missed."""
        wanted = np.where(closed > story.due, 0.35, EXTENDED / 4) * ~self.hours[story.happened.group]
        given = rng.random(len(closed)) < wanted
        asked = story.due - rng.uniform(60, 600, len(closed))
        given &= asked > story["accept"] + 5
        given &= asked < closed
        story.steps["extend"] = np.where(given, asked, np.nan)
        more = np.maximum(self.amount[story.happened.group] // 2, 1)
        story.due = np.where(given, self.clock.after_days(story.due, more), story.due)

    def _reopen(self, rng: np.random.Generator, story: Story, closed: Minutes) -> None:
        """Some are reopened within days and closed again."""
        n = len(closed)
        again = rng.random(n) < REOPENED
        reopened = self.clock.open_hours(closed + rng.uniform(0.3, 5, n) * DAY)
        last = self.clock.open_hours(reopened + _log_normal(rng, 1_100, 0.7, n))
        story.steps["close_first"] = np.where(again, closed, np.nan)
        story.steps["reopen"] = np.where(again, reopened, np.nan)
        story.steps["close"] = np.where(again, last, closed)


def _end_otherwise(rng: np.random.Generator, story: Story, start: Minutes, happened: Happenings) -> None:
    """Undo what did not happen to those declined, void, transferred, suspended or known already."""
    n = len(happened)
    away = story.end != "closed"
    after = np.where(story.end == "declined", happened.opened, start)
    at = after + _log_normal(rng, np.where(np.isin(story.end, ("declined", "double")), 12, 200), 0.8, n)
    for step in ("handle_first", "rework", "handle", "verify", "extend", "close_first", "reopen", "close"):
        story.steps[step] = np.where(away, np.nan, story[step])
    story.steps["close"] = np.where(story.end == "double", at, story["close"])
    for end, step in (("declined", "decline"), ("void", "void"), ("transferred", "transfer"), ("suspended", "suspend")):
        story.steps[step] = np.where(story.end == end, at, np.nan)
    story.steps["accept"] = np.where(story.end == "declined", np.nan, story["accept"])
