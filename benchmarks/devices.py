"""Thousands of small SNMP devices on loopback, played by one C program (responder.c) that is compiled here."""

from __future__ import annotations

import contextlib
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Skipped

PORT = 1861
COMMUNITY = "public"
SOURCE = Path(__file__).with_name("responder.c")
PORTS = 24


def recording(number: int) -> str:
    """A switch with its serial and 24 ports, in the responder's format (OID|tag|value)."""
    lines = [
        f"1.3.6.1.2.1.1.1.0|4|Benchmark switch {number}, version 1.0.{number % 9}",
        "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999.1",
        "1.3.6.1.2.1.1.3.0|67|100",
        f"1.3.6.1.2.1.1.5.0|4|bench-{number}",
        "1.3.6.1.2.1.1.7.0|2|2",
        "1.3.6.1.2.1.47.1.1.1.1.5.1|2|3",
        f"1.3.6.1.2.1.47.1.1.1.1.11.1|4|BENCH{number:06}",
    ]
    for port in range(1, PORTS + 1):
        lines += [
            f"1.3.6.1.2.1.2.2.1.2.{port}|4|port {port}",
            f"1.3.6.1.2.1.2.2.1.3.{port}|2|6",
            f"1.3.6.1.2.1.2.2.1.6.{port}|4x|001b{number >> 8 & 255:02x}{number & 255:02x}00{port:02x}",
        ]
    return "\n".join(lines) + "\n"


@contextlib.contextmanager
def serving(addresses: list[str]) -> Iterator[None]:
    """Devices at these addresses of 127.0.0.0/8 while the block runs; Skipped where there is no C compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        raise Skipped("there is no C compiler (Debian package gcc) for the program that plays the devices")
    with tempfile.TemporaryDirectory(prefix="parc-bench-") as folder:
        work = Path(folder)
        subprocess.run([compiler, "-O2", "-w", "-pthread", "-o", work / "responder", SOURCE], check=True)
        lines = []
        for number, address in enumerate(addresses):
            (work / f"{number}.rec").write_text(recording(number))
            lines.append(f"{address}\t{work / f'{number}.rec'}\t{COMMUNITY}\t0\t0\t\n")
        (work / "map").write_text("".join(lines))
        player = subprocess.Popen(
            [work / "responder", "-p", str(PORT), work / "map"],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        try:
            assert player.stderr is not None
            said = player.stderr.readline()
            if "devices" not in said:
                raise Skipped(f"the devices could not be played: {said.strip() or 'the program ended'}")
            yield
        finally:
            player.send_signal(signal.SIGTERM)
            player.communicate(timeout=10)
