"""Draw what happens: how much on each day in each township, of which item, at which spot, heard of how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from data.demo.almanac import Calendar
from data.demo.catalogue import Catalogue
from data.demo.chance import pick, pick_within, stream
from data.demo.county import County
from data.demo.moments import DAY, Minutes, minute_of
from data.demo.planted import HEIGHT, Planted
from data.demo.regions import Labels
from data.demo.rhythm import CHANNELS, DEVICE, HOTLINE, PUBLIC, day_weights, hour_table
from data.demo.sites import KINDS, Sites

#: share of incidents that are an earlier one come back, in a plain township and in one that hides them
REPEATS, HIDDEN_REPEATS = 0.03, 0.26
#: share that is reported once more and entered as an incident of its own
DOUBLES = 0.012


@dataclass(frozen=True)
class Happenings:
    """Incidents in the order they were first reported; ``double_of`` is the row each repeats by mistake, else -1."""

    opened: Minutes
    item: Labels
    group: Labels
    site: Labels
    channel: Labels
    double_of: Labels

    def __len__(self) -> int:
        return len(self.opened)

    def take(self, rows: Labels) -> Happenings:
        """The given rows; ``double_of`` must not be set yet or keep its meaning."""
        return Happenings(*(getattr(self, f.name)[rows] for f in fields(self)))


def joined(parts: Sequence[Happenings]) -> Happenings:
    """All parts in the order of their opening; ``double_of`` counts rows of the first part and follows them."""
    whole = Happenings(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Happenings)))
    order = np.argsort(whole.opened, kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    sorted_ = whole.take(order)
    return replace(sorted_, double_of=np.where(sorted_.double_of >= 0, place[np.maximum(sorted_.double_of, 0)], -1))


class Source:
    """Draws the happenings of any run of days; runs are independent of how the span is cut."""

    def __init__(
        self, seed: int, county: County, sites: Sites, items: Catalogue, planted: Planted, calendar: Calendar,
        scale: int,
    ) -> None:  # fmt: skip
        self.seed, self.sites, self.items, self.planted, self.calendar = seed, sites, items, planted, calendar
        self.rate = _rates(seed, county, sites, items, calendar, planted) * scale
        self.hours = hour_table(items.groups)
        self.place = _places(items)
        #: hotspots are planted for the default number of incidents and grow with it
        self.size = scale / 250_000
        self.popularity = _popularity(seed, items, len(county.land.towns))

    def draw(self, first: int, last: int) -> Happenings:
        """What happens on the calendar's days ``first <= day < last``."""
        days = [self._day(day) for day in range(first, last)]
        rng = stream(self.seed, "again", first)
        return _with_doubles(rng, self._with_repeats(rng, joined(days)))

    def rush(self, now: float, count: int) -> Happenings:
        """A busy half hour before ``now``: ``count`` more urgent incidents all over the county, the villages too."""
        rng = stream(self.seed, "rush")
        urgent = np.array([group.first_response for group in self.items.groups])
        weight = (self.rate[:, :, :, -1].sum(axis=2) * urgent[:, None]) ** 0.6
        g, t = np.divmod(pick(rng, weight.ravel(), count), weight.shape[1])
        kind = self.place[g]
        site = pick_within(rng, self.sites.weight, self.sites.first[kind, t], self.sites.last[kind, t])
        channel = pick(rng, np.array([0.3, 0.4, 0.0, 0.2, 0.1]), count)
        opened = np.sort(now - rng.uniform(3, 34, count))
        return Happenings(opened, self._items(rng, g, t), g, site, channel, np.full(count, -1))

    def _day(self, day: int) -> Happenings:
        rng = stream(self.seed, "day", day)
        count = rng.poisson(self.rate[:, :, :, day])
        g, t, channel = (np.repeat(axis, count.ravel()) for axis in np.indices(count.shape).reshape(3, -1))
        kind = self.place[g]
        site = pick_within(rng, self.sites.weight, self.sites.first[kind, t], self.sites.last[kind, t])
        more = self._hotspots(rng, day)
        g, site = np.concatenate([g, more[0]]), np.concatenate([site, more[1]])
        channel = np.concatenate([channel, more[2]])
        item = self._items(rng, g, self.sites.township[site])
        start = minute_of(self.calendar.day[day].astype(object))
        opened = start + self._minutes(rng, g, channel)
        return Happenings(opened, item, g, site, channel, np.full(len(g), -1))

    def _hotspots(self, rng: np.random.Generator, day: int) -> tuple[Labels, Labels, Labels]:
        """Group, site and channel of what the planted hotspots add on a day."""
        today: date = self.calendar.day[day].astype(object)
        groups, sites, channels = [], [], []
        for spot in self.planted.hotspots:
            n = int(rng.poisson(HEIGHT * self.size * spot.rate(today)))
            weight = self.rate[spot.group, :, :, day].sum(axis=0) + 1e-9
            groups.append(np.full(n, spot.group))
            sites.append(spot.sites[rng.integers(0, len(spot.sites), n)])
            channels.append(pick(rng, weight, n))
        return np.concatenate(groups), np.concatenate(sites), np.concatenate(channels)

    def _items(self, rng: np.random.Generator, group: Labels, township: Labels) -> Labels:
        """One item of each group, some common and some rare, differently so in each township."""
        groups = self.items.groups
        first = np.array([g.first for g in groups])[group] + township * len(self.items.items)
        last = np.array([g.last for g in groups])[group] + township * len(self.items.items)
        return pick_within(rng, self.popularity, first, last) % len(self.items.items)

    def _minutes(self, rng: np.random.Generator, group: Labels, channel: Labels) -> Minutes:
        """The minute of the day, by the hours of the group and channel."""
        table = self.hours.reshape(-1, 24)
        row = group * len(CHANNELS) + channel
        # all rows' cumulative hours on one rising line: row r covers r to r + 1
        line = (table + np.arange(len(table))[:, None]).ravel()
        hour = np.searchsorted(line, row + rng.random(len(row)), side="right") - row * 24
        return (np.clip(hour, 0, 23) + rng.random(len(row))) * 60

    def _with_repeats(self, rng: np.random.Generator, found: Happenings) -> Happenings:
        """Let some incidents be an earlier one of the same township come back, at about the same time of day."""
        township = self.sites.township[found.site]
        often = np.where(np.isin(township, self.planted.hiding), HIDDEN_REPEATS, REPEATS)
        back = rng.random(len(found)) < often
        order = np.argsort(township, kind="stable")
        start = np.searchsorted(township[order], township)
        rank = np.empty(len(found), dtype=np.int64)
        rank[order] = np.arange(len(found))
        rank -= start
        back &= rank > 0
        earlier = order[start + (rng.random(len(found)) * rank).astype(np.int64)]
        take = np.where(back, earlier, np.arange(len(found)))
        clock = found.opened[earlier] % DAY + rng.normal(0, 18, len(found))
        opened = np.where(back, found.opened // DAY * DAY + np.clip(clock, 1, DAY - 1), found.opened)
        again = replace(
            found, opened=opened, item=found.item[take], group=found.group[take], site=found.site[take],
            channel=found.channel[take],
        )  # fmt: skip
        return again.take(np.argsort(again.opened, kind="stable"))


def _places(items: Catalogue) -> Labels:
    """The kind of spot each group happens at."""
    return np.array([KINDS.index(group.place) for group in items.groups])


def _rates(
    seed: int, county: County, sites: Sites, items: Catalogue, calendar: Calendar, planted: Planted
) -> NDArray[np.float64]:
    """Share of all incidents for each group, township, channel and day; sums to 1."""
    towns = county.land.towns
    place = _places(items)
    spots = np.concatenate([[0.0], np.cumsum(sites.weight)])
    held = spots[sites.last] - spots[sites.first]
    rates = np.zeros((len(items.groups), len(towns), len(CHANNELS), len(calendar.day)))
    market = [calendar.market(town.market) for town in towns]
    liking = np.exp(stream(seed, "liking").normal(0, 0.22, (len(items.groups), len(towns))))
    for g, group in enumerate(items.groups):
        for t in range(len(towns)):
            part = group.weight * held[place[g], t] / held[place[g]].sum() * liking[g, t]
            rates[g, t] = part * day_weights(group, calendar, market[t])
    share = np.array([town.weight for town in towns]) ** 1.35
    rates *= (share / share.sum() / rates.sum(axis=(0, 2, 3)))[None, :, None, None]
    worse = planted.worsening
    late = calendar.day >= np.datetime64(worse.since)
    for group in worse.groups.tolist():
        rates[group, worse.township][:, late] *= worse.more
    return rates / rates.sum()


def _popularity(seed: int, items: Catalogue, towns: int) -> NDArray[np.float64]:
    """How common each item is within its group, township by township: (towns * items,), Zipf with local taste."""
    rank = np.concatenate([np.arange(g.last - g.first) + 1.0 for g in items.groups])
    base = 1 / rank**1.15
    taste = np.exp(stream(seed, "taste").normal(0, 0.35, (towns, len(base))))
    return (base * taste).ravel()


def _with_doubles(rng: np.random.Generator, found: Happenings) -> Happenings:
    """Add incidents that are another one reported again by somebody else and not recognised."""
    rows = np.flatnonzero((rng.random(len(found)) < DOUBLES) & (found.channel != DEVICE))
    later = found.opened[rows] + rng.uniform(3, 55, len(rows))
    same_day = later // DAY == found.opened[rows] // DAY
    rows, later = rows[same_day], later[same_day]
    doubles = replace(
        found.take(rows), opened=later, channel=rng.choice([HOTLINE, PUBLIC], len(rows), p=[0.7, 0.3]), double_of=rows
    )
    return joined([found, doubles])
