"""Keep what a person looks at on the data page in the address: section, search, language, theme."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode

from dashboard.view import THEMES
from data.site import Site
from words import LANGUAGES, Words

PATH = "/data"
SECTIONS: dict[str, Words] = {
    "loads": Words("Loads", "装载"),
    "checks": Words("Checks", "核对"),
    "findings": Words("Findings", "数据疑点"),
    "rejects": Words("Rejected rows", "拒收行"),
    "dictionary": Words("Data dictionary", "数据字典"),
    "metrics": Words("Metrics", "指标"),
    "versions": Words("Versions", "版本"),
}


@dataclass(frozen=True)
class Look:
    """One way of looking at the books."""

    lang: str
    theme: str = "dark"
    section: str = "loads"
    #: what is searched for in the dictionary or the metrics
    sought: str = ""

    def href(self, **changed: str) -> str:
        """The address of this look, with parts of it changed; another section forgets what was sought."""
        if changed.get("section", self.section) != self.section:
            changed.setdefault("sought", "")
        look = replace(self, **changed)
        given = {"section": look.section, "q": look.sought, "lang": look.lang, "theme": look.theme}
        return f"{PATH}?{urlencode({key: value for key, value in given.items() if value})}"


def read_look(search: str, site: Site) -> tuple[Look, tuple[str, ...]]:
    """The look a query string asks for, and the keys whose values do not exist (shown, never obeyed)."""
    given = dict(parse_qsl(search.removeprefix("?"), keep_blank_values=True))
    known = {"section": tuple(SECTIONS), "lang": LANGUAGES, "theme": THEMES}
    obeyed = {key: given[key] for key, allowed in known.items() if given.get(key) in allowed}
    unknown = tuple(key for key, allowed in known.items() if given.get(key) and given[key] not in allowed)
    return replace(Look(site.language, sought=given.get("q", "")), **obeyed), unknown
