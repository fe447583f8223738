"""Hold what the pages need: the stores they ask and how often they look."""

from __future__ import annotations

from dataclasses import dataclass

from data.stores import Stores


@dataclass(frozen=True)
class Services:
    """Passed to every page's ``register``."""

    stores: Stores
    #: seconds between two looks of an open wall
    refresh_seconds: int = 15
    #: age in minutes at which a running site's last load counts as stale
    stale_minutes: int = 24 * 60
