"""Describe every table and column of the warehouse once.

The DDL, the data dictionary, the exports' headings and the loader's type checks all come from here. Times are stored
as naive UTC ``TIMESTAMP``; a column ending in ``_local`` is the same moment on the site's wall clock, computed once at
load. Geometry is WKB in WGS84 (longitude, latitude). Ids are text, made from (source, source_id).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from words import Words

Kind = Literal["reference", "fact", "book"]
Personal = Literal["", "words", "name", "phone", "position"]

#: The levels an area can have, widest first. A site uses any of them and may give them other labels.
LEVELS: tuple[str, ...] = ("province", "city", "county", "township", "village", "grid")

LEVEL_WORDS = {
    "province": Words("province", "省"),
    "city": Words("city", "市"),
    "county": Words("county", "县"),
    "township": Words("township", "乡镇街道"),
    "village": Words("village", "村社"),
    "grid": Words("grid", "网格"),
}


@dataclass(frozen=True)
class Column:
    """One column: its DuckDB type, unit, words and meaning."""

    name: str
    type: str
    label: Words
    meaning: str
    unit: str = ""
    #: what kind of personal data it may hold; faces mask it unless the role needs it
    personal: Personal = ""
    #: a fine or confiscation: may be stored and shown on its own case, never asked, ranked or summed (law.md, Art. 74)
    art74: bool = False


@dataclass(frozen=True)
class Table:
    """One table: its key, its columns, and the SQL expressions that order it on disk (stack-data.md, layout)."""

    name: str
    kind: Kind
    label: Words
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    order: tuple[str, ...] = field(default=())

    @property
    def names(self) -> tuple[str, ...]:
        """The column names in order."""
        return tuple(column.name for column in self.columns)

    def ddl(self, schema: str = "") -> str:
        """The CREATE TABLE statement; no primary key and no index (stack-data.md: they corrupt under upsert)."""
        body = ", ".join(f'"{column.name}" {column.type}' for column in self.columns)
        return f'CREATE TABLE {schema + "." if schema else ""}"{self.name}" ({body})'


def _c(name: str, type_: str, en: str, zh: str, meaning: str, **more: object) -> Column:
    return Column(name, type_, Words(en, zh), meaning, **more)  # type: ignore[arg-type]


def _place() -> tuple[Column, ...]:
    """The columns that say where a fact is: given at load, never asked of the polygons again."""
    levels = tuple(
        _c(level, "VARCHAR", words.en, words.zh, f"code of the {words.en} the fact lies in; null where none")
        for level, words in LEVEL_WORDS.items()
    )
    return (
        _c("lon", "DOUBLE", "longitude", "经度", "WGS84; null where the source gives no position", unit="°"),
        _c("lat", "DOUBLE", "latitude", "纬度", "WGS84; null where the source gives no position", unit="°"),
        _c(
            "located",
            "VARCHAR",
            "located by",
            "定位方式",
            "in: inside exactly one area; edge: on a shared edge, lowest code; several: in overlapping areas, lowest "
            "code; nearest: outside, within the site's tolerance; stated: no position, area named by the source; "
            "none: in no area. Judged at the site's finest located level.",
        ),
        _c("area_version", "INTEGER", "area version", "区划版本", "version of the areas the fact was located in"),
        *levels,
        _c("cell7", "UBIGINT", "H3 cell, resolution 7", "H3 单元 7 级", "about 5 km²"),
        _c("cell8", "UBIGINT", "H3 cell, resolution 8", "H3 单元 8 级", "about 0.7 km²"),
        _c("cell9", "UBIGINT", "H3 cell, resolution 9", "H3 单元 9 级", "about 0.1 km²"),
    )


def _source() -> tuple[Column, ...]:
    return (
        _c("source", "VARCHAR", "source", "来源", "name of the source in the site file"),
        _c("source_id", "VARCHAR", "source id", "来源编号", "the id the source itself uses, as text"),
        _c("row_hash", "UBIGINT", "row hash", "行摘要", "hash of the row as accepted: equal means unchanged"),
        _c("loaded_in", "INTEGER", "loaded in", "装载批次", "number of the load that last wrote the row"),
    )


AREAS = Table(
    "areas",
    "reference",
    Words("areas", "区划"),
    "Every area ever loaded: county, township, village, grid.",
    ("level", "code"),
    (
        _c("level", "VARCHAR", "level", "层级", "one of the six levels"),
        _c("code", "VARCHAR", "code", "编码", "the area's code, unique within its level"),
        _c("parent", "VARCHAR", "parent", "上级", "code of the area one used level up; null at the top"),
        _c("name_zh", "VARCHAR", "name (zh)", "名称", "name as the source writes it"),
        _c("name_en", "VARCHAR", "name (en)", "英文名称", "name in Latin letters, or the same name"),
        _c("kind", "VARCHAR", "kind", "类别", "what the site calls it, e.g. 镇, 街道, hub town"),
    ),
)

AREA_VERSIONS = Table(
    "area_versions",
    "reference",
    Words("area versions", "区划版本"),
    "The shape of an area and when it held. A fact keeps the version it was located in.",
    ("level", "code", "version"),
    (
        _c("level", "VARCHAR", "level", "层级", "one of the six levels"),
        _c("code", "VARCHAR", "code", "编码", "the area's code"),
        _c("version", "INTEGER", "version", "版本", "number of the area version, rising from 1"),
        _c("valid_from", "DATE", "valid from", "生效", "first day of this shape; null: since ever"),
        _c("valid_to", "DATE", "valid to", "失效", "day after the last; null: still"),
        _c("geom", "BLOB", "geometry", "边界", "WKB polygon or multipolygon, WGS84, valid"),
        _c("km2", "DOUBLE", "area", "面积", "geodesic on WGS84", unit="km²"),
        _c("label_lon", "DOUBLE", "label longitude", "标注经度", "a point inside, for the label", unit="°"),
        _c("label_lat", "DOUBLE", "label latitude", "标注纬度", "a point inside, for the label", unit="°"),
        _c("geom_hash", "UBIGINT", "geometry hash", "边界摘要", "equal means the shape did not change"),
        _c("repairs", "VARCHAR", "repairs", "修复", "what was mended, in words; null where nothing was"),
    ),
)

ITEMS = Table(
    "items",
    "reference",
    Words("items", "事项"),
    "The catalogue of enforcement items or request types.",
    ("code",),
    (
        _c("code", "VARCHAR", "code", "事项编码", "the item's code in the site"),
        _c("name_zh", "VARCHAR", "name (zh)", "事项名称", "name in Chinese, or as the source writes it"),
        _c("name_en", "VARCHAR", "name (en)", "英文名称", "name in English, or the same name"),
        _c("domain", "VARCHAR", "domain", "领域", "the field of law or service it belongs to"),
        _c("class", "VARCHAR", "class", "监管类别", "supervision class 1 to 5"),
        _c("lists", "VARCHAR[]", "lists", "清单", "street, village, enterprise: the checklists it stands on"),
        _c("first_response", "BOOLEAN", "first response", "快速响应", "needs someone on scene (15-minute clock)"),
        _c("clock_amount", "DOUBLE", "clock", "时限", "time allowed from acceptance to closure"),
        _c("clock_kind", "VARCHAR", "clock kind", "时限种类", "minutes, work_hours, work_days or days"),
        _c("procedure", "VARCHAR", "procedure", "程序", "simple or ordinary, where it becomes a case"),
        _c("valid_from", "DATE", "valid from", "生效", "first day; null: since ever"),
        _c("valid_to", "DATE", "valid to", "失效", "day after the last; null: still"),
    ),
)

SQUADS = Table(
    "squads",
    "reference",
    Words("squads", "队伍"),
    "Teams that can be sent.",
    ("code",),
    (
        _c("code", "VARCHAR", "code", "队伍编码", "the squad's code or unit id"),
        _c("name_zh", "VARCHAR", "name (zh)", "名称", "name in Chinese, or as the source writes it"),
        _c("name_en", "VARCHAR", "name (en)", "英文名称", "name in English, or the same name"),
        _c(
            "kind",
            "VARCHAR",
            "kind",
            "性质",
            "own 乡属, stationed 派驻, radiating 辐射, direct 直管, or the source's word",
        ),
        _c("station", "VARCHAR", "station", "驻地", "code of its home station"),
        _c("township", "VARCHAR", "township", "所在乡镇", "code of the township it stands in"),
        _c("covers", "VARCHAR[]", "covers", "覆盖乡镇", "codes of the townships it serves; empty: all"),
        _c("lon", "DOUBLE", "longitude", "经度", "where it starts from", unit="°", personal="position"),
        _c("lat", "DOUBLE", "latitude", "纬度", "where it starts from", unit="°", personal="position"),
        _c("officers", "INTEGER", "certified officers", "持证人员", "with an enforcement certificate", unit="persons"),
        _c("auxiliaries", "INTEGER", "auxiliaries", "辅助人员", "without one", unit="persons"),
        _c("on_duty", "BOOLEAN", "on duty", "在岗", "as the source says; null: not said"),
    ),
)

STATIONS = Table(
    "stations",
    "reference",
    Words("stations", "驻点"),
    "Places teams start from.",
    ("code",),
    (
        _c("code", "VARCHAR", "code", "编码", "the station's code"),
        _c("name_zh", "VARCHAR", "name (zh)", "名称", "name in Chinese, or as the source writes it"),
        _c("name_en", "VARCHAR", "name (en)", "英文名称", "name in English, or the same name"),
        _c("kind", "VARCHAR", "kind", "类别", "station, hub, command centre, or the source's word"),
        _c("township", "VARCHAR", "township", "所在乡镇", "code of the township it stands in"),
        _c("lon", "DOUBLE", "longitude", "经度", "WGS84", unit="°"),
        _c("lat", "DOUBLE", "latitude", "纬度", "WGS84", unit="°"),
        _c("address", "VARCHAR", "address", "地址", "as the source writes it"),
    ),
)

ROADS = Table(
    "roads",
    "reference",
    Words("roads", "道路"),
    "The links of the road network.",
    ("link",),
    (
        _c("link", "VARCHAR", "link", "路段", "the link's id, as text"),
        _c("name", "VARCHAR", "name", "路名", "as the source writes it"),
        _c("class", "VARCHAR", "class", "道路等级", "the source's class, which decides the speed"),
        _c("oneway", "TINYINT", "one way", "单行", "0 both ways, 1 along the line, -1 against it"),
        _c("speed_kmh", "DOUBLE", "speed", "车速", "speed a squad drives", unit="km/h"),
        _c("length_m", "DOUBLE", "length", "长度", "given by the source, else geodesic", unit="m"),
        _c("from_node", "VARCHAR", "from node", "起点", "the source's node id; null: by position"),
        _c("to_node", "VARCHAR", "to node", "终点", "the source's node id; null: by position"),
        _c("geom", "BLOB", "geometry", "线形", "WKB linestring, WGS84"),
    ),
)

REPORTS = Table(
    "reports",
    "fact",
    Words("reports", "上报"),
    "A call, a ticket, a patrol entry: what somebody said. Several may point to one incident.",
    ("report_id",),
    (
        _c("report_id", "VARCHAR", "report", "上报编号", "source:source_id"),
        _c("incident_id", "VARCHAR", "incident", "事件编号", "the incident it points to"),
        _c(
            "channel", "VARCHAR", "channel", "渠道", "patrol, hotline, department, public, device, or the source's word"
        ),
        _c("item", "VARCHAR", "item", "事项", "code of the item"),
        _c("reported_at", "TIMESTAMP", "reported at", "上报时间", "UTC"),
        _c("reported_local", "TIMESTAMP", "reported (local)", "上报时间(当地)", "site time"),
        _c("words", "VARCHAR", "words", "内容", "what was said", personal="words"),
        _c("address", "VARCHAR", "address", "地址", "as the source writes it", personal="words"),
        _c("caller", "VARCHAR", "caller", "上报人", "as the source writes it", personal="name"),
        _c("phone", "VARCHAR", "phone", "电话", "as the source writes it", personal="phone"),
        _c("rating", "TINYINT", "rating", "评分", "1 to 5; null: not rated"),
        *_place(),
        *_source(),
    ),
    ("date_trunc('month', reported_local)", "township", "reported_at"),
)

INCIDENTS = Table(
    "incidents",
    "fact",
    Words("incidents", "事件"),
    "One row per thing that happened and must be dealt with.",
    ("incident_id",),
    (
        _c("incident_id", "VARCHAR", "incident", "事件编号", "source:source_id"),
        _c("item", "VARCHAR", "item", "事项", "code of the item"),
        _c("channel", "VARCHAR", "channel", "渠道", "channel of its first report"),
        _c("self_found", "BOOLEAN", "self-found", "主动发现", "found by patrol or device, not reported by the public"),
        _c("urgency", "VARCHAR", "urgency", "紧急程度", "the source's own word"),
        _c(
            "state",
            "VARCHAR",
            "state",
            "状态",
            "open, closed, declined, void, transferred, suspended (enforcement.workflow)",
        ),
        _c("outcome", "VARCHAR", "outcome", "处置结果", "how it ended; the site's word mapped to enforcement.workflow"),
        _c("opened_at", "TIMESTAMP", "reported at", "上报时间", "first report, UTC"),
        _c("opened_local", "TIMESTAMP", "reported (local)", "上报时间(当地)", "first report, site time"),
        _c("local_date", "DATE", "date", "日期", "site date of the first report"),
        _c("local_hour", "TINYINT", "hour", "小时", "site hour of the first report, 0 to 23", unit="h"),
        _c("weekday", "TINYINT", "weekday", "星期", "1 Monday to 7 Sunday, of the site date"),
        _c("accepted_at", "TIMESTAMP", "accepted at", "受理时间", "UTC"),
        _c("dispatched_at", "TIMESTAMP", "dispatched at", "派遣时间", "first dispatch, UTC"),
        _c("acknowledged_at", "TIMESTAMP", "acknowledged at", "接单时间", "first acknowledgement, UTC"),
        _c("on_scene_at", "TIMESTAMP", "on scene at", "到场时间", "first squad on scene, UTC; null: never reached"),
        _c("handled_at", "TIMESTAMP", "handled at", "处置时间", "UTC"),
        _c("closed_at", "TIMESTAMP", "closed at", "办结时间", "UTC; null: not closed"),
        _c("closed_local", "TIMESTAMP", "closed (local)", "办结时间(当地)", "site time"),
        _c("needs_arrival", "BOOLEAN", "needs arrival", "需到场", "the 15-minute clock runs for it"),
        _c("arrival_due_at", "TIMESTAMP", "arrival due", "到场时限", "opened_at plus the site's arrival minutes, UTC"),
        _c("due_at", "TIMESTAMP", "due at", "办结时限", "deadline for closure, UTC; null: no clock"),
        _c("reworks", "SMALLINT", "reworks", "返工次数", "times sent back after handling"),
        _c("reopens", "SMALLINT", "reopenings", "重开次数", "times reopened after closure"),
        _c("returns", "SMALLINT", "returns", "退单次数", "times a unit handed the dispatch back"),
        _c("extensions", "SMALLINT", "extensions", "延期次数", "times the deadline was extended"),
        _c("reports", "INTEGER", "reports", "上报次数", "reports that point to it"),
        _c(
            "repeat_of",
            "VARCHAR",
            "repeat of",
            "重复于",
            "the earlier incident of the same item within the site's repeat distance and days; null: first",
        ),
        _c("owner", "VARCHAR", "owner", "首查责任人", "the unit with first-inspection duty; null: ownerless"),
        _c("squad", "VARCHAR", "squad", "到场队伍", "the squad first on scene, or first dispatched"),
        _c("words", "VARCHAR", "words", "内容", "what was said", personal="words"),
        _c("address", "VARCHAR", "address", "地址", "as the source writes it", personal="words"),
        _c("areas_n", "TINYINT", "areas matched", "命中区划数", "areas of the located level that hold the point"),
        _c("stated_area", "VARCHAR", "stated area", "来源所述区划", "code of the area the source itself names"),
        _c("faults", "VARCHAR[]", "faults", "数据疑点", "codes of findings on this row (etl.faults); empty: none"),
        *_place(),
        *_source(),
    ),
    ("date_trunc('month', opened_local)", "township", "opened_at"),
)

INCIDENT_STEPS = Table(
    "incident_steps",
    "fact",
    Words("incident steps", "事件流转"),
    "What was done to an incident, in order of seq (two steps can share a second).",
    ("incident_id", "seq"),
    (
        _c("incident_id", "VARCHAR", "incident", "事件编号", "the incident"),
        _c("seq", "INTEGER", "seq", "序号", "order of the steps, from 1"),
        _c("step", "VARCHAR", "step", "环节", "report, accept, dispatch, ... (enforcement.workflow)"),
        _c("at", "TIMESTAMP", "at", "时间", "UTC"),
        _c("at_local", "TIMESTAMP", "at (local)", "时间(当地)", "site time"),
        _c("who", "VARCHAR", "who", "经办", "unit or person", personal="name"),
        _c("squad", "VARCHAR", "squad", "队伍", "squad code"),
        _c("note", "VARCHAR", "note", "备注", "reason or remark", personal="words"),
        _c("township", "VARCHAR", "township", "乡镇街道", "of the incident, for scope"),
    ),
)

DISPATCHES = Table(
    "dispatches",
    "fact",
    Words("dispatches", "派遣"),
    "One squad sent to one incident once.",
    ("dispatch_id",),
    (
        _c("dispatch_id", "VARCHAR", "dispatch", "派遣编号", "source:source_id"),
        _c("incident_id", "VARCHAR", "incident", "事件编号", "the incident"),
        _c("squad", "VARCHAR", "squad", "队伍", "squad code"),
        _c("dispatched_at", "TIMESTAMP", "dispatched at", "派遣时间", "UTC"),
        _c("acknowledged_at", "TIMESTAMP", "acknowledged at", "接单时间", "UTC"),
        _c("on_scene_at", "TIMESTAMP", "on scene at", "到场时间", "UTC; null: never on scene"),
        _c("cleared_at", "TIMESTAMP", "cleared at", "离场时间", "free again, UTC"),
        _c("dispatched_local", "TIMESTAMP", "dispatched (local)", "派遣时间(当地)", "site time"),
        _c("township", "VARCHAR", "township", "乡镇街道", "of the incident"),
        _c("grid", "VARCHAR", "grid", "网格", "of the incident"),
        _c("item", "VARCHAR", "item", "事项", "of the incident"),
        _c("faults", "VARCHAR[]", "faults", "数据疑点", "codes of findings on this row"),
        *_source(),
    ),
    ("date_trunc('month', dispatched_at)", "township", "dispatched_at"),
)

CASES = Table(
    "cases",
    "fact",
    Words("cases", "案件"),
    "A legal case opened from an incident or directly.",
    ("case_id",),
    (
        _c("case_id", "VARCHAR", "case", "案件编号", "source:source_id"),
        _c("incident_id", "VARCHAR", "incident", "事件编号", "where it came from; null: filed directly"),
        _c("document_no", "VARCHAR", "document number", "文书号", "e.g. 〔2026〕第12号"),
        _c("item", "VARCHAR", "item", "事项", "code of the item"),
        _c("procedure", "VARCHAR", "procedure", "程序", "simple or ordinary"),
        _c("state", "VARCHAR", "state", "状态", "open, closed, withdrawn, transferred, no_penalty"),
        _c("filed_at", "TIMESTAMP", "filed at", "立案时间", "UTC"),
        _c("filed_local", "TIMESTAMP", "filed (local)", "立案时间(当地)", "site time"),
        _c("decided_at", "TIMESTAMP", "decided at", "决定时间", "UTC"),
        _c("published_at", "TIMESTAMP", "published at", "公示时间", "UTC"),
        _c("due_at", "TIMESTAMP", "decision due", "决定时限", "UTC; null: no clock"),
        _c("closed_at", "TIMESTAMP", "closed at", "结案时间", "UTC"),
        _c("to_publish", "BOOLEAN", "to be published", "应公示", "the decision must be made public"),
        _c("party", "VARCHAR", "party", "当事人", "as the source writes it", personal="name"),
        _c("penalty", "VARCHAR", "penalty", "处罚种类", "warning, fine, confiscation, ... : the kind only"),
        _c("fine_yuan", "DECIMAL(14,2)", "fine", "罚款金额", "shown on its own case only", unit="yuan", art74=True),
        _c("officers", "VARCHAR[]", "officers", "承办人", "certificate numbers", personal="name"),
        _c("faults", "VARCHAR[]", "faults", "数据疑点", "codes of findings on this row"),
        *_place(),
        *_source(),
    ),
    ("date_trunc('month', filed_at)", "township", "filed_at"),
)

CASE_STEPS = Table(
    "case_steps",
    "fact",
    Words("case steps", "案件流转"),
    "The stages of a case in order of seq.",
    ("case_id", "seq"),
    (
        _c("case_id", "VARCHAR", "case", "案件编号", "the case"),
        _c("seq", "INTEGER", "seq", "序号", "order of the steps, from 1"),
        _c("stage", "VARCHAR", "stage", "环节", "register, file, investigate, ... (enforcement.workflow)"),
        _c("at", "TIMESTAMP", "at", "时间", "UTC"),
        _c("at_local", "TIMESTAMP", "at (local)", "时间(当地)", "site time"),
        _c("who", "VARCHAR", "who", "经办", "person", personal="name"),
        _c("note", "VARCHAR", "note", "备注", "remark", personal="words"),
        _c("township", "VARCHAR", "township", "乡镇街道", "of the case, for scope"),
    ),
)

LOADS = Table(
    "loads",
    "book",
    Words("loads", "装载"),
    "One row per source and load: what was read and what became of it.",
    ("load", "source"),
    (
        _c("load", "INTEGER", "load", "批次", "number of the load, rising; equals the version it made"),
        _c("source", "VARCHAR", "source", "来源", "name of the source in the site file"),
        _c("into", "VARCHAR", "table", "表", "the main table it feeds"),
        _c("files", "VARCHAR[]", "files", "文件", "the files read, without folders"),
        _c("sha256", "VARCHAR", "SHA-256", "SHA-256", "of the files' bytes in order"),
        _c("at", "TIMESTAMP", "at", "时间", "when the load ended, UTC"),
        _c("seconds", "DOUBLE", "seconds", "用时", "time it took", unit="s"),
        _c("read", "BIGINT", "read", "读取", "rows read", unit="rows"),
        _c("loaded", "BIGINT", "loaded", "装入", "rows that stand in the main table from this source", unit="rows"),
        _c("added", "BIGINT", "added", "新增", "rows that were not there before", unit="rows"),
        _c("updated", "BIGINT", "updated", "更新", "rows that were there and differ", unit="rows"),
        _c("unchanged", "BIGINT", "unchanged", "未变", "rows that were there and are equal", unit="rows"),
        _c("repaired", "BIGINT", "repaired", "修复", "geometries or values mended", unit="rows"),
        _c("rejected", "BIGINT", "rejected", "拒收", "rows kept in rejects", unit="rows"),
        _c("duplicate", "BIGINT", "duplicate", "重复", "rows equal to an earlier row of the same load", unit="rows"),
        _c("outside", "BIGINT", "outside", "区划外", "rows with a position in no area", unit="rows"),
        _c("unplaced", "BIGINT", "without position", "无坐标", "rows without a position", unit="rows"),
    ),
)

REJECTS = Table(
    "rejects",
    "book",
    Words("rejects", "拒收"),
    "Rows that could not be loaded, whole, with what is wrong and how to mend it.",
    ("load", "source", "file", "sheet", "row", "column"),
    (
        _c("load", "INTEGER", "load", "批次", "number of the load"),
        _c("source", "VARCHAR", "source", "来源", "name of the source in the site file"),
        _c("file", "VARCHAR", "file", "文件", "file name"),
        _c("sheet", "VARCHAR", "sheet", "工作表", "sheet or layer; empty where there is none"),
        _c("row", "BIGINT", "row", "行", "row number as a person counts in the file (a header is row 1)"),
        _c("column", "VARCHAR", "column", "列", "the source's column name"),
        _c("fault", "VARCHAR", "fault", "原因代码", "code of the fault (etl.faults)"),
        _c("message", "VARCHAR", "message", "原因", "what is wrong and how to mend it, in English"),
        _c("raw", "VARCHAR", "raw value", "原值", "the value as read", personal="words"),
        _c("record", "VARCHAR", "record", "原行", "the whole row as JSON, to mend and load again", personal="words"),
    ),
)

FINDINGS = Table(
    "findings",
    "book",
    Words("findings", "数据疑点"),
    "Rows that were loaded though something about them cannot be right. A question, not a verdict.",
    ("load", "table", "id", "fault"),
    (
        _c("load", "INTEGER", "load", "批次", "number of the load that found it"),
        _c("source", "VARCHAR", "source", "来源", "name of the source"),
        _c("table", "VARCHAR", "table", "表", "table of the row"),
        _c("id", "VARCHAR", "id", "编号", "key of the row"),
        _c("fault", "VARCHAR", "fault", "疑点代码", "code of the fault (etl.faults)"),
        _c("message", "VARCHAR", "message", "说明", "what cannot be right, in English"),
    ),
)

CHECKS = Table(
    "checks",
    "book",
    Words("checks", "核对"),
    "Figures computed at load that let a person see whether the load is right.",
    ("load", "source", "check"),
    (
        _c("load", "INTEGER", "load", "批次", "number of the load"),
        _c("source", "VARCHAR", "source", "来源", "name of the source or area layer"),
        _c("check", "VARCHAR", "check", "核对项", "key of the check, e.g. located_several, areas_km2"),
        _c("value", "DOUBLE", "value", "数值", "the figure"),
        _c("unit", "VARCHAR", "unit", "单位", "its unit"),
        _c("note", "VARCHAR", "note", "说明", "in words, e.g. the codes that have no polygon"),
    ),
)

SITE = Table(
    "site",
    "book",
    Words("site", "站点"),
    "What the site file says that answers need: name, zone, levels, clocks.",
    ("key",),
    (
        _c("key", "VARCHAR", "key", "键", "name of the setting"),
        _c("value", "VARCHAR", "value", "值", "as JSON"),
    ),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        AREAS,
        AREA_VERSIONS,
        ITEMS,
        SQUADS,
        STATIONS,
        ROADS,
        REPORTS,
        INCIDENTS,
        INCIDENT_STEPS,
        DISPATCHES,
        CASES,
        CASE_STEPS,
        LOADS,
        REJECTS,
        FINDINGS,
        CHECKS,
        SITE,
    )
}
