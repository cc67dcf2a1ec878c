"""The stand-alone command refuses wrong calls with a sentence and status 2."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scanners.__main__ import main
from tests.scanners.snmp.agents import FakeAgent, playing

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "arguments",
    [
        ["snmp", "nowhere"],
        ["snmp", "10.0.0.0/4"],
        ["snmp", "10.0.0.1", "--port", "0"],
        ["snmp", "10.0.0.1", "--timeout", "0"],
        ["snmp", "10.0.0.1", "--profiles", "/no/such/folder"],
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


PROFILE = """
[[profile]]
name = "Town hall clocks"
when.object_id = "99990"
kind = "other"
serial = "99990.1.2"

[[profile.test]]
says = { sysObjectID = "99990.7", "99990.1.2.0" = "AB1234" }
finds = { kind = "other", serial = "AB1234" }
"""


def test_an_administrator_s_profiles_can_be_tried_before_they_are_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "clocks.toml").write_text(PROFILE)
    assert main(["profiles", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "1 profiles tried, 0 failures.\n"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (PROFILE.replace('serial = "99990.1.2"', ""), "serial should be 'AB1234' and is None."),
        (PROFILE.replace('sysObjectID = "99990.7", ', ""), "no test of its own describes such a device."),
    ],
)
def test_a_profile_that_does_not_find_what_it_promises_fails(
    wrong: str, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "clocks.toml").write_text(wrong)
    assert main(["profiles", str(tmp_path)]) == 1
    assert f"Town hall clocks: {sentence}" in capsys.readouterr().out


@pytest.mark.parametrize("content", [None, "[[profile]]\nname = 'x'\n"])
def test_profiles_that_cannot_be_used_are_refused_in_a_sentence(
    content: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "own"
    if content is not None:
        folder.mkdir()
        (folder / "own.toml").write_text(content)
    assert main(["profiles", str(folder)]) == 2
    assert capsys.readouterr().err.startswith("python -m scanners profiles: ")


def test_the_command_scans_with_the_profiles_of_a_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "clocks.toml").write_text(PROFILE)
    clock = "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99990.7\n1.3.6.1.4.1.99990.1.2.0|4|AB1234\n"
    with FakeAgent(playing(clock)) as agent:
        status = main(
            ["snmp", agent.address, "--port", str(agent.port), "--json", "--profiles", str(tmp_path)]
        )
    facts = json.loads(capsys.readouterr().out)["facts"]
    assert status == 0
    assert (facts["kind"], facts["serial"]) == ("other", "AB1234")
