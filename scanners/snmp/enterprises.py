"""The makers that matter, by IANA enterprise number: name, trade, own objects and sysDescr grammar (enterprises.toml)."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from scanners.snmp.ber import Oid
from scanners.snmp.tables import oid

PRIVATE = (1, 3, 6, 1, 4, 1)


@dataclass(frozen=True, slots=True)
class Enterprise:
    """A maker; no name for generic agents (Net-SNMP) that run on anybody's device."""

    number: int
    maker: str = ""
    kind: str | None = None
    branches: tuple[tuple[Oid, str], ...] = ()
    words: tuple[tuple[re.Pattern[str], str], ...] = ()
    objects: Mapping[str, tuple[Oid, ...]] = field(default_factory=dict)
    grammar: tuple[re.Pattern[str], ...] = ()
    rename: tuple[tuple[re.Pattern[str], str], ...] = ()


@functools.cache
def enterprises() -> Mapping[int, Enterprise]:
    """All known enterprises by number."""
    table = tomllib.loads(resources.files("scanners.snmp").joinpath("enterprises.toml").read_text("utf-8"))
    plain = {int(number): Enterprise(int(number), maker) for number, maker in table["makers"].items()}
    return plain | {
        int(number): _enterprise(int(number), rules, plain) for number, rules in table["rules"].items()
    }


def _enterprise(number: int, rules: Mapping[str, Any], plain: Mapping[int, Enterprise]) -> Enterprise:
    named = plain.get(number, Enterprise(number))
    return Enterprise(
        number=number,
        maker=named.maker,
        kind=rules.get("kind"),
        branches=tuple((oid(branch), kind) for branch, kind in rules.get("branches", {}).items()),
        words=tuple((re.compile(pattern), kind) for pattern, kind in rules.get("words", {}).items()),
        objects={
            name: tuple((*PRIVATE, *oid(one)) for one in rules[name])
            for name in ("serial", "model", "firmware")
            if name in rules
        },
        grammar=tuple(re.compile(pattern) for pattern in rules.get("grammar", ())),
        rename=tuple((re.compile(pattern), name) for pattern, name in rules.get("rename", {}).items()),
    )


def enterprise_of(object_id: Oid) -> Enterprise | None:
    """The enterprise that a sysObjectID belongs to; an unknown one has no name."""
    if object_id[:6] != PRIVATE or len(object_id) < 7:
        return None
    return enterprises().get(object_id[6], Enterprise(object_id[6]))
