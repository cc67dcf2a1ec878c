"""Real Net-SNMP agents: alike in engine id, name and MACs, and still six devices; SNMPv3 and its refusals by name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from scanners.__main__ import main
from scanners.coverage import Cause, Coverage, Failure
from scanners.observation import Observation
from scanners.snmp import Community, Credential, ScanOptions, UsmUser, ping, scan
from tests.servers import Snmpd
from tests.servers.snmpd import COMMUNITY, PASSPHRASE, USERS

pytestmark = [
    pytest.mark.snmpd,
    pytest.mark.skipif(Snmpd.available() is not None, reason=Snmpd.available() or ""),
    pytest.mark.xdist_group("snmpd"),
]
PLAIN = Community(COMMUNITY, label="lab")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snmpd]:
    server = Snmpd(tmp_path_factory.mktemp("agents"))
    server.start()
    yield server
    server.stop()


def read(
    lab: Snmpd, credential: Credential, target: str = "127.16.0.0/27", **changes: object
) -> list[object]:
    chosen = ScanOptions((credential,), port=lab.port, timeout=0.4, retries=1, rate=0)
    return list(scan([target], replace(chosen, **changes)))  # type: ignore[arg-type]


def user(name: str, **changes: object) -> UsmUser:
    auth, priv = USERS[name]
    one = UsmUser(name, auth, PASSPHRASE, priv, PASSPHRASE if priv else None)
    return replace(one, **changes)  # type: ignore[arg-type]


def test_six_agents_are_six_devices(lab: Snmpd) -> None:
    *observations, coverage = read(lab, PLAIN)
    assert isinstance(coverage, Coverage)
    assert coverage.complete
    assert coverage.asked == 30
    found = {one.target: one for one in observations if isinstance(one, Observation)}
    for agent in lab.agents:
        seen = found[agent.address]
        assert seen.source_key == f"serial:Labswitch:{agent.serial}"
        assert (seen.facts["kind"], seen.facts["model"], seen.facts["serial"]) == (
            "switch",
            agent.model,
            agent.serial,
        )
        assert ("base_mac", agent.bridge_address) in {(one.kind, one.value) for one in seen.identifiers}
        assert ("engine_id", agent.engine_id) in {(one.kind, one.value) for one in seen.identifiers}
    assert found[lab.agents[4].address].facts["location"] == "Hôtel de ville, Mérignac"


def test_a_second_night_has_the_same_digests(lab: Snmpd) -> None:
    nights = [
        sorted(one.digest() for one in read(lab, PLAIN) if isinstance(one, Observation)) for _ in range(2)
    ]
    assert nights[0] == nights[1]
    assert len(set(nights[0])) == 6


@pytest.mark.parametrize("name", USERS)
def test_every_v3_user_reads_the_same_as_the_community(lab: Snmpd, name: str) -> None:
    target = lab.agents[0].address
    plain, _ = read(lab, PLAIN, target)
    secured, coverage = read(lab, user(name), target)
    assert isinstance(plain, Observation)
    assert isinstance(secured, Observation)
    assert isinstance(coverage, Coverage)
    assert coverage.complete
    assert secured.digest() == plain.digest()


def test_agents_that_share_an_engine_id_are_all_read_by_one_v3_user(lab: Snmpd) -> None:
    *observations, coverage = read(lab, user("u-sha256-aes128"))
    assert isinstance(coverage, Coverage)
    assert (len(observations), coverage.complete) == (6, True)


@pytest.mark.parametrize(
    ("wrong", "cause"),
    [
        (user("u-sha1-aes128", auth_key="another-passphrase"), Cause.WRONG_DIGEST),
        (UsmUser("nobody", "SHA", PASSPHRASE), Cause.UNKNOWN_USER),
        (user("u-sha1-aes128", priv_key="another-passphrase"), Cause.DECRYPTION),
        (user("u-sha1-aes256c", priv_protocol="AES-256"), Cause.DECRYPTION),
        (user("u-sha256-none", auth_protocol=None, auth_key=None), Cause.AUTHORIZATION),
        (user("u-sha256-none", priv_protocol="AES", priv_key=PASSPHRASE), Cause.UNSUPPORTED_LEVEL),
    ],
)
def test_v3_errors_are_called_by_their_name(lab: Snmpd, wrong: UsmUser, cause: Cause) -> None:
    failure, coverage = read(lab, wrong, lab.agents[0].address)
    assert isinstance(failure, Failure)
    assert isinstance(coverage, Coverage)
    assert failure.cause is cause
    assert not coverage.complete


@pytest.mark.skipif(not ping.permitted(), reason="this process may not send ICMP echo requests")
def test_a_wrong_community_is_suspected_of_what_answers_ping_only(lab: Snmpd) -> None:
    *failures, coverage = read(lab, Community("wrong", label="w"))
    assert isinstance(coverage, Coverage)
    assert {one.target for one in failures if isinstance(one, Failure)} == {one.address for one in lab.agents}
    assert {one.cause for one in failures if isinstance(one, Failure)} == {Cause.SILENT_OR_WRONG_COMMUNITY}
    assert not coverage.complete


def test_the_command_prints_an_observation_a_line(lab: Snmpd, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [
        "snmp",
        "127.16.0.8/29",
        "--community",
        COMMUNITY,
        "--json",
        "--site",
        "lab",
        "--rate",
        "0",
        "--timeout",
        "0.4",
    ]
    assert main([*arguments, "--port", str(lab.port)]) == 0
    shown = capsys.readouterr()
    lines = [Observation.from_json(json.loads(line)) for line in shown.out.splitlines()]
    assert {one.site for one in lines} == {"lab"}
    assert len(lines) == 4
    assert "4 read; all was read" in shown.err


def test_the_command_takes_v3_keys_from_the_environment(
    lab: Snmpd, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARC_SNMP_AUTH_KEY", PASSPHRASE)
    monkeypatch.setenv("PARC_SNMP_PRIV_KEY", PASSPHRASE)
    arguments = [
        "snmp",
        lab.agents[0].address,
        "--port",
        str(lab.port),
        "--timeout",
        "0.4",
        "--format",
        "text",
    ]
    assert main([*arguments, "--v3-user", "u-sha1-aes128", "--v3-auth", "SHA", "--v3-priv", "AES"]) == 0
    assert "LAB00001" in capsys.readouterr().out


def test_the_command_says_why_when_it_read_only_a_part(
    lab: Snmpd, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [
        "snmp",
        lab.agents[0].address,
        "--port",
        str(lab.port),
        "--community",
        "wrong",
        "--timeout",
        "0.1",
    ]
    assert main([*arguments, "--retries", "0", "--all"]) == 3
    shown = capsys.readouterr()
    assert lab.agents[0].address in shown.err
    assert json.loads(shown.out.splitlines()[-1])["complete"] is False
