"""Say who asks: a role and the townships they may see. Part of every read and of every cache key."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scope:
    """Who asks. ``townships`` None means all of them; row rights follow it."""

    role: str = "administrator"
    townships: frozenset[str] | None = None

    def sql(self, alias: str = "") -> tuple[str, list[object]]:
        """The row filter on column ``township`` as (SQL, values); 'TRUE' where all may be seen."""
        if self.townships is None:
            return "TRUE", []
        column = f"{alias}.township" if alias else "township"
        return f"list_contains(?, {column})", [sorted(self.townships)]


#: Until accounts exist everyone at the machine is its administrator.
EVERYONE = Scope()
