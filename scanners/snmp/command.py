"""The `snmp` part of the stand-alone command: options, output, exit status."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import TextIO

from scanners.coverage import Coverage, Failure
from scanners.observation import Observation
from scanners.snmp import (
    AUTH_PROTOCOLS,
    PRIV_PROTOCOLS,
    Community,
    Credential,
    OptionsError,
    ScanOptions,
    UsmUser,
    scan,
)
from scanners.snmp.options import POLITE_RATE
from scanners.snmp.profile import Profiles
from scanners.snmp.profile_files import ProfileError, load

OK, WRONG_CALL, PARTIAL = 0, 2, 3
SHOWN_FAILURES = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `python -m scanners snmp`."""
    _add_targets(parser)
    _add_limits(parser)
    _add_user(parser)
    _add_output(parser)


def _add_targets(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "targets", nargs="+", metavar="TARGET", help="10.0.0.0/24, 10.0.0.5-10.0.0.9, 10.0.0.5-9 or 10.0.0.5"
    )
    parser.add_argument(
        "--exclude", action="append", default=[], metavar="TARGET", help="leave these out; may be repeated"
    )
    parser.add_argument(
        "--community",
        action="append",
        default=[],
        metavar="NAME",
        help="v1 or v2c community; may be repeated",
    )
    parser.add_argument(
        "--snmp-version", choices=("1", "2c"), default="2c", help="version to use with the communities"
    )


def _add_limits(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=161)
    parser.add_argument(
        "--timeout", type=float, default=1.0, metavar="SECONDS", help="how long to wait for a first answer"
    )
    parser.add_argument(
        "--retries", type=int, default=2, metavar="N", help="further rounds to those that stay silent"
    )
    parser.add_argument(
        "--rate",
        type=float,
        default=POLITE_RATE,
        metavar="N",
        help="questions a second, whatever is asked; 0: no limit",
    )
    parser.add_argument("--site", default="", help="the network site, noted in each observation")
    parser.add_argument(
        "--max-oids", type=int, default=20_000, metavar="N", help="objects read of one device at most"
    )
    parser.add_argument(
        "--max-seconds", type=float, default=60.0, metavar="N", help="time spent on one device at most"
    )
    parser.add_argument(
        "--no-ping", action="store_true", help="do not ask by ICMP whether the silent are there"
    )
    parser.add_argument(
        "--profiles", type=Path, metavar="DIR", help="a folder of device profiles (*.toml) that come first"
    )


def _add_user(parser: argparse.ArgumentParser) -> None:
    user = parser.add_argument_group(
        "SNMPv3", "keys may also come from PARC_SNMP_AUTH_KEY and PARC_SNMP_PRIV_KEY, or from a file"
    )
    user.add_argument("--v3-user", metavar="NAME")
    user.add_argument("--v3-auth", choices=AUTH_PROTOCOLS)
    user.add_argument(
        "--v3-auth-key",
        metavar="PASSPHRASE",
        help="seen by other users of this machine in the list of processes",
    )
    user.add_argument("--v3-auth-key-file", type=Path, metavar="FILE")
    user.add_argument("--v3-priv", choices=PRIV_PROTOCOLS)
    user.add_argument("--v3-priv-key", metavar="PASSPHRASE", help="the same")
    user.add_argument("--v3-priv-key-file", type=Path, metavar="FILE")
    user.add_argument("--v3-context", default="", metavar="NAME")


def _add_output(parser: argparse.ArgumentParser) -> None:
    output = parser.add_mutually_exclusive_group()
    output.add_argument(
        "--format", choices=("json", "text"), help="default: text on a terminal, JSON otherwise"
    )
    output.add_argument(
        "--json", dest="format", action="store_const", const="json", help="one JSON object a line"
    )
    parser.add_argument(
        "--all", action="store_true", help="print failures and the coverage as JSON lines too"
    )


def run(args: argparse.Namespace) -> int:
    """Scan and print; the exit status of the command."""
    stopping: list[int] = []
    previous = signal.signal(signal.SIGINT, lambda number, _: stopping.append(number))
    try:
        results = scan(args.targets, _options(args), should_stop=lambda: bool(stopping))
        coverage = None
        form = args.format or ("text" if sys.stdout.isatty() else "json")
        causes: Counter[str] = Counter()
        with closing(results):
            for result in results:
                if isinstance(result, Observation):
                    _print(result, form)
                elif isinstance(result, Failure):
                    causes[result.cause.sentence()] += 1
                    if args.all:
                        print(json.dumps(result.to_json()), flush=True)  # noqa: T201 (a command prints its results)
                else:
                    coverage = result
    except BrokenPipeError:
        # Whoever read the results has seen enough (`| head`); what Python would still write goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PARTIAL
    except (OptionsError, ProfileError, OSError) as error:
        print(f"python -m scanners snmp: {error}", file=sys.stderr)  # noqa: T201
        return WRONG_CALL
    finally:
        signal.signal(signal.SIGINT, previous)
    assert coverage is not None  # noqa: S101 (every scan ends with one)
    if args.all:
        print(json.dumps(coverage.to_json()))  # noqa: T201
    _summary(coverage, causes, sys.stderr)
    return OK if coverage.complete else PARTIAL


def _options(args: argparse.Namespace) -> ScanOptions:
    return ScanOptions(
        credentials=_credentials(args),
        port=args.port,
        timeout=args.timeout,
        retries=args.retries,
        rate=args.rate,
        exclude=tuple(args.exclude),
        site=args.site,
        ping=not args.no_ping,
        max_oids=args.max_oids,
        max_seconds_per_device=args.max_seconds,
        profiles=_profiles(args.profiles),
    )


def _profiles(folder: Path | None) -> Profiles:
    if folder is not None and not folder.is_dir():
        raise OptionsError(f"--profiles: there is no folder {folder}.")
    return load(folder)


def _credentials(args: argparse.Namespace) -> tuple[Credential, ...]:
    found: list[Credential] = [
        Community(name, args.snmp_version, label=f"community {place}")
        for place, name in enumerate(args.community, 1)
    ]
    if args.v3_user:
        found.append(
            UsmUser(
                user=args.v3_user,
                auth_protocol=args.v3_auth,
                auth_key=_key(args.v3_auth_key, args.v3_auth_key_file, "PARC_SNMP_AUTH_KEY")
                if args.v3_auth
                else None,
                priv_protocol=args.v3_priv,
                priv_key=_key(args.v3_priv_key, args.v3_priv_key_file, "PARC_SNMP_PRIV_KEY")
                if args.v3_priv
                else None,
                context=args.v3_context,
                label=f"user {args.v3_user}",
            )
        )
    elif args.v3_auth or args.v3_priv:
        raise OptionsError("--v3-auth and --v3-priv need --v3-user.")
    return tuple(found) or (Community("public", args.snmp_version, label="public"),)


def _key(given: str | None, file: Path | None, variable: str) -> str | None:
    if given is not None:
        return given
    if file is not None:
        return file.read_text("utf-8").strip()
    return os.environ.get(variable)


def _print(observation: Observation, form: str) -> None:
    if form == "json":
        print(json.dumps(observation.to_json(), ensure_ascii=False), flush=True)  # noqa: T201
        return
    facts = observation.facts
    words = [
        observation.target,
        *(str(facts.get(name, "-")) for name in ("kind", "manufacturer", "model", "serial", "name")),
    ]
    print("\t".join(words), flush=True)  # noqa: T201


def _summary(coverage: Coverage, causes: Counter[str], out: TextIO) -> None:
    whole = "all was read" if coverage.complete else "partly read"
    print(
        f"{coverage.scope}: {coverage.asked} addresses asked, {coverage.answered} answered, {coverage.read} read; {whole}.",
        file=out,
    )
    for failure in coverage.failures[:SHOWN_FAILURES]:
        print(f"  {failure.target}: {failure.sentence()}", file=out)
    if len(coverage.failures) > SHOWN_FAILURES:
        for sentence, count in causes.most_common():
            print(f"  {count} times: {sentence}", file=out)
