"""Hostile input: whatever is typed, sent or asked for changes nothing but its own text, and never breaks a page."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from inventory.core.database import Base, db
from inventory.core.forms import MOST_KEPT
from inventory.core.permissions import Role
from inventory.core.text import clean
from tests import crowds, rows
from tests.factories import Cast, create_user
from tests.page_walk import addresses, forms, instance_forms, instance_pages, main, pages
from tests.rollback import nothing_kept
from tests.sent_forms import TYPED, SentForm, forms_in

SCRIPT = "<script>alert(1)</script>\"'>"
RAW_SCRIPT = "<script>alert(1)"
HOSTILE: tuple[str | bytes, ...] = (
    SCRIPT,
    "=cmd|' /C calc'!A0",
    "a\x01\x07\x1b[31mb\x7f\x85c",
    "a\x00b",
    b"caf\xe9 \xff\xfe\xed\xa0\x80",
    "\u202egpj.exe\u2066\u200f",
    "Z" + "\u0300\u0301\u0315" * 200,
    "9" * 400,
    "9" * 5000,
    "-1",
    "31/02/9999",
    "0000-00-00",
    "0123456789ab",
    "{{ 7*7 }} %(name)s %s {0}",
    "x" * 100_000,
)
ADDRESSED = (
    SCRIPT, "=1+1", "a\x00b", b"\xff\xfe\xed\xa0\x80", "9" * 400, "-1", "²", "WzFd", "0001-01-01", "9999-12-31",
    "a,b,,c", "0123456789ab",
)  # fmt: skip
"""What stands in an address, with places in lists and days that are almost right."""

ALWAYS = {"sort", "q", "after", "before", "seen", "format", "entity", "as_of", "on", "kind", "year", "_scheme", "endpoint"}  # fmt: skip
SINGLES, BODIES_EACH = 3, 3
RUN_BY_SPREADSHEETS = re.compile(r"[=+\-@|%\t\r\n]")
KEPT_KINDS = tuple(kind for kind in TYPED if kind != "password")


@pytest.fixture
def browser(cast: Cast, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    """The browser of the administrator of the instance, in English."""
    found = sign_in(cast.diane)
    found.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return found


def each_once(walked: Iterable[tuple[str, SentForm]]) -> list[SentForm]:
    """Return the forms without those that other pages have too."""
    found: dict[Any, SentForm] = {}
    for _endpoint, form in walked:
        action = urlsplit(form.action).path
        found.setdefault((action, tuple(one.name for one in form.fields)), form)
    return list(found.values())


def faults(what: str, answer: TestResponse) -> list[str]:
    """Return what is wrong with any answer at all: it breaks, or it shows markup that somebody typed."""
    text = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
    answer.close()
    broken = [f"{what}: {answer.status_code}"] if answer.status_code >= 500 else []
    return broken + ([f"{what}: the markup is not escaped"] if RAW_SCRIPT in text else [])


def post(browser: FlaskClient, form: SentForm, changed: dict[str, str | bytes]) -> TestResponse:
    """Send a form with some fields changed, byte for byte."""
    body = urlencode({**form.data(), **{name: [value] for name, value in changed.items()}}, doseq=True)
    return browser.post(form.action, data=body, content_type="application/x-www-form-urlencoded")


def lost(form: SentForm, changed: dict[str, str | bytes], text: str) -> list[str]:
    """Return what a refusal does not say beside a field, or has not kept of what was typed."""
    names = {one.name for one in form.fields}
    again = next(
        (one for one in forms_in(main(text), form.action) if {f.name for f in one.fields} >= names), None
    )
    if again is None:
        return ["the form is gone"]
    found = [] if re.search(r'class="(field-error|form-errors)"', text) else ["no message"]
    for name, value in changed.items():
        kind = next(one.kind for one in form.fields if one.name == name)
        if kind not in KEPT_KINDS or isinstance(value, bytes):
            continue
        shown, typed = again.value(name) or "", clean(value, len(value)) or ""
        # What is far too long may be cut; the hidden id of a picker, which nobody types, sooner.
        if shown not in (value, typed, typed[:40], typed[:MOST_KEPT], typed[: MOST_KEPT + 1]):
            found.append(f"{name} is shown as {shown!r:.60}")
    return found


def tried(form: SentForm, turn: int) -> Iterator[dict[str, str | bytes]]:
    """Yield what is changed: some fields with a hostile text each, others for each form; then one in all fields."""
    names = list(dict.fromkeys(one.name for one in form.fields if one.name != "csrf_token"))
    for n in range(min(len(names), SINGLES)):
        yield {names[(n + turn) % len(names)]: HOSTILE[(n + turn) % len(HOSTILE)]}
    if form.typed():
        yield dict.fromkeys(form.typed(), SCRIPT)
        yield dict.fromkeys(form.typed(), ("9" * 400, "31/02/9999")[turn % 2])


@pytest.mark.xdist_group("walks")
def test_no_form_breaks_and_what_was_typed_is_kept_or_shown_escaped(
    app: Flask, database: Any, made: rows.Rows, browser: FlaskClient
) -> None:
    wrong, statuses = [], set()
    for turn, form in enumerate(each_once(instance_forms(app, made, browser))):
        for changed in tried(form, turn):
            what = f"{form.action} { ({name: str(value)[:25] for name, value in changed.items()}) }"
            with nothing_kept(database):
                answer = post(browser, form, changed)
                statuses.add(answer.status_code)
                wrong += faults(what, answer)
                if answer.status_code == 422:
                    wrong += [f"{what}: {one}" for one in lost(form, changed, answer.get_data(as_text=True))]
                elif answer.status_code == 303 and SCRIPT in changed.values():
                    wrong += faults(f"{what} → {answer.location}", browser.get(answer.location))
    assert statuses >= {303, 422}
    assert not wrong, "\n" + "\n".join(wrong)


FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=x"
BODIES: tuple[tuple[bytes, str], ...] = (
    (b"", FORM),
    (b"name=caf\xe9\xff\xfe&code=\xc3\x28", FORM),
    (b"name=caf\xe9", f"{FORM}; charset=iso-8859-1"),
    (b"name[]=a&name[0]=b&name=c&name=d&entity=a&entity=b&answer=x&answer=y", FORM),
    (b";;;===&&&=%&%00=%00", FORM),
    (b"name=x", "\xff/\x00"),
    (b'{"name": ["x"]}', "application/json"),
    (b"{" * 1000, "application/json"),
    (b"--y\r\nContent-Disposition", PARTS),
    (b'--x\r\nContent-Disposition: form-data; name="name"; filename="<script>alert(1)"\r\n\r\na\r\n--x--\r\n', PARTS),
    (b"".join(b'--x\r\nContent-Disposition: form-data; name="a%d"\r\n\r\na\r\n' % n for n in range(1500)), PARTS),
)  # fmt: skip


def test_no_body_breaks_an_address(app: Flask, database: Any, made: rows.Rows, browser: FlaskClient) -> None:
    wrong = []
    for turn, (endpoint, path) in enumerate(addresses(app, made, "POST")):
        for body, kind in [BODIES[(turn + n) % len(BODIES)] for n in range(BODIES_EACH)]:
            with nothing_kept(database):
                answer = browser.post(path, data=body, content_type=kind)
            wrong += faults(f"{endpoint} with {body[:40]!r}", answer)
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.any_store
@pytest.mark.parametrize("signed_in", [True, False])
def test_a_body_over_the_limit_gets_a_page_that_says_so(
    app: Flask, browser: FlaskClient, client: FlaskClient, signed_in: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, path = (browser, "/people/new") if signed_in else (client, "/sign-in")
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    answer = asked.post(path, data={"display_name": "x" * 17_000_000}, headers={"Accept-Language": "en"})
    assert answer.status_code == 413
    assert "This is larger than Parc accepts: 16 MB at once." in answer.text
    assert len(answer.data) < 100_000


@pytest.mark.any_store
@pytest.mark.parametrize(
    ("came_from", "back"),
    [
        ("http://localhost/people/new?entity=LBX", 'href="/people/new?entity=LBX"'),
        ("http://localhost//evil.example/", None),
        ("http://localhost/\\evil.example", None),
        ("http://evil.example/people", None),
        ("http://[", None),
        ("javascript:alert(1)", None),
    ],
)
def test_a_page_that_leads_back_leads_nowhere_else(
    browser: FlaskClient, came_from: str, back: str | None
) -> None:
    headers = {"Accept-Language": "en", "Referer": came_from}
    answer = browser.post("/people/new", data={"display_name": "x" * 17_000_000}, headers=headers)
    assert answer.status_code == 413
    assert (">Go back</a>" in answer.text) is (back is not None)
    assert back is None or back in answer.text
    assert "evil.example" not in answer.text


@pytest.mark.any_store
def test_ten_megabytes_of_name_are_refused_beside_the_field(browser: FlaskClient, cast: Cast) -> None:
    answer = browser.post(
        "/people/new",
        data={"display_name": "x" * 10_000_000, "entity": cast.pessac.public_id, "kind": "agent"},
    )
    assert answer.status_code == 422
    assert "Use at most 255 characters." in answer.text
    assert len(answer.data) < 100_000


@pytest.mark.any_store
def test_an_entity_that_is_not_the_user_s_own_is_taken_by_no_form(
    app: Flask, database: Any, cast: Cast, made: rows.Rows, sign_in: Callable[..., FlaskClient]
) -> None:
    foreign = rows.make(cast.pessac)
    browser = sign_in(create_user(Role.ADMINISTRATOR, cast.le_bouscat))
    ids = {name: foreign[noun].public_id for name, noun in FOREIGN.items()}
    ids |= dict.fromkeys(("entity", "entity_0"), cast.pessac.public_id)
    found, wrong = set(), []
    for form in each_once(forms(pages(app, made, browser))):
        for one in form.fields:
            noun = one.name if form.action.split("?")[0] != "/entities/new" else "entity"
            if noun in ids and one.kind != "button":
                found.add(noun)
                with nothing_kept(database):
                    more = {"dn_0": "ou=x,dc=example"} if noun == "entity_0" else {}
                    more |= {"answer": "link"} if noun == "asset" else {}
                    answer = post(browser, form, {**more, one.name: ids[noun]})
                if answer.status_code != 422:
                    wrong.append(f"{form.action} {one.name}: {answer.status_code}")
    assert found == ids.keys()
    assert not wrong, "\n" + "\n".join(wrong)


FOREIGN = {
    "parent": "location", "location": "location", "person": "person", "holder": "person", "site": "site",
    "credential": "credential", "credential_1": "credential", "old": "asset", "new": "asset", "asset": "asset",
}  # fmt: skip
"""Which noun each field of a form names."""


def arguments(text: str) -> set[str]:
    """Return the arguments that a page's own links and forms use."""
    addresses = re.findall(r'(?:href|action)="[^"?]*\?([^"#]*)"', text)
    return {name for one in addresses for name, _value in parse_qsl(one.replace("&amp;", "&"))} | set(
        re.findall(r'name="(\w+)"', text)
    )


@pytest.mark.xdist_group("walks")
def test_no_argument_breaks_a_page(app: Flask, made: rows.Rows, browser: FlaskClient) -> None:
    """Every argument of a page at once, each with another value, until each list has had every value in each."""
    wrong, lists = [], 0
    for endpoint, path, text in instance_pages(app, made, browser):
        names = sorted(ALWAYS | arguments(main(text)) - {"csrf_token"})
        is_list = "format=csv" in text
        lists += is_list
        for turn in range(len(ADDRESSED) if is_list else 2):
            query = {name: ADDRESSED[(n + turn) % len(ADDRESSED)] for n, name in enumerate(names)}
            wrong += faults(f"{endpoint}, turn {turn}", browser.get(f"{path}?{urlencode(query)}"))
    assert lists >= 10
    assert not wrong, "\n" + "\n".join(wrong)


ODD_PARTS = ("%00", "%FF%FE%3Cscript%3Ealert(1)%3C/script%3E", "9" * 400)


@pytest.mark.any_store
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_address_of_nothing_is_not_found(
    app: Flask, database: Any, browser: FlaskClient, method: str
) -> None:
    wrong = []
    for rule in rows.walk(app, method):
        parts = ODD_PARTS if rule.arguments else ()
        if rule.endpoint == "preferences.language":
            continue
        for part in parts:
            path = re.sub(r"<[^>]*>", part, rule.rule)
            with nothing_kept(database):
                answer = browser.open(path, method=method)
            kind = rule.endpoint == "discovery.create_credential"
            # What no link was sent for is answered as one that was used.
            missing = (404, 410) if rule.rule.startswith(("/start/", "/password/")) else (404,)
            if answer.status_code not in missing and not kind:
                wrong.append(f"{method} {path[:80]}: {answer.status_code}")
            wrong += faults(path[:80], answer)
    assert not wrong, "\n" + "\n".join(wrong)


def test_a_number_in_an_address_that_no_store_can_hold_is_not_found(
    made: rows.Rows, browser: FlaskClient
) -> None:
    assert browser.post(f"/users/{made['user'].public_id}/roles/{'9' * 400}/revoke").status_code == 404


@pytest.mark.any_store
def test_no_header_breaks_a_page(made: rows.Rows, app: Flask, browser: FlaskClient) -> None:
    values = (f"\xff\xfe{RAW_SCRIPT}", "9" * 400, f"theme={RAW_SCRIPT}; language=\xff; parc=a.b.c")
    names = (
        "Accept-Language",
        "User-Agent",
        "Referer",
        "HX-Request",
        "Host",
        "Origin",
        "If-Modified-Since",
        "Range",
    )
    wrong = []
    for value in values:
        for path in ("/assets/", "/sign-in", "/nowhere"):
            for name in names:
                wrong += faults(f"{name} {value[:9]} {path}", browser.get(path, headers={name: value}))
            wrong += faults(f"Cookie {path}", app.test_client().get(path, headers={"Cookie": value}))
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.any_store
def test_a_host_that_is_none_is_refused_in_words(browser: FlaskClient) -> None:
    answer = browser.get("/", headers={"Host": "9" * 400})
    assert (answer.status_code, answer.mimetype) == (400, "text/plain")


NOT_TEXT = {
    "public_id", "token_hash", "path", "digest", "cron", "time_zone", "password_hash", "code", "language", "theme",
    "purpose", "key", "noun", "question_key", "totp_secret", "perimeter", "table_name", "operation", "email",
}  # fmt: skip
"""Columns of text that nobody outside writes as they like."""


def poison() -> None:
    """Put markup that is a formula too into every column of the store that holds words."""
    for table in Base.metadata.sorted_tables:
        constraints = [one for one in table.constraints if isinstance(one, sa.UniqueConstraint)]
        unique = {column.name for one in constraints for column in one.columns}
        texts = [
            column
            for column in table.columns
            if isinstance(column.type, sa.String)
            and not (
                column.foreign_keys or column.primary_key or column.name in NOT_TEXT or column.name in unique
            )
        ]
        values: dict[str, Any] = {
            column.name: f"={SCRIPT}"[: column.type.length] for column in texts if column.type.length != 5
        }
        if "name" in unique and table.c.name.type.length:
            values["name"] = sa.literal(f"={SCRIPT}") + sa.cast(table.c.id, sa.String)
        if values:
            db.session.execute(table.update().values(values))
    db.session.commit()
    # Rows that were read before would still show what they said then.
    db.session.remove()


def cells(answer: TestResponse) -> list[str]:
    """Return the text of every cell of a CSV or XLSX file."""
    if answer.mimetype == "text/csv":
        rows_ = csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff")))
        return [cell for row in rows_ for cell in row]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        xml = "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml"))
    assert "<f>" not in xml
    return re.findall(r"<t(?: [^>]*)?>([^<]*)</t>", xml)


@pytest.mark.any_store
def test_text_that_came_from_strangers_is_escaped_on_every_page_and_neutral_in_every_file(
    app: Flask, cast: Cast, made: rows.Rows, browser: FlaskClient
) -> None:
    crowds.surround(made, user=cast.diane, many=1)
    asked = addresses(app, made, "GET")
    poison()
    wrong, shown, files = [], 0, 0
    for endpoint, path in asked:
        page = browser.get(path)
        wrong += faults(endpoint, page)
        if page.mimetype != "text/html":
            continue
        shown += "&lt;script&gt;alert(1)" in page.text
        for kind in ("csv", "xlsx") if "format=csv" in page.text else ():
            found = cells(browser.get(f"{path}?format={kind}"))
            files += any("script" in cell for cell in found)
            wrong += [
                f"{endpoint}, {kind}: {cell!r}"
                for cell in found
                if RUN_BY_SPREADSHEETS.match(cell) and not number(cell)
            ]
    assert (shown > 60, files > 12) == (True, True)
    assert not wrong, "\n" + "\n".join(wrong)


def number(text: str) -> bool:
    """Say whether a cell is a number below zero."""
    return re.fullmatch(r"-\d+([.,]\d+)?", text) is not None
