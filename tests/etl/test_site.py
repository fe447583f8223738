"""A site file: every fault with its line, all at once; unknown keys with a suggestion; the handbook fits the schema."""

from __future__ import annotations

from pathlib import Path

import pytest

from errors import BadSite
from etl.marks import SiteFaults
from etl.site import SiteFile, read_site_file
from words import Words

GOOD = """\
site: {name: {zh: 溪口, en: Xikou}, zone: Asia/Shanghai}
areas:
  - level: township
    files: towns.geojson
    code: code
sources:
  - name: hotline
    files: calls.csv
    incidents:
      id: 编号
      columns:
        opened_at: 时间
        item: {column: 类别, map: {"01": waste, "*": other}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("towns.geojson", "calls.csv", "calls2.csv"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    return tmp_path


def read(folder: Path, text: str) -> SiteFile:
    path = folder / "site.yaml"
    path.write_text(text, encoding="utf-8")
    return read_site_file(path)


def faults(folder: Path, text: str) -> list[str]:
    with pytest.raises(BadSite) as caught:
        read(folder, text)
    found = caught.value.values["faults"]
    assert isinstance(found, SiteFaults)
    assert all(line in str(caught.value) for line in found.lines("en"))
    return found.lines("en")


def test_a_good_file_is_read_with_its_defaults(folder: Path) -> None:
    site = read(folder, GOOD)
    assert site.site.name == Words("Xikou", "溪口")
    assert site.clocks.arrival_minutes == 15
    assert site.areas[0].files == (folder / "towns.geojson",)
    assert site.areas[0].code.from_ == "code"
    source = site.sources[0]
    assert list(source.tables) == ["incidents"]
    assert source.incidents is not None
    item = source.incidents.columns["item"]
    assert (item.column, item.map, item.line) == ("类别", {"01": "waste", "*": "other"}, 13)


def test_codes_keep_their_leading_zeros_and_are_never_numbers(folder: Path) -> None:
    site = read(folder, GOOD.replace("code: code", "code: {constant: 0330106}"))
    assert site.areas[0].code.constant == "0330106"


def test_all_faults_come_at_once_each_with_its_line(folder: Path) -> None:
    text = """\
site: {name: x, zone: Mars/Base, min_n: 0}
clocks: {arrival_minutes: soon}
areas:
  - level: townshp
    files: nowhere.geojson
    cod: name
sources:
  - name: a b
    files: calls.csv
    incidents:
      columns: {opened: x, lon: , cell7: x}
"""
    found = faults(folder, text)
    for line, words in [
        (1, "'Mars/Base' is no time zone"),
        (1, "'min_n' must be a whole number"),
        (2, "'arrival_minutes' must be a number, not 'soon'"),
        (4, "'level' is 'townshp'; it must be one of: province, city, county, township"),
        (5, "no file matches 'nowhere.geojson'"),
        (6, "unknown key 'cod' in 'areas'; did you mean 'code'?"),
        (8, "'a b' is no source name"),
        (11, "table incidents has no column 'opened'; did you mean 'opened_at'?"),
        (11, "column 'cell7' of incidents is worked out by the load"),
        (11, "'columns.lon' must be"),
    ]:
        assert any(one.startswith(f"site.yaml:{line}: ") and words in one for one in found), (line, words, found)
    lines = [int(one.split(":")[1]) for one in found]
    assert lines == sorted(lines)


def test_faults_are_said_in_chinese(folder: Path) -> None:
    with pytest.raises(BadSite) as caught:
        read(folder, GOOD.replace("Asia/Shanghai", "Asia/Nowhere"))
    found = caught.value.values["faults"]
    assert isinstance(found, SiteFaults)
    assert found.lines("zh") == ["site.yaml:1: “Asia/Nowhere”不是时区；请写 IANA 名称，例如 Asia/Shanghai"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("        opened_at: 时间\n", "", "incidents of source 'hotline' needs 'columns.opened_at'"),
        ("      id: 编号\n", "", "incidents of source 'hotline' needs 'id'"),
        ("    files: calls.csv\n", "", "source 'hotline' needs files (or postgres and query)"),
        ("    code: code\n", "", "the layer 'township' needs 'code'"),
        ("    code: code\n", "    code: {from: a, key: b}\n", "a code table needs 'table', 'from', 'key' and"),
        ("    files: towns.geojson\n", "    derive: grid\n", "'derive: grid': no finer level of that name"),
        ("  - name: hotline\n", "  - name: hotline\n    name: again\n", "key 'name' is written twice (first on"),
        ("    incidents:\n", "    keep: [missing_id]\n    incidents:\n", "'missing_id' is no fault that can be"),
        ("    incidents:\n", "    areas: {grid: {column: x}}\n    incidents:\n", "'grid' is no level of this"),
        ("{column: 类别, map: {\"01\": waste, \"*\": other}}", "{column: a, pattern: x}", "is no regular expression"),
        ("{column: 类别, map: {\"01\": waste, \"*\": other}}", "{column: a, pattern: '(?=b)(c)'}", "is no regular"),
        ("{column: 类别, map: {\"01\": waste, \"*\": other}}", "{map: {a: b}}", "'item' says neither column,"),
        ("sources:", "sourcs:", "unknown key 'sourcs' in 'site file'; did you mean 'sources'?"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told(folder: Path, old: str, new: str, words: str) -> None:
    assert old in GOOD
    assert any(words in one for one in faults(folder, GOOD.replace(old, new))), faults(folder, GOOD.replace(old, new))


def test_unknown_states_are_told(folder: Path) -> None:
    text = GOOD + "        state: {column: s, map: {a: closed, b: finished}}\n"
    states = "open, closed, suspended, transferred, declined, void"
    assert faults(folder, text) == [f"site.yaml:14: 'finished' is no state; the states: {states}"]


def test_two_sources_need_two_names(folder: Path) -> None:
    source = GOOD[GOOD.index("  - name: hotline") :]
    assert faults(folder, GOOD + source) == ["site.yaml:14: the source name 'hotline' is used twice"]


def test_not_yaml_is_told_with_its_line(folder: Path) -> None:
    assert faults(folder, "site:\n  name: [a\nareas: b\n")[0].startswith("site.yaml:3: not readable as YAML")


@pytest.mark.parametrize("text", ["", "- a\n", "just words\n"])
def test_a_file_that_is_no_block_is_told(folder: Path, text: str) -> None:
    assert faults(folder, text) == ["site.yaml:1: a site file is a block of keys: site, areas, sources, ..."]


def test_a_missing_file_is_told(folder: Path) -> None:
    with pytest.raises(BadSite, match="cannot be read"):
        read_site_file(folder / "none.yaml")


def test_environment_variables_in_paths(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = GOOD.replace("calls.csv", "${CALLS_HERE}/calls*.csv")
    monkeypatch.delenv("CALLS_HERE", raising=False)
    assert faults(folder, text) == ["site.yaml:8: the environment variable CALLS_HERE is not set"]
    monkeypatch.setenv("CALLS_HERE", str(folder))
    assert read(folder, text).sources[0].files == (folder / "calls.csv", folder / "calls2.csv")


def test_the_handbook_says_what_the_schema_says() -> None:
    from etl.handbook import handbook

    written = Path(__file__).parents[2] / "docs" / "site-file.md"
    assert written.read_text(encoding="utf-8") == handbook(), "run: python -m etl.handbook > docs/site-file.md"


@pytest.mark.parametrize(
    "path", sorted((Path(__file__).parents[1] / "sites").glob("*.yaml")), ids=lambda path: path.stem
)
@pytest.mark.real
def test_the_real_site_files_have_no_faults(path: Path, shared_data: Path) -> None:
    assert read_site_file(path).site.zone
