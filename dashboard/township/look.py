"""Keep what a person looks at on a weekly page in the address: read it, check it, write it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode

from dashboard.view import THEMES
from data.site import Site
from data.weekly import Week, read_week
from data.weekly.against import BASES
from data.weekly.values import MEASURES
from errors import BadQuestion
from words import LANGUAGES


@dataclass(frozen=True)
class Look:
    """One way of looking at a week; empty parts are chosen by what the week shows."""

    lang: str
    theme: str = "light"
    week: Week | None = None
    measure: str = ""
    base: str = ""

    def query(self) -> str:
        """The look as a query string, with the question mark."""
        given = {
            "week": self.week.code if self.week else "",
            "measure": self.measure,
            "base": self.base,
            "lang": self.lang,
            "theme": self.theme,
        }
        return "?" + urlencode({key: value for key, value in given.items() if value})


def read_look(search: str, site: Site) -> tuple[Look, tuple[str, ...]]:
    """The look a query string asks for, and the keys whose values do not exist (shown, never obeyed)."""
    given = dict(parse_qsl(search.removeprefix("?"), keep_blank_values=True))
    look = Look(site.language)
    known: Mapping[str, tuple[str, ...]] = {"lang": LANGUAGES, "theme": THEMES, "measure": MEASURES, "base": BASES}
    unknown = []
    for key, allowed in known.items():
        if given.get(key):
            if given[key] in allowed:
                look = replace(look, **{key: given[key]})  # type: ignore[arg-type]
            else:
                unknown.append(key)
    if given.get("week"):
        try:
            look = replace(look, week=read_week(given["week"]))
        except BadQuestion:
            unknown.append("week")
    return look, tuple(unknown)
