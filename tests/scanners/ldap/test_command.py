"""The stand-alone command, its output and its exit status."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from scanners.ldap import command
from scanners.observation import Observation
from tests.servers import Slapd


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.run(parser.parse_args(words))


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Callable[[Slapd], list[str]]:
    """Arguments that work for a server, with the password in the environment."""

    def arguments(slapd: Slapd) -> list[str]:
        monkeypatch.setenv("PARC_LDAP_PASSWORD", slapd.reader_password)
        return [slapd.tls_url, "--base", slapd.base, "--bind-dn", slapd.reader_dn, "--ca-file",
                str(slapd.ca_file), "--people-filter", "(uid=p0000*)"]  # fmt: skip

    return arguments


@pytest.mark.slapd
def test_observations_go_to_standard_output_and_the_account_to_standard_error(
    directory: Slapd, account: Callable[[Slapd], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*account(directory), "--people", "--site", "HQ", "--json") == 0
    out, err = capsys.readouterr()
    seen = [Observation.from_json(json.loads(line)) for line in out.splitlines()]
    assert [one.facts["login"] for one in seen] == [f"p{n:05d}" for n in range(10)]
    assert {one.site for one in seen} == {"HQ"}
    assert json.loads(err)["complete"] is True


@pytest.mark.slapd
def test_people_can_read_it_too(
    directory: Slapd, account: Callable[[Slapd], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*account(directory), "--people") == 0
    out, err = capsys.readouterr()
    assert out.startswith("person\tNOM0 Zoé\tpeople\tguid:")
    assert err == "people dc=metropole,dc=example: all read, 10 of 10 entries became observations.\n"


@pytest.mark.slapd
def test_what_cannot_be_read_is_status_3_with_the_reason(
    directory: Slapd,
    account: Callable[[Slapd], list[str]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    wrong = tmp_path / "password"
    wrong.write_text("wrong\n")
    assert run(*account(directory), "--people", "--password-file", str(wrong)) == 3
    err = capsys.readouterr().err
    assert "The server refuses the name or the password." in err
    assert "people dc=metropole,dc=example: not read, 0 of 0 entries" in err


def test_a_wrong_call_is_status_2_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PARC_LDAP_PASSWORD", raising=False)
    assert run("ldaps://dc1", "--bind-dn", "cn=reader") == 2
    assert "The password is empty" in capsys.readouterr().err
    assert run("ldaps://dc1", "--anonymous", "--ca-file", str(tmp_path / "missing.pem")) == 2
    assert "missing.pem: No such file" in capsys.readouterr().err
    (tmp_path / "binary.pem").write_bytes(b"\xff\xfe")
    assert run("ldaps://dc1", "--anonymous", "--ca-file", str(tmp_path / "binary.pem")) == 2
    assert run("dc1", "--anonymous") == 2
