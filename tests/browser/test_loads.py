"""Watch the data page in a real browser: every section, both languages, a desk's size and a phone's."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from dashboard.loads.look import SECTIONS
from tests.browser.conftest import PATIENCE, Served, Watched

pytestmark = pytest.mark.browser

Watch = Callable[..., Watched]


@pytest.mark.parametrize("size", [(1920, 1080), (390, 844)])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_section_stands_and_fits(county: Served, watch: Watch, size: tuple[int, int], lang: str) -> None:
    watched = watch(*size)
    page = watched.page
    page.goto(f"{county.url}/data?lang={lang}&theme=light")
    for key, words in SECTIONS.items():
        page.click(f".books-tabs a[href*='section={key}']")
        page.wait_for_selector(f"main#{key}", timeout=PATIENCE * 1000)
        expect(page.locator("main h2")).to_have_text(words.in_(lang))
        assert f"section={key}" in page.url
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert page.evaluate("document.documentElement.dataset.theme") == "light"


def test_a_search_is_kept_in_the_address(county: Served, watch: Watch) -> None:
    page = watch().page
    page.goto(f"{county.url}/data?section=metrics&lang=en")
    page.fill("#books-sought", "arrival_rate_15")
    expect(page.locator(".metric-entry")).to_have_count(1)
    assert "q=arrival_rate_15" in page.url
    page.reload()
    expect(page.locator(".metric-entry")).to_have_count(1)
