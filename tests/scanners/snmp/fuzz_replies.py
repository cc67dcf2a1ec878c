"""Fuzzes what a scan does with datagrams, guided by coverage: `make fuzz`. What it finds becomes a line of odd_replies.txt."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["scanners.snmp"]):
    from tests.scanners.snmp.odd_replies import endure, seeds


def main() -> None:
    """Start from the kept seeds; libFuzzer's own options (-runs=, -max_total_time=) are taken from the command line."""
    with tempfile.TemporaryDirectory() as folder:
        for name, datagram in seeds().items():
            (Path(folder) / name).write_bytes(datagram)
        atheris.Setup([*sys.argv, "-max_len=4096", "-timeout=20", "-rss_limit_mb=1024", folder], endure)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
