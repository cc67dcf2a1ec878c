"""The drawing of a site is made larger, moved and opened by keys, mouse and fingers, and is no trap for any of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Live

pytestmark = pytest.mark.xdist_group("journeys")


@pytest.fixture
def drawing(live: Live, page_of: Callable[..., Page]) -> Locator:
    """The frame of a seeded site's drawing."""
    page = page_of("diane", language="en")
    page.goto(live.pages["topology.site"])
    return page.locator("[data-topology]")


def width_of(frame: Locator) -> float:
    return float(frame.locator("svg").first.get_attribute("width") or 0)


def test_keys_and_buttons_zoom_and_zero_shows_all_of_it(drawing: Locator) -> None:
    before = width_of(drawing)
    drawing.focus()
    drawing.press("+")
    assert width_of(drawing) == pytest.approx(before * 1.25)
    drawing.press("-")
    drawing.press("-")
    assert width_of(drawing) == pytest.approx(before / 1.25)
    drawing.page.get_by_role("button", name="All of it").click()
    frame = drawing.bounding_box()
    assert frame is not None
    assert width_of(drawing) <= frame["width"] + 1
    drawing.press("Tab")
    expect(drawing).not_to_be_focused()


def test_a_drag_moves_the_drawing_and_opens_nothing(drawing: Locator) -> None:
    page, address = drawing.page, drawing.page.url
    drawing.focus()
    for _ in range(6):
        drawing.press("+")
    drawing.evaluate("frame => frame.scrollTo(0, 0)")
    node = drawing.locator("a .node").first.bounding_box()
    assert node is not None
    page.mouse.move(node["x"] + 20, node["y"] + 20)
    page.mouse.down()
    page.mouse.move(node["x"] - 60, node["y"] + 20, steps=4)
    page.mouse.up()
    assert drawing.evaluate("frame => frame.scrollLeft") >= 60
    assert page.url == address


def test_ctrl_and_the_wheel_zoom_and_the_wheel_alone_scrolls_the_page(drawing: Locator) -> None:
    before = width_of(drawing)
    drawing.hover()
    drawing.page.mouse.wheel(0, -100)
    assert width_of(drawing) == before
    drawing.page.keyboard.down("Control")
    drawing.page.mouse.wheel(0, -100)
    drawing.page.keyboard.up("Control")
    drawing.page.wait_for_function(
        "before => parseFloat(document.querySelector('[data-topology] svg').getAttribute('width')) > before",
        arg=before,
    )


def test_the_devices_of_a_switch_open_where_one_was_looking(drawing: Locator) -> None:
    drawing.focus()
    drawing.press("+")
    zoomed = width_of(drawing) / float(
        drawing.locator("svg").first.evaluate("svg => svg.viewBox.baseVal.width")
    )
    pill = drawing.locator(".pill").first
    expect(pill).to_have_attribute("aria-expanded", "false")
    pill.press("Enter")
    expect(drawing.locator(".pill").first).to_have_attribute("aria-expanded", "true")
    expect(drawing.locator(".leaf").first).to_be_visible()
    again = width_of(drawing) / float(
        drawing.locator("svg").first.evaluate("svg => svg.viewBox.baseVal.width")
    )
    assert again == pytest.approx(zoomed)
    drawing.locator(".pill").first.press("Enter")
    expect(drawing.locator(".leaf")).to_have_count(0)


def test_a_phone_shows_the_drawing_without_widening_the_page(
    live: Live, page_of: Callable[..., Page]
) -> None:
    page = page_of("diane", width=390, height=844, has_touch=True)
    page.goto(live.pages["topology.site"])
    expect(page.locator("[data-topology]")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_two_fingers_zoom_the_drawing_and_not_the_page(live: Live, page_of: Callable[..., Page]) -> None:
    page = page_of("diane", width=390, height=844, has_touch=True, is_mobile=True)
    page.goto(live.pages["topology.site"])
    frame = page.locator("[data-topology]")
    frame.scroll_into_view_if_needed()
    box, before = frame.bounding_box(), width_of(frame)
    assert box is not None
    fingers = page.context.new_cdp_session(page)

    def touch(kind: str, *apart: int) -> None:
        x, y = box["x"] + box["width"] / 2, min(box["y"] + box["height"] / 2, 700)
        points = [{"x": x + way * far, "y": y, "id": way} for far in apart for way in (-1, 1)]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 40)
    for apart in (50, 60, 80):
        touch("touchMove", apart)
    touch("touchEnd")
    assert width_of(frame) == pytest.approx(before * 2, rel=0.01)
    assert page.evaluate("visualViewport.scale") == 1
