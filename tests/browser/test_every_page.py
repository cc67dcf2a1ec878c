"""Every page, on a desk and in a hand, in light and dark, in both languages: reachable by everybody, and whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Live

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = {"desk": 1440, "phone": 390}
THEMES = {"light": (), "dark": ("color-contrast",)}
HALVES = [pytest.param(half, marks=pytest.mark.xdist_group(f"pages-{half}")) for half in (0, 1)]
"""Every second page from the first or second on: the two halves are looked at side by side."""

# Text that its own box cuts: on what people press or read as a name, nothing may be hidden.
CLIPPED = """() => {
  const seen = [];
  for (const box of document.querySelectorAll('button, .btn, label, th, h1, h2, .nav-text, .menu-item, .badge, .chip, legend, summary')) {
    const style = getComputedStyle(box);
    if (!box.checkVisibility({visibilityProperty: true}) || box.closest('.visually-hidden') || box.clientWidth < 2) continue;
    const holds = style.overflowX !== 'visible' || box.matches('.btn');
    if (holds && box.scrollWidth > box.clientWidth + 1) seen.push(box.textContent.trim().slice(0, 60));
  }
  return seen;
}"""
OVERFLOW = """() => {
  const wide = document.documentElement.scrollWidth - window.innerWidth;
  if (wide <= 0) return null;
  const guilty = [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > window.innerWidth + 1)
    .map(e => e.tagName.toLowerCase() + '.' + e.className).slice(-3);
  return `${wide} px too wide: ${guilty.join(', ')}`;
}"""


@pytest.fixture(scope="module", autouse=True)
def _axe_is_installed() -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed (make setup-test)")


def faults_of_accessibility(page: Page, rules: tuple[str, ...] = ()) -> list[str]:
    """Return what axe-core finds, one line for each fault; of these rules only, where some are named."""
    if not page.evaluate("() => 'axe' in window"):
        page.add_script_tag(path=AXE)
    # No page has a frame, and the one rule that wants style sheets loaded again is about turning a phone round.
    asked: dict[str, Any] = {"resultTypes": ["violations"], "iframes": False, "preload": False}
    if rules:
        asked["runOnly"] = list(rules)
    found: dict[str, Any] = page.evaluate("asked => axe.run(document, asked)", asked)
    return [
        f"{fault['id']} ({fault['impact']}): {node['target']} {node['html'][:110]}"
        for fault in found["violations"]
        for node in fault["nodes"][:4]
    ]


def faults_of_layout(page: Page) -> list[str]:
    """Return what overflows the page or is cut by its own box."""
    wide = page.evaluate(OVERFLOW)
    return [*([wide] if wide else []), *(f"cut: {text}" for text in page.evaluate(CLIPPED))]


def html_pages(live: Live, page: Page) -> list[str]:
    """Return the addresses that answer with a whole page, or with an error, and not with a file, data or a part."""
    if not live.html:
        answers = {address: page.request.get(address) for address in live.pages.values()}
        live.html = [
            address for address, one in answers.items() if not one.ok or b"<html" in one.body()[:400]
        ]
    return live.html


def look_at(page: Page, address: str) -> list[str]:
    """Open a page and look at it in both widths and themes; the dark one has other colours and nothing else of its own."""
    answer = page.goto(address)
    if answer is None or answer.status >= 400:
        return [f"{address}: {answer and answer.status}"]
    faults = []
    for name, width in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": 900})
        faults += [f"{name}: {fault}" for fault in faults_of_layout(page)]
        for theme, rules in THEMES.items():
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            faults += [f"{name}, {theme}: {fault}" for fault in faults_of_accessibility(page, rules)]
    return [f"{address}: {fault}" for fault in dict.fromkeys(faults)]


@pytest.mark.parametrize("half", HALVES)
def test_every_page_is_accessible_in_both_widths_and_themes(live, page_of, half):
    page = page_of("diane", bypass_csp=True)
    faults = [fault for address in html_pages(live, page)[half::2] for fault in look_at(page, address)]
    assert not faults, "\n" + "\n".join(faults)


@pytest.mark.parametrize("half", HALVES)
def test_no_text_overflows_or_is_cut_in_english_either(live, page_of, half):
    page = page_of("diane", language="en")
    faults = []
    for address in html_pages(live, page)[half::2]:
        page.goto(address)
        assert page.locator("html").get_attribute("lang") == "en"
        for name, width in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": 900})
            faults += [f"{address}: {name}: {fault}" for fault in faults_of_layout(page)]
    assert not faults, "\n" + "\n".join(faults)


@pytest.mark.xdist_group("pages-0")
def test_a_fault_planted_on_purpose_is_found(live, page_of):
    page = page_of("diane", bypass_csp=True)
    page.goto("/people/")
    page.evaluate("() => { document.querySelector('h1').innerHTML += '<img src=\"/static/favicon.svg\">' }")
    assert any("image-alt" in fault for fault in faults_of_accessibility(page))
    page.evaluate("() => { document.querySelector('h1').innerHTML += '<div class=\"wide\">x</div>' }")
    page.evaluate("() => { document.querySelector('.wide').style.width = '3000px' }")
    assert faults_of_layout(page)


@pytest.mark.xdist_group("pages-0")
def test_a_request_to_another_host_and_an_error_in_the_console_are_noticed(page_of, watched):
    page = page_of("diane", bypass_csp=True)
    page.goto("/people/")
    page.route("https://elsewhere.example/**", lambda route: route.abort())
    page.evaluate("() => { console.error('planted'); new Image().src = 'https://elsewhere.example/x.png' }")
    page.wait_for_timeout(200)
    assert any("planted" in fault for fault in watched.faults)
    assert any("elsewhere.example" in fault for fault in watched.faults)
    watched.expect("planted")
    watched.expect("elsewhere.example")
    watched.expect("ERR_FAILED")


@pytest.mark.xdist_group("pages-0")
@pytest.mark.parametrize("address", ["/sign-in", "/nothing-here", "/people/0000000000aa"])
def test_pages_for_strangers_and_errors_are_accessible_too(page_of, open_browser, live, address, watched):
    watched.expect("404")
    if address == "/sign-in":
        page = open_browser(base_url=live.url, bypass_csp=True).new_page()
    else:
        page = page_of("diane", bypass_csp=True)
    page.goto(address)
    faults = []
    for width in WIDTHS.values():
        page.set_viewport_size({"width": width, "height": 900})
        for theme in THEMES:
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            faults += faults_of_accessibility(page) + faults_of_layout(page)
    assert not faults, json.dumps(faults, indent=1)
