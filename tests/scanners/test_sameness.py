"""One box at two addresses, or two boxes with one serial number."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scanners.observation import Identifier, Observation
from scanners.sameness import Marks, are_two, beside, have_other_macs, is_beside, key_beside

MAC, OTHER = "00:1b:2c:00:00:01", "00:1b:2c:00:00:02"


def seen(target: str, *texts: str, key: str = "serial:HP:CN12345678") -> Observation:
    found = [Identifier("serial", "CN12345678", "HP"), Identifier("ip", target, "LBX")]
    found += [Identifier(*text.split("=")) for text in texts]
    return Observation("snmp", "LBX", target, datetime(2026, 3, 2, tzinfo=UTC), key, identifiers=tuple(found))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ([], [], False),
        ([f"base_mac={MAC}"], [f"base_mac={MAC}"], False),
        ([f"base_mac={MAC}"], [f"base_mac={OTHER}"], True),
        ([f"base_mac={MAC}", f"mac={OTHER}"], [f"base_mac={OTHER}"], False),
        # A router that is asked at two of its addresses states all of them at each.
        (["ip=10.0.0.2", "name=rt-1"], ["ip=10.0.0.1", "name=rt-1.lan"], False),
        (["ip=10.0.0.2", f"mac={MAC}"], ["ip=10.0.0.1", f"mac={OTHER}"], True),
        # Software gives these to many: they neither join nor part.
        (["mac=02:42:00:00:00:01", "name=a"], ["mac=02:42:00:00:00:01", "name=b"], True),
        (["mac=02:42:00:00:00:01"], ["mac=02:42:00:00:00:02"], False),
        (["base_mac=02:77:00:ab:00:01"], ["base_mac=02:77:00:ab:00:02"], True),
        (["name=imp-1"], ["name=imp-2"], True),
        (["name=imp-1"], [], False),
        (["engine_id=80001f8801"], ["engine_id=80001f8802"], True),
        (["engine_id=80001f8801", "name=a"], ["engine_id=80001f8801", "name=a"], False),
    ],
)  # fmt: skip
def test_what_is_burned_in_decides_then_addresses_then_words(
    one: list[str], other: list[str], *, expected: bool
) -> None:
    marks = Marks.of(seen("10.0.0.1", *one)), Marks.of(seen("10.0.0.2", *other))
    assert are_two(*marks) is expected
    assert are_two(*reversed(marks)) is expected


def test_other_names_alone_are_no_other_macs() -> None:
    assert not have_other_macs(Marks.of(seen("10.0.0.1", "name=a")), Marks.of(seen("10.0.0.2", "name=b")))


def test_what_stands_beside_keeps_its_number_as_weak_evidence_only() -> None:
    found = beside(seen("10.0.0.2", f"base_mac={OTHER}"))
    assert is_beside(found.source_key)
    assert found.source_key == f"serial:HP:CN12345678 beside {OTHER}"
    (serial,) = [one for one in found.identifiers if one.kind == "serial"]
    assert (serial.value, serial.strong) == ("CN12345678", False)


@pytest.mark.parametrize(
    ("texts", "own"),
    [((f"mac={OTHER}", f"mac={MAC}"), MAC), (("name=imp-2",), "imp-2"), ((), "10.0.0.2")],
)
def test_its_key_ends_with_what_stays_the_same(texts: tuple[str, ...], own: str) -> None:
    assert key_beside(seen("10.0.0.2", *texts)).endswith(f" beside {own}")


def test_only_a_serial_number_is_shared() -> None:
    one = seen("10.0.0.2", key="address:10.0.0.2")
    assert key_beside(one) == "address:10.0.0.2"
    assert key_beside(beside(seen("10.0.0.2"))) == beside(seen("10.0.0.2")).source_key
