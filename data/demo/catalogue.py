"""Spell out the catalogue of enforcement items from the reference table: one item per act and object."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from data.demo.reference import rows


@dataclass(frozen=True)
class Group:
    """Items of one act: they share clock, rhythm and kind of place. ``first`` and ``last`` index the items."""

    act: str
    domain: str
    rhythm: str
    place: str
    weight: float
    first_response: bool
    amount: float
    clock: str
    procedure: str
    first: int
    last: int


@dataclass(frozen=True)
class Item:
    """One enforcement item as the catalogue lists it."""

    code: str
    name: str
    name_en: str
    domain: str
    domain_en: str
    list: str
    item_class: str
    group: int


@dataclass(frozen=True)
class Catalogue:
    """The items in the order of their codes, and the groups they belong to."""

    items: tuple[Item, ...]
    groups: tuple[Group, ...]

    @property
    def group_of_item(self) -> NDArray[np.int64]:
        """The group of each item."""
        return np.array([item.group for item in self.items])

    def of_items(self, name: str) -> NDArray[np.generic]:
        """The attribute ``name`` of each item's group, e.g. ``first_response``."""
        return np.array([getattr(self.groups[item.group], name) for item in self.items])


@cache
def catalogue() -> Catalogue:
    """The 416 items of the reference table: 90 on the street list, 53 village, 209 enterprise, 64 on none."""
    items: list[Item] = []
    groups: list[Group] = []
    domains: dict[str, int] = {}
    for row in rows("demo_items"):
        domain = domains.setdefault(row["domain_zh"], len(domains) + 1)
        first = len(items)
        for text in row["objects"].split(";"):
            zh, en = text.split("=")
            items.append(
                Item(
                    f"33{domain:02d}{len(items) + 1:04d}000", row["act_zh"].format(o=zh), row["act_en"].format(o=en),
                    row["domain_zh"], row["domain_en"], row["list"].replace("none", ""), row["class"], len(groups),
                )
            )  # fmt: skip
        groups.append(
            Group(
                row["act_zh"].format(o=""), row["domain_zh"], row["rhythm"], row["place"], float(row["weight"]),
                row["first"] == "1", float(row["amount"]), row["clock"], row["procedure"], first, len(items),
            )
        )  # fmt: skip
    return Catalogue(tuple(items), tuple(groups))
