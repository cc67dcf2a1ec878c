"""Directory entries for tests: LDIF written safely, and made-up people, devices and computers."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

Value = str | bytes
BASE = "dc=metropole,dc=example"
UNITS = ("Mairie", "Médiathèque", "Écoles")
GUID_NAMESPACE = uuid.UUID("6f0a3f0e-3c0e-4c53-9d5b-0b8f2f0d7a11")


@dataclass(frozen=True)
class Entry:
    """One directory entry: its name and its attributes, each with one or more values."""

    dn: str
    attributes: tuple[tuple[str, Value], ...]

    @property
    def ldif(self) -> str:
        """The entry in LDIF (RFC 2849), base64 wherever a value is not plain."""
        lines = [_line("dn", self.dn), *(_line(name, value) for name, value in self.attributes)]
        return "\n".join(lines) + "\n\n"


def entry(dn: str, **attributes: Value | Sequence[Value]) -> Entry:
    """An entry from keyword attributes; a list gives several values."""
    pairs: list[tuple[str, Value]] = []
    for name, values in attributes.items():
        several = [values] if isinstance(values, str | bytes) else values
        pairs.extend((name, value) for value in several)
    return Entry(dn, tuple(pairs))


def _line(name: str, value: Value) -> str:
    raw = value.encode() if isinstance(value, str) else value
    plain = raw.isascii() and raw.decode("ascii").isprintable() and raw[:1] not in (b" ", b":", b"<")
    if plain and not raw.endswith(b" "):
        return f"{name}: {raw.decode('ascii')}".rstrip()
    return f"{name}:: {base64.b64encode(raw).decode('ascii')}"


def ldif(entries: Iterable[Entry]) -> str:
    """Many entries as one LDIF text."""
    return "".join(one.ldif for one in entries)


def tree(base: str, units: Sequence[str]) -> Iterator[Entry]:
    """The top entry (a dc= name) and organisational units directly under it."""
    top = base.split(",")[0].removeprefix("dc=")
    yield entry(base, objectClass=["dcObject", "organization"], dc=top, o="Métropole de démonstration")
    for unit in units:
        yield entry(f"ou={unit},{base}", objectClass="organizationalUnit", ou=unit)


def people(count: int, base: str = BASE) -> Iterator[Entry]:
    """inetOrgPerson entries uid=p00000… under ou=people."""
    for n in range(count):
        uid = f"p{n:05d}"
        yield entry(
            f"uid={uid},ou=people,{base}", objectClass="inetOrgPerson", uid=uid, cn=f"Zoé Nom{n}",
            sn=f"Nom{n}", givenName="Zoé", displayName=f"NOM{n} Zoé", mail=f"{uid}@metropole.example",
            telephoneNumber=f"+33 5 56 00 {n // 100 % 100:02d} {n % 100:02d}", mobile="+33 6 12 34 56 78",
            departmentNumber="État civil", title="Agente", employeeNumber=f"E{n:05d}",
        )  # fmt: skip


def devices(count: int, base: str = BASE) -> Iterator[Entry]:
    """device + ieee802Device + ipHost entries cn=dev-00000… under ou=devices, all of the first person."""
    for n in range(count):
        yield entry(
            f"cn=dev-{n:05d},ou=devices,{base}", objectClass=["device", "ieee802Device", "ipHost"],
            cn=f"dev-{n:05d}", serialNumber=f"SN{n:07d}",
            macAddress=f"02:1b:00:{n >> 8 & 255:02x}:{n & 255:02x}:01",
            ipHostNumber=f"10.0.{n >> 8 & 255}.{n & 255}", description="Poste fixe", l="Mérignac",
            owner=f"uid=p00000,ou=people,{base}",
        )  # fmt: skip


def guid(name: str) -> uuid.UUID:
    """The objectGUID that `computers` and `users` give to the entry of that name."""
    return uuid.uuid5(GUID_NAMESPACE, name)


def computers(count: int, base: str = BASE) -> Iterator[Entry]:
    """Active Directory computers PC-00000…; each tenth is a server, each twentieth from 19 on is disabled."""
    for n in range(count):
        name = f"PC-{n:05d}"
        yield entry(
            f"cn={name},ou={UNITS[n % 3]},{base}", objectClass="computer", objectCategory="computer", cn=name,
            sAMAccountName=f"{name}$", objectGUID=guid(name).bytes_le,
            dNSHostName=f"{name.lower()}.metropole.example",
            operatingSystem="Windows Server 2022 Standard" if n % 10 == 0 else "Windows 11 Professionnel",
            operatingSystemVersion="10.0 (22631)", userAccountControl="4098" if n % 20 == 19 else "4096",
            lastLogonTimestamp="133700000000000000", whenCreated="20230115081500.0Z",
            description="Poste — accueil", location="Mairie/Étage 1/Bureau 12",
            managedBy=f"cn=Zoé Nom0,ou={UNITS[0]},{base}",
        )  # fmt: skip


def users(count: int, base: str = BASE) -> Iterator[Entry]:
    """Active Directory users z.nom0…; each twelfth from 11 on is disabled; the third account expires."""
    for n in range(count):
        name, login = f"Zoé Nom{n}", f"z.nom{n}"
        yield entry(
            f"cn={name},ou={UNITS[n % 3]},{base}", objectClass="user", objectCategory="person", cn=name,
            sn=f"Nom{n}", givenName="Zoé", displayName=f"NOM{n} Zoé", sAMAccountName=login,
            userPrincipalName=f"{login}@metropole.example", objectGUID=guid(login).bytes_le,
            mail=f"{login}@metropole.example", telephoneNumber="05 56 00 00 01", mobile="06 12 34 56 78",
            department="État civil", title="Directrice", employeeID=f"E{n:05d}",
            userAccountControl="514" if n % 12 == 11 else "512",
            accountExpires="133857288000000000" if n == 2 else ("0" if n % 2 else "9223372036854775807"),
            manager=f"cn=Zoé Nom0,ou={UNITS[0]},{base}",
        )  # fmt: skip
