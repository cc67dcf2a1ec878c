"""Real Net-SNMP agents on loopback addresses, alike enough to be confused and different enough not to be."""

from __future__ import annotations

import os
import signal
import socket
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers.process import Process, Server, find_program, free_port

COMMUNITY = "lab-public"
PASSPHRASE = "lab-secret-pass"
"""Authentication and privacy passphrase of every v3 user."""

SHARED_ENGINE = "80001f8804c0ffee00112233"
PLACES = ("Hôtel de ville, étage 2", "Mairie annexe, baie A", "Médiathèque", "Centre social")
LATIN_1_PLACE = "Hôtel de ville, Mérignac".encode("latin-1")

USERS = {
    "u-sha1-aes128": ("SHA", "AES"),
    "u-sha256-aes128": ("SHA-256", "AES"),
    "u-sha512-aes256": ("SHA-512", "AES-256"),
    "u-sha256-none": ("SHA-256", None),
    "u-sha1-aes256": ("SHA", "AES-256"),
    "u-sha1-aes256c": ("SHA", "AES-256-C"),
}
"""v3 users: authentication protocol, privacy protocol. AES-256-C stretches the key the Cisco (Reeder) way."""

# GetRequest sysUpTime.0, version 2c, community lab-public, request id 1 (RFC 3416 §3)
PROBE = bytes.fromhex("302a020101040a") + COMMUNITY.encode() + bytes.fromhex(
    "a019020101020100020100300e300c06082b060102010103000500"
)  # fmt: skip


@dataclass(frozen=True)
class Agent:
    """What one agent says about itself; `number` counts from 1."""

    number: int
    address: str
    port: int
    process: Process = field(repr=False, compare=False)

    @property
    def name(self) -> str:
        """sysName: agents 1, 2 and 3 say the same."""
        return "sw-double" if self.number in (1, 2, 3) else f"lab-sw-{self.number:03d}"

    @property
    def engine_id(self) -> str:
        """snmpEngineID in hexadecimal: agents 1, 2 and 4 were cloned."""
        if self.number in (1, 2, 4):
            return SHARED_ENGINE
        return "80001f8804" + f"lab-agent-{self.number:04d}".encode().hex()

    @property
    def serial(self) -> str:
        """entPhysicalSerialNum of the chassis, different on each."""
        return f"LAB{self.number:05d}"

    @property
    def model(self) -> str:
        """entPhysicalModelName of the chassis."""
        return f"LS-{self.number % 5}"

    @property
    def location(self) -> bytes:
        """sysLocation as sent: UTF-8, but Latin-1 on agent 5."""
        return LATIN_1_PLACE if self.number == 5 else PLACES[self.number % 4].encode()

    @property
    def bridge_address(self) -> str:
        """dot1dBaseBridgeAddress, different on each."""
        return f"02:77:00:ab:{self.number // 256:02x}:{self.number % 256:02x}"

    def answers(self) -> bool:
        """Whether it answers a version 2c request within a fifth of a second."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(0.2)
            try:
                client.connect((self.address, self.port))
                client.send(PROBE)
                return bool(client.recv(4096))
            except OSError:
                return False

    def stop(self) -> None:
        """Silence this one agent."""
        self.process.stop(signal.SIGTERM)

    def configuration(self, extra: str = "") -> bytes:
        """Its snmpd.conf; the location is bytes because one of them is not UTF-8."""
        n = self.number
        lines = [
            f"agentaddress udp:{self.address}:{self.port}",
            f"exactEngineID 0x{self.engine_id}",
            f"sysName {self.name}",
            "sysContact Service informatique <reseau@metropole.example>",
            f"sysDescr Lab switch model {n % 5} firmware 1.{n % 7}.0",
            f"sysObjectID 1.3.6.1.4.1.99999.1.{n % 5}",
            "sysServices 2",
            "override 1.3.6.1.2.1.47.1.1.1.1.5.1 integer 3",
            f'override 1.3.6.1.2.1.47.1.1.1.1.11.1 octet_str "{self.serial}"',
            'override 1.3.6.1.2.1.47.1.1.1.1.12.1 octet_str "Labswitch"',
            f'override 1.3.6.1.2.1.47.1.1.1.1.13.1 octet_str "{self.model}"',
            f"override 1.3.6.1.2.1.17.1.1.0 octet_str 0x{self.bridge_address.replace(':', '')}",
            f"rocommunity {COMMUNITY} default",
            *_users(),
            extra,
        ]
        return "\n".join(lines).encode() + b"\nsysLocation " + self.location + b"\n"


def _users() -> list[str]:
    lines = []
    for name, (authentication, privacy) in USERS.items():
        encrypted = f" {privacy} {PASSPHRASE}" if privacy else ""
        lines.append(f"createUser {name} {authentication} {PASSPHRASE}{encrypted}")
        lines.append(f"rouser {name} {'authpriv' if privacy else 'authnopriv'}")
    return lines


class Snmpd(Server):
    """`agents` real agents on 127.16.0.11, 127.16.0.12… (one UDP port, chosen unless given).

    `extra` adds lines to the snmpd.conf of the agent with that number: a hostile name, say, by `override`.
    """

    def __init__(
        self, workdir: Path, agents: int = 6, *, port: int | None = None, extra: dict[int, str] | None = None
    ) -> None:
        self.workdir = Path(workdir)
        addresses = [f"127.16.{n // 200}.{10 + n % 200}" for n in range(1, agents + 1)]
        self.port = port or free_port(*addresses, kind=socket.SOCK_DGRAM)
        self._extra = extra or {}
        self.agents = [
            Agent(n, address, self.port, Process(self._folder(address) / "log"))
            for n, address in enumerate(addresses, start=1)
        ]

    @staticmethod
    def available() -> str | None:
        """Why it cannot run here, or None when it can."""
        return None if find_program("snmpd") else "snmpd is not installed (Debian package snmpd)"

    def _folder(self, address: str) -> Path:
        folder = self.workdir / "snmpd" / address
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def start(self) -> None:
        """Start every agent, and wait until each answers."""
        for agent in self.agents:
            self.start_agent(agent, wait=False)
        for agent in self.agents:
            self.start_agent(agent)

    def start_agent(self, agent: Agent, *, wait: bool = True) -> None:
        """Start one agent unless it runs; with `wait`, return when it answers."""
        if agent.process.pid is not None:
            if wait:
                agent.process.wait(agent.answers)
            return
        folder = self._folder(agent.address)
        (folder / "state").mkdir(exist_ok=True)
        configuration = folder / "snmpd.conf"
        configuration.write_bytes(agent.configuration(self._extra.get(agent.number, "")))
        program = find_program("snmpd") or "snmpd"
        # -C reads this file only; -r does not need root; -I leaves out modules that log without a use here
        command = [program, "-f", "-C", "-c", str(configuration), "-Lo", "-r", "-I",
                   "-smux,mteTrigger,mteTriggerConf"]  # fmt: skip
        # a state folder of its own: else v3 users and boot counts would be shared between agents
        environment = {**os.environ, "SNMP_PERSISTENT_DIR": str(folder / "state"),
                       "SNMPCONFPATH": str(folder), "MIBS": ""}  # fmt: skip
        agent.process.start(command, agent.answers if wait else lambda: True, env=environment)

    def stop(self) -> None:
        """End every agent."""
        for agent in self.agents:
            agent.stop()
