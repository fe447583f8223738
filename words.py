"""Say every message in the reader's language, from one catalogue.

English is the msgid in the code; Chinese stands in ``locale/zh/<package>.po`` (gettext, read by Babel; one file per
package, merged into one catalogue). The fixed vocabulary of the domain — columns, metrics, levels, states — carries
both words where it is declared, as :class:`Words`, so that a column or a metric is described once.

A template's values are filled with :meth:`str.format`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

from babel.messages.pofile import read_po

from errors import GridCommandError

LANGUAGES = ("zh", "en")
LOCALE = Path(__file__).parent / "locale"


class Words(NamedTuple):
    """One term of the vocabulary in both languages."""

    en: str
    zh: str

    def in_(self, lang: str) -> str:
        """The term in ``lang`` ('zh' or 'en'); English where the Chinese is empty."""
        return (self.zh or self.en) if lang == "zh" else self.en


@cache
def catalogue(lang: str) -> dict[str, str]:
    """All translations of ``lang``: msgid to text. English needs none."""
    found: dict[str, str] = {}
    for path in sorted((LOCALE / lang).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=lang):
                if message.id and message.string:
                    found[str(message.id)] = str(message.string)
    return found


def say(template: str, lang: str, /, **values: object) -> str:
    """``template`` (the English msgid) in ``lang``, filled with ``values``.

    A message without a translation is shown in English rather than not at all; a test asserts that there is none.
    """
    text = catalogue(lang).get(template, template)
    return text.format(**values) if values else text


def say_error(error: GridCommandError, lang: str) -> str:
    """What went wrong, in ``lang``; an error given as a value of another is said in the same language."""
    values = {
        name: say_error(value, lang) if isinstance(value, GridCommandError) else value
        for name, value in error.values.items()
    }
    return say(error.template, lang).format(**values)


def N_(template: str) -> str:  # noqa: N802 - the gettext name for "mark, do not translate yet"
    """Mark ``template`` for the catalogue where it is declared; it is said later."""
    return template
