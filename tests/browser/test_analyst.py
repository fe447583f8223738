"""Look at the analyst's page with a real browser: it shows what ``/api/ask`` says and asks nothing but this machine."""

from __future__ import annotations

import io
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from data.metrics.registry import METRICS
from tests.browser.conftest import Served, Watched

Watch = Callable[..., Watched]
Shoot = Callable[[Page, str], None]

pytestmark = pytest.mark.browser


def open_at(watched: Watched, served: Served, query: str = "") -> Page:
    page = watched.page
    page.goto(f"{served.url}/analyst{query}")
    page.wait_for_selector(".analyst-file, .analyst-fault:not(:empty)", timeout=60_000)
    watched.settle()
    return page


def cells(page: Page, column: str) -> list[str]:
    """What the table shows in a column, from the top."""
    found = page.evaluate(
        """column => [...document.querySelectorAll(`#analyst-grid .ag-row [col-id="${column}"]`)]
        .map(cell => [Number(cell.closest('.ag-row').getAttribute('row-index')), cell.innerText])""",
        column,
    )
    return [text for _, text in sorted(found)]


def asked(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def pick(watched: Watched, control: str, option: str, *, says: str) -> None:
    """Choose an option of a control and wait until the answer says what was chosen."""
    watched.page.locator(control).first.click()
    watched.page.locator("[role=option]:visible").filter(has_text=option).first.click()
    expect(watched.page.locator("#analyst-sentence")).to_contain_text(says, timeout=30_000)
    watched.settle()


def percent(row: dict[str, Any]) -> str:
    return "–" if row["value"] is None else f"{row['value'] * 100:.1f}%"


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (390, 844)])
def test_the_page_shows_what_is_asked(county: Served, watch: Watch, shoot: Shoot, width: int, height: int) -> None:
    watched = watch(width, height)
    page = open_at(watched, county, "?metric=arrival_rate_15&by=township&since=all&lang=en")
    rows = county.ask("arrival_rate_15", by="township", since="all", lang="en")
    assert cells(page, "group0") == [row["label"] for row in rows]
    assert cells(page, "value") == [percent(row) for row in rows]
    shown = page.evaluate("() => Object.keys(gridcommand.newest().values)")
    assert set(shown) == {row["group"] for row in rows if row["group"] is not None and row["value"] is not None}
    assert page.locator(".analyst-bars li").count() == sum(row["value"] is not None for row in rows)
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    shoot(page, f"analyst-{width}")


def test_a_file_holds_what_the_screen_shows(county: Served, watch: Watch) -> None:
    page = open_at(watch(), county, "?metric=volume&by=item&since=all&lang=en&township=T1")
    href = page.get_attribute("a.analyst-file:has-text('Parquet')", "href")
    with urllib.request.urlopen(f"{county.url}{href}", timeout=60) as answer:
        frame = pd.read_parquet(io.BytesIO(answer.read()))
    assert cells(page, "value") == [f"{value:,.0f}" for value in frame["value"]]
    assert cells(page, "group0") == frame["label_en"].tolist()


def test_a_control_changes_table_chart_map_and_address(county: Served, watch: Watch, shoot: Shoot) -> None:
    watched = watch()
    page = open_at(watched, county, "?metric=volume&by=township&since=all&lang=en")
    before = cells(page, "value")
    pick(watched, "#analyst-period", "last 7 days", says="2026-02-24")
    assert asked(page)["since"] == ["last_7_days"]
    rows = county.ask("volume", by="township", since="last_7_days", lang="en")
    assert cells(page, "value") == [f"{row['value']:,.0f}" for row in rows] != before
    pick(watched, "#analyst-metric", METRICS["closure_rate"].label.en, says=METRICS["closure_rate"].label.en)
    assert asked(page)["metric"] == ["closure_rate"]
    page.click(".analyst-filter-button")
    pick(watched, ".analyst-filter:has-text('township') input:visible", "Xikou", says="Xikou")
    assert asked(page)["township"] == ["T1"]
    rows = county.ask("closure_rate", by="township", since="last_7_days", lang="en", township="T1")
    assert cells(page, "value") == [percent(row) for row in rows]
    shown = page.evaluate("() => Object.keys(gridcommand.newest().values)")
    assert shown == [row["group"] for row in rows if row["value"] is not None]
    shoot(page, "analyst-filtered-1920")
    page.reload()
    watched.settle()
    expect(page.locator("#analyst-sentence")).to_contain_text("Xikou", timeout=20_000)


def test_the_address_restores_the_question(county: Served, watch: Watch, shoot: Shoot) -> None:
    page = open_at(watch(), county, "?metric=volume&by=date&since=2026-02-01&until=2026-03-01&lang=zh&theme=light")
    assert page.get_attribute("html", "data-theme") == "light"
    assert page.input_value("#analyst-period") == "起止日期…"
    assert [page.input_value(f"#analyst-{edge}") for edge in ("from", "to")] == ["2026-02-01", "2026-02-28"]
    assert page.locator(".analyst-columns .column").count() == 28
    assert "2026-02-01 – 2026-02-28" in page.inner_text("#analyst-sentence")
    assert page.locator("a.analyst-file").count() == 3
    assert page.inner_text("#analyst-map-note")
    shoot(page, "analyst-dates-1920")


def test_language_and_theme_are_switched_and_the_question_stays(county: Served, watch: Watch) -> None:
    watched = watch()
    page = open_at(watched, county, "?metric=volume&by=item&since=all&lang=zh")
    assert page.inner_text("h1") == "分析"
    page.click("#analyst-language")
    expect(page.locator("h1")).to_have_text("Analyst", timeout=20_000)
    watched.settle()
    assert page.get_attribute("html", "lang") == "en"
    page.click("#analyst-theme")
    page.wait_for_selector("html[data-theme=light]", timeout=20_000)
    watched.settle()
    given = asked(page)
    assert [given[key] for key in ("metric", "by", "lang", "theme")] == [["volume"], ["item"], ["en"], ["light"]]


def test_what_does_not_fit_is_said(county: Served, watch: Watch) -> None:
    page = open_at(watch(), county, "?metric=volume&by=fault&lang=en&colour=red")
    assert "cannot be grouped by fault" in page.inner_text("#analyst-fault")
    assert "colour" in page.inner_text("#notice")
    assert page.locator("a.analyst-file").count() == 0


def test_one_comes_from_the_wall_and_returns(county: Served, watch: Watch) -> None:
    watched = watch()
    page = watched.open(county, "?metric=volume&level=grid&period=all&lang=en")
    page.click(".to-analyst")
    page.wait_for_selector(".analyst-file", timeout=60_000)
    watched.settle()
    given = asked(page)
    assert [given[key] for key in ("metric", "by", "since", "lang")] == [["volume"], ["grid"], ["all"], ["en"]]
    page.focus(".analyst-back")
    page.keyboard.press("Enter")
    page.wait_for_selector("#strip > *", timeout=60_000)
    watched.settle()
