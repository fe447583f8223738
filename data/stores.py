"""Hold what the faces answer from: the warehouse that follows its pointer, and the road networks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from data.board import Board, read_board
from data.metrics.asking import moment_of
from data.metrics.memo import memo_of
from data.routing import Routes
from data.scope import EVERYONE, Scope
from data.warehouse import Following, Warehouse


@dataclass(frozen=True)
class Stores:
    """Built once in ``app.py`` and passed to both faces."""

    following: Following
    routes: Routes

    def warehouse(self) -> Warehouse:
        """The current version (raises NoWarehouse)."""
        return self.following.get()

    def now(self, warehouse: Warehouse) -> datetime:
        """The moment all viewers see as now, naive UTC: the one unasked questions are answered for."""
        return moment_of(warehouse, None)

    def board(self, warehouse: Warehouse, *, scope: Scope = EVERYONE) -> Board:
        """What is going on now, computed once per version, scope and moment."""
        now = self.now(warehouse)
        memo = memo_of(warehouse, "board")
        return memo.get((scope, now), lambda: read_board(warehouse, scope=scope, now=now), weigh=_weigh)


def _weigh(board: Board) -> int:
    return 10 * (len(board.incidents) + len(board.squads))
