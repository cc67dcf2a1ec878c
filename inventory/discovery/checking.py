"""What the values of an address range's and a directory's form may be, whether all of them are given or only some."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inventory.core.errors import Invalid
from inventory.core.wording import N_
from inventory.discovery import addresses, blackout, branches, timing
from inventory.discovery.models import TlsMode
from inventory.jobs import schedules

LIMITS = {"rate": (1, 20_000), "timeout_ms": (50, 10_000), "retries": (0, 5), "port": (1, 65_535)}
"""The least and the most of each number that a range has."""

OPTION_SENTENCES = {
    "url": N_("Write the address as ldaps://host or ldap://host, with :port if needed."),
    "tls": N_("An ldaps:// address means LDAPS; StartTLS and no encryption go with ldap://."),
    "ca_pem": N_("This is not a certificate in PEM form."),
}


def range_values(given: Mapping[str, Any]) -> None:
    """Raise Invalid for the first value of a range that cannot be; those that are not given are not looked at."""
    spans = addresses.parse(given["addresses"] or "") if "addresses" in given else None
    excluded = addresses.parse_excluded(given["exclude"] or "") if "exclude" in given else None
    if spans is not None and excluded is not None and not addresses.without(spans, excluded):
        raise Invalid("exclude", N_("Nothing is left to scan."))
    if "blackout" in given:
        blackout.parse(given["blackout"] or "")
    for field, (least, most) in LIMITS.items():
        if field in given and (given[field] is None or not least <= given[field] <= most):
            raise Invalid(field, N_("Give a number from %(least)s to %(most)s."), least=least, most=most)
    _when(given)


def directory_values(given: Mapping[str, Any]) -> None:
    """Raise Invalid for the first value of a directory that cannot be; those that are not given are not looked at."""
    from scanners.ldap import DirectoryOptions, OptionsError

    if "read_computers" in given and not given["read_computers"] and not given.get("read_people"):
        raise Invalid("read_computers", N_("Choose what to read: computers, people or both."))
    if given.get("base") and not branches.is_name(given["base"]):
        raise Invalid("base", N_("Write the base as a distinguished name, such as dc=example,dc=fr."))
    if "url" in given and "tls" in given:
        tls = TlsMode(given["tls"]).value
        try:
            DirectoryOptions(url=given["url"] or "", anonymous=True, tls=tls, ca_pem=given.get("ca_pem"))  # type: ignore[arg-type]
        except OptionsError as error:
            raise Invalid(
                error.field, OPTION_SENTENCES.get(error.field, N_("This cannot be right."))
            ) from None
    _when(given)


def _when(given: Mapping[str, Any]) -> None:
    if {"frequency", "at", "cron"} <= given.keys():
        cron = timing.cron_of(given["frequency"], given["at"], given["cron"])
        if cron is not None:
            schedules.check_cron(cron)
