"""Check how road classes, one-way codes and speed limits are read."""

from __future__ import annotations

import numpy as np
import pytest

from errors import BadInput
from geo.speeds import CLASS_KMH, directions_of, maxspeed_kmh, speeds_of


def test_speeds_by_class() -> None:
    assert speeds_of(["primary", "国道", " 村道 "]).tolist() == [50, 70, 25]
    assert speeds_of(["甲级", None, float("nan")], default=20).tolist() == [20, 20, 20]
    assert speeds_of([1, 2], table={"1": 60, "2": 30}).tolist() == [60, 30]
    with pytest.raises(BadInput, match="'甲级'"):
        speeds_of(["primary", "甲级"])
    assert all(speed > 0 for speed in CLASS_KMH.values())


def test_directions_by_code() -> None:
    codes = [0, 1, -1, 1.0, "1", "YES", "no", None, float("nan"), True, np.bool_(False), np.int64(1), ""]
    assert directions_of(codes).tolist() == [0, 1, -1, 1, 1, 1, 0, 0, 0, 1, 0, 1, 0]
    assert directions_of(["T", "F", "B"], meaning={"T": 1, "F": -1, "B": 0}).tolist() == [1, -1, 0]
    with pytest.raises(BadInput, match="'2', '3'"):
        directions_of([0, 2, 3, 2])


@pytest.mark.parametrize(
    ("text", "kmh"),
    [
        ("50", 50),
        ("50 km/h", 50),
        ("30 mph", 48.28032),
        ("10 knots", 18.52),
        ("60;40", 40),
        ("walk", 5),
        ("none", None),
        ("RO:urban", None),
        ("0", None),
        ("", None),
        (None, None),
        ("-5", None),
    ],
)
def test_maxspeed(text: str | None, kmh: float | None) -> None:
    assert maxspeed_kmh(text) == (pytest.approx(kmh) if kmh else None)
