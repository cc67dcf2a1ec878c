"""What the played devices say: public recordings where they lie beside the project, else devices made up here, no two alike."""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Iterator
from functools import cache
from itertools import chain, count, islice
from pathlib import Path

RECORDINGS = Path(__file__).resolve().parents[2] / "shared" / "snmp" / "recordings.tar.xz"
SUBTREES = ((1, 3, 6, 1, 2, 1, 1), (1, 3, 6, 1, 2, 1, 2, 2), (1, 3, 6, 1, 2, 1, 47), (1, 3, 6, 1, 2, 1, 43))
LEAST, MOST = 300, 2_000
MAKERS = (9, 11, 2636, 25506, 1916)


def mac(number: int, port: int) -> str:
    """The hexadecimal digits of a port's address, different on each device."""
    return f"001b{number >> 16 & 255:02x}{number >> 8 & 255:02x}{number & 255:02x}{port & 255:02x}"


def plain(number: int) -> str:
    """A switch with its serial and 24 ports, in the responder's format (OID|tag|value)."""
    return _system(number, 99999, f"Benchmark switch {number}, version 1.0.{number % 9}") + "".join(
        (
            f"1.3.6.1.2.1.47.1.1.1.1.5.1|2|3\n1.3.6.1.2.1.47.1.1.1.1.11.1|4|BENCH{number:06}\n",
            _interfaces(number, 24, (2, 3, 6)),
        )
    )


def switch(number: int) -> str:
    """A switch of 48 ports with the whole ifTable and ENTITY-MIB's chassis, power supplies and ports."""
    maker = MAKERS[number % len(MAKERS)]
    text = _system(number, maker, f"Ethernet switch, version 15.{number % 9}.{number % 4}")
    text += _interfaces(number, 48, range(1, 23)) + f"1.3.6.1.2.1.17.1.1.0|4x|{mac(number, 0)}\n"
    for part in range(1, 53):
        kind = 3 if part == 1 else 6 if part < 4 else 10
        serial = f"SW{number:07}" if part == 1 else f"PS{number:06}{part}" if part < 4 else ""
        values = {
            2: f"Part {part}",
            4: 0 if part == 1 else 1,
            5: kind,
            7: f"part {part}",
            11: serial,
            13: "SX-48",
        }
        for column, value in values.items():
            tag = 2 if isinstance(value, int) else 4
            text += f"1.3.6.1.2.1.47.1.1.1.1.{column}.{part}|{tag}|{value}\n"
    return text


def printer(number: int) -> str:
    """A multifunction printer with its supplies, trays, counters and alerts."""
    text = _system(number, 1347, "KYOCERA Document Solutions Printing System") + _interfaces(
        number, 2, range(1, 23)
    )
    text += "1.3.6.1.2.1.25.3.2.1.2.1|6|1.3.6.1.2.1.25.3.1.5\n1.3.6.1.2.1.25.3.2.1.3.1|4|ECOSYS M3145dn\n"
    text += f"1.3.6.1.2.1.43.5.1.1.17.1|4|VCG{number:07}\n1.3.6.1.2.1.43.10.2.1.3.1.1|2|7\n"
    text += f"1.3.6.1.2.1.43.10.2.1.4.1.1|65|{number * 7}\n"
    for supply in range(1, 9):
        values = {3: 1, 4: 3, 5: 3, 6: f"Toner {supply}", 7: 7, 8: 10_000, 9: 1_000 * supply}
        for column, value in values.items():
            tag = 2 if isinstance(value, int) else 4
            text += f"1.3.6.1.2.1.43.11.1.1.{column}.1.{supply}|{tag}|{value}\n"
    for tray in range(1, 31):
        for column, value in ((8, 8), (9, 500), (10, 250)):
            text += f"1.3.6.1.2.1.43.8.2.1.{column}.1.{tray}|2|{value}\n"
        text += f"1.3.6.1.2.1.43.8.2.1.13.1.{tray}|4|Tray {tray}\n"
    return text


def ups(number: int) -> str:
    """A power supply that speaks the UPS-MIB and little else."""
    text = _system(number, 99998, "UPS network card") + _interfaces(number, 1, range(1, 11))
    names = {1: "Infosec", 2: "E4 Evolution 1500", 3: "2.07", 5: f"ups-{number}"}
    return text + "".join(f"1.3.6.1.2.1.33.1.1.{place}.0|4|{name}\n" for place, name in names.items())


SORTS: tuple[Callable[[int], str], ...] = (switch, printer, plain, ups, switch)


def made_up() -> Iterator[str]:
    """Devices without end, of several sorts."""
    return (SORTS[number % len(SORTS)](number) for number in count(1))


@cache
def recorded() -> tuple[str, ...]:
    """The public recordings, each a device; none where they are not beside the project."""
    if not RECORDINGS.is_file():
        return ()
    found = {}
    with tarfile.open(RECORDINGS) as archive:
        for member in archive:  # in the archive's order: going back would unpack everything again
            file = archive.extractfile(member) if member.name.endswith(".snmprec") else None
            # A name with an @ is another context of a device that is there already.
            if file is not None and "@" not in member.name:
                found[member.name] = file.read().decode("utf-8", "replace")
    return tuple(found[name] for name in sorted(found))


def fleet(size: int) -> list[str]:
    """So many devices: every recording once, then made-up ones."""
    return list(islice(chain(recorded(), made_up()), size))


def large(size: int) -> list[str]:
    """So many devices that say between 300 and 2,000 objects."""
    fitting = (text for text in recorded() if LEAST <= text.count("\n") <= MOST)
    return list(islice(chain(fitting, map(switch, count(1))), size))


def _system(number: int, maker: int, description: str) -> str:
    return (
        f"1.3.6.1.2.1.1.1.0|4|{description}\n1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.{maker}.1.{number % 40 + 1}\n"
        f"1.3.6.1.2.1.1.3.0|67|{number}00\n1.3.6.1.2.1.1.4.0|4|Service informatique\n"
        f"1.3.6.1.2.1.1.5.0|4|bench-{number}\n1.3.6.1.2.1.1.6.0|4|Mairie, salle {number}\n1.3.6.1.2.1.1.7.0|2|2\n"
    )


def _interfaces(number: int, ports: int, columns: range | tuple[int, ...]) -> str:
    said = {2: "4|port {port}", 3: "2|6", 6: "4x|{mac}", 5: "66|1000000000", 7: "2|1", 8: "2|1", 22: "6|0.0"}
    return "".join(
        f"1.3.6.1.2.1.2.2.1.{column}.{port}|"
        + said.get(column, "65|{port}").format(port=port, mac=mac(number, port))
        + "\n"
        for column in columns
        for port in range(1, ports + 1)
    )
