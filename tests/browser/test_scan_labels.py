"""Labels in front of the camera: Chromium films a drawing, the page reads it and leads to what has it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import steps
from tests.browser.conftest import FLAGS, Live, Watched, watch
from tests.browser.test_every_page import AXE, faults_of_accessibility, faults_of_layout
from tests.servers import labels
from tests.servers.browser import chromium_with_cameras

pytestmark = pytest.mark.xdist_group("journeys")
PHONE = {"width": 390, "height": 844, "is_mobile": True, "has_touch": True}
FAKE = ("--use-fake-device-for-media-stream",)
SEEN = 30_000
"""Milliseconds in which the camera opens and a label is read, on a busy machine."""
HOSTILE = "<img src=x onerror=alert(1)>\u202e" + "A" * 10_000


@pytest.fixture
def filmed(
    live: Live, chromium: Browser, page_of: Callable[..., Page], watched: Watched, tmp_path: Path
) -> Iterator[Callable[..., Page]]:
    """Returns alice's page in a browser whose camera films these pictures: filmed(picture, …, allowed=True)."""
    if not chromium_with_cameras():
        pytest.skip("Chromium with cameras is not installed (Debian package chromium)")
    opened: list[Browser] = []

    def film(*scenes: Image.Image, allowed: bool = True, host: str = "127.0.0.1", **options: Any) -> Page:
        page_of("alice")
        reel = labels.film(tmp_path / "reel.y4m", *scenes)
        flags = [
            *FLAGS,
            *FAKE,
            f"--use-file-for-fake-video-capture={reel}",
            f"--host-resolver-rules=MAP {host} 127.0.0.1",
        ]
        browser = chromium.browser_type.launch(executable_path=chromium_with_cameras(), args=flags)
        opened.append(browser)
        window = _window(browser, live, allowed, host, {**PHONE, **options})
        window.on("page", lambda page: watch(page, watched))
        return window.new_page()

    yield film
    for browser in opened:
        browser.close()


def _window(
    browser: Browser, live: Live, allowed: bool, host: str, options: dict[str, Any]
) -> BrowserContext:
    size = {"width": options.pop("width"), "height": options.pop("height")}
    cookies = [{**cookie, "domain": host} for cookie in live.cookies["alice"]["cookies"]]
    window = browser.new_context(
        base_url=live.url.replace("127.0.0.1", host),
        viewport=size,  # type: ignore[arg-type]
        locale="en-GB",
        storage_state={"cookies": cookies, "origins": []},  # type: ignore[typeddict-item]
        **options,
    )
    window.set_default_timeout(30_000)
    if allowed:
        window.grant_permissions(["camera"])
    return window


def said(page: Page) -> Any:
    """What the camera's place says."""
    return page.locator("[data-camera-said]")


def lines(page: Page) -> Any:
    """The list of several."""
    return page.locator("[data-scanned-lines] [data-scanned]")


def test_one_tap_opens_the_camera_and_a_tag_in_code_128_opens_its_asset(
    live: Live, filmed: Callable[..., Page]
) -> None:
    page = filmed(labels.code_128(live.label))
    page.goto("/")
    page.get_by_role("navigation", name="Phone").get_by_role("link", name="Scan").tap()
    expect(steps.heading(page)).to_have_text(live.label, timeout=SEEN)


def test_a_qr_code_that_holds_the_address_of_an_asset_opens_it(
    live: Live, filmed: Callable[..., Page]
) -> None:
    address = live.pages["assets.detail"]
    page = filmed(labels.qr(f"https://parc.example{address}"))
    page.goto("/scan/")
    expect(steps.heading(page)).to_have_text(live.label, timeout=SEEN)


@pytest.fixture
def tags(page_of: Callable[..., Page]) -> list[str]:
    """Tags of equipment that alice sees."""
    page = page_of("alice", language="en")
    page.goto("/assets/?q=LBX&sort=tag")
    return page.locator("[data-grid] a.row-link").all_inner_texts()


def test_several_labels_make_a_list_that_outlives_the_page_and_opens_as_the_list_of_equipment(
    filmed: Callable[..., Page], tags: list[str]
) -> None:
    page = filmed(*(labels.code_39(tag) for tag in tags[:2]))
    page.goto("/scan/?several=1")
    expect(lines(page)).to_have_count(2, timeout=SEEN)
    page.get_by_role("button", name="Close the camera").tap()
    page.reload()
    expect(lines(page)).to_have_count(2, timeout=SEEN)
    page.get_by_role("button", name="Close the camera").tap()
    lines(page).first.get_by_role("button").tap()
    expect(lines(page)).to_have_count(1, timeout=SEEN)
    page.get_by_role("button", name="Show in the list").tap()
    expect(steps.rows(page)).to_have_count(1, timeout=SEEN)


@pytest.mark.parametrize("code", ["NEVER-SEEN-9", "PES-OLD-01"])
def test_a_code_that_nobody_has_and_one_of_another_commune_are_equally_unknown_and_may_be_logged(
    filmed: Callable[..., Page], code: str
) -> None:
    page = filmed(labels.code_128(code))
    page.goto("/scan/")
    expect(page.locator("[data-unknown]")).to_contain_text(
        f"Nothing that you see has “{code}”.", timeout=SEEN
    )
    page.get_by_role("link", name="Log this equipment").tap()
    expect(page.locator("form [name=serial]")).to_have_value(code, timeout=SEEN)


def test_hostile_text_in_a_code_is_shown_as_text(filmed: Callable[..., Page]) -> None:
    page = filmed(labels.blank())
    page.goto("/scan/")
    page.evaluate("text => { document.querySelector('#code').value = text }", HOSTILE)
    page.get_by_role("button", name="Look up").tap()
    said_there = page.locator("[data-unknown]")
    expect(said_there).to_contain_text("<img src=x onerror=alert(1)>AAA")
    assert "\u202e" not in said_there.inner_text()
    assert len(said_there.inner_text()) < 200
    assert page.locator("[data-unknown] img").count() == 0


def test_a_refused_camera_says_how_to_allow_it_and_a_photo_is_read_instead(
    live: Live, filmed: Callable[..., Page]
) -> None:
    page = filmed(labels.blank(), allowed=False)
    page.goto("/scan/")
    expect(said(page)).to_contain_text("Allow it in the site's settings")
    assert not faults_of_layout(page)
    photo = page.locator("[data-camera-photo]")
    photo.set_input_files(
        {"name": "blank.png", "mimeType": "image/png", "buffer": labels.png(labels.blank())}
    )
    expect(said(page)).to_contain_text("No code was found in this photo.", timeout=SEEN)
    upright = labels.code_128(live.label).rotate(90, expand=True)
    photo.set_input_files({"name": "label.png", "mimeType": "image/png", "buffer": labels.png(upright)})
    expect(steps.heading(page)).to_have_text(live.label, timeout=SEEN)


def test_on_a_plain_http_address_the_page_says_why_there_is_no_live_camera(
    filmed: Callable[..., Page], watched: Watched
) -> None:
    watched.expect("parc.example")
    page = filmed(labels.blank(), allowed=False, host="parc.example")
    page.goto("/scan/")
    expect(said(page)).to_contain_text("needs an address that begins with https://")
    expect(page.get_by_role("button", name="Open the camera")).to_be_hidden()
    expect(page.locator("label.camera-photo")).to_be_visible()


def test_a_form_field_is_filled_by_the_camera_and_several_lines_by_several_labels(
    filmed: Callable[..., Page],
) -> None:
    page = filmed(labels.code_128("5CG1234XYZ"), labels.code_39("PF0ABC12"))
    page.goto("/assets/new")
    page.get_by_role("button", name="Scan the serial number").tap()
    expect(page.locator("form [name=serial]")).to_have_value(re.compile("5CG1234XYZ|PF0ABC12"), timeout=SEEN)
    expect(page.locator("#scan-dialog")).to_be_hidden()
    page.goto("/assets/several")
    page.get_by_role("button", name="Scan serial numbers").tap()
    expect(page.locator("form [name=serials]")).to_have_value(
        re.compile(r"(?=.*5CG1234XYZ)(?=.*PF0ABC12)", re.DOTALL), timeout=SEEN
    )
    expect(page.locator("#lines")).to_contain_text("2 lines")
    page.locator("#scan-dialog").get_by_role("button", name="Close", exact=True).tap()
    assert "5CG1234XYZ" in page.locator("form [name=serials]").input_value()


def test_of_a_maker_s_label_the_serial_number_is_taken_else_one_chooses(filmed: Callable[..., Page]) -> None:
    page = filmed(labels.blank(), allowed=False)
    page.goto("/assets/new")
    photo, opener = (
        page.locator("#scan-dialog [data-camera-photo]"),
        page.get_by_role("button", name="Scan the serial number"),
    )
    serial = page.locator("form [name=serial]")

    def show(picture: Image.Image) -> None:
        opener.tap()
        photo.set_input_files({"name": "label.png", "mimeType": "image/png", "buffer": labels.png(picture)})

    product = labels.ean_13("340123456789")
    show(labels.label(product, labels.code_128("5CG1234XYZ"), labels.code_39("B8858413AA01")))
    expect(serial).to_have_value("5CG1234XYZ", timeout=SEEN)
    show(labels.data_matrix("PF1ABCDE", at=(30, 30)))
    expect(serial).to_have_value("PF1ABCDE", timeout=SEEN)
    show(labels.label(product, labels.code_128("8XY7777")))
    expect(serial).to_have_value("8XY7777", timeout=SEEN)
    show(product)
    expect(page.locator("#scan-dialog")).to_contain_text("None of these looks like a serial number")
    assert not faults_of_layout(page)
    page.get_by_role("button", name="3401234567890").tap()
    expect(serial).to_have_value("3401234567890")


def test_a_barcode_scanner_at_a_desk_types_into_the_field_and_s_leads_there(
    live: Live, page_of: Callable[..., Page]
) -> None:
    page = page_of("alice", language="en")
    page.goto("/people/")
    page.keyboard.press("s")
    expect(steps.heading(page)).to_have_text("Scan a label")
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.type(f"{live.label}\n", delay=1)
    expect(steps.heading(page)).to_have_text(live.label, timeout=SEEN)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_with_its_camera_open_and_a_list_is_accessible(
    filmed: Callable[..., Page], tags: list[str], theme: str
) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed (make setup-test)")
    page = filmed(labels.code_128(tags[0]), color_scheme=theme)
    page.context.add_init_script(path=AXE)
    page.goto("/scan/?several=1")
    expect(lines(page)).to_have_count(1, timeout=SEEN)
    assert not faults_of_accessibility(page) + faults_of_layout(page)
