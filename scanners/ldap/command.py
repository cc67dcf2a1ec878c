"""The stand-alone command: `python -m scanners ldap ldaps://host --base dc=example …`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from scanners.coverage import Coverage, Failure
from scanners.ldap.options import LARGEST_PAGE, DirectoryOptions, OptionsError
from scanners.observation import Observation

READ_WHOLLY, WRONG_CALL, PARTIAL = 0, 2, 3
ENVIRONMENT_VARIABLE = "PARC_LDAP_PASSWORD"
LONGEST_FILE = 1024 * 1024


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `ldap`."""
    parser.add_argument("url", help="ldaps://host[:port], or ldap://host[:port] for StartTLS")
    parser.add_argument("--base", default="", help="where to search; by default what the server names")
    parser.add_argument("--bind-dn", default="", help="the account to read with")
    parser.add_argument(
        "--password-file", type=Path, help=f"a file with its password; else {ENVIRONMENT_VARIABLE} is read"
    )
    parser.add_argument("--anonymous", action="store_true", help="read without an account")
    parser.add_argument("--ca-file", type=Path, help="the only certificate authorities to trust (PEM)")
    parser.add_argument(
        "--plain", action="store_true", help="no encryption: the password can be read on the wire"
    )
    parser.add_argument("--computers", action="store_true", help="read computers and devices")
    parser.add_argument("--people", action="store_true", help="read people; without either, both are read")
    parser.add_argument("--computers-filter", help="instead of the filter for this kind of directory")
    parser.add_argument("--people-filter", help="instead of the filter for this kind of directory")
    parser.add_argument("--page-size", type=int, default=LARGEST_PAGE, help=f"at most {LARGEST_PAGE}")
    parser.add_argument("--timeout", type=float, default=10.0, help="seconds to wait for an answer")
    parser.add_argument("--site", default="", help="the site's code, kept in each observation")
    parser.add_argument("--json", action="store_true", help="one observation a line, as JSON")


def run(args: argparse.Namespace) -> int:
    """Read the directory to standard output, the account of it to standard error.

    Returns 0 when all was read, 3 when not (saying why), 2 for a wrong call.
    """
    try:
        options = _options(args)
    except OptionsError as error:
        return _refuse(str(error))
    except OSError as error:
        return _refuse(f"{error.filename}: {error.strerror}")
    except UnicodeDecodeError:
        return _refuse("A file given is not text.")
    from scanners.ldap.reading import SUBJECTS, read

    asked = [one for one in SUBJECTS if getattr(args, one)] or list(SUBJECTS)
    status = READ_WHOLLY
    for found in read(options, subjects=asked):
        if isinstance(found, Observation):
            sys.stdout.write((_json(found) if args.json else _line(found)) + "\n")
        elif isinstance(found, Coverage):
            status = status if found.complete else PARTIAL
            sys.stderr.write((_json(found) if args.json else _account(found)) + "\n")
        elif not args.json:
            sys.stderr.write(f"{found.target}: {found.sentence()}\n")
    return status


def _options(args: argparse.Namespace) -> DirectoryOptions:
    password = "" if args.anonymous else os.environ.get(ENVIRONMENT_VARIABLE, "")
    if args.password_file:
        password = _text(args.password_file).rstrip("\r\n")
    return DirectoryOptions(
        url=args.url,
        base=args.base,
        bind_dn=args.bind_dn,
        password=password,
        anonymous=args.anonymous,
        tls="none" if args.plain else None,
        ca_pem=_text(args.ca_file) if args.ca_file else None,
        timeout=args.timeout,
        page_size=args.page_size,
        site=args.site,
        computers_filter=args.computers_filter,
        people_filter=args.people_filter,
    )


def _text(path: Path) -> str:
    with path.open(encoding="utf-8") as file:
        return file.read(LONGEST_FILE)


def _refuse(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return WRONG_CALL


def _json(found: Observation | Failure | Coverage) -> str:
    return json.dumps(found.to_json(), ensure_ascii=False)


def _line(found: Observation) -> str:
    name = found.facts.get("display_name") or found.facts.get("name") or found.source_key
    return "\t".join((found.subject, str(name), str(found.facts.get("unit_path", "")), found.source_key))


def _account(found: Coverage) -> str:
    outcome = "all read" if found.complete else "only partly read" if found.read else "not read"
    return f"{found.scope}: {outcome}, {found.read} of {found.answered} entries became observations."
