"""Watch the wall in a real browser: true figures, a route drawn, two languages, an address that restores everything."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import BUILDING, Served, Watched, serving, until
from tests.small_county import build

pytestmark = pytest.mark.browser

Watch = Callable[..., Watched]
Shoot = Callable[[Page, str], None]

COUNTS = {
    "overtime": "overdue_arrival",
    "pending": "backlog_open",
    "soon": "due_soon_30",
    "ownerless": "ownerless_5",
}


def number(page: Page, key: str) -> str:
    """The text of one number, without its mark."""
    return page.inner_text(f".number[data-key={key}] .number-value").lstrip("■▲ \n").strip()


def percent(value: float) -> str:
    return f"{value * 100:.1f}%"


def shown_on_map(page: Page) -> dict[str, Any]:
    """What the map shades by: code to text, numerator over denominator, class."""
    return page.evaluate("() => window.gridcommand.newest().values")


def drawn_routes(page: Page) -> list[dict[str, Any]]:
    """The ways drawn on the map: rank and number of points."""
    return page.evaluate(
        """() => { const found = [];
        gridcommand.map.eachLayer(layer => { const way = layer.feature && layer.feature.properties;
          if (way && way.rank) found.push({rank: way.rank, points: layer.getLatLngs().length}); });
        return found.sort((a, b) => a.rank - b.rank); }"""
    )


def check_numbers(page: Page, served: Served) -> None:
    """The numbers, the strip and the map say what ``/api/ask`` says."""
    for key, metric in COUNTS.items():
        value = served.ask(metric)[0]["value"]
        expected = re.compile(r"未登记|not recorded") if value is None else re.compile(f"^{value:,.0f}$")
        assert expected.match(number(page, key)), key
    rate = served.ask("arrival_rate_15", since="today")[0]
    if rate["value"] is not None:
        assert number(page, "arrival_rate") == percent(rate["value"])
        parts = page.inner_text(".number[data-key=arrival_rate] .number-detail")
        assert parts == f"{rate['numerator']:.0f}/{rate['denominator']:.0f}"
        halves = [served.ask(f"arrival_p{p}", since="today")[0]["value"] / 60 for p in (50, 90)]
        assert number(page, "arrival") == "{:.1f} / {:.1f}".format(*halves)


def check_map(page: Page, served: Served, *, metric: str, level: str, since: str) -> int:
    """Every area on the map shows the value ``/api/ask`` gives it; how many do."""
    rows = {
        row["group"]: row
        for row in served.ask(metric, by=level, since=since)
        if row["group"] is not None and row["value"] is not None
    }
    shown = shown_on_map(page)
    assert set(shown) == set(rows)
    for code, row in rows.items():
        assert shown[code]["few"] == row["few"]
        if row["denominator"] is not None:
            assert shown[code]["d"] == f"{row['numerator']:,.0f}/{row['denominator']:,.0f}"
        if row["value"] <= 1 and row["denominator"]:
            assert shown[code]["t"] == percent(row["value"])
    return len(rows)


def check_table(watched: Watched, served: Served, *, since: str) -> None:
    """The table that opens holds what ``/api/ask`` says, numerator and denominator beside."""
    page = watched.page
    page.click("#open-table")
    page.wait_for_selector(".ag-row", timeout=20_000)
    watched.settle()
    rates = {row["label"]: row for row in served.ask("arrival_rate_15", by="township", since=since, lang="zh")}
    checked = 0
    for line in page.query_selector_all(".ag-center-cols-container .ag-row"):
        index = line.get_attribute("row-index")
        name = page.inner_text(f".ag-pinned-left-cols-container .ag-row[row-index='{index}']").strip()
        cells = [
            cell.inner_text()
            for key in ("arrival_rate_15", "arrival_rate_15_parts")
            if (cell := line.query_selector(f"[col-id={key}]"))
        ]
        row = rates[name]
        assert cells == [percent(row["value"]), f"{row['numerator']:,.0f}/{row['denominator']:,.0f}"]
        checked += 1
    assert checked >= 4
    page.keyboard.press("Escape")
    expect(page.locator(".ag-row").first).to_be_hidden()


def test_the_wall_of_the_county_shows_true_figures(county: Served, watch: Watch, shoot: Shoot) -> None:
    watched = watch()
    page = watched.open(county)
    check_numbers(page, county)
    assert check_map(page, county, metric="arrival_rate_15", level="township", since="last_30_days") == 4
    check_table(watched, county, since="last_30_days")
    assert page.inner_text(".bar-name") == "溪岭县"
    assert page.inner_text(".bar-badge") == "演示数据"
    assert page.inner_text("#clock") == "2026-03-02 12:00"
    shoot(page, "county-1920")


def test_a_click_draws_the_way_and_says_the_eta(county: Served, watch: Watch, shoot: Shoot) -> None:
    watched = watch()
    page = watched.open(county)
    page.click(".worst-row:nth-child(3)")
    page.wait_for_selector(".squad-first", timeout=60_000)
    watched.settle()
    nearest = county.get("/api/nearest", incident="county:soon", lang="zh")
    names = [node.inner_text() for node in page.query_selector_all(".squad-name")]
    assert names == [squad["name"] for squad in nearest["squads"]]
    minutes = [node.inner_text() for node in page.query_selector_all(".squad-minutes")]
    assert minutes == [f"{squad['minutes']:.1f} 分" for squad in nearest["squads"]]
    assert re.search(r"预计 12:\d\d 到 · 晚 \d+ 分", page.inner_text(".squad-first .squad-eta"))
    assert "合法性判定待台账" in page.inner_text("#detail")
    ways = drawn_routes(page)
    assert [way["rank"] for way in ways] == [1, 2, 3]
    assert [way["points"] for way in ways] == [len(squad["line"]) for squad in nearest["squads"]]
    assert "举报人" not in page.content()
    shoot(page, "county-incident-1920")
    page.click("#back-to-list")
    page.wait_for_selector(".worst-row")
    watched.settle()
    assert drawn_routes(page) == []


def test_a_mark_on_the_map_opens_the_same_incident(county: Served, watch: Watch) -> None:
    watched = watch()
    page = watched.open(county)
    where = page.evaluate(
        """() => { let at = null;
        const map = gridcommand.map, box = map.getContainer().getBoundingClientRect();
        map.eachLayer(layer => { const held = layer.feature;
          if (held && held.properties.id === 'county:late') at = map.latLngToContainerPoint(layer.getLatLng()); });
        return {x: box.left + at.x, y: box.top + at.y}; }"""
    )
    page.mouse.click(where["x"], where["y"])
    page.wait_for_selector(".squad-first", timeout=30_000)
    assert "二中队 (途中)" in page.inner_text("#detail")
    assert "incident=county%3Alate" in page.url


def test_the_language_is_switched_and_kept(county: Served, watch: Watch) -> None:
    watched = watch()
    page = watched.open(county)
    assert page.inner_text(".number-first .number-label") == "超时"
    page.click("#switch-language")
    expect(page.locator(".number-first .number-label")).to_have_text("Overtime", timeout=20_000)
    watched.settle()
    assert page.inner_text(".bar-name") == "Xiling County"
    assert page.get_attribute("html", "lang") == "en"
    chinese = re.findall(r"[\u4e00-\u9fff]+", page.inner_text("body"))
    assert set(chinese) <= {"中", "周明"}, "only names stay Chinese"
    page.reload()
    expect(page.locator(".number-first .number-label")).to_have_text("Overtime", timeout=20_000)
    page.click("#switch-language")
    expect(page.locator(".number-first .number-label")).to_have_text("超时", timeout=20_000)
    watched.settle()


def test_the_theme_is_switched_and_kept(county: Served, watch: Watch, shoot: Shoot) -> None:
    watched = watch()
    page = watched.open(county)
    dark = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    page.click("#switch-theme")
    page.wait_for_selector("html[data-theme=light]", timeout=20_000)
    watched.settle()
    page.wait_for_selector(".number")
    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") != dark
    assert "theme=light" in page.url
    shoot(page, "county-light-1920")


def test_the_address_restores_the_view(county: Served, watch: Watch) -> None:
    watched = watch()
    page = watched.open(
        county, "?metric=volume&level=cell8&period=all&lang=zh&theme=dark&layers=roads&at=29.94,119.64,13"
    )
    assert page.input_value("#metric") == "事件量"
    assert page.input_value("#level") == "H3 单元 8 级"
    assert page.input_value("#period") == "全部"
    assert check_map(page, county, metric="volume", level="cell8", since="all") > 20
    centre = page.evaluate(
        "() => [gridcommand.map.getCenter().lat, gridcommand.map.getCenter().lng, gridcommand.map.getZoom()]"
    )
    assert centre == pytest.approx([29.94, 119.64, 13], abs=1e-3)
    assert page.locator("path.gc-mark").count() == 0, "no marks where their layers are off"
    assert any("/api/roads.geojson?v=" in url for url in watched.requests)


def test_a_choice_is_written_into_the_address(county: Served, watch: Watch) -> None:
    watched = watch()
    page = watched.open(county)
    page.click("#level")
    page.click("[role=option]:has-text('网格')")
    watched.settle()
    assert "level=grid" in page.url
    assert check_map(page, county, metric="arrival_rate_15", level="grid", since="last_30_days") > 40
    page.click(".layers-button")
    page.click("label:has-text('热点')")
    watched.settle()
    assert "hotspots" in page.url
    page.reload()
    watched.open(county, "?" + page.url.split("?")[1])
    assert page.input_value("#level") == "网格"


def test_the_wall_is_used_from_the_keyboard(county: Served, watch: Watch) -> None:
    watched = watch()
    page = watched.open(county)
    page.focus(".worst-row:nth-child(2)")
    page.keyboard.press("Enter")
    page.wait_for_selector(".squad-first", timeout=30_000)
    page.focus("#back-to-list")
    page.keyboard.press("Space")
    page.wait_for_selector(".worst-row")
    page.focus("#open-table")
    page.keyboard.press("Enter")
    page.wait_for_selector(".ag-row", timeout=20_000)
    page.keyboard.press("Escape")
    expect(page.locator(".ag-row").first).to_be_hidden()
    watched.settle()


def test_an_address_that_means_nothing_is_told(county: Served, watch: Watch) -> None:
    watched = watch()
    page = watched.open(county, "?metric=fines&level=planet")
    assert "metric, level" in page.inner_text("#notice")
    assert page.input_value("#metric") == "15分钟到场率"


def test_a_new_version_comes_by_itself(tmp_path: Path, watch: Watch) -> None:
    root = build(tmp_path, count=100)
    with serving(root, environ={"GRIDCOMMAND_REFRESH_SECONDS": "1"}) as served:
        watched = watch()
        page = watched.open(served)
        before = number(page, "pending")
        build(root, count=900)
        expect(page.locator(".number[data-key=pending] .number-value")).not_to_have_text(before, timeout=20_000)
        watched.settle()
        check_numbers(page, served)
        assert "数据版本 2" in page.inner_text("#data-age")
        # leave before the server does: the page asks it every second
        page.goto("about:blank")


def test_a_lost_server_greys_the_wall(tmp_path: Path, watch: Watch) -> None:
    with serving(build(tmp_path, count=60), environ={"GRIDCOMMAND_REFRESH_SECONDS": "1"}) as served:
        watched = watch()
        page = watched.open(served)
        assert not page.evaluate("() => document.body.classList.contains('lost')")
        served.process.terminate()
        page.wait_for_selector("body.lost", timeout=30_000)
        assert "连接中断" in page.inner_text("#lost")
        page.goto("about:blank")
        page.wait_for_timeout(500)
        # the browser itself reports every request that found no server
        watched.faults.clear()


SIZES = [(1920, 1080), (1366, 768), (3840, 2160), (390, 844)]


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_is_cut_off(county: Served, watch: Watch, shoot: Shoot, width: int, height: int, lang: str) -> None:
    watched = watch(width, height)
    page = watched.open(county, f"?lang={lang}")
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    if width > height:
        assert page.evaluate("() => document.documentElement.scrollHeight <= window.innerHeight")
    cut = page.evaluate(
        """() => [...document.querySelectorAll('.number-label, .number-value, .countdown, .countdown-label, .clock, '
          + '.bar-name, .bar-badge, .cell-value, .strip-head, .legend-title, .open-table')]
        .filter(n => n.scrollWidth > n.clientWidth + 1 && getComputedStyle(n).overflow !== 'visible' && n.clientWidth)
        .map(n => n.className + ': ' + n.textContent)"""
    )
    assert cut == []
    over = page.evaluate(
        """() => { const wall = [...document.querySelectorAll('.bar > *, .number, .worst-row, .strip > *')];
        const out = []; for (const n of wall) { const p = n.parentElement.closest('.bar, .numbers, .worst, .townships');
          const a = n.getBoundingClientRect(), b = p.getBoundingClientRect();
          if (a.bottom > b.bottom + 1.5 || a.top < b.top - 1.5) out.push(n.className); } return out; }"""
    )
    assert over == []
    shoot(page, f"county-{lang}-{width}")


def test_the_wall_is_to_the_pixel_at_full_hd(county: Served, watch: Watch) -> None:
    page = watch().open(county)

    def box(selector: str) -> tuple[int, int]:
        found = page.locator(selector).first.bounding_box()
        assert found
        return round(found["width"]), round(found["height"])

    def size(selector: str) -> str:
        return str(page.evaluate(f"() => getComputedStyle(document.querySelector('{selector}')).fontSize"))

    assert box(".bar")[1] == 64
    assert box(".numbers")[0] == 400
    assert box(".worst")[0] == 480
    assert box(".townships") == (1920, 150)
    assert [size(".number-first .number-value"), size(".number:nth-child(2) .number-value")] == ["96px", "64px"]
    assert [size(".number-label"), size(".worst-item"), size(".countdown")] == ["28px", "28px", "40px"]
    assert page.locator(".worst-row").count() == 8


@pytest.mark.slow
def test_the_demo_is_built_and_opens_by_itself(demo: Served, watch: Watch, shoot: Shoot) -> None:
    if demo.state() == "building":
        waiting = watch()
        waiting.page.goto(demo.url)
        assert "正在生成演示县" in waiting.page.inner_text("h1")
        shoot(waiting.page, "demo-building")
        waiting.page.goto("about:blank")
        # 503 is how the page of progress is served
        waiting.faults.clear()
    until(lambda: demo.state() == "ready", seconds=BUILDING)
    watched = watch()
    page = watched.open(demo)
    check_numbers(page, demo)
    assert check_map(page, demo, metric="arrival_rate_15", level="township", since="last_30_days") == 14
    check_table(watched, demo, since="last_30_days")
    shoot(page, "demo-1920")
    page.click(".worst-row:nth-child(1)")
    page.wait_for_selector(".squad-first", timeout=60_000)
    watched.settle()
    assert drawn_routes(page)[0]["points"] > 2
    assert re.search(r"预计 .* 到", page.inner_text(".squad-first .squad-eta"))
    shoot(page, "demo-incident-1920")


@pytest.mark.real
def test_the_wall_shows_san_francisco(san_francisco: Served, watch: Watch, shoot: Shoot) -> None:
    watched = watch()
    page = watched.open(san_francisco)
    check_numbers(page, san_francisco)
    assert check_map(page, san_francisco, metric="arrival_rate_15", level="township", since="all") == 41
    whole = san_francisco.ask("arrival_rate_15", since="all")[0]
    assert (whole["numerator"], whole["denominator"]) == (4040, 4770)
    assert page.inner_text(".bar-name") == "San Francisco Fire"
    assert "14 of 41" in page.inner_text("#strip")
    shoot(page, "sf-1920")


@pytest.mark.real
def test_the_wall_shows_grids_without_incidents(xihu: Served, watch: Watch, shoot: Shoot) -> None:
    page = watch().open(xihu)
    assert "未装载事件" in page.inner_text(".numbers")
    assert "未装载事件" in page.inner_text("#worst-list")
    shapes = page.evaluate(
        """() => { let n = 0;
        gridcommand.map.eachLayer(l => { if (l.feature && l.options.fill && l.getBounds) n += 1; }); return n; }"""
    )
    assert shapes == 605
    shoot(page, "xihu-1920")
