"""Read the names people give coordinate systems in site files and turn them into ones PROJ knows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

# names below are spelled as `plain` leaves them: lower case, letters, digits and Chinese characters only
Offset = Literal["gcj02", "bd09"]
OFFSETS: Final[Mapping[str, Offset]] = MappingProxyType(
    {
        **dict.fromkeys(("gcj02", "gcj", "gcj2", "火星坐标", "火星坐标系", "国测局坐标", "高德", "高德坐标"), "gcj02"),
        **dict.fromkeys(("amap", "gaode", "tencent", "腾讯", "腾讯坐标", "wechat", "微信"), "gcj02"),
        **dict.fromkeys(("bd09", "bd09ll", "baidu", "百度", "百度坐标", "百度坐标系"), "bd09"),
    }
)

SYNONYMS: Final = MappingProxyType(
    {
        **dict.fromkeys(("wgs84", "wgs1984", "gps", "crs84", "ogccrs84", "longlat", "lonlat"), "EPSG:4326"),
        **dict.fromkeys(("cgcs2000", "cgcs", "gcscgcs2000", "国家2000", "2000国家大地坐标系", "大地2000"), "EPSG:4490"),
        **dict.fromkeys(("国家大地2000", "国家2000坐标系", "cgcs2000geographic", "cgcs2000经纬度"), "EPSG:4490"),
        **dict.fromkeys(("beijing54", "beijing1954", "北京54", "北京1954", "北京54坐标系"), "EPSG:4214"),
        **dict.fromkeys(("xian80", "xian1980", "西安80", "西安1980", "西安80坐标系"), "EPSG:4610"),
        **dict.fromkeys(("webmercator", "pseudomercator", "墨卡托"), "EPSG:3857"),
    }
)

_THREE_DEGREE: Final = re.compile(r"^3(?:degree|deg|度带?|°)?(?:gk|gausskruger|gauss|高斯|高斯克吕格)?")
_UTM: Final = re.compile(r"^(?:wgs84)?utm(?:zone)?(\d{1,2})([ns]?)$")


def plain(name: str) -> str:
    """Lower the case of a name and drop everything but letters, digits and Chinese characters."""
    return re.sub(r"[^0-9a-z\u4e00-\u9fff]", "", name.lower())


def offset_name(name: str) -> Offset | None:
    """``'gcj02'`` or ``'bd09'`` when the name means an offset system, else None."""
    return OFFSETS.get(plain(name))


def proj_name(name: str) -> str:
    """The name PROJ knows for a name people use; what is not recognised comes back trimmed, for PROJ to judge.

    >>> proj_name("CGCS2000 / 3-degree GK CM 120E")
    'EPSG:4549'
    >>> proj_name("UTM 50N"), proj_name("2000国家大地坐标系")
    ('EPSG:32650', 'EPSG:4490')
    """
    short = plain(name)
    if short in SYNONYMS:
        return SYNONYMS[short]
    utm = _UTM.match(short)
    if utm and 1 <= int(utm[1]) <= 60:
        # a zone with no letter is north: no site lies south without saying so
        return f"EPSG:{(32700 if utm[2] == 's' else 32600) + int(utm[1])}"
    return _gauss_kruger(short) or name.strip()


def _gauss_kruger(short: str) -> str | None:
    """The EPSG code of a CGCS2000 3-degree Gauss-Kruger zone named loosely, else None.

    EPSG:4513-4533 carry the zone number before the easting (zones 25-45); EPSG:4534-4554 do not (CM 75E-135E).
    """
    found = re.match(r"^(?:cgcs2000|国家2000|大地2000)(.+)$", short)
    if not found:
        return None
    rest = _THREE_DEGREE.sub("", found[1], count=1)
    meridian = re.match(r"^(?:cm|中央子午线|中央经线)?(\d{2,3})(?:e|度|东经)?$", rest)
    if meridian and 75 <= int(meridian[1]) <= 135 and int(meridian[1]) % 3 == 0:
        return f"EPSG:{4534 + (int(meridian[1]) - 75) // 3}"
    zone = re.match(r"^(?:zone|第)(\d{2})带?$", rest)
    if zone and 25 <= int(zone[1]) <= 45:
        return f"EPSG:{4513 + int(zone[1]) - 25}"
    return None
