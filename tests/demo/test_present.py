"""The moment the data ends: open work such as a wall shows, squads where their dispatches leave them, no future."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from data.demo import generate
from data.demo.present import OWNERLESS

NOW = pd.Timestamp("2026-11-20 16:40")


@pytest.fixture(scope="module")
def open_now(made: object) -> pd.DataFrame:
    rows = made.incidents[made.incidents["状态"] == "处理中"].copy()  # type: ignore[attr-defined]
    for name in ("上报时间", "受理时间", "到场时间", "办结时限"):
        rows[name] = pd.to_datetime(rows[name])
    return rows


def test_nothing_is_known_of_the_future(made: object) -> None:
    for frame in (made.incidents, made.dispatches, made.reports, made.cases):  # type: ignore[attr-defined]
        for name in frame.columns[frame.columns.str.endswith("时间")]:
            stamps = pd.to_datetime(frame[name], format="%Y-%m-%d %H:%M:%S", errors="coerce")
            assert not (stamps > NOW).any(), name


def test_the_open_work_fits_a_wall(open_now: pd.DataFrame) -> None:
    assert 40 <= len(open_now) <= 140
    urgent = open_now[(open_now["紧急程度"] == "紧急") & open_now["到场时间"].isna()]
    late = urgent["上报时间"] < NOW - timedelta(minutes=15)
    assert 2 <= late.sum() <= 20, "past the quarter of an hour and nobody there"
    assert 2 <= (~late).sum() <= 25, "on the way"
    assert 1 <= open_now["办结时限"].between(NOW, NOW + timedelta(minutes=30)).sum() <= 25
    assert 1 <= (open_now["办结时限"] < NOW).sum() <= 30


def test_a_few_are_ownerless(open_now: pd.DataFrame) -> None:
    nobody = open_now[open_now["首查责任单位"].isna()]
    long = nobody["上报时间"] < NOW - timedelta(minutes=5)
    assert OWNERLESS <= long.sum() <= 15
    assert nobody["受理时间"].isna().all()


def test_squads_are_busy_as_their_dispatches_say(made: object) -> None:
    sent = made.dispatches  # type: ignore[attr-defined]
    squads = made.csv("squads.csv").set_index("编码")  # type: ignore[attr-defined]
    busy = sent[sent["离场时间"].isna()]
    assert busy["队伍编码"].is_unique, "a squad is at one place"
    assert 5 <= len(busy) <= 40
    assert (squads.loc[busy["队伍编码"], "在岗"] == "在岗").all()
    assert set(squads["性质"]) == {"乡属", "派驻", "辐射", "直管"}


def test_open_work_is_never_spoiled(open_now: pd.DataFrame) -> None:
    assert open_now["经度"].notna().all()
    assert open_now["上报时间"].notna().all()
    assert open_now["事件编号"].is_unique


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("night")
    generate(folder, seed=7, now=datetime(2026, 2, 18, 21, 4), scale=20_000)
    return folder


def test_a_holiday_night_is_a_holiday_night(night: Path) -> None:
    squads = pd.read_csv(night / "squads.csv", dtype=str)
    on = squads[squads["在岗"] == "在岗"]
    assert "派驻" not in set(on["性质"]), "stationed squads go home at eight"
    assert {"乡属", "辐射", "直管"} <= set(on["性质"])
    truth = json.loads((night / "truth.json").read_text(encoding="utf-8"))
    assert truth["now"] == "2026-02-18T21:04:00"
    assert "as_of: 2026-02-18T21:04" in (night / "site.yaml").read_text(encoding="utf-8")
    rows = pd.concat([pd.read_parquet(path) for path in (night / "events").glob("incidents-*.parquet")])
    bangs = rows["问题描述"].str.contains("烟花爆竹|孔明灯") & rows["上报时间"].str.startswith("2026-02-1")
    assert bangs.sum() > 5
