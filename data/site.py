"""Tell what a place is: its name, zone, levels and clocks, as the loaded site file said."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import duckdb

from data.schema import LEVEL_WORDS, LEVELS
from words import Words


@dataclass(frozen=True)
class Site:
    """What answers and screens need to know of a site. Kept in the table ``site`` of every version."""

    name: Words
    #: IANA zone of the site's wall clock
    zone: str
    #: the levels that have areas, widest first
    levels: tuple[str, ...] = ()
    level_labels: Mapping[str, Words] = field(default_factory=dict)
    #: the finest level points are located in; empty where the site has no areas
    located_level: str = ""
    language: str = "zh"
    #: True: generated data, said on every page
    generated: bool = False
    #: naive UTC: the "now" of a closed data set; None: the real clock
    as_of: datetime | None = None
    #: minutes from first report to first squad on scene
    arrival_minutes: float = 15.0
    #: two incidents of one item within this distance (m) and time (days) are a repeat; 0: not judged
    repeat_metres: float = 0.0
    repeat_days: float = 0.0
    #: rates over fewer rows than this are shown hatched
    min_n: int = 30
    #: who is on duty: name, phone; empty where the site does not say
    duty: Mapping[str, str] = field(default_factory=dict)

    def label(self, level: str) -> Words:
        """What the site calls ``level``."""
        return self.level_labels.get(level, LEVEL_WORDS[level])

    def local(self, moment: datetime) -> datetime:
        """A naive UTC moment on the site's wall clock (naive)."""
        return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)

    def utc(self, moment: datetime) -> datetime:
        """A naive wall-clock moment as naive UTC; of a repeated hour the first."""
        return moment.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC).replace(tzinfo=None)

    def rows(self) -> dict[str, object]:
        """The site as JSON values, for the table ``site``."""
        return {
            "name": list(self.name),
            "zone": self.zone,
            "levels": list(self.levels),
            "level_labels": {level: list(words) for level, words in self.level_labels.items()},
            "located_level": self.located_level,
            "language": self.language,
            "generated": self.generated,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "arrival_minutes": self.arrival_minutes,
            "repeat_metres": self.repeat_metres,
            "repeat_days": self.repeat_days,
            "min_n": self.min_n,
            "duty": dict(self.duty),
        }


def read_site(connection: duckdb.DuckDBPyConnection) -> Site:
    """The site of the version ``connection`` looks at."""
    values = {key: json.loads(value) for key, value in connection.execute("SELECT key, value FROM site").fetchall()}
    values["name"] = Words(*values["name"])
    values["levels"] = tuple(sorted(values.get("levels", ()), key=LEVELS.index))
    values["level_labels"] = {level: Words(*pair) for level, pair in values.get("level_labels", {}).items()}
    values["as_of"] = datetime.fromisoformat(values["as_of"]) if values.get("as_of") else None
    known = set(Site.__dataclass_fields__)
    return Site(**{key: value for key, value in values.items() if key in known})
