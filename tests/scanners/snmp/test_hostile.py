"""Whatever objects a device holds, it is read in bounds and what is concluded can be stored: fuzzed, with the worst cases kept."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scanners.observation import Observation
from scanners.replay import RecordedLink, Recording
from scanners.snmp import ber, tables
from scanners.snmp.ber import Oid, VarBind
from scanners.snmp.collect import Bounds, read_device
from scanners.snmp.link import AskError
from scanners.snmp.observe import observe
from scanners.snmp.profile_files import shipped

AT = datetime(2026, 11, 24, tzinfo=UTC)
READ = sorted(
    {
        *tables.SCALARS,
        *(column for table in tables.TABLES for column in table.columns),
        *(oid for profile in shipped().all for oid in profile.objects((1, 3, 6, 1, 4, 1, 9, 1, 1))),
        *(oid for profile in shipped().all for oid in profile.condition.answers),
    }
)
numbers = sorted({one[6] for profile in shipped().all for one in profile.condition.object_ids})
indices = st.lists(st.integers(0, 2**32 - 1), max_size=5).map(tuple)
values = st.one_of(
    st.binary(max_size=300).map(lambda value: (ber.OCTETS, value)),
    st.text(max_size=300).map(lambda value: (ber.OCTETS, value.encode("utf-16-le", "surrogatepass"))),
    st.integers(-(2**31), 2**64 - 1).map(lambda value: (ber.INTEGER, value)),
    st.just((ber.NULL, None)),
    st.just((ber.IP_ADDRESS, "10.0.0.1")),
    st.lists(st.integers(0, 2**32 - 1), max_size=12).map(lambda value: (ber.OID, tuple(value))),
)
objects = st.lists(st.tuples(st.sampled_from(READ), indices, values), max_size=60)
makers = st.one_of(
    st.none(),
    st.tuples(st.sampled_from([*numbers, 8072, 311, 99999]), indices).map(
        lambda one: (1, 3, 6, 1, 4, 1, one[0], *one[1])
    ),
)


def concluded(found: list[VarBind]) -> Observation | None:
    """What the scanner says of a device with these objects; None where it says nothing at all."""
    link = RecordedLink(Recording(found))
    try:
        reading = asyncio.run(read_device(link, Bounds(objects=500), shipped().objects))
    except AskError:
        return None
    return observe(reading, shipped(), site="bouscat", at=AT)


@given(objects, makers, st.binary(max_size=255))
@settings(max_examples=120, deadline=None)
@example([], (1, 3, 6, 1, 4, 1), b"")
@example([], (0,), b"\xff" * 255)
@example([(tables.ENT_SERIAL, (), (ber.OCTETS, b"A" * 300))], (1, 3, 6, 1, 4, 1, 9), b"\0Cisco\0")
def test_any_objects_make_an_observation_that_can_be_stored(
    given_objects: list[tuple[Oid, Oid, tuple[int, ber.Value]]], object_id: Oid | None, description: bytes
) -> None:
    found = {(*oid, *index): VarBind((*oid, *index), *value) for oid, index, value in given_objects}
    if object_id is not None:
        found[*tables.SYS_OBJECT_ID, 0] = VarBind((*tables.SYS_OBJECT_ID, 0), ber.OID, object_id)
    found[*tables.SYS_DESCR, 0] = VarBind((*tables.SYS_DESCR, 0), ber.OCTETS, description)
    observation = concluded(list(found.values()))
    assert observation is not None
    assert Observation.from_json(observation.to_json()).digest() == observation.digest()


@pytest.mark.parametrize(
    "description",
    [
        b"Cisco IOS Software, " + b"a," * 117,
        b"HP " * 85,
        b"(" * 255,
        b"1." * 127,
        b"SN: " + b"A-" * 125,
        b"X" + b" x" * 127,
        b"Version " * 31,
        "Commutateur de l'école - étage".encode("latin-1"),
    ],
)
@pytest.mark.parametrize("number", [9, 11, 2011, 41112, 14988, 99999])
def test_no_description_makes_a_rule_run_away(number: int, description: bytes) -> None:
    asked = 0

    class Counting(RecordedLink):
        async def ask(self, request: ber.Request, tries: int = 1) -> ber.Reply:
            nonlocal asked
            asked += 1
            return await super().ask(request, tries)

    said = [
        VarBind((*tables.SYS_DESCR, 0), ber.OCTETS, description),
        VarBind((*tables.SYS_OBJECT_ID, 0), ber.OID, (1, 3, 6, 1, 4, 1, number, 1)),
    ]
    reading = asyncio.run(read_device(Counting(Recording(said)), Bounds(), shipped().objects))
    assert observe(reading, shipped(), site="", at=AT).facts["description"]
    assert asked < 10


def test_latin_1_is_read_as_it_was_written() -> None:
    said = [VarBind((*tables.SYS_LOCATION, 0), ber.OCTETS, "Mairie, 1er étage".encode("latin-1"))]
    observation = concluded(said)
    assert observation is not None
    assert observation.facts["location"] == "Mairie, 1er étage"
