"""Make up seventy weeks of a place in which one quarter's dispatching slows down near the end."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from data.build import build_version
from data.site import Site
from tests.warehouse.conftest import SITE, Facts, local, place_of, stage

#: the quarter, its grids that slow down, and the weeks made up
SLOW, SLOW_GRIDS, WEEKS = "T2", ("G03", "G04", "G13"), 70
#: the Monday of the last whole week
LAST = date(2018, 12, 3)


def slowed(chance: random.Random, number: int, opened: datetime) -> dict[str, Any]:
    """One incident that needs someone on scene; late dispatch in three grids of T2 from five weeks before the end."""
    where = place_of(chance)
    item = chance.choice(["noise", "stall", "waste"])
    sent = chance.lognormvariate(0.7, 0.4)
    bad = where.get("grid") in SLOW_GRIDS and opened.date() >= LAST - timedelta(weeks=4)
    if bad and chance.random() < 0.8:
        sent += 14
    minutes = 1 + sent + chance.lognormvariate(1.9, 0.35)
    reached = opened + timedelta(minutes=minutes) if chance.random() < 0.97 else None
    wall, closed = local(opened), opened + timedelta(hours=chance.lognormvariate(2.2, 0.8))
    assert wall is not None
    return {
        "incident_id": f"made:{number}", "source": "made", "source_id": str(number), "item": item, "state": "closed",
        "opened_at": opened, "opened_local": wall, "local_date": wall.date(), "local_hour": wall.hour,
        "weekday": wall.isoweekday(), "accepted_at": opened + timedelta(minutes=1),
        "dispatched_at": opened + timedelta(minutes=1 + sent),
        "acknowledged_at": opened + timedelta(minutes=1.5 + sent),
        "on_scene_at": reached, "handled_at": closed - timedelta(minutes=9), "closed_at": closed,
        "closed_local": local(closed), "needs_arrival": True, "arrival_due_at": opened + timedelta(minutes=15),
        "due_at": opened + timedelta(hours=48), "reworks": 0, "reopens": 0, "returns": 0,
        "owner": f"squad of {where.get('grid')}" if chance.random() < 0.9 else None, "faults": [], **where,
    }  # fmt: skip


def facts() -> Facts:
    """The incidents of all weeks, some 150 a week."""
    chance = random.Random(3)
    begins = datetime(2018, 12, 10, 8) - timedelta(weeks=WEEKS)
    opened = sorted(begins + timedelta(seconds=chance.randrange(WEEKS * 7 * 86400)) for _ in range(WEEKS * 150))
    return {"incidents": [slowed(chance, n, at) for n, at in enumerate(opened)]}


def build(root: Path, *, site: Site = SITE) -> Path:
    """Build the place under ``root``; give ``root`` back."""
    root.mkdir(parents=True, exist_ok=True)
    build_version(root, stage(root, facts(), site=site))
    return root
