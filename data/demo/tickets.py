"""Write what is known of the incidents as the platform exports it: one row each, Chinese headings, text values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from data.demo.catalogue import Catalogue
from data.demo.chance import stream
from data.demo.county import County
from data.demo.moments import DAY, to_text
from data.demo.naming import people, phones
from data.demo.present import Seen
from data.demo.reference import rows
from data.demo.rhythm import CHANNEL_WORDS, CHANNELS, DEVICE, HOTLINE, PUBLIC
from data.demo.sites import Sites, positions

STATES = {"open": "处理中", "closed": "已办结", "declined": "不予受理", "void": "作废", "transferred": "已移送",
          "suspended": "挂账"}  # fmt: skip
#: headings of the moments, by step
MOMENTS = {
    "accept": "受理时间", "decline": "不予受理时间", "transfer": "移送时间", "void": "作废时间", "suspend": "挂账时间",
    "arrive": "到场时间", "handle_first": "首次处置时间", "rework": "返工时间", "extend": "延期时间",
    "handle": "处置时间", "verify": "核查时间",
    "close_first": "首次办结时间", "reopen": "重开时间", "close": "办结时间",
}  # fmt: skip
OUTCOMES = ("劝导", "制止纠正", "责令改正", "简易处罚", "转立案", "已办理", "无此事实")
SIMPLE, ORDINARY, UNFOUNDED = 3, 4, 6
#: chance of each outcome: urgent items, plain simple ones, those that go the ordinary way
OUTCOME_MIX = np.array(
    [
        [0.50, 0.264, 0.157, 0.031, 0.003, 0.02, 0.025],
        [0.22, 0.08, 0.27, 0.026, 0.003, 0.362, 0.039],
        [0.08, 0.10, 0.48, 0.008, 0.016, 0.271, 0.045],
    ]
)
DEPARTMENTS = {"环境卫生": "县住房和城乡建设局", "工地管理": "县住房和城乡建设局", "食品生产": "县市场监督管理局",
               "餐饮服务": "县市场监督管理局", "市场监管": "县市场监督管理局", "安全生产": "县应急管理局",
               "危险化学品": "县应急管理局", "消防安全": "县消防救援大队", "劳动保障": "县人力资源和社会保障局",
               "河道管理": "县水利局", "水利管理": "县水利局", "水污染防治": "市生态环境局云溪分局",
               "大气污染防治": "市生态环境局云溪分局", "固体废物": "市生态环境局云溪分局",
               "交通运输": "县交通运输局", "耕地保护": "县自然资源和规划局", "自然资源": "县自然资源和规划局",
               "燃气管理": "县住房和城乡建设局", "公共卫生": "县卫生健康局", "医疗卫生": "县卫生健康局"}  # fmt: skip
BUREAU = "县综合行政执法局"


@dataclass(frozen=True)
class Batch:
    """The incidents of a run of days as text, with what other tables need of them."""

    seen: Seen
    number: NDArray[np.object_]
    outcome: NDArray[np.int64]
    lon_lat: NDArray[np.float64]
    channel: NDArray[np.int64]
    item: NDArray[np.int64]
    site: NDArray[np.int64]
    words: pa.Array
    address: pa.Array


class Writer:
    """Puts incidents, reports and dispatches into words."""

    def __init__(self, seed: int, county: County, sites: Sites, items: Catalogue) -> None:
        self.seed, self.county, self.sites, self.items = seed, county, sites, items
        self.address = pa.array(sites.address)
        self.codes = pa.array([item.code for item in items.items])
        self.names = pa.array([item.name for item in items.items])
        self.squads = pa.array([squad.code for squad in county.forces.squads])
        self.towns = pa.array([town.name for town in county.land.towns])
        groups = items.groups
        self.mix = np.array([0 if g.first_response else 1 if g.procedure == "simple" else 2 for g in groups])
        towns = [f"{town.name}综合行政执法队" for town in county.land.towns]
        self.owners = pa.array([*towns, *(DEPARTMENTS.get(g.domain, BUREAU) for g in groups)])
        phrases = rows("demo_words")
        self.phrases = [[(r["before"], r["after"]) for r in phrases if r["channel"] == c] for c in CHANNELS]
        rng = stream(seed, "callers")
        self.callers, self.phones = pa.array(people(rng, 3_000)), pa.array(phones(rng, 3_000))

    def batch(self, seen: Seen, part: int) -> Batch:
        """Numbers, outcomes, positions and words of what is seen of one run of days."""
        rng = stream(self.seed, "words", part)
        happened = seen.story.happened
        item, site, channel = (seen.of(a) for a in (happened.item, happened.site, happened.channel))
        address = self.address.take(pa.array(site))
        return Batch(
            seen, _numbers(seen.opened), self._outcomes(rng, seen), positions(rng, self.sites, site), channel, item,
            site, self._words(rng, channel, item, address), address,
        )  # fmt: skip

    def _outcomes(self, rng: np.random.Generator, seen: Seen) -> NDArray[np.int64]:
        """How each closed one ended; -1 for the others. A squad called off on its way found nothing."""
        mix = np.cumsum(OUTCOME_MIX, axis=1)[self.mix[seen.of(seen.story.happened.group)]]
        found = (rng.random(len(seen))[:, None] >= mix).sum(axis=1).clip(max=UNFOUNDED)
        called_off = (seen.sent.squad >= 0).any(axis=1) & np.isnan(seen.sent.arrived)
        found = np.where(called_off, UNFOUNDED, found)
        return np.where((seen.state == "closed") & (seen.of(seen.story.end) != "double"), found, -1)

    def _words(self, rng: np.random.Generator, channel: NDArray, item: NDArray, address: pa.Array) -> pa.Array:
        """What was said: a phrase of the channel, the place and the item."""
        flat = [pair for phrases in self.phrases for pair in phrases]
        size = np.array([len(phrases) for phrases in self.phrases])
        which = (np.cumsum(size) - size)[channel] + (rng.random(len(channel)) * size[channel]).astype(np.int64)
        before = pa.array([pair[0] for pair in flat]).take(pa.array(which))
        after = pa.array([pair[1] for pair in flat]).take(pa.array(which))
        return pc.binary_join_element_wise(before, address, after, self.names.take(pa.array(item)), "")

    def incidents(self, batch: Batch) -> pa.Table:
        """One row an incident, as the platform exports it."""
        seen = batch.seen
        first, last = seen.sent.squad[:, 0], seen.sent.squad[:, 1]
        squad = np.where(last >= 0, last, first)
        set_off = np.fmin(seen.sent.set_off[:, 0], seen.sent.set_off[:, 1])
        township = self.sites.township[batch.site]
        outcome = pa.array([*OUTCOMES, "重复上报", "转介其他单位"]).take(_or_null(self._ending(batch)))
        columns = {
            "事件编号": pa.array(batch.number), "事项编码": self.codes.take(pa.array(batch.item)),
            "渠道": pa.array(CHANNEL_WORDS).take(pa.array(batch.channel)), "紧急程度": self._urgency(batch),
            "状态": pa.array([STATES[state] for state in seen.state.tolist()]), "处置结果": outcome,
            "上报时间": to_text(seen.opened), "派遣时间": to_text(seen.sent.sent[:, 0]),
            "接单时间": to_text(set_off), **{MOMENTS[step]: to_text(seen.steps[step]) for step in MOMENTS},
            "退单时间": to_text(self._handed_back(seen)), "办结时限": to_text(seen.due),
            "返工次数": _counts(seen.steps["rework"]), "重开次数": _counts(seen.steps["reopen"]),
            "退单次数": _counts(self._handed_back(seen)), "延期次数": _counts(seen.steps["extend"]),
            "首查责任单位": self._owner(batch), "队伍编码": self.squads.take(_or_null(squad)),
            "问题描述": batch.words, "地址": batch.address, "所属乡镇": self.towns.take(pa.array(township)),
            "经度": _number(batch.lon_lat[:, 0]), "纬度": _number(batch.lon_lat[:, 1]),
        }  # fmt: skip
        return pa.table(columns)

    def _ending(self, batch: Batch) -> NDArray[np.int64]:
        """Row of the outcome's word: declined ones are referred elsewhere, known doubles say so."""
        ended = np.where((batch.seen.of(batch.seen.story.end) == "double") & (batch.seen.state == "closed"), 7, -1)
        ended = np.where(batch.seen.state == "declined", 8, ended)
        return np.where(batch.outcome >= 0, batch.outcome, ended)

    def _handed_back(self, seen: Seen) -> NDArray[np.float64]:
        """When the first squad handed the ticket back: it left without having set off."""
        sent = seen.sent
        return np.where(np.isnan(sent.set_off[:, 0]), sent.cleared[:, 0], np.nan)

    def _urgency(self, batch: Batch) -> pa.Array:
        urgent = (self.mix == 0)[batch.seen.of(batch.seen.story.happened.group)]
        return pa.array(["一般", "紧急"]).take(pa.array(urgent.astype(np.int64)))

    def _owner(self, batch: Batch) -> pa.Array:
        """The unit with first-inspection duty; nobody before acceptance."""
        seen = batch.seen
        group, department = seen.of(seen.story.happened.group), seen.of(seen.story.department)
        unit = np.where(department, len(self.towns) + group, self.sites.township[batch.site])
        return self.owners.take(_or_null(np.where(np.isnan(seen.steps["accept"]), -1, unit)))

    def dispatches(self, batch: Batch) -> pa.Table:
        """One row for each squad sent."""
        sent = batch.seen.sent
        row, turn = np.nonzero(sent.squad >= 0)
        number = batch.number[row]
        columns = {
            "派遣编号": pa.array([f"PQ{n[2:]}{'AB'[k]}" for n, k in zip(number.tolist(), turn.tolist(), strict=True)]),
            "事件编号": pa.array(number), "队伍编码": self.squads.take(pa.array(sent.squad[row, turn])),
            "派遣时间": to_text(sent.sent[row, turn]), "接单时间": to_text(sent.set_off[row, turn]),
            "到场时间": to_text(sent.on_scene[row, turn]), "离场时间": to_text(sent.cleared[row, turn]),
        }  # fmt: skip
        return pa.table(columns)

    def reports(self, batch: Batch, now: float, part: int) -> pa.Table:
        """What was said: one report an incident, and more where several people called about one."""
        rng = stream(self.seed, "reports", part)
        n = len(batch.seen)
        loud = np.isin(batch.channel, (HOTLINE, PUBLIC))
        more = np.where(batch.channel == DEVICE, 0, rng.poisson(np.where(loud, 0.16, 0.045), n))
        row = np.repeat(np.arange(n), 1 + more)
        turn = np.arange(len(row)) - np.repeat(np.cumsum(1 + more) - (1 + more), 1 + more)
        channel = np.where(turn > 0, rng.choice([HOTLINE, PUBLIC], len(row), p=[0.75, 0.25]), batch.channel[row])
        until = np.where(np.isnan(batch.seen.steps["close"]), now, batch.seen.steps["close"])[row]
        opened = batch.seen.opened[row]
        at = np.where(turn > 0, opened + rng.random(len(row)) ** 2 * np.minimum(until - opened, 1_500), opened)
        said = np.isin(channel, (HOTLINE, PUBLIC))
        who = rng.integers(0, len(self.callers), len(row))
        lon_lat = batch.lon_lat[row] + (turn > 0)[:, None] * rng.normal(0, 0.00012, (len(row), 2))
        address = batch.address.take(pa.array(row))
        number = batch.number[row]
        columns = {
            "上报编号": pa.array([f"SB{m[2:]}-{k + 1}" for m, k in zip(number.tolist(), turn.tolist(), strict=True)]),
            "事件编号": pa.array(number), "渠道": pa.array(CHANNEL_WORDS).take(pa.array(channel)),
            "事项编码": self.codes.take(pa.array(batch.item[row])), "上报时间": to_text(at),
            "内容": self._words(rng, channel, batch.item[row], address), "地址": address,
            "上报人": self.callers.take(_or_null(np.where(said, who, -1))),
            "电话": self.phones.take(_or_null(np.where(said, who, -1))),
            "满意度": self._ratings(rng, batch, row, said), "经度": _number(lon_lat[:, 0]),
            "纬度": _number(lon_lat[:, 1]),
        }  # fmt: skip
        return pa.table(columns)

    def _ratings(self, rng: np.random.Generator, batch: Batch, row: NDArray, said: NDArray) -> pa.Array:
        """One in three who called is asked afterwards; lateness and coming back cost stars."""
        seen = batch.seen
        late = (seen.steps["close"] > seen.due) | ~np.isnan(seen.steps["reopen"])
        stars = np.clip(np.round(rng.normal(4.35, 0.8, len(row)) - 1.6 * late[row]), 1, 5)
        asked = said & (seen.state == "closed")[row] & (rng.random(len(row)) < 0.33)
        return pa.array(stars.astype(np.int64), mask=~asked).cast(pa.string())


def _numbers(opened: NDArray[np.float64]) -> NDArray[np.object_]:
    """Ticket numbers: the day and a running number within it."""
    day = (opened // DAY).astype(np.int64)
    first = np.searchsorted(day, day)
    running = np.arange(len(day)) - first + 1
    stamp = {d: str(np.datetime64(int(d), "D")).replace("-", "") for d in np.unique(day)}
    return np.array([f"YX{stamp[d]}{n:06d}" for d, n in zip(day.tolist(), running.tolist(), strict=True)], dtype=object)


def _or_null(index: NDArray[np.int64]) -> pa.Array:
    """An index to take with; below 0 gives null."""
    return pa.array(np.maximum(index, 0), mask=index < 0)


def _counts(at: NDArray[np.float64]) -> pa.Array:
    """``1`` where the step was taken, else ``0``."""
    return pa.array(["0", "1"]).take(pa.array((~np.isnan(at)).astype(np.int64)))


def _number(values: Sequence[float] | NDArray[np.float64]) -> pa.Array:
    """Numbers as text."""
    return pa.array(values).cast(pa.string())
