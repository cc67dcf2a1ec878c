"""SNMP discovery: who answers on a network, and what it says it is."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping

from scanners.coverage import Coverage, Failure
from scanners.observation import Observation
from scanners.snmp.collect import Reading
from scanners.snmp.options import (
    AUTH_PROTOCOLS,
    PRIV_PROTOCOLS,
    Community,
    Credential,
    OptionsError,
    Progress,
    ScanOptions,
    UsmUser,
)
from scanners.snmp.targets import parse

OnReading = Callable[[Reading, bytes], None]

__all__ = [
    "AUTH_PROTOCOLS",
    "PRIV_PROTOCOLS",
    "Community",
    "Credential",
    "OnReading",
    "OptionsError",
    "Progress",
    "ScanOptions",
    "UsmUser",
    "scan",
]


def scan(
    targets: Iterable[str],
    options: ScanOptions,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    preferred: Mapping[str, str] | None = None,
    skip_before: str | None = None,
    on_reading: OnReading | None = None,
) -> Generator[Observation | Failure | Coverage, None, None]:
    """Scan networks ("10.0.0.0/24"), ranges ("10.0.0.5-10.0.0.9") and addresses; a plain generator for a worker thread.

    Yields observations and failures as they come and one coverage at the end. `preferred` says for an address the label
    of the credential that it answered before; `skip_before` resumes at an address. `on_reading` is given each device's
    objects and engine id right before its observation is yielded. Raises OptionsError at once."""
    chosen = parse(targets, options.exclude, skip_before)
    # pysnmp takes a quarter of a second to import: only who scans pays for it.
    from scanners.snmp.running import run

    return run(
        chosen,
        options,
        on_progress=on_progress,
        should_stop=should_stop,
        preferred=preferred,
        on_reading=on_reading,
    )
