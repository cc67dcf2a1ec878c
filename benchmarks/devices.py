"""Thousands of small SNMP devices on loopback, played by one C program (responder.c) that is compiled here."""

from __future__ import annotations

import contextlib
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.measure import Skipped

PORT = 1861
COMMUNITY = "public"
SOURCE = Path(__file__).with_name("responder.c")


class Device(NamedTuple):
    """What answers at an address: its objects (OID|tag|value, a line each), and how many of 1,000 questions are lost."""

    address: str
    objects: str
    loss: int = 0


@contextlib.contextmanager
def serving(devices: Iterable[Device]) -> Iterator[None]:
    """These devices of 127.0.0.0/8 while the block runs; Skipped where there is no C compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        raise Skipped("there is no C compiler (Debian package gcc) for the program that plays the devices")
    with tempfile.TemporaryDirectory(prefix="parc-bench-") as folder:
        work = Path(folder)
        subprocess.run([compiler, "-O2", "-w", "-pthread", "-o", work / "responder", SOURCE], check=True)
        lines = []
        for number, device in enumerate(devices):
            (work / f"{number}.rec").write_text(device.objects)
            lines.append(f"{device.address}\t{work / f'{number}.rec'}\t{COMMUNITY}\t0\t{device.loss}\t\n")
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
            if " devices," not in said:
                raise Skipped(f"the devices could not be played: {said.strip() or 'the program ended'}")
            yield
        finally:
            player.send_signal(signal.SIGTERM)
            player.communicate(timeout=10)
