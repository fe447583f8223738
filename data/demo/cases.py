"""Make legal cases of what was penalised: four in five simple, round fines, numbers 〔2026〕第…号, two officers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.demo.catalogue import Catalogue
from data.demo.chance import pick, stream
from data.demo.county import County
from data.demo.moments import DAY, Minutes, OfficeClock, moment_of
from data.demo.naming import people
from data.demo.plane import degrees
from data.demo.sites import KINDS, Sites
from data.demo.tickets import ORDINARY, SIMPLE, Batch

COLUMNS = (
    "案件编号", "事件编号", "文书号", "事项编码", "程序", "案件状态", "立案时间", "调查取证时间",
    "法制审核时间", "事先告知时间", "决定时间", "送达时间", "公示时间", "缴纳时间", "结案时间", "归档时间",
    "决定期限", "应公示", "当事人", "处罚种类", "罚款金额", "承办人", "经度", "纬度",
)  # fmt: skip
#: fines in yuan and how often: on-the-spot for a person (at most 200, Art. 51), for a firm (at most 3,000), ordinary
FINES = {
    "person": ((20, 50, 100, 150, 200), (0.3, 0.34, 0.2, 0.02, 0.14)),
    "firm": ((200, 300, 500, 1_000, 2_000, 3_000), (0.22, 0.1, 0.34, 0.22, 0.08, 0.04)),
    "ordinary": ((500, 1_000, 2_000, 3_000, 5_000, 8_000, 10_000, 20_000, 30_000, 50_000),
                 (0.1, 0.18, 0.2, 0.12, 0.2, 0.04, 0.1, 0.04, 0.01, 0.01)),
}  # fmt: skip
TRADES = (
    "小吃店",
    "水果店",
    "建材商行",
    "五金加工厂",
    "餐饮店",
    "装饰工程有限公司",
    "超市",
    "运输有限公司",
    "服装店",
    "木制品厂",
)
#: of all cases, those filed without an incident before them
DIRECT = 0.07


@dataclass(frozen=True)
class Penalised:
    """What may become a case: parallel lists, one entry an incident."""

    number: list[str]
    item: NDArray[np.int64]
    site: NDArray[np.int64]
    lon_lat: NDArray[np.float64]
    at: Minutes
    simple: NDArray[np.bool_]


def penalised(batch: Batch) -> Penalised:
    """The incidents of a batch that ended in a penalty or a case."""
    rows = np.flatnonzero(np.isin(batch.outcome, (SIMPLE, ORDINARY)))
    return Penalised(
        batch.number[rows].tolist(), batch.item[rows], batch.site[rows], batch.lon_lat[rows],
        batch.seen.steps["handle"][rows], batch.outcome[rows] == SIMPLE,
    )  # fmt: skip


def _direct(
    rng: np.random.Generator, found: Penalised, sites: Sites, items: Catalogue, first: float, now: float
) -> Penalised:
    """Add cases that came from inspections, without an incident."""
    n = int(len(found.number) * DIRECT)
    groups = items.groups
    weight = np.array([g.weight * (g.rhythm == "inspect") for g in groups])
    group = pick(rng, weight, n)
    item = np.array([rng.integers(groups[g].first, groups[g].last) for g in group], dtype=np.int64)
    spots = np.flatnonzero(np.isin(sites.kind, (KINDS.index("plant"), KINDS.index("street"))))
    site = spots[rng.integers(0, len(spots), n)]
    day = rng.integers(int(first // DAY), int(now // DAY), n)
    at = day * DAY + rng.uniform(540, 1_020, n)
    return Penalised(
        [*found.number, *[""] * n], np.concatenate([found.item, item]), np.concatenate([found.site, site]),
        np.vstack([found.lon_lat, degrees(sites.xy[site])]), np.concatenate([found.at, at]),
        np.concatenate([found.simple, rng.random(n) < 0.45]),
    )  # fmt: skip


def _course(rng: np.random.Generator, found: Penalised, clock: OfficeClock) -> dict[str, Minutes]:
    """The moments of each case, as if there were no present; NaN where a stage is left out."""
    n, simple = len(found.at), found.simple

    def days(median: float, sigma: float) -> Minutes:
        return median * np.exp(rng.normal(0, sigma, n)) * DAY

    nothing = np.full(n, np.nan)
    filed = np.where(simple, found.at, clock.open_hours(found.at + days(0.9, 0.8)))
    course = {"file": filed}
    course["investigate"] = np.where(simple, nothing, clock.open_hours(filed + days(6, 0.6)))
    course["legal_review"] = np.where(simple, nothing, clock.open_hours(course["investigate"] + days(5, 0.6)))
    course["notice"] = np.where(simple, nothing, clock.open_hours(course["legal_review"] + days(2.5, 0.5)))
    # a few drag on beyond the ninety days of Art. 60
    wait = np.where(rng.random(n) < 0.03, rng.uniform(60, 120, n) * DAY, days(7, 0.7))
    slow = clock.open_hours(course["notice"] + wait)
    course["decide"] = np.where(simple, filed + rng.uniform(4, 22, n), slow)
    absent = ~simple | (rng.random(n) < 0.05)
    course["serve"] = np.where(
        absent, clock.open_hours(course["decide"] + days(2.2, 0.6)), course["decide"] + rng.uniform(1, 6, n)
    )
    working = np.where(rng.random(n) < 0.03, rng.integers(8, 25, n), rng.integers(1, 8, n)).astype(float)
    published = clock.after_days(course["decide"], working) - rng.uniform(20, 480, n)
    course["publish"] = np.where(rng.random(n) < 0.012, nothing, published)
    by_phone = simple & (rng.random(n) < 0.6)
    paid = np.where(by_phone, course["serve"] + rng.uniform(1, 40, n), course["serve"] + days(6, 0.7))
    course["pay"] = np.where(rng.random(n) < 0.04, nothing, paid)
    last = np.fmax(np.fmax(course["pay"], course["publish"]), course["serve"])
    course["close"] = clock.open_hours(last + days(2.0, 0.8))
    course["archive"] = clock.open_hours(course["close"] + days(12, 0.7))
    course["close"] = np.where(np.isnan(course["pay"]) & (rng.random(n) < 0.7), nothing, course["close"])
    course["archive"] = np.where(np.isnan(course["close"]), nothing, course["archive"])
    return course


def _states(rng: np.random.Generator, course: dict[str, Minutes], simple: NDArray[np.bool_], now: float) -> list[str]:
    """The state at ``now``; some ordinary cases end without penalty or are withdrawn. Later moments are forgotten."""
    roll = rng.random(len(simple))
    other = np.where(
        simple, "", np.select([roll < 0.07, roll < 0.085, roll < 0.092], ["不予处罚", "撤销立案", "移送"], "")
    )
    for step in ("serve", "publish", "pay", "archive"):
        course[step] = np.where(other != "", np.nan, course[step])
    course["close"] = np.where(other != "", course["decide"] + 30, course["close"])
    course["decide"] = np.where(np.isin(other, ("撤销立案", "移送")), np.nan, course["decide"])
    for step, at in course.items():
        course[step] = np.where(at <= now, at, np.nan)
    ended = ~np.isnan(course["close"])
    return np.where(~ended, "在办", np.where(other != "", other, "结案")).tolist()


class CaseBook:
    """Collects what was penalised and writes the county's cases."""

    def __init__(self, seed: int, county: County, sites: Sites, items: Catalogue, clock: OfficeClock) -> None:
        self.seed, self.county, self.sites, self.items, self.clock = seed, county, sites, items, clock
        self.found: list[Penalised] = []

    def add(self, batch: Batch) -> None:
        """Remember what of a batch may become a case."""
        self.found.append(penalised(batch))

    def lines(self, first: float, now: float) -> list[tuple[object, ...]]:
        """All cases filed by ``now``, in the order of filing, as rows of ``COLUMNS``."""
        rng = stream(self.seed, "cases")
        one = Penalised(
            [number for part in self.found for number in part.number],
            *(np.concatenate([getattr(p, name) for p in self.found]) for name in ("item", "site", "lon_lat", "at")),
            np.concatenate([part.simple for part in self.found]),
        )
        found = _direct(rng, one, self.sites, self.items, first, now)
        course = _course(rng, found, self.clock)
        due = np.where(found.simple, np.nan, course["file"] + 90 * DAY)
        state = _states(rng, course, found.simple, now)
        order = np.argsort(course["file"], kind="stable")
        order = order[~np.isnan(course["file"][order])]
        documents = self._documents(found, course["decide"])
        penalty, fine, party = self._penalties(rng, found, course["decide"])
        officers = self._officers(rng, found)
        steps = [course[s] for s in ("file", "investigate", "legal_review", "notice", "decide", "serve", "publish",
                                     "pay", "close", "archive")]  # fmt: skip
        return [
            (
                f"AJ{moment_of(course['file'][i]):%Y}{k + 1:06d}", found.number[i] or None, documents[i],
                self.items.items[found.item[i]].code, "简易程序" if found.simple[i] else "普通程序", state[i],
                *(_text(step[i]) for step in steps), _text(due[i]), "是" if documents[i] else "否", party[i],
                penalty[i], fine[i], officers[i], *found.lon_lat[i].tolist(),
            )
            for k, i in enumerate(order.tolist())
        ]  # fmt: skip

    def _documents(self, found: Penalised, decided: Minutes) -> list[str | None]:
        """Decision numbers, running by acting town, procedure and year in the order of decision."""
        running: dict[tuple[str, bool, int], int] = {}
        numbers: list[str | None] = [None] * len(decided)
        for i in np.argsort(decided, kind="stable").tolist():
            if np.isnan(decided[i]):
                continue
            town = self.county.land.towns[self.sites.township[found.site[i]]].name.rstrip("街道镇乡")
            key = (town, bool(found.simple[i]), moment_of(decided[i]).year)
            running[key] = running.get(key, 0) + 1
            kind = "当罚" if key[1] else "罚决字"
            numbers[i] = f"{town}综执{kind}〔{key[2]}〕第{running[key]}号"
        return numbers

    def _penalties(
        self, rng: np.random.Generator, found: Penalised, decided: Minutes
    ) -> tuple[list[str | None], list[str | None], list[str]]:
        """Kind, amount and party: round fines by the kind of party, every fourth simple one a warning."""
        n = len(decided)
        listed = np.array([item.list == "enterprise" for item in self.items.items])[found.item]
        firm = rng.random(n) < np.where(listed, 0.85, np.where(found.simple, 0.12, 0.45))
        kind = np.where(~found.simple, "ordinary", np.where(firm, "firm", "person"))
        amount = np.zeros(n)
        for name, (values, weights) in FINES.items():
            mine = kind == name
            amount[mine] = rng.choice(values, int(mine.sum()), p=weights)
        warned = found.simple & (rng.random(n) < 0.24)
        names = people(rng, n)
        trade = rng.integers(0, len(TRADES), n)
        party = [f"云溪县{p[1:]}{TRADES[t]}" if f else p for p, t, f in zip(names, trade, firm.tolist(), strict=True)]
        known = ~np.isnan(decided)
        penalty = [(("警告" if w else "罚款") if k else None) for w, k in zip(warned, known, strict=True)]
        fine = [f"{a:.2f}" if k and not w else None for a, w, k in zip(amount, warned, known, strict=True)]
        return penalty, fine, party

    def _officers(self, rng: np.random.Generator, found: Penalised) -> list[str]:
        """Two certificate numbers of a squad that covers the township (Art. 42); a few old files name only one."""
        first, pool = 0, {}
        for squad in self.county.forces.squads:
            for township in squad.covers:
                pool.setdefault(township, []).extend(range(first + 1, first + squad.officers + 1))
            first += squad.officers
        township = self.sites.township[found.site].tolist()
        lines = []
        for t, alone in zip(township, (rng.random(len(township)) < 0.004).tolist(), strict=True):
            two = rng.choice(len(pool[t]), 2, replace=False)
            lines.append("、".join(f"33019900{pool[t][k]:04d}" for k in two[: 1 if alone else 2]))
        return lines


def _text(minute: float) -> str | None:
    """A moment as text; nothing for NaN."""
    return None if np.isnan(minute) else f"{moment_of(minute):%Y-%m-%d %H:%M:%S}"
