"""The `presence` part of the stand-alone command: options, output, exit status."""

from __future__ import annotations

import argparse
import json
import signal
import sys

from scanners.coverage import Coverage
from scanners.presence import Presence, PresenceOptions, look
from scanners.presence.guess import guess
from scanners.snmp.options import POLITE_RATE, OptionsError

OK, WRONG_CALL, PARTIAL = 0, 2, 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `python -m scanners presence`."""
    parser.add_argument("targets", nargs="+", metavar="TARGET", help="10.0.0.0/24, 10.0.0.5-9 or 10.0.0.5")
    parser.add_argument("--exclude", action="append", default=[], metavar="TARGET", help="leave these out")
    parser.add_argument("--rate", type=float, default=POLITE_RATE, metavar="N", help="echo requests a second")
    parser.add_argument("--timeout", type=float, default=1.0, metavar="SECONDS", help="wait for an answer")
    parser.add_argument("--site", default="", help="the network site, noted in each presence")
    parser.add_argument("--no-names", action="store_true", help="ask no name server")
    parser.add_argument("--dns-server", default="", metavar="IP", help="ask this name server")
    parser.add_argument("--multicast", action="store_true", help="ask by mDNS, WS-Discovery and SSDP too")
    parser.add_argument("--tcp", action="store_true", help="open the usual TCP ports of who is there")
    parser.add_argument(
        "--json",
        action="store_true",
        help="one JSON object a line; the default where the output is no terminal",
    )


def run(args: argparse.Namespace) -> int:
    """Look and print; the exit status of the command."""
    stopping: list[int] = []
    previous = signal.signal(signal.SIGINT, lambda number, _: stopping.append(number))
    as_json = args.json or not sys.stdout.isatty()
    status = OK
    try:
        for found in look(args.targets, _options(args), should_stop=lambda: bool(stopping)):
            if isinstance(found, Coverage):
                status = _summary(found)
            else:
                _print(found, as_json=as_json)
    except OptionsError as error:
        print(f"python -m scanners presence: {error}", file=sys.stderr)  # noqa: T201 (a command prints)
        return WRONG_CALL
    finally:
        signal.signal(signal.SIGINT, previous)
    return status


def _options(args: argparse.Namespace) -> PresenceOptions:
    return PresenceOptions(
        rate=args.rate,
        timeout=args.timeout,
        exclude=tuple(args.exclude),
        site=args.site,
        reverse_dns=not args.no_names,
        dns_server=args.dns_server,
        multicast=args.multicast,
        tcp_hints=args.tcp,
    )


def _print(found: Presence, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(found.to_json(), ensure_ascii=False), flush=True)  # noqa: T201
        return
    supposed = guess(found.mac, found.hints)
    words = (
        found.address,
        found.mac or "-",
        found.maker or "-",
        ", ".join(name.value for name in found.names) or "-",
        f"{supposed.rule}?" if supposed else "-",
    )
    print("\t".join(words), flush=True)  # noqa: T201


def _summary(coverage: Coverage) -> int:
    print(f"{coverage.scope}: {coverage.asked} addresses asked, {coverage.answered} seen.", file=sys.stderr)  # noqa: T201
    for failure in coverage.failures:
        print(f"  {failure.target}: {failure.sentence()}", file=sys.stderr)  # noqa: T201
    return OK if coverage.complete else PARTIAL
