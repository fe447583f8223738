"""Read what is going on now: the open incidents worst first, and the squads with what they are on.

Two clocks run on an incident: arrival (report to first squad on scene, where the item needs one; 超时 once over) and
closure (超期 once over). The one that presses is the arrival clock while it runs, else the closure clock. Nothing of a
personal kind (words, address, caller, phone) is read here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from data.scope import EVERYONE, Scope
from data.warehouse import Warehouse
from words import Words

SQL = Path(__file__).parent / "sql"
#: the last share of a clock's time in which it warns (screens.md)
WARNING_SHARE = 0.2
#: officers with a certificate that a legal step needs (Administrative Penalty Law, Art. 42)
CERTIFIED_PAIR = 2

State = Literal["plain", "amber", "red"]
Kind = Literal["arrival", "closure"]

URGENCY: tuple[tuple[Kind, State], ...] = (
    ("arrival", "red"),
    ("arrival", "amber"),
    ("closure", "red"),
    ("closure", "amber"),
    ("arrival", "plain"),
    ("closure", "plain"),
)


@dataclass(frozen=True)
class Clock:
    """A running clock: what it counts to, when it ends (naive UTC), the seconds left (below 0: over), its state."""

    kind: Kind
    due: datetime
    left: float
    state: State


@dataclass(frozen=True)
class Open:
    """An open incident as a screen shows it. Moments are naive UTC."""

    id: str
    source_id: str
    item: Words
    urgency: str
    township: Words
    place: Words
    lon: float | None
    lat: float | None
    opened_at: datetime
    moments: Mapping[str, datetime | None]
    owner: str
    squad: str
    reports: int
    clock: Clock | None

    @property
    def state(self) -> State:
        """The state of the pressing clock; plain where none runs."""
        return self.clock.state if self.clock else "plain"


@dataclass(frozen=True)
class Squad:
    """A squad now: where it starts from and the open incident it is on."""

    code: str
    name: Words
    kind: str
    township: str
    station: Words
    officers: int | None
    auxiliaries: int | None
    on_duty: bool | None
    lon: float | None
    lat: float | None
    incident: str
    on_scene: bool

    @property
    def free(self) -> bool:
        """Not on an incident, and not said to be off duty."""
        return not self.incident and self.on_duty is not False

    @property
    def placed(self) -> bool:
        """Whether it is known where it starts from."""
        return self.lon is not None and self.lat is not None


@dataclass(frozen=True)
class Station:
    """A place squads start from."""

    code: str
    name: Words
    kind: str
    lon: float
    lat: float


@dataclass(frozen=True)
class Board:
    """What is going on at one moment in one version, for one scope."""

    version: int
    now: datetime
    #: worst first
    incidents: tuple[Open, ...]
    squads: tuple[Squad, ...]
    stations: tuple[Station, ...]
    #: whether the site records certificates at all
    officers_known: bool
    #: whether the site has any incident, open or not
    has_incidents: bool
    #: when the last load ended, naive UTC; None: not known
    loaded_at: datetime | None

    @property
    def certified_pairs(self) -> int | None:
        """Free squads with two certified officers or more; None where the site records no certificates."""
        if not self.officers_known:
            return None
        return sum(1 for squad in self.squads if squad.free and (squad.officers or 0) >= CERTIFIED_PAIR)


def pressing_clock(
    *, now: datetime, opened_at: datetime, needs_arrival: bool | None, on_scene_at: datetime | None,
    arrival_due_at: datetime | None, due_at: datetime | None,
) -> Clock | None:  # fmt: skip
    """The clock that presses at ``now``; None where none runs. Moments are naive UTC."""
    if needs_arrival and arrival_due_at and (on_scene_at is None or on_scene_at > now):
        return _clock("arrival", arrival_due_at, opened_at, now)
    return _clock("closure", due_at, opened_at, now) if due_at else None


def _clock(kind: Kind, due: datetime, since: datetime, now: datetime) -> Clock:
    left, whole = (due - now).total_seconds(), (due - since).total_seconds()
    state: State = "red" if left < 0 else "amber" if left <= WARNING_SHARE * whole else "plain"
    return Clock(kind, due, left, state)


def worst_first(one: Open) -> tuple[int, float, str]:
    """Order of urgency: what minutes decide before what days decide, and the tightest first.

    Arrival over, arrival about to be; closure over, closure about to be; arrival running, closure running; no clock.
    """
    if one.clock is None:
        return len(URGENCY), -one.opened_at.timestamp(), one.id
    return URGENCY.index((one.clock.kind, one.clock.state)), one.clock.left, one.id


def _records(warehouse: Warehouse, name: str, scope: Scope, *, alias: str, now: datetime) -> list[dict[str, Any]]:
    """The rows of one of the board's questions as dictionaries."""
    sql = (SQL / f"{name}.sql").read_text(encoding="utf-8")
    seen, values = scope.sql(alias)
    for i, _ in enumerate(values):
        seen = seen.replace("?", f"$scope{i}", 1)
    bound = {"now": now, **{f"scope{i}": value for i, value in enumerate(values)}}
    with warehouse.cursor() as cursor:
        result = cursor.execute(sql.format(scope=seen), bound)
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _words(row: Mapping[str, Any], key: str) -> Words:
    chinese, english = row[f"{key}_zh"] or "", row[f"{key}_en"] or ""
    return Words(english or chinese, chinese or english)


MOMENTS = ("opened_at", "accepted_at", "dispatched_at", "acknowledged_at", "on_scene_at", "handled_at")


def _open(row: dict[str, Any], now: datetime) -> Open:
    clock = pressing_clock(
        now=now, opened_at=row["opened_at"], needs_arrival=row["needs_arrival"], on_scene_at=row["on_scene_at"],
        arrival_due_at=row["arrival_due_at"], due_at=row["due_at"],
    )  # fmt: skip
    return Open(
        row["id"], row["source_id"], _words(row, "item"), row["urgency"] or "", _words(row, "township"),
        _words(row, "place"), row["lon"], row["lat"], row["opened_at"], {key: row[key] for key in MOMENTS},
        row["owner"] or "", row["squad"] or "", row["reports"] or 1, clock,
    )  # fmt: skip


def read_squads(warehouse: Warehouse, *, scope: Scope = EVERYONE, now: datetime | None = None) -> tuple[Squad, ...]:
    """All squads by code, with where they start from and the open incident they are on at ``now``."""
    return tuple(
        Squad(
            row["code"], _words(row | {"squad_zh": row["name_zh"] or row["code"], "squad_en": row["name_en"]}, "squad"),
            row["kind"] or "", row["township"] or "", _words(row, "station"), row["officers"], row["auxiliaries"],
            row["on_duty"], row["lon"], row["lat"], row["incident_id"] or "", row["on_scene_at"] is not None,
        )
        for row in _records(warehouse, "squads_now", scope, alias="s", now=now or warehouse.now())
    )  # fmt: skip


def has_incidents(warehouse: Warehouse) -> bool:
    """Whether the site has any incident, open or not: some places bring areas only."""
    return bool(warehouse.rows("SELECT 1 FROM incidents LIMIT 1"))


def read_stations(warehouse: Warehouse) -> tuple[Station, ...]:
    """All stations with a position, by code."""
    rows = warehouse.rows(
        "SELECT code, coalesce(name_zh, code), coalesce(name_en, name_zh, code), coalesce(kind, ''), lon, lat "
        "FROM stations WHERE lon IS NOT NULL AND lat IS NOT NULL ORDER BY code"
    )
    return tuple(Station(code, Words(en, zh), kind, lon, lat) for code, zh, en, kind, lon, lat in rows)  # type: ignore[arg-type]


def read_board(warehouse: Warehouse, *, scope: Scope = EVERYONE, now: datetime | None = None) -> Board:
    """What is going on at ``now`` (naive UTC; the warehouse's own now where not given)."""
    now = now or warehouse.now()
    rows = _records(warehouse, "open_incidents", scope, alias="i", now=now)
    squads = read_squads(warehouse, scope=scope, now=now)
    ((loaded_at,),) = warehouse.rows('SELECT max("at") FROM loads')
    return Board(
        warehouse.version,
        now,
        tuple(sorted((_open(row, now) for row in rows), key=worst_first)),
        squads,
        read_stations(warehouse),
        any(squad.officers is not None for squad in squads),
        has_incidents(warehouse),
        loaded_at,  # type: ignore[arg-type]
    )
