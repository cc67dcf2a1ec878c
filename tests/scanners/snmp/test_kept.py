"""What is kept of a device identifies it again exactly as it was, in few octets, and survives what is hostile."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime

import pytest

from scanners.snmp import kept, tables
from scanners.snmp.collect import Reading
from scanners.snmp.observe import observe
from scanners.snmp.profile import Profiles
from scanners.snmp.profile_files import parse, shipped
from scanners.snmp.trial import _reading

AT = datetime(2026, 11, 23, tzinfo=UTC)
TESTED = [(profile, test) for profile in shipped().all for test in profile.tests]
SWITCH_OF_A_SMALL_MAKER = """
[[profile]]
name = "Little switches"
when.object_id = "99999.1"
maker = "Little"
kind = "switch"
"""


def unknown(ports: int = 4) -> Reading:
    """A device of a maker that no rule knows."""
    return Reading(
        "10.1.0.9",
        {
            tables.SYS_DESCR: {(0,): b"Little thing 1.0"},
            tables.SYS_OBJECT_ID: {(0,): (1, 3, 6, 1, 4, 1, 99999, 1, 7)},
            tables.SYS_NAME: {(0,): "étage".encode()},
            tables.IF_TYPE: {(n,): 6 for n in range(1, ports)},
            tables.IF_ALIAS: {(n,): b"to somewhere" for n in range(1, ports)},
        },
    )


def again(reading: Reading, profiles: Profiles, engine_id: bytes = b"") -> tuple[str, str]:
    """The digests of an observation, and of the one that is made of what is kept."""
    seen = observe(reading, profiles, site="LBX", at=AT, engine_id=engine_id)
    restored, engine = kept.unpack(kept.pack(kept.trimmed(reading), engine_id), reading.address)
    return seen.digest(), kept.identify_again(restored, engine, profiles, seen).digest()


def test_every_tested_device_of_every_profile_is_identified_again_as_it_was() -> None:
    assert len(TESTED) > 100
    for profile, test in TESTED:
        before, after = again(_reading(test, shipped()), shipped(), bytes.fromhex("80001f8804c0ffee00112233"))
        assert before == after, profile.name


def test_a_rule_that_came_later_identifies_what_was_kept() -> None:
    reading = unknown()
    seen = observe(reading, shipped(), site="LBX", at=AT)
    assert "kind" not in seen.facts
    better = shipped().preceded_by(parse(SWITCH_OF_A_SMALL_MAKER, "own.toml"))
    restored, engine = kept.unpack(kept.pack(kept.trimmed(reading)), reading.address)
    found = kept.identify_again(restored, engine, better, seen)
    assert (found.facts["kind"], found.facts["manufacturer"]) == ("switch", "Little")
    assert found.facts["name"] == "étage"
    assert "Little switches" in found.evidence["kind"]


def test_a_rule_that_is_gone_takes_its_facts_with_it() -> None:
    better = shipped().preceded_by(parse(SWITCH_OF_A_SMALL_MAKER, "own.toml"))
    reading = unknown()
    seen = observe(reading, better, site="LBX", at=AT)
    assert "kind" not in kept.identify_again(kept.trimmed(reading), b"", shipped(), seen).facts


def test_what_rules_do_not_read_is_not_kept() -> None:
    assert tables.IF_ALIAS not in kept.trimmed(unknown(500)).columns
    assert len(kept.pack(kept.trimmed(unknown(500)))) < 2_000


def test_what_tells_of_other_devices_is_kept_as_a_sign_that_there_is_some() -> None:
    reading = unknown()
    reading.columns[tables.BRIDGE_LEARNT] = {(0, 0, 0, 0, n // 256, n % 256): n % 24 for n in range(5000)}
    assert len(kept.trimmed(reading).columns[tables.BRIDGE_LEARNT]) == 1


def test_a_device_that_says_too_much_is_kept_without_its_longest_columns() -> None:
    reading = unknown()
    reading.columns[tables.ENT_DESCR] = {(n,): bytes([65 + n % 26]) * 2048 for n in range(500)}
    restored, _engine = kept.unpack(kept.pack(kept.trimmed(reading)), reading.address)
    assert tables.ENT_DESCR not in restored.columns
    assert restored.scalar(tables.SYS_DESCR) == b"Little thing 1.0"


@pytest.mark.parametrize(
    "octets",
    [b"", b"not zlib", zlib.compress(b"[]"), zlib.compress(b'{"engine":"zz","objects":{}}'),
     zlib.compress(b'{"engine":"","objects":{"1.3":{"0":"xq"}}}'), zlib.compress(b" " * 10_000_000)],
)  # fmt: skip
def test_octets_that_are_no_kept_reading_are_refused_by_name(octets: bytes) -> None:
    with pytest.raises(kept.KeptReadingError):
        kept.unpack(octets, "10.1.0.9")
