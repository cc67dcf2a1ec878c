"""Reads device profiles from TOML files: those that are shipped, and those of an administrator's folder."""

from __future__ import annotations

import functools
import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from scanners.observation import KINDS
from scanners.snmp import tables
from scanners.snmp.ber import Oid
from scanners.snmp.enterprises import PRIVATE
from scanners.snmp.profile import ANSWERS, Condition, Place, Profile, Profiles, ProfileTest, Source

LARGEST_FILE = 1024 * 1024
MOST_FILES = 500
# Meters of printers: impressions in all, by colour, by use, on large paper; sheets printed on both sides; pages scanned and faxed.
COUNTERS = frozenset({"total", "mono", "color", "duplex", "copies", "prints", "scans", "faxes", "a3"})
_KEYS = frozenset(
    {*ANSWERS, *("name", "when", "maker", "kind", "usually", "branches", "words", "grammar", "products")}
    | {"rename", "counters", "test"}
)
_SHORT = {"sysDescr": (*tables.SYS_DESCR, 0), "sysObjectID": (*tables.SYS_OBJECT_ID, 0)}


class ProfileError(ValueError):
    """A profile that cannot be used; the sentence names the file, the profile and what is wrong."""


@functools.cache
def shipped() -> Profiles:
    """The profiles that come with the scanner."""
    folder = resources.files("scanners.snmp").joinpath("profiles")
    files = sorted((one for one in folder.iterdir() if one.name.endswith(".toml")), key=lambda one: one.name)
    return Profiles([one for file in files for one in parse(file.read_text("utf-8"), file.name)])


def load(folder: Path | None) -> Profiles:
    """The shipped profiles and those in a folder (*.toml), which come first; no folder, or none there, is no error.

    Raises ProfileError."""
    if folder is None or not folder.is_dir():
        return shipped()
    files = sorted(folder.glob("*.toml"))
    if len(files) > MOST_FILES:
        raise ProfileError(f"{folder.name}: more than {MOST_FILES} files.")
    own: list[Profile] = []
    for file in files:
        own += parse(_content(file), file.name)
    return shipped().preceded_by(own)


def digest(folder: Path | None) -> str:
    """Return sixteen hexadecimal digits over the rules in use: those that are shipped, and those in a folder."""
    found = hashlib.sha256(_shipped_digest())
    if folder is not None and folder.is_dir():
        for file in sorted(folder.glob("*.toml"))[:MOST_FILES]:
            found.update(_content(file).encode())
    return found.hexdigest()[:16]


@functools.cache
def _shipped_digest() -> bytes:
    package = resources.files("scanners.snmp")
    names = ("identify.py", "kinds.py", "descriptions.py", "observe.py", "enterprises.tsv")
    files = [package.joinpath(name) for name in names]
    profiles = package.joinpath("profiles").iterdir()
    files += sorted((one for one in profiles if one.name.endswith(".toml")), key=lambda one: one.name)
    found = hashlib.sha256()
    for file in files:
        found.update(file.read_bytes())
    return found.digest()


def _content(file: Path) -> str:
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise ProfileError(f"{file.name}: larger than 1 MB.")
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ProfileError(f"{file.name}: {error}") from None


def parse(content: str, file: str) -> list[Profile]:
    """The profiles in a TOML text; raises ProfileError."""
    try:
        table = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"{file}: {error}.") from None
    entries = table.pop("profile", None)
    if table or not isinstance(entries, list):
        raise ProfileError(f"{file}: a file of profiles holds [[profile]] entries and nothing else.")
    found = []
    for place, entry in enumerate(entries, 1):
        name = entry.get("name") if isinstance(entry, dict) else None
        try:
            found.append(_profile(entry))
        except (ValueError, TypeError, KeyError, AttributeError, re.error) as error:
            raise ProfileError(f"{file}, profile {name or place}: {error}") from None
    return found


def _profile(entry: Mapping[str, Any]) -> Profile:
    if unknown := sorted(set(entry) - _KEYS):
        raise ValueError(f"{unknown[0]} is no key of a profile.")
    if not isinstance(entry.get("name"), str):
        raise ValueError("it needs a name.")
    return Profile(
        name=entry["name"],
        condition=_condition(entry.get("when", {})),
        maker=entry.get("maker"),
        kind=_kind(entry["kind"]) if "kind" in entry else None,
        usually=_kind(entry["usually"]) if "usually" in entry else None,
        branches=tuple((_below(one), _kind(kind)) for one, kind in entry.get("branches", {}).items()),
        words=tuple((re.compile(one), _kind(kind)) for one, kind in entry.get("words", {}).items()),
        sources={name: _sources(entry[name]) for name in ANSWERS if name in entry},
        grammar=tuple(_grammar(one) for one in _several(entry.get("grammar", ()))),
        products={_below(one): str(model) for one, model in entry.get("products", {}).items()},
        rename=tuple((re.compile(one), name) for one, name in entry.get("rename", {}).items()),
        counters={
            _counter(name): tuple(map(_place, _several(one)))
            for name, one in entry.get("counters", {}).items()
        },
        tests=tuple(ProfileTest(_said(one["says"]), one["finds"]) for one in entry.get("test", ())),
    )


def _condition(entry: Mapping[str, Any]) -> Condition:
    if unknown := sorted(set(entry) - {"object_id", "answers", "has", "description"}):
        raise ValueError(f"{unknown[0]} is no condition.")
    description = entry.get("description")
    found = Condition(
        object_ids=_oids(entry.get("object_id", ())),
        answers=_oids(entry.get("answers", ())),
        has=_oids(entry.get("has", ())),
        description=re.compile(description) if description is not None else None,
    )
    if not found.object_ids and not found.answers and description is None:
        raise ValueError("`when` must name an object_id, an object that answers or a description.")
    if any(len(one) <= len(PRIVATE) or one[: len(PRIVATE)] != PRIVATE for one in found.object_ids):
        raise ValueError("an object_id is below 1.3.6.1.4.1.")
    return found


def _kind(name: str) -> str:
    if name not in KINDS:
        raise ValueError(f"{name!r} is no kind.")
    return name


def _counter(name: str) -> str:
    if name not in COUNTERS:
        raise ValueError(f"{name!r} is no counter.")
    return name


def _several(given: Any) -> Iterable[Any]:
    return (given,) if isinstance(given, str | Mapping) else tuple(given)


def _below(text: str) -> Oid:
    """An object below 1.3.6.1.4.1, or anywhere if it begins with a dot."""
    numbers = tables.oid(text)
    return numbers if text.startswith(".") else (*PRIVATE, *numbers)


def _oids(given: Any) -> tuple[Oid, ...]:
    return tuple(_below(one) for one in _several(given))


def _place(text: str) -> Place:
    """As `_below`; "@.1.2" is below the device's own sysObjectID, "@^.1.2" below what that is without its last number."""
    if not text.startswith("@"):
        return Place(_below(text))
    up = len(text) - len(text.lstrip("@").lstrip("^")) - 1
    return Place(tables.oid(text[1 + up :]), own=True, up=up)


def _sources(given: Any) -> tuple[Source, ...]:
    return tuple(_source(one) for one in _several(given))


def _source(given: Any) -> Source:
    if isinstance(given, str):
        return Source(_place(given))
    if unknown := sorted(set(given) - {"oid", "pattern", "words", "as"}):
        raise ValueError(f"{unknown[0]} is no key of a source.")
    pattern = re.compile(given["pattern"]) if "pattern" in given else None
    if pattern is not None and not pattern.groups:
        raise ValueError(f"the pattern {pattern.pattern!r} captures nothing.")
    if given.get("as", "mac") != "mac":
        raise ValueError(f"{given['as']!r} is no way to read a source.")
    return Source(_place(given["oid"]), pattern, dict(given.get("words", {})), mac="as" in given)


def _grammar(given: str) -> re.Pattern[str]:
    pattern = re.compile(given)
    if not pattern.groupindex or set(pattern.groupindex) - {*ANSWERS, "maker"}:
        raise ValueError(f"the groups of {given!r} must be named model, serial, firmware or maker.")
    return pattern


def _said(given: Mapping[str, Any]) -> str:
    """A test's objects as lines of a recording."""
    lines = []
    for name, value in given.items():
        oid = ".".join(map(str, _SHORT.get(name) or _below(name)))
        if name == "sysObjectID":
            lines.append(f"{oid}|6|1.3.6.1.4.1.{value}")
        elif isinstance(value, int):
            lines.append(f"{oid}|2|{value}")
        else:
            lines.append(f"{oid}|4x|{value.encode().hex()}")
    return "\n".join(lines) + "\n"
