"""Cut each story off at the moment the data ends: what is still to come is not known yet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.demo.handling import Story
from data.demo.moments import Minutes
from data.demo.response import Sent
from data.demo.rhythm import HOTLINE, PUBLIC

#: so many of the latest calls nobody has taken on yet, though they came in minutes ago
OWNERLESS = 3
#: so many are not dealt with yet though they fall due within half an hour
LAST_MINUTE = 6
ENDS = (("decline", "declined"), ("void", "void"), ("transfer", "transferred"), ("suspend", "suspended"))


@dataclass(frozen=True)
class Seen:
    """What can be seen of a batch of stories at ``now``: the rows known, each one's state, the moments so far."""

    story: Story
    rows: NDArray[np.int64]
    state: NDArray[np.str_]
    steps: dict[str, Minutes]
    opened: Minutes
    due: Minutes
    #: the two dispatches of each row (rows, 2), squad -1 where there is none
    sent: Sent

    def __len__(self) -> int:
        return len(self.rows)

    def of(self, values: NDArray[np.generic]) -> NDArray[np.generic]:
        """The entries of ``values`` (one per story) of the rows seen."""
        return values[self.rows]


def look(story: Story, now: float) -> Seen:
    """What is known of ``story`` at ``now`` (wall-clock minutes)."""
    rows = np.flatnonzero(story.happened.opened <= now)
    opened = story.happened.opened[rows]
    steps = {name: _known(at[rows], now) for name, at in story.steps.items()}
    _forget_reopening(steps, story["close_first"][rows], story["reopen"][rows], now)
    sent = _sent(story, rows, now)
    _ownerless(story, rows, steps, sent, opened, now)
    _last_minute(story, rows, steps, now)
    state = np.full(len(rows), "open", dtype="<U11")
    state[~np.isnan(steps["close"])] = "closed"
    for step, name in ENDS:
        state[~np.isnan(steps[step])] = name
    due = np.where(np.isnan(steps["accept"]), np.nan, story.due[rows])
    return Seen(story, rows, state, steps, opened, due, sent)


def _known(at: Minutes, now: float) -> Minutes:
    return np.where(at <= now, at, np.nan)


def _forget_reopening(steps: dict[str, Minutes], first: Minutes, reopened: Minutes, now: float) -> None:
    """An incident closed once and not reopened yet is simply closed."""
    only_once = (first <= now) & ~(reopened <= now)
    steps["close"] = np.where(only_once, first, steps["close"])
    steps["close_first"] = np.where(only_once, np.nan, steps["close_first"])


def _sent(story: Story, rows: NDArray[np.int64], now: float) -> Sent:
    """The dispatches of ``rows`` as far as they are known."""
    call = story.call[rows]
    none = (call < 0)[:, None]
    times = [
        np.where(none, np.nan, _known(at[call], now))
        for at in (story.sent.sent, story.sent.set_off, story.sent.on_scene, story.sent.cleared)
    ]
    squad = np.where(none | np.isnan(times[0]), -1, story.sent.squad[call])
    return Sent(squad, *times, np.where(call < 0, np.nan, _known(story.sent.arrived[call], now)))


def _ownerless(
    story: Story, rows: NDArray[np.int64], steps: dict[str, Minutes], sent: Sent, opened: Minutes, now: float
) -> None:
    """Leave some of the calls of the last half hour as they came in: nobody has accepted them."""
    waiting = np.isin(story.happened.channel[rows], (HOTLINE, PUBLIC)) & (opened > now - 30) & (opened < now - 6)
    for row in np.flatnonzero(waiting)[-OWNERLESS:]:
        for at in (*steps.values(), sent.sent, sent.set_off, sent.on_scene, sent.cleared, sent.arrived):
            at[row] = np.nan
        sent.squad[row] = -1


def _last_minute(story: Story, rows: NDArray[np.int64], steps: dict[str, Minutes], now: float) -> None:
    """Leave some of those due within half an hour undone."""
    due = story.due[rows]
    soon = (due > now + 2) & (due < now + 30) & (story.end[rows] == "closed") & np.isnan(steps["reopen"])
    soon &= np.isnan(steps["extend"]) & ~np.isnan(steps["accept"])
    for row in np.flatnonzero(soon)[-LAST_MINUTE:]:
        for step in ("handle_first", "rework", "handle", "verify", "close_first", "close"):
            steps[step][row] = np.nan
