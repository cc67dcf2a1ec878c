"""`parc observations load` takes a file that anybody may have written: good lines are kept, bad ones named by number."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from sqlalchemy import select

from inventory.assets.models import Asset
from inventory.catalog.services import install_builtin
from inventory.core.database import db, transaction
from inventory.discovery import commands
from inventory.discovery.models import Run, RunResult, Sighting
from inventory.organization.models import Person
from inventory.reconciliation.models import Review
from tests.discovery.making import create_site, observe
from tests.factories import Cast

pytestmark = pytest.mark.usefixtures("database")

SCRIPT = "<script>alert(1)</script>"
DONE, PARTIAL = 0, 3


@pytest.fixture
def load(cast: Cast, tmp_path: Path) -> Callable[..., Result]:
    """Returns what loads lines from a file, as the command does."""
    with transaction():
        install_builtin()
    create_site(cast.le_bouscat, code="LBX")

    def loaded(*lines: bytes) -> Result:
        file = tmp_path / "night.jsonl"
        file.write_bytes(b"\n".join(lines) + b"\n")
        return CliRunner().invoke(commands.load, [str(file)])

    return loaded


def plain(n: int, **values: Any) -> dict[str, Any]:
    return {**observe(n).to_json(), "site": "LBX", **values}


def line(n: int, **values: Any) -> bytes:
    return json.dumps(plain(n, **values)).encode()


def raw(n: int, name: str, json_text: bytes) -> bytes:
    """A good line but for one value, written as JSON text."""
    return line(n, **{name: "@"}).replace(b'"@"', json_text)


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


BAD = (
    b"null", b"[]", b"1", b"{}", b"{", b"\x00" * 500, b'{"a":' * 50_000, nested(100_000), b"x" * 10_000_000,
    line(1, facts={"name": "x" * 10_000_000}), line(1, facts={"name": "x" * 100_000}),
    raw(1, "facts", b'{"deep": ' + nested(5_000) + b"}"), raw(1, "facts", b'{"a": NaN}'), raw(1, "facts", b'{"a": 1e999}'),
    raw(1, "facts", b'{"a": ' + b"9" * 400 + b"}"), raw(1, "facts", b'{"a": ' + b"9" * 5_000 + b"}"),
    raw(1, "source_key", b'"\\udfff"'), raw(1, "facts", b'{"\\ud800": "a"}'), raw(1, "facts", b'{"kind": ["printer"]}'),
    json.dumps(plain(1)).encode("utf-16"), json.dumps(plain(1, target="Café"), ensure_ascii=False).encode("latin-1"),
    line(1, observed_at="0001-01-01T00:00:00+14:00"), line(1, observed_at="9999-12-31T23:59:59-14:00"),
    line(1, observed_at=1), line(1, site=1), line(1, site="x" * 5_000), line(1, subject=["device"]), line(1, facts=[]),
    line(1, facts={"name": {"a": 1}}), line(1, evidence={"a": 1}), line(1, interfaces="x"), line(1, interfaces=[1]),
    line(1, identifiers={}), line(1, identifiers=[{"kind": "mac"}]), line(1, counters=[{"name": "a", "value": "1"}]),
    line(1, supplies=[{"level": True}]), line(1, components=[[]]), line(1, interfaces=[{}] * 5_000),
)  # fmt: skip


def test_bad_lines_are_named_by_number_and_good_ones_kept(load: Callable[..., Result]) -> None:
    lines = [part for n, bad in enumerate(BAD) for part in (bad, line(100 + n))]
    result = load(*lines)
    assert (result.exit_code, result.exception.__class__) == (PARTIAL, SystemExit)
    assert "Traceback" not in result.output
    run = db.session.scalars(select(Run)).one()
    named = db.session.scalars(
        select(RunResult.target).where(RunResult.cause != "").order_by(RunResult.id)
    ).all()
    assert named == [f"line {2 * n + 1}" for n in range(len(BAD))]
    assert (run.asked, run.read, run.failed, run.complete) == (2 * len(BAD), len(BAD), len(BAD), False)
    assert f"{len(BAD)} read, {len(BAD)} failed" in result.output


def test_reasons_are_sentences_of_parc_s_own(load: Callable[..., Result]) -> None:
    load(*BAD)
    reasons = db.session.scalars(select(RunResult.detail).where(RunResult.cause != "")).all()
    assert len(reasons) == len(BAD)
    assert not [text for text in reasons if not text.endswith(".") or "sys." in text or "Error" in text]


ODD = (
    line(1, facts={"kind": "printer", "name": SCRIPT, "model": "=cmd()", "location": "-1+1"}, target=SCRIPT),
    line(2, target="10.0.0.1\x00", source_key="a\x00b", facts={"name": "\u202egpj.exe", "kind": "laptop"}),
    line(3, facts=dict.fromkeys(("name", "model", "manufacturer", "serial", "firmware", "description"), "L" * 4000)),
    line(4, facts={"kind": "printer", "name": True, "serial": 12, "model": 1.5, "manufacturer": ["a"], "os_version": 3}),
    line(5, source=SCRIPT, source_key="k" * 10_000, target="t" * 10_000),
    line(6, identifiers=[{"kind": "serial", "value": "x" * 255, "scope": "y" * 255}, {"kind": "ip", "value": SCRIPT}]),
    line(7, identifiers=[{"kind": "mac", "value": f"02:00:00:00:00:{n:02x}"} for n in range(256)]),
    line(8, interfaces=[{"index": 2**63, "mac": "zz", "addresses": ["999.1.1.1", "::g"], "name": SCRIPT}] * 50),
    line(9, supplies=[{"name": SCRIPT, "level": -(2**63), "capacity": 0}], counters=[{"name": "pages", "value": 2**64}]),
    line(10, components=[{"kind": SCRIPT, "serial": "x" * 255}], evidence={"serial": SCRIPT}),
    line(11, subject="person", facts={"display_name": SCRIPT, "email": "x" * 5_000, "login": 1, "disabled": "maybe"}),
    line(12, subject="person", source="ldap", facts={"display_name": "Z" * 5_000, "phone": "1" * 3_000, "title": ["a"]},
         identifiers=[{"kind": "directory_guid", "value": "12345678-1234-1234-1234-123456789abc"}]),
    b"\xef\xbb\xbf" + line(13),
)  # fmt: skip


def test_odd_lines_are_taken_in_and_break_no_page(
    load: Callable[..., Result], cast: Cast, sign_in: Callable[..., FlaskClient]
) -> None:
    result = load(*ODD)
    assert result.exit_code == DONE, result.output
    assert db.session.scalars(select(Run)).one().read == len(ODD)
    nouns = {
        "assets": Asset,
        "people": Person,
        "reviews": Review,
        "discovery/sightings": Sighting,
        "discovery/runs": Run,
    }
    ids = {noun: db.session.scalars(select(model.public_id)).all() for noun, model in nouns.items()}
    assert all(ids.values())
    browser = sign_in(cast.diane)
    for noun, found in ids.items():
        for path in [f"/{noun}/", *(f"/{noun}/{public_id}" for public_id in found)]:
            answer = browser.get(path)
            assert (path, answer.status_code) == (path, 200)
            assert "<script>alert(1)" not in answer.text


def test_a_file_without_end_of_line_or_with_nothing_is_no_failure(load: Callable[..., Result]) -> None:
    assert load(b"", b"   \t ", b"").exit_code == DONE
    assert load(line(1) + b"\r").exit_code == DONE
