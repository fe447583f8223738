"""Give the findings and checks of a load their short names in both languages."""

from __future__ import annotations

from words import Words

FINDINGS: dict[str, Words] = {
    "no_coordinates": Words("without coordinates", "无坐标"),
    "outside": Words("in no area", "不在任何区划内"),
    "several_areas": Words("in overlapping areas", "落在重叠区划内"),
    "area_disagrees": Words("in another area than the source says", "与来源所述区划不符"),
    "year_out_of_range": Words("year cannot be meant", "年份不合理"),
    "closed_before_opened": Words("closed before opened", "办结早于上报"),
    "negative_step": Words("a step before the one before it", "流转时间倒置"),
    "never_on_scene": Words("sent, never on scene", "已派遣未到场"),
    "double_booked": Words("sent again before free", "未离场又被派遣"),
    "emptied": Words("a value left empty", "有值被置空"),
    "empty_code": Words("areas without a code", "区划无编码"),
    "duplicate_code": Words("codes on several shapes", "编码重复的区划"),
}

CHECKS: dict[str, Words] = {
    "areas_n": Words("areas", "区划数"),
    "areas_km2": Words("ground", "面积"),
    "areas_km2_as_read": Words("ground as read", "读入时面积"),
    "areas_repaired": Words("shapes mended", "修复的边界"),
    "empty_codes": Words("without a code", "无编码"),
    "no_parent": Words("without a parent", "无上级"),
    "overlaps_m2": Words("overlaps", "重叠"),
    "gaps_m2": Words("gaps", "缝隙"),
    "no_polygon": Words("listed, without a shape", "在编码表中而无边界"),
    "not_in_code_list": Words("not in the code list", "不在编码表中"),
    "located_none": Words("in no area", "不在任何区划内"),
    "located_in": Words("inside one area", "在一个区划内"),
    "located_edge": Words("on an edge", "在边界上"),
    "located_several": Words("in overlapping areas", "落在重叠区划内"),
    "located_nearest": Words("given to the nearest area", "归入最近区划"),
    "located_stated": Words("placed by the source's word", "按来源所述归入"),
    "stated_n": Words("source names an area", "来源写明区划"),
    "stated_in_none": Words("source names an area, position in none", "来源写明区划而坐标不在区划内"),
    "stated_in_several": Words("source names an area, position in several", "来源写明区划而坐标在重叠区划内"),
    "stated_in_one": Words("source names an area, position in one", "来源写明区划且坐标在一个区划内"),
    "stated_agree_n": Words("of these, agreeing", "其中一致"),
    "stated_agree_share": Words("agreement with the source's area", "与来源所述区划一致率"),
    "stated_unknown": Words("source names an unknown area", "来源所述区划不存在"),
    "without_incident": Words("without their incident", "找不到所属事件"),
    "items_not_listed": Words("items not listed", "不在清单中的事项"),
    "squads_not_listed": Words("squads not listed", "不在清单中的队伍"),
    "mended_rows": Words("mended rows", "修正的行"),
    "links_n": Words("links", "路段数"),
    "links_oneway": Words("one-way links", "单行路段"),
    "links_km": Words("length", "长度"),
}

UNITS: dict[str, Words] = {
    "areas": Words("areas", "个"),
    "rows": Words("rows", "行"),
    "links": Words("links", "条"),
    "items": Words("items", "项"),
    "squads": Words("squads", "支"),
    "km²": Words("km²", "平方公里"),
    "m²": Words("m²", "平方米"),
    "km": Words("km", "公里"),
    "%": Words("%", "%"),
}


def finding_label(code: str, lang: str) -> str:
    """A finding's short name; its code where it has none."""
    return FINDINGS[code].in_(lang) if code in FINDINGS else code


def check_label(name: str, lang: str) -> str:
    """A check's short name; its key where it has none."""
    return CHECKS[name].in_(lang) if name in CHECKS else name


def unit_label(unit: str, lang: str) -> str:
    """A unit's name; the unit itself where it has none."""
    return UNITS[unit].in_(lang) if unit in UNITS else unit
