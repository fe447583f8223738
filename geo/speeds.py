"""Say how fast a kind of road is driven and which way, as rows a reader can check.

Class speeds are free-flow guesses for a light vehicle; a site's own column goes before them, and estimated arrivals
are calibrated per site against the actual ones elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from errors import BadInput

BOTH, FORWARD, BACKWARD = 0, 1, -1

ONEWAY_CODES: Mapping[str, int] = {
    "": BOTH,
    "0": BOTH,
    "no": BOTH,
    "false": BOTH,
    "both": BOTH,
    "1": FORWARD,
    "yes": FORWARD,
    "true": FORWARD,
    "forward": FORWARD,
    "-1": BACKWARD,
    "reverse": BACKWARD,
    "backward": BACKWARD,
}
"""What a one-way column says when the caller gives no codes; forward is the direction the line is drawn in."""

CLASS_KMH: Mapping[str, float] = {
    # OpenStreetMap highway=*
    "motorway": 100,
    "motorway_link": 50,
    "trunk": 70,
    "trunk_link": 45,
    "primary": 50,
    "primary_link": 40,
    "secondary": 45,
    "secondary_link": 35,
    "tertiary": 40,
    "tertiary_link": 30,
    "unclassified": 35,
    "residential": 25,
    "living_street": 10,
    "service": 15,
    "road": 25,
    "track": 15,
    # 公路行政等级 administrative road classes and 城市道路 urban road classes (CJJ 37)
    "高速公路": 100,
    "国道": 70,
    "省道": 60,
    "县道": 45,
    "乡道": 35,
    "村道": 25,
    "快速路": 70,
    "主干路": 50,
    "次干路": 40,
    "支路": 30,
    "巷": 15,
}
"""Speed by class in km/h."""

WALK_KMH = 5.0
MPH = 1.609344
KNOT = 1.852

_MAXSPEED = re.compile(r"^(\d+(?:\.\d+)?)\s*(km/h|kmh|kph|mph|knots)?$", re.IGNORECASE)


def speeds_of(
    classes: Iterable[object], *, table: Mapping[str, float] = CLASS_KMH, default: float | None = None
) -> npt.NDArray[np.float64]:
    """Look up km/h for each road class, shape (n,).

    A class not in the table takes ``default``; without one, :class:`errors.BadInput` names every such class.
    """
    keys = ["" if key is None or key != key else str(key).strip() for key in classes]
    unknown = sorted(set(keys) - set(table))
    if unknown and default is None:
        raise BadInput("no speed is given for road class {classes}", classes=", ".join(map(repr, unknown)))
    return np.array([table.get(key, default) for key in keys], dtype=np.float64)


def directions_of(codes: Iterable[object], *, meaning: Mapping[str, int] = ONEWAY_CODES) -> npt.NDArray[np.int8]:
    """Read a one-way column, shape (n,), as 0 both ways, 1 as drawn, -1 against.

    Codes are compared as lower-case text, whole numbers without their decimal point, and a missing one as "". A code
    without meaning raises :class:`errors.BadInput` naming all of them: a one-way street must not open by mistake.
    """
    keys = [_code(code) for code in codes]
    known = {key.lower(): direction for key, direction in meaning.items()}
    unknown = sorted(set(keys) - set(known))
    if unknown:
        raise BadInput(
            "one-way code {codes} has no meaning; say what it stands for", codes=", ".join(map(repr, unknown))
        )
    return np.array([known[key] for key in keys], dtype=np.int8)


def maxspeed_kmh(text: str | None) -> float | None:
    """Read an OpenStreetMap ``maxspeed``: km/h, mph or knots, ``walk``; of several lanes the slowest.

    ``none``, ``signals`` and zone names such as ``RO:urban`` give None: the class speed stands.
    """
    found = []
    for part in re.split(r"[;|]", text or ""):
        match = _MAXSPEED.match(part.strip())
        if part.strip().lower() == "walk":
            found.append(WALK_KMH)
        elif match:
            unit = (match[2] or "").lower()
            found.append(float(match[1]) * {"mph": MPH, "knots": KNOT}.get(unit, 1.0))
    speeds = [speed for speed in found if speed > 0]
    return min(speeds) if speeds else None


def _code(code: object) -> str:
    if code is None or code != code:
        return ""
    if isinstance(code, bool | np.bool_):
        return "yes" if code else "no"
    if isinstance(code, float | np.floating) and float(code).is_integer():
        code = int(code)
    return str(code).strip().lower()
