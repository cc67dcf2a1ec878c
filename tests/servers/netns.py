"""A small network of namespaces: a bridge, a place to scan from, and hosts that each answer in their own way."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from functools import cache
from pathlib import Path

from tests.servers.process import Process, Server, find_program

ROOT = Path(__file__).parents[2]
NETWORK = "10.78.0"
SCANNER = f"{NETWORK}.2"


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


class Netns(Server):
    """Hosts at NETWORK.10 and after; each has the MAC that `mac_of` says. Nothing leaves this machine."""

    def __init__(self, workdir: Path, hosts: int = 4) -> None:
        self._workdir, self._hosts = workdir, hosts
        self._prefix = f"parc{os.getpid()}"
        self._made: list[str] = []
        self._processes: list[Process] = []

    @staticmethod
    @cache
    def unavailable() -> str | None:
        """Why no namespaces can be had here, None if they can."""
        if sys.platform != "linux" or find_program("ip") is None:
            return "network namespaces need Linux and iproute2 (Debian package iproute2)"
        name = f"parc{os.getpid()}-try"
        try:
            _ip("netns", "add", name)
            _ip("-n", name, "link", "add", "br0", "type", "bridge")
        except subprocess.CalledProcessError as error:
            return f"network namespaces are not permitted here: {error.stderr.strip()}"
        finally:
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)
        return None

    @staticmethod
    def mac_of(number: int) -> str:
        """Burned-in-looking addresses of a real maker's block (Brother, 00:1b:a9), for host `number` from 1."""
        return f"00:1b:a9:00:01:{number:02x}"

    @staticmethod
    def address_of(number: int) -> str:
        return f"{NETWORK}.{10 + number}"

    def name_of(self, number: int) -> str:
        return f"{self._prefix}-h{number}"

    def start(self) -> None:
        core = f"{self._prefix}-core"
        self._add(core)
        _ip("-n", core, "link", "add", "br0", "type", "bridge", "mcast_snooping", "0")
        _ip("-n", core, "link", "set", "br0", "up")
        self._attach(f"{self._prefix}-scan", SCANNER, "02:78:00:00:00:02", "s")
        for number in range(1, self._hosts + 1):
            self._attach(self.name_of(number), self.address_of(number), self.mac_of(number), f"h{number}")

    def _add(self, name: str) -> None:
        _ip("netns", "add", name)
        self._made.append(name)
        _ip("-n", name, "link", "set", "lo", "up")

    def _attach(self, name: str, address: str, mac: str, link: str) -> None:
        self._add(name)
        core = f"{self._prefix}-core"
        _ip(
            "-n",
            core,
            "link",
            "add",
            link,
            "type",
            "veth",
            "peer",
            "name",
            "eth0",
            "address",
            mac,
            "netns",
            name,
        )
        _ip("-n", core, "link", "set", link, "master", "br0", "up")
        _ip("-n", name, "addr", "add", f"{address}/24", "dev", "eth0")
        _ip("-n", name, "link", "set", "eth0", "up")
        _ip("-n", name, "route", "add", "default", "dev", "eth0")

    def drop_echo(self, number: int) -> None:
        """Let a host answer ARP, and nothing else."""
        self._inside(self.name_of(number), "sysctl", "-qw", "net.ipv4.icmp_echo_ignore_all=1")

    def unplug(self, number: int) -> None:
        """Take a host off the network; the others still remember it."""
        _ip("-n", f"{self._prefix}-core", "link", "set", f"h{number}", "nomaster")

    def plug(self, number: int) -> None:
        """Put it back."""
        _ip("-n", f"{self._prefix}-core", "link", "set", f"h{number}", "master", "br0")

    def let_age(self, address: str) -> None:
        """Make what the scanner's kernel knows of an address as old as it is half a minute later."""
        _ip("-n", f"{self._prefix}-scan", "neigh", "change", address, "dev", "eth0", "nud", "stale")

    @staticmethod
    def _inside(name: str, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["ip", "netns", "exec", name, *command], check=False, capture_output=True, text=True, cwd=ROOT
        )

    def serve(self, number: int, *command: str) -> None:
        """Run a program of Python's inside a host until `stop`; it says "ready" once it serves."""
        log = self._workdir / f"host{number}-{len(self._processes)}.log"
        process = Process(log)
        python = ["ip", "netns", "exec", self.name_of(number), sys.executable, "-u", *command]
        process.start(python, lambda: b"ready" in log.read_bytes(), cwd=ROOT)
        self._processes.append(process)

    def scan(self, *arguments: str, as_nobody: bool = False) -> subprocess.CompletedProcess[str]:
        """Run `python -m scanners` where the scanner stands; `as_nobody` without the right to open raw sockets."""
        without = ["setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw"] if as_nobody else []
        python = [*without, sys.executable, "-m", "scanners"]
        return self._inside(f"{self._prefix}-scan", *python, *arguments)

    def stop(self) -> None:
        for process in self._processes:
            process.stop(signal.SIGKILL)
        self._processes.clear()
        while self._made:
            subprocess.run(["ip", "netns", "del", self._made.pop()], check=False, capture_output=True)


def has_sysctl() -> bool:
    """Whether a host can be told to drop echo requests."""
    return shutil.which("sysctl") is not None
