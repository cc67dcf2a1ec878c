"""The stand-alone command: observations one a line on standard output, the coverage on standard error."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from scanners.snmp import command as snmp
from scanners.snmp import profile_command as profiles


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 all was read, 3 partly (and said why), 2 wrongly called, 1 where a tried profile fails."""
    parser = argparse.ArgumentParser(
        prog="python -m scanners",
        description="See what is on a network or in a directory, without touching any database.",
    )
    sources = parser.add_subparsers(dest="source", required=True, metavar="SOURCE")
    snmp.add_arguments(sources.add_parser("snmp", help="scan networks by SNMP"))
    profiles.add_arguments(sources.add_parser("profiles", help="try device profiles on their own tests"))
    presence = sources.add_parser("presence", help="look who is there without SNMP")
    directory = sources.add_parser("ldap", help="read computers and people from a directory")
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["ldap"]:
        from scanners.ldap import command as ldap

        ldap.add_arguments(directory)
        return ldap.run(parser.parse_args(given))
    if given[:1] == ["presence"]:
        from scanners.presence import command as present

        present.add_arguments(presence)
        return present.run(parser.parse_args(given))
    args = parser.parse_args(given)
    return profiles.run(args) if args.source == "profiles" else snmp.run(args)


if __name__ == "__main__":
    sys.exit(main())
