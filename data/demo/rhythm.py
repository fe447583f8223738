"""Say when things happen: by season, weekday, market, holiday and hour, for each kind of item and channel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from data.demo.almanac import Calendar
from data.demo.catalogue import Group

CHANNELS = ("patrol", "hotline", "department", "public", "device")
PATROL, HOTLINE, DEPARTMENT, PUBLIC, DEVICE = range(5)
CHANNEL_WORDS = ("网格巡查", "12345热线", "部门转办", "公众上报", "视频感知")

#: share of each channel by rhythm; rhythms not named here share the first row
CHANNEL_MIX = {
    "": (0.60, 0.18, 0.07, 0.13, 0.02),
    "stall": (0.52, 0.16, 0.03, 0.13, 0.16),
    "night": (0.24, 0.46, 0.03, 0.23, 0.04),
    "noise": (0.06, 0.66, 0.04, 0.24, 0.00),
    "parking": (0.46, 0.18, 0.03, 0.13, 0.20),
    "inspect": (0.48, 0.11, 0.36, 0.05, 0.00),
    "hotline": (0.10, 0.70, 0.08, 0.12, 0.00),
    "wages": (0.08, 0.60, 0.22, 0.10, 0.00),
    "straw": (0.40, 0.16, 0.04, 0.14, 0.26),
    "river": (0.56, 0.14, 0.12, 0.12, 0.06),
    "truck": (0.26, 0.22, 0.16, 0.14, 0.22),
    "fire": (0.62, 0.06, 0.06, 0.12, 0.14),
}

#: weight of each hour of the day, 0 to 23
HOURS = {
    "patrol": (0, 0, 0, 0, 0, 0, 1, 4, 9, 12, 11, 8, 4, 5, 9, 11, 9, 5, 2, 1, 1, 0, 0, 0),
    "shop": (0, 0, 0, 0, 0, 0, 1, 4, 7, 9, 9, 7, 6, 6, 7, 8, 9, 9, 8, 6, 3, 1, 0, 0),
    "morning": (0, 0, 0, 0, 0, 2, 7, 12, 12, 9, 7, 5, 3, 4, 6, 7, 6, 6, 5, 3, 1, 0, 0, 0),
    "stall": (0, 0, 0, 0, 4, 15, 18, 13, 7, 4, 3, 4, 4, 3, 3, 5, 10, 14, 11, 6, 3, 1, 0, 0),
    "night": (5, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 2, 1, 1, 1, 2, 4, 9, 15, 18, 18, 14, 9),
    "noise": (4, 2, 1, 1, 1, 3, 4, 3, 3, 3, 3, 3, 5, 4, 3, 3, 3, 5, 10, 16, 17, 13, 9, 6),
    "parking": (0, 0, 0, 0, 0, 0, 2, 11, 13, 8, 6, 7, 6, 5, 5, 7, 12, 15, 12, 8, 5, 2, 1, 0),
    "build": (1, 1, 1, 0, 0, 1, 3, 7, 10, 10, 9, 6, 3, 5, 8, 9, 8, 5, 3, 2, 2, 2, 2, 1),
    "inspect": (0, 0, 0, 0, 0, 0, 0, 0, 4, 16, 18, 9, 1, 4, 16, 18, 10, 3, 1, 0, 0, 0, 0, 0),
    "hotline": (0, 0, 0, 0, 0, 0, 1, 3, 10, 13, 11, 7, 4, 5, 9, 9, 7, 4, 5, 5, 4, 2, 1, 0),
    "truck": (6, 6, 5, 4, 3, 3, 3, 4, 4, 4, 4, 3, 2, 3, 4, 4, 4, 3, 3, 4, 6, 8, 8, 7),
    "straw": (0, 0, 0, 0, 0, 1, 1, 2, 3, 4, 5, 4, 2, 4, 7, 10, 14, 17, 13, 8, 3, 1, 1, 0),
    "dog": (0, 0, 0, 0, 0, 4, 11, 11, 6, 3, 2, 2, 2, 2, 3, 4, 6, 10, 14, 12, 6, 2, 1, 0),
    "fireworks": (6, 1, 0, 0, 0, 2, 5, 6, 5, 4, 4, 4, 3, 2, 2, 2, 4, 9, 13, 14, 12, 9, 8, 10),
}
#: rhythms that keep the hours of another
SAME_HOURS = {
    "storm": "shop", "river": "patrol", "harvest": "shop", "fire": "straw", "wages": "hotline", "rare": "inspect",
}  # fmt: skip
#: what each channel makes of the hours: grid workers and departments work by day and lunch at noon
CHANNEL_HOURS = {
    PATROL: (0.1, 0.1, 0.1, 0.1, 0.3, 1, 1, 1, 1, 1, 1, 0.75, 0.35, 0.8, 1, 1, 1, 1, 0.8, 0.6, 0.5, 0.4, 0.2, 0.1),
    DEPARTMENT: (0, 0, 0, 0, 0, 0, 0, 0.2, 1, 1, 1, 0.7, 0.1, 0.6, 1, 1, 1, 0.3, 0.05, 0, 0, 0, 0, 0),
}
#: month by month, January first
SEASON = {
    "night": (0.35, 0.35, 0.6, 0.9, 1.2, 1.5, 1.8, 1.8, 1.5, 1.1, 0.6, 0.4),
    "noise": (0.8, 0.8, 0.9, 1.0, 1.1, 1.25, 1.2, 1.2, 1.05, 1.0, 0.9, 0.8),
    "straw": (0.1, 0.05, 0.15, 0.25, 1.9, 1.6, 0.3, 0.25, 0.6, 2.8, 3.2, 0.8),
    "harvest": (0.05, 0.05, 0.1, 0.2, 1.5, 1.7, 0.8, 0.6, 1.3, 3.2, 2.1, 0.3),
    "fire": (1.6, 2.1, 2.2, 2.0, 0.4, 0.15, 0.15, 0.2, 0.3, 0.7, 1.1, 1.4),
    "river": (0.4, 0.5, 0.8, 1.0, 1.2, 1.4, 1.7, 1.6, 1.2, 0.9, 0.7, 0.5),
    "build": (0.7, 0.4, 1.0, 1.2, 1.2, 1.0, 0.9, 0.9, 1.1, 1.3, 1.3, 1.0),
    "stall": (0.8, 0.8, 0.9, 1.05, 1.15, 1.15, 1.1, 1.1, 1.1, 1.05, 0.95, 0.85),
    "wages": (2.8, 1.5, 0.6, 0.6, 0.7, 0.8, 0.8, 0.8, 0.8, 0.8, 1.0, 1.7),
    "inspect": (0.7, 0.5, 1.0, 1.1, 1.1, 1.4, 1.0, 0.9, 1.1, 0.9, 1.2, 1.3),
}
#: rhythms that market days, weekends and days off move
MARKET = {"stall": 2.6, "parking": 1.5, "shop": 1.35, "morning": 1.15}
WEEKEND = {"stall": 1.15, "night": 1.35, "noise": 1.15, "dog": 1.25, "river": 1.2, "parking": 1.05}
#: weight of Monday to Sunday by channel
CHANNEL_WEEK = {
    PATROL: (1.05, 1.05, 1.05, 1.05, 1.05, 0.7, 0.6),
    HOTLINE: (1.55, 1.1, 1.0, 0.95, 0.95, 0.75, 0.75),
    DEPARTMENT: (1.1, 1.45, 1.2, 1.1, 0.9, 0.15, 0.1),
    PUBLIC: (1.0, 0.95, 0.95, 0.95, 1.0, 1.1, 1.05),
    DEVICE: (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0),
}


def channel_mix(group: Group) -> NDArray[np.float64]:
    """Share of each channel among the incidents of a group."""
    return np.array(CHANNEL_MIX.get(group.rhythm, CHANNEL_MIX[""]))


def _season(rhythm: str, calendar: Calendar) -> NDArray[np.float64]:
    """How much more or less there is each day for reasons of the season."""
    factor = np.array(SEASON.get(rhythm, (1.0,) * 12))[calendar.month - 1]
    new_year = ((calendar.lunar_month == 12) & (calendar.lunar_day >= 23)) | (
        (calendar.lunar_month == 1) & (calendar.lunar_day <= 15)
    )
    if rhythm == "fireworks":
        return np.where(new_year, 9.0, 0.12) * np.where((calendar.lunar_month == 1) & (calendar.lunar_day <= 3), 2, 1)
    if rhythm == "fire":  # Qingming: graves are swept and offerings burnt
        factor = factor * np.where((calendar.month == 4) & (calendar.of_month <= 7), 4.0, 1.0)
    if rhythm == "noise":  # the university and the senior-middle entrance examinations
        exam = (calendar.month == 6) & (calendar.of_month >= 4) & (calendar.of_month <= 20)
        factor = factor * np.where(exam, 2.3, 1.0)
    if rhythm == "storm":
        return 0.7 + 14 * calendar.storm
    # the storm keeps people and stalls indoors, the holiday closes offices and sites
    outdoor = np.where(calendar.storm > 0.3, 0.45, 1.0)
    return factor * outdoor * np.where(new_year & np.isin(rhythm, ("inspect", "build", "patrol")), 0.5, 1.0)


def day_weights(group: Group, calendar: Calendar, market: NDArray[np.bool_]) -> NDArray[np.float64]:
    """How many incidents of a group come in each day, relative; (channels, days)."""
    rhythm = group.rhythm
    weekend = (calendar.weekday >= 6) | (calendar.holiday != "")
    base = _season(rhythm, calendar) * np.where(market, MARKET.get(rhythm, 1.0), 1.0)
    base = base * np.where(weekend & ~calendar.working, WEEKEND.get(rhythm, 1.0), 1.0)
    mix = channel_mix(group)
    found = np.empty((len(CHANNELS), len(calendar.day)))
    for channel in range(len(CHANNELS)):
        week = np.array(CHANNEL_WEEK[channel])[calendar.weekday - 1]
        # offices keep the notices: a made-up Sunday is a working day, a holiday Wednesday is none
        if channel in (PATROL, DEPARTMENT):
            week = np.where(calendar.working, np.maximum(week, 1.0), np.minimum(week, CHANNEL_WEEK[channel][6]))
        if channel == PATROL:  # the month's quota is filled in its last days
            week = week * np.where(calendar.month_end & calendar.working, 1.7, 1.0)
        found[channel] = base * week * mix[channel]
    return found


def hour_table(groups: tuple[Group, ...]) -> NDArray[np.float64]:
    """Cumulative chance of each hour, (groups, channels, 24)."""
    table = np.empty((len(groups), len(CHANNELS), 24))
    for g, group in enumerate(groups):
        hours = np.array(HOURS[SAME_HOURS.get(group.rhythm, group.rhythm)], dtype=float)
        for channel in range(len(CHANNELS)):
            table[g, channel] = np.cumsum(hours * np.array(CHANNEL_HOURS.get(channel, (1.0,) * 24)))
    return table / table[..., -1:]
