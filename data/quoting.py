"""Quote identifiers for SQL, in one place; values are always bound instead."""

from __future__ import annotations

import re

from errors import BadQuestion


def identifier(name: str) -> str:
    """``name`` in double quotes. Raises BadQuestion on anything but letters, digits and underscores."""
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        raise BadQuestion("{name} cannot name a table or column", name=name)
    return f'"{name}"'
