"""Presence: what is on a network without saying over SNMP what it is, as far as it can be told from outside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from scanners.coverage import Coverage
from scanners.presence.options import PresenceOptions
from scanners.presence.record import Hint, Name, Presence

__all__ = ["Hint", "Name", "Presence", "PresenceOptions", "look"]


def look(
    targets: Iterable[str],
    options: PresenceOptions,
    *,
    should_stop: Callable[[], bool] | None = None,
) -> Iterator[Presence | Coverage]:
    """Look who is there in networks, ranges and addresses (IPv4), as `scanners.snmp.scan` takes them.

    Yields one presence for each address that gave a sign, then one coverage. Raises OptionsError at once."""
    from scanners.presence.running import run
    from scanners.snmp.targets import parse

    return run(parse(targets, options.exclude), options, should_stop or (lambda: False))
