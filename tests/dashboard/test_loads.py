"""Check the data page: nothing personal on it, every section said in both languages, the address obeyed or named."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.loads.look import SECTIONS, Look, read_look
from dashboard.loads.masking import masked, without_numbers
from dashboard.loads.page import page
from dashboard.loads.words_list import dictionary_list, holds, metric_list
from data.metrics.registry import METRICS
from data.schema import TABLES
from data.warehouse import Warehouse, open_warehouse
from tests.small_county import SITE, build

PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
IDENTITY = re.compile(r"(?<!\d)\d{17}[\dXx]")


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return open_warehouse(build(tmp_path_factory.mktemp("county"), count=40))


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.from_regex(r"[0-9]{17}[0-9X]", fullmatch=True), st.text())
def test_neither_phone_nor_identity_number_survives(phone: str, identity: str, words: str) -> None:
    for raw in (phone, identity, f"{words} {phone} {words}", f"{words},{identity}"):
        for shown in (masked(raw), without_numbers(raw)):
            assert not PHONE.search(shown)
            assert not IDENTITY.search(shown)


def test_a_name_is_masked_and_a_time_or_place_still_shows_what_is_wrong() -> None:
    assert masked("张三 138") == "×× ×××"
    assert masked("2026年13月45日") == "2026年13月45日"
    assert masked("24-12-26 15:34:04") == "24-12-26 15:34:04"
    assert masked("29.5652364, 119.3506939") == "29.56, 119.35"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_is_built(county: Warehouse, section: str, lang: str) -> None:
    text = str(page(county, Look(lang, section=section)).to_plotly_json())
    assert SECTIONS[section].in_(lang) in text


def test_the_registries_are_listed_whole_and_searched() -> None:
    assert len(dictionary_list("", "zh")) == len(TABLES)
    assert len(metric_list("", "en")) == len(METRICS)
    assert "art74" not in str(dictionary_list("phone", "zh"))
    assert len(dictionary_list("certificate numbers", "en")) >= 1
    assert holds("On Scene at", "scene ON")
    assert not holds("on scene", "scene off")


def test_what_the_address_asks_in_vain_is_named() -> None:
    look, unknown = read_look("?section=nowhere&lang=en&theme=light&q=a+b", SITE)
    assert (look.section, look.lang, look.theme, look.sought) == ("loads", "en", "light", "a b")
    assert unknown == ("section",)
    assert read_look(look.href(section="metrics", sought="x").split("?")[1], SITE)[0].sought == "x"
