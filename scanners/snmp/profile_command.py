"""The `profiles` part of the stand-alone command: tries an administrator's profiles on the tests that they state."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scanners.snmp.profile_files import ProfileError, load, shipped
from scanners.snmp.trial import fits, trial

OK, FAILED, WRONG_CALL = 0, 1, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `python -m scanners profiles`."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="a folder of device profiles (*.toml)")


def run(args: argparse.Namespace) -> int:
    """Try each profile and print what fails; status 1 if anything does, 2 if a file cannot be used."""
    try:
        if not args.folder.is_dir():
            raise ProfileError(f"there is no folder {args.folder}.")
        profiles = load(args.folder)
    except ProfileError as error:
        print(f"python -m scanners profiles: {error}", file=sys.stderr)  # noqa: T201 (a command prints its results)
        return WRONG_CALL
    known = set(map(id, shipped().all))
    own = [one for one in profiles.all if id(one) not in known]
    failures = 0
    for profile in own:
        if not any(fits(test, profile) for test in profile.tests):
            failures += 1
            print(f"{profile.name}: no test of its own describes such a device.")  # noqa: T201
        for test in profile.tests:
            for name, found in trial(test, profiles).items():
                if found != test.finds[name]:
                    failures += 1
                    print(f"{profile.name}: {name} should be {test.finds[name]!r} and is {found!r}.")  # noqa: T201
    print(f"{len(own)} profiles tried, {failures} failures.")  # noqa: T201
    return FAILED if failures else OK
