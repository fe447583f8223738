"""Zone offsets of whole columns, against zoneinfo one by one, on and around every change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from etl.zones import _changes, offsets

MICRO = timedelta(microseconds=1)
HOUR = 3_600_000_000
ZONES = [
    "Asia/Shanghai", "America/Los_Angeles", "Europe/Dublin", "Australia/Lord_Howe", "Africa/Casablanca",
    "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia", "Africa/Monrovia", "UTC",
]  # fmt: skip


@pytest.mark.parametrize("name", ZONES)
def test_offsets_are_those_of_zoneinfo(name: str) -> None:
    zone = ZoneInfo(name)
    changes, before, after = _changes(zone, 1969, 2060)
    walls = [changes + side + shift for side in (before, after) for shift in (-HOUR, -1, 0, 1, HOUR // 2, HOUR)]
    spread = np.random.default_rng(8).integers(0, int(2.8e15), 2_000)
    micros = np.concatenate([*walls, spread])
    folds = offsets(micros, zone, of_utc=False)
    utc = offsets(micros, zone, of_utc=True)[0]
    for place, value in enumerate(micros.tolist()):
        wall = datetime(1970, 1, 1) + value * MICRO
        for fold in (0, 1):
            assert folds[fold][place] == wall.replace(tzinfo=zone, fold=fold).utcoffset() // MICRO, (wall, fold)
        assert utc[place] == wall.replace(tzinfo=UTC).astimezone(zone).utcoffset() // MICRO, wall


def test_no_times_have_no_offsets() -> None:
    first, second = offsets(np.zeros(0, np.int64), ZoneInfo("UTC"), of_utc=False)
    assert len(first) == len(second) == 0
