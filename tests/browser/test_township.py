"""Use the weekly page in a real browser: its figures, its map, its player, its address, and its one sheet of paper."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import slow_quarter
from tests.browser.conftest import PATIENCE, Served, Watched, serving
from tests.slow_quarter import SLOW, SLOW_GRIDS

pytestmark = pytest.mark.browser

Watch = Callable[..., Watched]
Shoot = Callable[[Page, str], None]
MONDAY, NEXT = "2018-12-03", "2018-12-10"
#: A4 in CSS pixels, with a pixel of rounding
A4 = (794, 1123)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(slow_quarter.build(tmp_path_factory.mktemp("slow"))) as running:
        yield running


def opened(watched: Watched, served: Served, code: str = SLOW, query: str = "?lang=zh") -> Page:
    """The weekly page of a township, once both maps are drawn."""
    page = watched.page
    page.goto(f"{served.url}/township/{code}{query}")
    stands(watched)
    return page


def stands(watched: Watched) -> None:
    watched.page.wait_for_selector(".weekly .verdict", timeout=PATIENCE * 1000)
    watched.page.wait_for_selector(".sheet .leaflet-places-pane path", state="attached", timeout=PATIENCE * 1000)
    watched.page.wait_for_selector(".where .leaflet-cells-pane path", state="attached", timeout=PATIENCE * 1000)
    watched.settle()


def fills(page: Page) -> list[str]:
    """The colours of the places on the map of changes."""
    return page.eval_on_selector_all(".sheet .leaflet-places-pane path", "all => all.map(p => p.getAttribute('fill'))")


def query_of(page: Page) -> dict[str, str]:
    return page.evaluate("() => Object.fromEntries(new URLSearchParams(location.search))")


def card(page: Page, label: str) -> Any:
    return page.locator(".card", has_text=label)


def test_the_sheet_says_what_ask_says(served: Served, watch: Watch, shoot: Shoot) -> None:
    page = opened(watch(), served)
    expect(page.locator(".verdict")).to_contain_text("East变差：15分钟到场率")
    row = served.get("/api/ask", metric="arrival_rate_15", township=SLOW, since=MONDAY, until=NEXT)["rows"][0]
    value = f"{row['value'] * 100:.1f}%"
    assert card(page, "15分钟到场率").locator(".card-value").inner_text().lstrip("▲").strip() == value
    assert card(page, "15分钟到场率").locator(".card-parts").inner_text() == (
        f"{row['numerator']:.0f}/{row['denominator']:.0f}"
    )
    assert page.locator(".things tbody tr").count() == 3
    for grid in SLOW_GRIDS:
        expect(page.locator(".things")).to_contain_text(f"Grid {grid}")
    # three amber places, and amber nowhere else
    assert sorted(fills(page)).count("#e8a33d") == 3
    assert len(fills(page)) == 9
    shoot(page, "township-1920-light-zh")


def test_a_value_is_chosen_and_the_address_restores_it(served: Served, watch: Watch) -> None:
    watched = watch()
    page = opened(watched, served)
    before = page.inner_text(".split")
    card(page, "重复率").click()
    expect(page.locator(".split-said")).to_contain_text("重复率")
    page.locator("#weekly-base label").nth(1).click()
    expect(page.locator(".split-said")).to_contain_text("12-03 – 12-09 比 2018-11-26 – 2018-12-02")
    expect(card(page, "重复率")).to_have_attribute("aria-pressed", "true")
    expect(card(page, "15分钟到场率")).to_have_attribute("aria-pressed", "false")
    assert query_of(page) == {"lang": "zh", "measure": "repeat_rate", "base": "last", "week": "2018-W49"}
    said = page.inner_text(".split")
    assert said != before
    page.reload()
    stands(watched)
    assert page.inner_text(".split") == said
    expect(card(page, "重复率")).to_have_class(re.compile("is-chosen"))


def test_weeks_are_walked_by_button_key_and_list(served: Served, watch: Watch) -> None:
    watched = watch()
    page = opened(watched, served)
    week = page.locator(".masthead .week")
    page.click("#weekly-earlier")
    expect(week).to_have_text("2018年第48周")
    page.locator("body").press("ArrowRight")
    expect(week).to_have_text("2018年第49周")
    page.click("#weekly-later")
    expect(week).to_have_text("2018年第50周")
    expect(page.locator(".running")).to_contain_text("本周未结束")
    expect(page.locator("#weekly-later")).to_be_disabled()
    page.click("#weekly-week")
    page.locator(".mantine-Select-option:visible", has_text="2018年第40周").click()
    expect(week).to_have_text("2018年第40周")
    assert query_of(page)["week"] == "2018-W40"
    page.go_back()
    expect(week).to_have_text("2018年第50周")
    stands(watched)


def test_another_township_is_chosen_from_the_list(served: Served, watch: Watch) -> None:
    watched = watch()
    page = opened(watched, served, query="?lang=zh&week=2018-W49")
    page.click("#weekly-unit")
    page.locator(".mantine-Select-option:visible", has_text="North").click()
    expect(page.locator("h1")).to_have_text("North")
    expect(page.locator(".things")).to_contain_text("无可测变化")
    assert page.evaluate("() => location.pathname") == "/township/T1"
    assert query_of(page)["week"] == "2018-W49"
    stands(watched)


def test_language_and_theme_are_switched_and_kept(served: Served, watch: Watch, shoot: Shoot) -> None:
    watched = watch()
    page = opened(watched, served)
    page.click("#weekly-language")
    expect(page.locator(".verdict")).to_contain_text("got worse")
    page.click("#weekly-theme")
    expect(page.locator(".weekly")).to_have_attribute("data-theme", "dark")
    stands(watched)
    root = page.evaluate("() => [document.documentElement.lang, document.documentElement.dataset.theme]")
    assert root == ["en", "dark"]
    assert sorted(fills(page)).count("#e09a35") == 3
    shoot(page, "township-1920-dark-en")
    page.reload()
    stands(watched)
    expect(page.locator(".verdict")).to_contain_text("got worse")
    assert query_of(page) == {"lang": "en", "theme": "dark"}


def test_the_weeks_of_cells_are_moved_and_played(served: Served, watch: Watch) -> None:
    page = opened(watch(), served)
    said = page.locator("#weekly-cell-said")
    colours = "all => all.map(p => p.getAttribute('fill')).join()"
    last = page.eval_on_selector_all(".where .leaflet-cells-pane path", colours)
    page.locator("#weekly-cell-week [role=slider]").focus()
    page.keyboard.press("Home")
    expect(said).to_contain_text("第24周")
    assert page.eval_on_selector_all(".where .leaflet-cells-pane path", colours) != last
    rows = served.get(
        "/api/ask", metric="volume", township=SLOW, since="2018-06-11", until="2018-06-18"
    )["rows"]  # fmt: skip
    expect(said).to_contain_text(f"{rows[0]['value']:.0f} 件")
    page.click("#weekly-play")
    expect(page.locator("#weekly-play")).to_have_attribute("aria-pressed", "true")
    expect(said).to_contain_text("第26周", timeout=8000)
    page.click("#weekly-play")
    expect(page.locator("#weekly-play")).to_have_attribute("aria-pressed", "false")
    held = said.inner_text()
    page.wait_for_timeout(1600)
    assert said.inner_text() == held


def test_a_place_on_the_map_says_what_it_adds(served: Served, watch: Watch) -> None:
    page = opened(watch(), served)
    page.locator(".sheet .leaflet-places-pane path[fill='#e8a33d']").first.hover()
    expect(page.locator(".gc-tip").first).to_contain_text("个百分点")


def test_the_sheet_is_one_a4(served: Served, watch: Watch, tmp_path: Path) -> None:
    for lang, theme in (("zh", "light"), ("en", "dark")):
        page = opened(watch(), served, query=f"?lang={lang}&theme={theme}")
        page.fill("#weekly-note", "派遣台已增一人，周五前复核。")
        kept = page.evaluate("() => document.querySelector('.sheet .leaflet-container').clientWidth")
        pdf = page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page[^s]", pdf)) == 1
        box = re.search(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", pdf)
        assert box is not None
        assert [round(float(side)) for side in box.groups()] == [595, 842]
        # what stands on the paper, in the browser's own print layout
        page.emulate_media(media="print")
        page.set_viewport_size({"width": A4[0] - 76, "height": A4[1]})
        sheet = page.locator(".sheet").bounding_box()
        foot = page.locator(".sheet-foot").bounding_box()
        assert sheet is not None
        assert foot is not None
        assert foot["y"] + foot["height"] <= sheet["y"] + sheet["height"] + 1
        assert sheet["height"] <= A4[1] - 60
        size = "node => parseFloat(getComputedStyle(node).fontSize) * 72 / 96"
        assert page.eval_on_selector(".card-value", size) == pytest.approx(36, abs=0.1)
        assert page.eval_on_selector(".verdict", size) == pytest.approx(24 if lang == "zh" else 19, abs=0.1)
        for hidden in (".weekly-bar", ".beside", ".against"):
            expect(page.locator(hidden)).to_be_hidden()
        expect(page.locator("#weekly-note")).to_have_value("派遣台已增一人，周五前复核。")
        page.emulate_media(media="screen")
        page.set_viewport_size({"width": 1920, "height": 1080})
        assert page.evaluate("() => document.querySelector('.sheet .leaflet-container').clientWidth") == kept


def test_the_map_on_paper_is_light_and_all_there(served: Served, watch: Watch) -> None:
    page = opened(watch(), served, query="?lang=zh&theme=dark")
    dark = fills(page)
    page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    assert sorted(fills(page)).count("#e8a33d") == 3
    outline = page.get_attribute(".sheet .leaflet-unit-pane path", "fill")
    assert outline == "none"
    page.evaluate("() => window.dispatchEvent(new Event('afterprint'))")
    assert fills(page) == dark


def test_what_is_written_in_the_box_is_not_kept(served: Served, watch: Watch) -> None:
    watched = watch()
    page = opened(watched, served)
    expect(page.locator(".note-box h2")).to_contain_text("不保存")
    page.fill("#weekly-note", "只在纸上")
    page.reload()
    stands(watched)
    expect(page.locator("#weekly-note")).to_have_value("")


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (3840, 2160), (1366, 768), (390, 844)])
def test_nothing_is_wider_than_the_screen(served: Served, watch: Watch, shoot: Shoot, width: int, height: int) -> None:
    page = opened(watch(width, height), served)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    cut = page.evaluate(
        """() => [...document.querySelectorAll('.verdict, .card-label, .card-value, .card-standing, .things td')]
            .filter(node => node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).display !== 'inline')
            .map(node => node.className + ' ' + node.textContent)"""
    )
    assert cut == []
    shoot(page, f"township-{width}-light-zh-fold")


def test_the_wall_leads_to_the_week_and_back(served: Served, watch: Watch) -> None:
    watched = watch()
    page = watched.open(served, "?lang=en&theme=light")
    page.click(".strip-name a:has-text('East')")
    stands(watched)
    assert page.evaluate("() => location.pathname") == f"/township/{SLOW}"
    expect(page.locator(".verdict")).to_contain_text("got worse")
    page.click(".weekly-back")
    page.wait_for_selector(".wall", timeout=PATIENCE * 1000)
    assert page.evaluate("() => location.pathname") == "/"


def test_a_township_that_is_not_is_told(served: Served, watch: Watch) -> None:
    page = watch().page
    page.goto(f"{served.url}/township/T9")
    expect(page.locator("[role=alert]").first).to_contain_text("T9")
    expect(page.locator(".back-home")).to_be_visible()
