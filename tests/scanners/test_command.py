"""The stand-alone command refuses wrong calls with a sentence and status 2."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scanners.__main__ import main

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "arguments",
    [
        ["snmp", "nowhere"],
        ["snmp", "10.0.0.0/4"],
        ["snmp", "10.0.0.1", "--port", "0"],
        ["snmp", "10.0.0.1", "--timeout", "0"],
        ["snmp", "10.0.0.1", "--v3-auth", "SHA"],
        ["snmp", "10.0.0.1", "--v3-user", "u", "--v3-auth", "SHA"],
        ["snmp", "10.0.0.1", "--v3-user", "u", "--v3-auth", "SHA", "--v3-auth-key-file", "/no/such/file"],
    ],
)
def test_a_wrong_call_is_refused_in_a_sentence(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("python -m scanners snmp: ")


@pytest.mark.parametrize(
    "arguments", [[], ["snmp"], ["snmp", "10.0.0.1", "--v3-auth", "ROT13"], ["fax", "x"]]
)
def test_a_call_that_cannot_be_parsed_exits_with_status_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2


def test_the_scanners_know_neither_the_application_nor_a_database() -> None:
    names = "scanners.__main__, scanners.snmp.running, scanners.ldap.command, scanners.replay"
    script = (
        f"import sys, {names}; print(*[n for n in ('flask', 'sqlalchemy', 'inventory') if n in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert found.stdout.strip() == ""


def test_importing_the_interface_does_not_import_pysnmp() -> None:
    script = "import sys, scanners.snmp, scanners.__main__; print('pysnmp' in sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert found.stdout.strip() == "False"
