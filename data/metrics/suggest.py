"""Suggest what was meant by a word that is not known."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, known: Iterable[str], *, most: int = 3) -> str:
    """The nearest of ``known`` to ``word``, at most ``most``, else all of a short list, joined by commas."""
    names = list(known)
    close = get_close_matches(word.lower(), [name.lower() for name in names], n=most, cutoff=0.5)
    found = [name for name in names if name.lower() in close]
    return ", ".join(found[:most] or names[:20]) or "-"
