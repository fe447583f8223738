"""Real or fake: the marks by which a person from such a county tells its data from made-up ones."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest

URGENT = "紧急"


@pytest.fixture(scope="module")
def clean(made: object) -> pd.DataFrame:
    """The incidents without the rows spoiled on purpose, times parsed, with what the tests ask of them."""
    rows = made.incidents  # type: ignore[attr-defined]
    rows = rows[rows["上报时间"].str.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", na=False) & rows["经度"].notna()]
    rows = rows[rows["经度"].astype(float).between(119, 120, inclusive="neither") & rows["事件编号"].notna()]
    rows = rows[rows["纬度"].astype(float).between(29.5, 29.95)].drop_duplicates("事件编号").copy()
    for name in ("上报", "受理", "派遣", "到场", "处置", "核查", "办结"):
        rows[name] = pd.to_datetime(rows[f"{name}时间"])
    rows["时限"] = pd.to_datetime(rows["办结时限"])
    items = pd.read_excel(made.folder / "items.xlsx", dtype=str, engine="calamine").set_index("编码")  # type: ignore[attr-defined]
    rows["名称"], rows["领域"] = rows["事项编码"].map(items["名称"]), rows["事项编码"].map(items["领域"])
    rows["快"] = rows["事项编码"].map(items["快速响应"]) == "是"
    rows["小时"], rows["星期"] = rows["上报"].dt.hour, rows["上报"].dt.day_of_week + 1
    rows["分钟"] = (rows["到场"] - rows["上报"]).dt.total_seconds() / 60
    return rows


@pytest.fixture(scope="module")
def called(clean: pd.DataFrame) -> pd.DataFrame:
    """The incidents that needed someone on scene and whose quarter of an hour is over."""
    return clean[clean["快"] & ~clean["状态"].isin(["不予受理", "作废"]) & (clean["上报"] < "2026-11-20 16:25")]


def test_there_are_about_a_quarter_of_a_million_over_two_years(made: object) -> None:
    n = len(made.incidents)  # type: ignore[attr-defined]
    assert 240_000 < n < 265_000
    assert 0.3 < n / 730 / 696 < 0.6, "three to six times 0.1 incidents a grid and day"
    assert 1.05 < len(made.reports) / n < 1.2  # type: ignore[attr-defined]


def test_townships_are_uneven_and_grids_more_so(clean: pd.DataFrame) -> None:
    per_town = clean["所属乡镇"].value_counts()
    assert len(per_town) == 14
    assert per_town.max() > 5 * per_town.min()
    share = np.sort(per_town.to_numpy()) / per_town.sum()
    gini = 1 - 2 * (np.cumsum(share).sum() / 14) + 1 / 14
    assert 0.25 < gini < 0.6


def test_stalls_come_at_dawn_and_dusk_and_noise_at_night(clean: pd.DataFrame) -> None:
    stalls = clean[clean["名称"].str.contains("摆摊")]["小时"].value_counts(normalize=True)
    assert stalls[[5, 6, 7]].sum() > 0.3
    assert stalls[[16, 17, 18]].sum() > stalls[[11, 12, 13]].sum() * 2
    noise = clean[clean["名称"].str.contains("广场舞|夜宵摊|露天烧烤")]["小时"].value_counts(normalize=True)
    assert noise[[19, 20, 21, 22]].sum() > 0.5
    desk = clean[clean["领域"] == "安全生产"]["小时"].value_counts(normalize=True).reindex(range(24), fill_value=0)
    assert desk[12] < desk[10] / 5, "nobody inspects at noon"


def test_market_days_follow_the_moon(clean: pd.DataFrame) -> None:
    """Hub town trades on threes and eights: on those lunar days its stalls are more than half again as many."""
    from data.demo.almanac import lunar

    stalls = clean[(clean["所属乡镇"] == "枫渡镇") & clean["名称"].str.contains("摆摊")]
    day = pd.date_range("2024-11-22", "2026-11-19")
    market = np.isin(lunar(day.to_numpy().astype("datetime64[D]"))[1] % 10, (3, 8))
    count = stalls.groupby(stalls["上报"].dt.normalize()).size().reindex(day, fill_value=0).to_numpy()
    assert count[market].mean() > 1.6 * count[~market].mean()


def test_straw_burns_in_season_and_fireworks_at_new_year(clean: pd.DataFrame) -> None:
    straw = clean[clean["领域"] == "秸秆禁烧"]["上报"].dt.month.value_counts(normalize=True)
    assert straw[[5, 6, 10, 11]].sum() > 0.75
    bangs = clean[clean["领域"] == "烟花爆竹"]
    near = bangs["上报"].between("2026-02-09", "2026-03-05") | bangs["上报"].between("2025-01-20", "2025-02-14")
    assert near.mean() > 0.6


def test_typhoons_throw_down_signs(clean: pd.DataFrame) -> None:
    signs = clean[clean["名称"].str.contains("污损残缺")]
    per_day = signs.groupby(signs["上报"].dt.normalize()).size()
    assert per_day.max() > 8 * per_day.median()
    assert per_day.idxmax().month in (7, 8, 9)


def test_the_hotline_peaks_on_mondays_and_grids_at_month_end(clean: pd.DataFrame) -> None:
    hotline = clean[clean["渠道"] == "12345热线"]["星期"].value_counts()
    assert hotline[1] > 1.25 * hotline[[2, 3, 4, 5]].mean()
    patrol = clean[(clean["渠道"] == "网格巡查") & clean["星期"].isin([2, 3, 4])]
    day = patrol["上报"].dt.normalize()
    count = patrol.groupby(day).size()
    end = count.index.day >= count.index.days_in_month - 1
    assert count[end].mean() > 1.3 * count[~end].mean()


def test_most_is_solved_by_the_township(clean: pd.DataFrame) -> None:
    owned = clean["首查责任单位"].dropna()
    assert 0.85 < owned.str.contains("镇|乡|街道").mean() < 0.95


def test_the_quarter_of_an_hour_is_met_unevenly(called: pd.DataFrame) -> None:
    met = called["分钟"] <= 15
    assert 0.6 < met.mean() < 0.92
    by_town = met.groupby(called["所属乡镇"]).mean()
    assert by_town.max() - by_town.min() > 0.3
    assert by_town.max() < 0.93
    assert by_town[["云岭乡", "苍岩乡", "高坪乡", "茶坪乡"]].max() < by_town[["临溪街道", "望云街道", "江南街道"]].min()


def test_mountain_hamlets_take_twenty_five_to_forty_minutes(called: pd.DataFrame) -> None:
    far = called[called["所属乡镇"].isin(["云岭乡", "苍岩乡", "高坪乡", "茶坪乡"])]["分钟"].dropna()
    assert 25 <= far.quantile(0.8) <= 40
    assert 25 <= far.quantile(0.9) <= 45


def test_arrivals_agree_with_the_map(made: object, county: object) -> None:
    """From setting off to arriving: never quicker than the road from the station, seldom much slower."""
    from scipy.spatial import cKDTree

    from data.demo.plane import degrees

    sent = made.dispatches.merge(made.incidents.drop_duplicates("事件编号"), on="事件编号", suffixes=("", "_"))  # type: ignore[attr-defined]
    sent = sent[sent["到场时间"].notna() & sent["经度"].notna()].iloc[::40]
    lon_lat = sent[["经度", "纬度"]].astype(float).to_numpy()
    inside = (lon_lat[:, 0] > 119) & (lon_lat[:, 1] > 29.4) & (lon_lat[:, 1] < 29.95)
    sent, lon_lat = sent[inside], lon_lat[inside]
    scale = np.array([np.cos(np.radians(29.7)), 1.0])
    away, node = cKDTree(degrees(county.network.node_xy) * scale).query(lon_lat * scale)  # type: ignore[attr-defined]
    squads = {squad.code: i for i, squad in enumerate(county.forces.squads)}  # type: ignore[attr-defined]
    road = county.forces.minutes[sent["队伍编码"].map(squads).to_numpy(), node]  # type: ignore[attr-defined]
    took = (pd.to_datetime(sent["到场时间"]) - pd.to_datetime(sent["接单时间"])).dt.total_seconds().to_numpy() / 60
    near = away * 111_000 < 60
    assert near.sum() > 500
    # the spot is up to 60 m from the junction compared with: 0.4 minutes either way
    assert (took[near] > 0.9 * road[near] - 0.5).mean() > 0.995
    assert 1.0 < np.median(took[near & (road > 4)] / road[near & (road > 4)]) < 1.25


def test_closing_looks_alike_everywhere_and_hides_repeats(clean: pd.DataFrame) -> None:
    closed = clean[clean["状态"] == "已办结"]
    on_time = (closed["办结"] <= closed["时限"]).groupby(closed["所属乡镇"]).mean()
    assert on_time.between(0.965, 0.995).all()
    assert on_time.max() - on_time.min() < 0.015
    done = clean[~clean["状态"].isin(["不予受理", "作废", "已移送", "挂账"])]
    rate = (done["状态"] == "已办结").groupby(done["所属乡镇"]).mean()
    assert rate.min() > 0.98
    again = clean.sort_values("上报").groupby(["事项编码", "地址"])["上报"].diff() < pd.Timedelta(days=30)
    by_town = again.reindex(clean.index).groupby(clean["所属乡镇"]).mean()
    hiding = ["横塘镇", "百丈镇", "江南街道"]
    assert by_town[hiding].min() > 1.5 * by_town.drop(hiding).median()


def test_tickets_are_refused_handed_back_reworked_reopened_and_extended(clean: pd.DataFrame) -> None:
    shares = {
        "不予受理": (clean["状态"] == "不予受理").mean(), "作废": (clean["状态"] == "作废").mean(),
        "已移送": (clean["状态"] == "已移送").mean(), "挂账": (clean["状态"] == "挂账").mean(),
        **{name: (clean[f"{name}次数"] != "0").mean() for name in ("退单", "返工", "重开", "延期")},
    }  # fmt: skip
    for name, share in shares.items():
        assert 0.001 < share < 0.08, name


def test_steps_go_forwards_where_nothing_was_spoiled(clean: pd.DataFrame) -> None:
    steps = clean[["上报", "受理", "派遣", "到场", "处置", "核查", "办结"]]
    backwards = pd.Series(False, index=clean.index)
    last = steps["上报"]
    for name in steps.columns[1:]:
        backwards |= steps[name] < last
        last = steps[name].fillna(last)
    assert backwards.sum() < 200, "only those spoiled on purpose"


def test_one_township_closes_at_the_deadline(clean: pd.DataFrame, made: object) -> None:
    truth = json.loads((made.folder / "truth.json").read_text(encoding="utf-8"))  # type: ignore[attr-defined]
    closed = clean[clean["状态"] == "已办结"]
    left = (closed["时限"] - closed["办结"]).dt.total_seconds() / 60
    edge = left.between(0, 20).groupby(closed["所属乡镇"]).mean().sort_values()
    assert truth["closing_at_the_deadline"] == "330199105"
    assert edge.index[-1] == "竹源镇"
    assert edge.iloc[-1] > 2 * edge.iloc[-2]


def test_cases_are_mostly_simple_with_round_fines_and_numbers(made: object) -> None:
    cases = made.cases  # type: ignore[attr-defined]
    assert 7_000 < len(cases) < 9_500
    assert 0.75 < (cases["程序"] == "简易程序").mean() < 0.86
    numbers = cases["文书号"].dropna()
    assert numbers.str.fullmatch(r"\S+综执(当罚|罚决字)〔20\d\d〕第\d+号").all()
    assert numbers.is_unique
    fines = cases["罚款金额"].dropna().astype(float)
    assert (fines % 10 == 0).all()
    assert fines.isin([20, 50, 100, 200, 500, 1_000, 2_000]).mean() > 0.8
    simple = cases[(cases["程序"] == "简易程序") & cases["罚款金额"].notna()]
    person = simple["当事人"].str.len() <= 4
    assert (simple.loc[person, "罚款金额"].astype(float) <= 200).all(), "Art. 51: a person 200 at most"
    assert (simple["罚款金额"].astype(float) <= 3_000).all(), "Art. 51: a firm 3,000 at most"
    two = cases["承办人"].str.contains("、")
    assert 0.985 < two.mean() < 1, "two officers, but for a few old files"


def test_ordinary_cases_are_decided_within_ninety_days(made: object) -> None:
    cases = made.cases[made.cases["程序"] == "普通程序"]  # type: ignore[attr-defined]
    days = (pd.to_datetime(cases["决定时间"]) - pd.to_datetime(cases["立案时间"])).dt.days.dropna()
    assert 0.95 < (days <= 90).mean() < 1
    names = ("立案", "调查取证", "法制审核", "事先告知", "决定", "送达")
    stages = cases[[f"{name}时间" for name in names]].apply(pd.to_datetime)
    order = stages.to_numpy().astype("datetime64[s]").astype(float)
    order[np.isnat(stages.to_numpy())] = np.nan
    assert not (np.diff(order, axis=1) < 0).any()


def test_who_called_is_a_person_that_does_not_exist(made: object) -> None:
    reports = made.reports  # type: ignore[attr-defined]
    numbers = reports["电话"].dropna()
    assert numbers.str.fullmatch(r"1990000\d{4}").all()
    assert reports.loc[reports["渠道"] == "网格巡查", "上报人"].isna().all()
    stars = reports["满意度"].dropna().astype(int)
    assert stars.between(1, 5).all()
    assert 3.5 < stars.mean() < 4.7


def test_words_say_what_and_where(made: object) -> None:
    rows = made.incidents.iloc[::997]  # type: ignore[attr-defined]
    rows = rows[rows["地址"] != "地址待核"]
    assert all(address in words for address, words in zip(rows["地址"], rows["问题描述"], strict=True))
    assert rows["问题描述"].str.extract(r"^(.{3})")[0].nunique() > 8
    assert not rows["问题描述"].str.contains(re.escape("{")).any()
