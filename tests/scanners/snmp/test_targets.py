"""What to scan is understood, bounded, and refused with a sentence."""

from __future__ import annotations

import pytest

from scanners.snmp.options import Community, OptionsError, ScanOptions, UsmUser
from scanners.snmp.targets import dotted, parse


def addresses(*texts: str, exclude: tuple[str, ...] = (), skip_before: str | None = None) -> list[str]:
    return [dotted(address) for address in parse(texts, exclude, skip_before).addresses]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10.0.0.0/30", ["10.0.0.1", "10.0.0.2"]),
        ("10.0.0.0/31", ["10.0.0.0", "10.0.0.1"]),
        ("10.0.0.7/32", ["10.0.0.7"]),
        ("10.0.0.9-11", ["10.0.0.9", "10.0.0.10", "10.0.0.11"]),
        ("10.0.0.255-10.0.1.1", ["10.0.0.255", "10.0.1.0", "10.0.1.1"]),
        ("10.0.0.2, 10.0.0.1 10.0.0.2", ["10.0.0.1", "10.0.0.2"]),
    ],
)
def test_networks_ranges_and_addresses_are_read(text: str, expected: list[str]) -> None:
    assert addresses(text) == expected


def test_exclusions_leave_out_and_resuming_skips() -> None:
    found = addresses("10.0.0.0/29", exclude=("10.0.0.2-10.0.0.3", "10.0.0.6/32"), skip_before="10.0.0.4")
    assert found == ["10.0.0.4", "10.0.0.5"]
    assert addresses("10.0.0.0/30", exclude=("10.0.0.0/8",)) == []


def test_only_what_is_named_alone_is_expected_to_answer() -> None:
    chosen = parse(["10.0.0.0/30", "10.0.0.9", "10.0.0.12-13"])
    assert {dotted(address) for address in chosen.named} == {"10.0.0.9"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "nothing to scan"),
        ("10.0.0.256", "not an IPv4 address"),
        ("10.0.0.0/33", "not an IPv4 network"),
        ("2001:db8::/64", "not an IPv4 network"),
        ("10.0.0.9-10.0.0.1", "ends before it begins"),
        ("10.0.0.0/8", "at most"),
        ("printer.example", "not an IPv4 address"),
    ],
)
def test_wrong_targets_are_refused_in_a_sentence(text: str, why: str) -> None:
    with pytest.raises(OptionsError, match=why):
        parse([text])


def test_secrets_never_show() -> None:
    user = UsmUser("u", "SHA", "auth-secret", "AES", "priv-secret")
    shown = repr(ScanOptions((Community("com-secret"), user)))
    assert "secret" not in shown
    assert user.level == "authPriv"


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Community("x", "3"),
        lambda: Community(""),
        lambda: UsmUser("u", "SHA"),
        lambda: UsmUser("u", "SHA", "short"),
        lambda: UsmUser("u", None, None, "AES", "long-enough"),
        lambda: UsmUser("u", "ROT13", "long-enough"),
        lambda: UsmUser("u", "SHA", "long-enough", "ROT13", "long-enough"),
        lambda: UsmUser(""),
        lambda: ScanOptions(credentials=()),
        lambda: ScanOptions((Community("a"), Community("b"))),
        lambda: ScanOptions(port=0),
        lambda: ScanOptions(timeout=0),
        lambda: ScanOptions(retries=-1),
        lambda: ScanOptions(rate=-1),
    ],
)
def test_wrong_options_are_refused(wrong: object) -> None:
    with pytest.raises(OptionsError):
        wrong()  # type: ignore[operator]
