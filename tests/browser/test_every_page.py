"""Every page, on a desk and in a hand, in light and dark, in both languages: reachable by everybody, and whole."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Live
from tests.browser.contrast import faults_of_contrast

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = {"desk": 1440, "phone": 390}
ROUND = [("desk", "light"), ("desk", "dark"), ("phone", "dark"), ("phone", "light")]
"""Every width in every theme, so that each differs from the one before in one thing alone."""
HALVES = [pytest.param(half, marks=pytest.mark.xdist_group(f"pages-{half}")) for half in (0, 1)]
"""Every second page from the first or second on: the two halves are looked at side by side."""

FRAME = (".topbar", ".sidenav", ".bottombar")
"""What stands around every page and says the same on each of a part of Parc: it is asked about on the first of these alone."""

# No page has a frame of another document, and the one rule that wants style sheets loaded again is about turning a phone round.
ACCESSIBILITY = """async ({contrastToo, leaveOut}) => {
  const rules = {'color-contrast': {enabled: contrastToo}};
  const asked = {resultTypes: ['violations'], iframes: false, preload: false, rules};
  const found = await axe.run({include: document, exclude: leaveOut}, asked);
  return found.violations.flatMap(fault => fault.nodes.slice(0, 4).map(
    node => `${fault.id} (${fault.impact}): ${JSON.stringify(node.target)} ${node.html.slice(0, 110)}`));
}"""
# Text that its own box cuts: on what people press or read as a name, nothing may be hidden.
LAYOUT = """() => {
  const seen = [];
  // On a phone the page's content is clipped at its edge: what sticks out there cannot even be scrolled to.
  for (const [frame, edge] of [[document.documentElement, window.innerWidth], [document.querySelector('main'), null]]) {
    const wide = frame === null ? 0 : frame.scrollWidth - (edge ?? frame.clientWidth);
    if (wide <= 0) continue;
    const guilty = [...frame.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > window.innerWidth + 1)
      .map(e => e.tagName.toLowerCase() + '.' + e.className).slice(-3);
    seen.push(`${wide} px too wide: ${guilty.join(', ')}`);
  }
  for (const box of document.querySelectorAll('button, .btn, label, th, h1, h2, .nav-text, .menu-item, .badge, .chip, legend, summary')) {
    const style = getComputedStyle(box);
    if (!box.checkVisibility({visibilityProperty: true}) || box.closest('.visually-hidden') || box.clientWidth < 2) continue;
    const holds = style.overflowX !== 'visible' || box.matches('.btn');
    if (holds && box.scrollWidth > box.clientWidth + 1) seen.push(`cut: ${box.textContent.trim().slice(0, 60)}`);
  }
  return seen;
}"""


@pytest.fixture(scope="module", autouse=True)
def _axe_is_installed() -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed (make setup-test)")


class Screen:
    """A page, its width and its theme: each is changed only where it is another, for a change costs a new layout."""

    def __init__(self, page: Page) -> None:
        page.context.add_init_script(path=AXE)
        self.page = page
        self._theme = ""

    def show(self, width: str, theme: str) -> None:
        """Give the page a width and a theme."""
        if self.page.viewport_size != (size := {"width": WIDTHS[width], "height": 900}):
            self.page.set_viewport_size(size)  # type: ignore[arg-type]
        if self._theme != theme:
            self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
            self._theme = theme

    def round(self) -> list[tuple[str, str]]:
        """Return every width with every theme, beginning with those that the page has."""
        return ROUND if self.page.viewport_size["width"] == WIDTHS["desk"] else ROUND[::-1]  # type: ignore[index]


def faults_of_accessibility(
    page: Page, leave_out: tuple[str, ...] = (), *, contrast_too: bool = True
) -> list[str]:
    """Return what axe-core finds, one line for each fault."""
    return page.evaluate(ACCESSIBILITY, {"contrastToo": contrast_too, "leaveOut": leave_out})


def faults_of_layout(page: Page) -> list[str]:
    """Return what overflows the page or is cut by its own box."""
    return page.evaluate(LAYOUT)


def html_pages(live: Live, page: Page, half: int) -> list[str]:
    """Return the half's addresses that answer with a whole page, or with an error, and not with a file, data or a part."""
    if half not in live.html:
        answers = {address: page.request.get(address) for address in list(live.pages.values())[half::2]}
        live.html[half] = [
            address for address, one in answers.items() if not one.ok or b"<html" in one.body()[:400]
        ]
    return live.html[half]


def look_around(screen: Screen, leave_out: tuple[str, ...] = ()) -> list[str]:
    """Look at the page as it stands in every width and theme; what is left out is not asked to be accessible."""
    faults, laid_out = [], set()
    for width, theme in screen.round():
        screen.show(width, theme)
        if width not in laid_out:
            laid_out.add(width)
            faults += [f"{width}: {fault}" for fault in faults_of_layout(screen.page)]
        found = faults_of_contrast(screen.page, leave_out)
        # The dark theme has other colours and nothing else of its own.
        if theme == "light":
            found += faults_of_accessibility(screen.page, leave_out, contrast_too=False)
        faults += [f"{width}, {theme}: {fault}" for fault in found]
    return faults


def look_at(screen: Screen, address: str, leave_out: tuple[str, ...] = ()) -> list[str]:
    """Open a page and look at it in every width and theme."""
    answer = screen.page.goto(address)
    if answer is None or answer.status >= 400:
        return [f"{address}: {answer and answer.status}"]
    return [f"{address}: {fault}" for fault in dict.fromkeys(look_around(screen, leave_out))]


@pytest.mark.parametrize("half", HALVES)
def test_every_page_is_accessible_in_both_widths_and_themes(live, page_of, half):
    screen = Screen(page_of("diane"))
    faults, seen = [], set()
    for address in html_pages(live, screen.page, half):
        part = urlsplit(address).path.split("/")[1]
        faults += look_at(screen, address, FRAME if part in seen else ())
        seen.add(part)
    assert not faults, "\n" + "\n".join(faults)


@pytest.mark.parametrize("half", HALVES)
def test_no_text_overflows_or_is_cut_in_english_either(live, page_of, half):
    page = page_of("diane", language="en")
    faults, widths = [], list(WIDTHS.items())
    for address in html_pages(live, page, half):
        page.goto(address)
        assert page.locator("html").get_attribute("lang") == "en"
        for name, width in widths:
            page.set_viewport_size({"width": width, "height": 900})
            faults += [f"{address}: {name}: {fault}" for fault in faults_of_layout(page)]
        # The next page comes in the width that this one has now, and is laid out once less.
        widths.reverse()
    assert not faults, "\n" + "\n".join(faults)


PLANTED = """() => {
  document.querySelector('h1').innerHTML +=
    '<img src="/static/favicon.svg"><input><b class="wide">Wide</b><b class="night">Night</b><b class="day">Day</b>';
  for (const rule of [
    '.wide { display: block; width: 1500px }',
    '@media (width < 500px) and (prefers-color-scheme: dark) { .night { color: #333 } }',
    '@media (width > 500px) and (prefers-color-scheme: light) { .day { color: #ddd } }',
  ]) document.styleSheets[0].insertRule(rule, 0);
}"""


@pytest.mark.xdist_group("pages-0")
def test_faults_planted_on_purpose_are_found_where_they_show_and_nowhere_else(page_of):
    screen = Screen(page_of("diane"))
    screen.page.goto("/people/")
    screen.page.evaluate(PLANTED)
    found = look_around(screen)

    def places(*words: str) -> set[str]:
        return {line.split(":")[0] for line in found if all(word in line for word in words)}

    assert places("px too wide") == {"desk", "phone"}
    assert places("image-alt", "favicon.svg") == places("label", "<input>") == {"desk, light", "phone, light"}
    assert places("color-contrast", "night") == {"phone, dark"}
    assert places("color-contrast", "day") == {"desk, light"}


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
    screen = Screen(open_browser(base_url=live.url).new_page() if address == "/sign-in" else page_of("diane"))
    screen.page.goto(address)
    faults = []
    for width, theme in screen.round():
        screen.show(width, theme)
        faults += faults_of_accessibility(screen.page) + faults_of_layout(screen.page)
    assert not faults, json.dumps(faults, indent=1)
