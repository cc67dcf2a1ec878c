"""The rules of identity, as a table of cases."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.reconciliation.matching import Ask, Created, Known, Linked, Seen, decide
from scanners.identity import canonical_serial, canonical_uuid
from tests.reconciliation.describing import asset_of, known, lab_agent, said, seen

DELL = {"maker": "Dell", "kind": "laptop"}

CASES = {
    "a serial and its maker link": (
        seen(1, "serial:5CG1234XYZ@HP", maker="HP", kind="laptop"),
        [known(7, "serial:5CG1234XYZ@HP", maker="HP")],
        ("linked", 7),
    ),
    "a serial without a maker may only propose": (
        seen(1, "serial:5CG1234XYZ", kind="laptop"),
        [known(7, "serial:5CG1234XYZ@HP", maker="HP")],
        ("possible_match", (7,)),
    ),
    "one serial of two makers is of two things": (
        seen(1, "serial:12345ABC@HP", maker="HP", kind="laptop"),
        [known(7, "serial:12345ABC@Dell", maker="Dell")],
        ("created", (1,)),
    ),
    "a name alone never links, it asks": (
        seen(1, "serial:A1B2C3D@Dell", "name:pc-12@s", **DELL),
        [known(7, "name:pc-12@s", kind="computer")],
        ("possible_match", (7,)),
    ),
    "a recycled host name on another serial is a new thing": (
        seen(1, "serial:A1B2C3D@Dell", "name:pc-12@s", **DELL),
        [known(7, "serial:ZZ99ZZ9@Dell", "name:pc-12@s", **DELL)],
        ("created", (1,)),
    ),
    "the name of a thing that left the fleet says nothing": (
        seen(1, "serial:A1B2C3D@Dell", "name:pc-12@s", **DELL),
        [known(7, "name:pc-12@s", kind="computer", live=False)],
        ("created", (1,)),
    ),
    "a serial links even what left the fleet": (
        seen(1, "serial:A1B2C3D@Dell", **DELL),
        [known(7, "serial:A1B2C3D@Dell", live=False)],
        ("linked", 7),
    ),
    "a re-imaged computer has its serial, and a new directory account": (
        seen(1, "serial:A1B2C3D@Dell", "directory_guid:new", "name:pc-new@s", **DELL),
        [known(7, "serial:A1B2C3D@Dell", "directory_guid:old", "name:pc-old@s", **DELL)],
        ("linked", 7),
    ),
    "a board swap keeps the serial and changes UUID and MAC": (
        seen(1, "serial:A1B2C3D@Dell", "uuid:u-new", "mac:3c:52:82:00:00:02", **DELL),
        [known(7, "serial:A1B2C3D@Dell", "uuid:u-old", "mac:3c:52:82:00:00:01", **DELL)],
        ("linked", 7),
    ),
    "a board swap that blanked the serial asks": (
        seen(1, "uuid:u-new", "mac:3c:52:82:00:00:02", "name:pc-12@s", "bios_tag:LBX-12", **DELL),
        [known(7, "serial:A1B2C3D@Dell", "uuid:u-old", "name:pc-12@s", "bios_tag:LBX-12", **DELL)],
        ("possible_match", (7,)),
    ),
    "a dock's MAC on a laptop with another serial is a new thing": (
        seen(1, "serial:A1B2C3D@Dell", "mac:00:e0:4c:11:22:33", **DELL),
        [known(7, "serial:ZZ99ZZ9@Dell", "mac:00:e0:4c:11:22:33", **DELL)],
        ("created", (1,)),
    ),
    "a random Wi-Fi address says nothing": (
        seen(1, "uuid:u-1", "mac:da:a1:19:00:00:01", kind="laptop"),
        [known(7, "mac:da:a1:19:00:00:01", kind="laptop")],
        ("created", (1,)),
    ),
    "a burned-in MAC of an imported printer asks": (
        seen(1, "serial:VNB3K12345@HP", "base_mac:3c:52:82:00:00:09", maker="HP", kind="printer"),
        [known(7, "mac:3c:52:82:00:00:09", kind="multifunction_printer")],
        ("possible_match", (7,)),
    ),
    "a MAC between a printer and a laptop says nothing": (
        seen(1, "serial:VNB3K12345@HP", "mac:3c:52:82:00:00:09", maker="HP", kind="printer"),
        [known(7, "mac:3c:52:82:00:00:09", kind="laptop")],
        ("created", (1,)),
    ),
    "a physical and a virtual machine are two, whatever they share": (
        seen(1, "uuid:u-1", "name:srv-1@s", kind="server", virtual=True),
        [known(7, "uuid:u-1", "name:srv-1@s", kind="server", virtual=False)],
        ("created", (1,)),
    ),
    "different makers are two, whatever they share": (
        seen(1, "uuid:u-1", maker="HP", kind="desktop"),
        [known(7, "uuid:u-1", maker="Dell", kind="desktop")],
        ("created", (1,)),
    ),
    "a tag read from the sticker links": (
        seen(1, "tag:LBX-004512", kind="laptop"),
        [known(7, "tag:LBX-004512", "serial:A1B2C3D@Dell")],
        ("linked", 7),
    ),
    "a BIOS tag only asks": (
        seen(1, "uuid:u-1", "bios_tag:LBX-004512", kind="laptop"),
        [known(7, "bios_tag:LBX-004512", kind="laptop")],
        ("possible_match", (7,)),
    ),
    "an engine id links network gear": (
        seen(1, "engine_id:8000abcd01", kind="switch"),
        [known(7, "engine_id:8000abcd01", kind="switch")],
        ("linked", 7),
    ),
    "an engine id of a computer does not": (
        seen(1, "engine_id:8000abcd01", kind="server"),
        [known(7, "engine_id:8000abcd01", kind="server")],
        ("possible_match", (7,)),
    ),
    "a copied engine id on another chassis is a new thing": (
        seen(1, "engine_id:8000abcd01", "base_mac:3c:52:82:00:00:02", kind="switch"),
        [known(7, "engine_id:8000abcd01", "base_mac:3c:52:82:00:00:01", kind="switch")],
        ("created", (1,)),
    ),
    "a directory's name counts at every site of its commune": (
        seen(1, "directory_guid:g-1", "name:pc-12", kind="computer", entity="/1/2/"),
        [known(7, "serial:A1B2C3D@Dell", "name:pc-12@bouscat", entity="/1/2/5/", **DELL)],
        ("possible_match", (7,)),
    ),
    "and not at those of another commune": (
        seen(1, "directory_guid:g-1", "name:pc-12", kind="computer", entity="/1/2/"),
        [known(7, "serial:A1B2C3D@Dell", "name:pc-12@pessac", entity="/1/3/", **DELL)],
        ("created", (1,)),
    ),
    "a device that says nothing of its own is asked about": (
        seen(1, "ip:10.0.0.5@s", "name:thing@s", kind="switch"),
        [],
        ("unknown_device", ()),
    ),
    "a device of unknown kind is asked about": (
        seen(1, "serial:A1B2C3D@Dell", maker="Dell"),
        [],
        ("unknown_device", ()),
    ),
    "an address in common is not enough to ask about one asset": (
        seen(1, "ip:10.0.0.5@s", kind="switch"),
        [known(7, "ip:10.0.0.5@s", kind="switch")],
        ("unknown_device", ()),
    ),
    "two names in reach are several possible matches": (
        seen(1, "directory_guid:g", "name:pc-12@s", kind="computer"),
        [known(7, "name:pc-12@s", kind="laptop"), known(8, "name:pc-12@s", kind="desktop")],
        ("ambiguous", (7, 8)),
    ),
    "two assets by strong identifiers are duplicates": (
        seen(1, "serial:A1B2C3D@Dell", "uuid:u-1", **DELL),
        [known(8, "serial:A1B2C3D@Dell"), known(7, "uuid:u-1")],
        ("duplicate", (8, 7)),
    ),
    "two assets that exclude each other are a riddle": (
        seen(1, "uuid:u-1", "directory_guid:g-1", kind="laptop"),
        [
            known(7, "uuid:u-1", "serial:AAAA1111@Dell"),
            known(8, "directory_guid:g-1", "serial:BBBB2222@Dell"),
        ],
        ("ambiguous", (7, 8)),
    ),
    "the same source and key go on": (
        seen(1, "ip:10.0.0.5@s", "name:core@s", kind="switch", link=7, by_address=True),
        [known(7, "name:core@s", kind="switch")],
        ("linked", 7),
    ),
    "unless the serial is another one": (
        seen(1, "serial:BBBB2222@Dell", link=7, by_address=True, **DELL),
        [known(7, "serial:AAAA1111@Dell", **DELL)],
        ("created", (1,)),
    ),
    "or the maker": (
        seen(1, "serial:BBBB2222@HP", link=7, maker="HP", kind="printer"),
        [known(7, maker="Dell", kind="printer")],
        ("created", (1,)),
    ),
    "or nothing but the address is the same": (
        seen(1, "base_mac:3c:52:82:00:00:02", "name:new@s", kind="switch", link=7, by_address=True),
        [known(7, "base_mac:3c:52:82:00:00:01", "name:old@s", kind="switch")],
        ("created", (1,)),
    ),
    "a renamed switch stays itself": (
        seen(1, "base_mac:3c:52:82:00:00:01", "name:new@s", kind="switch", link=7, by_address=True),
        [known(7, "base_mac:3c:52:82:00:00:01", "name:old@s", kind="switch")],
        ("linked", 7),
    ),
    "a stack whose master changed stays itself": (
        seen(1, "base_mac:3c:52:82:00:00:02", "name:stack@s", kind="switch", link=7, by_address=True),
        [known(7, "base_mac:3c:52:82:00:00:01", "name:stack@s", kind="switch")],
        ("linked", 7),
    ),
    "a printer that moved to the address of another one is itself": (
        seen(1, "serial:BBBB2222@HP", maker="HP", kind="printer", link=7, by_address=True),
        [known(7, "serial:AAAA1111@HP", maker="HP"), known(8, "serial:BBBB2222@HP", maker="HP")],
        ("linked", 8),
    ),
    "a person's link outranks another serial": (
        seen(1, "serial:BBBB2222@Dell", must=7, **DELL),
        [known(7, "serial:AAAA1111@Dell", **DELL)],
        ("linked", 7),
    ),
    "a person's link outranks the asset with the same serial": (
        seen(1, "serial:BBBB2222@Dell", must=7, **DELL),
        [known(7, "serial:AAAA1111@Dell", **DELL), known(8, "serial:BBBB2222@Dell", **DELL)],
        ("linked", 7),
    ),
    "what a person separated stays apart": (
        seen(1, "serial:AAAA1111@Dell", cannot=frozenset({7}), **DELL),
        [known(7, "serial:AAAA1111@Dell", **DELL)],
        ("created", (1,)),
    ),
    "even from the link that the source keeps": (
        seen(1, "name:pc@s", "uuid:u-1", cannot=frozenset({7}), link=7, **DELL),
        [known(7, "name:pc@s", **DELL)],
        ("created", (1,)),
    ),
    "what a person ignores is ignored": (
        seen(1, "serial:AAAA1111@Dell", ignored=True, **DELL),
        [known(7, "serial:AAAA1111@Dell")],
        "ignored",
    ),
    "a link to an asset that is gone is no link": (
        seen(1, "serial:AAAA1111@Dell", link=99, **DELL),
        [],
        ("created", (1,)),
    ),
}


@pytest.mark.parametrize(("one", "assets", "expected"), CASES.values(), ids=CASES.keys())
def test_one_sighting(one: Seen, assets: list[Known], expected: object) -> None:
    assert said(decide([one], assets)[1]) == expected


def test_a_question_about_a_linked_sighting_keeps_its_link() -> None:
    one = seen(1, "serial:A1B2C3D@Dell", "uuid:u-1", link=7, **DELL)
    decision = decide([one], [known(7, "uuid:u-1"), known(8, "serial:A1B2C3D@Dell")])[1]
    assert isinstance(decision, Ask)
    assert (decision.kind, decision.keep, decision.proposed) == ("duplicate", 7, "merge")


def test_evidence_says_what_speaks_for_and_against() -> None:
    one = seen(1, "serial:5CG1234XYZ", "name:new@s", kind="laptop")
    decision = decide([one], [known(7, "serial:5CG1234XYZ@HP", "name:old@s")])[1]
    assert isinstance(decision, Ask)
    assert [tone for _sentence, _params, tone in decision.evidence] == ["good", "bad"]
    assert decision.evidence[1][1] == {"seen": "new", "known": "old"}


def test_each_of_several_possible_matches_says_what_speaks_for_it() -> None:
    one = seen(1, "mac:00:17:c8:0c:00:5e", "name:imp-95@s")
    assets = [known(7, "name:imp-95@s"), known(8, "base_mac:00:17:c8:0c:00:5e", "name:imp-94@s")]
    decision = decide([one], assets)[1]
    assert isinstance(decision, Ask)
    speaks_for = [params["value"] for _sentence, params, tone in decision.evidence if tone == "good"]
    assert speaks_for == ["imp-95", "00:17:c8:0c:00:5e"]


def test_both_byte_orders_of_a_uuid_are_one() -> None:
    written = canonical_uuid("4C4C4544-0042-3510-8052-B4C04F4D3132")
    turned = canonical_uuid("44454C4C-4200-1035-8052-B4C04F4D3132")
    one = seen(1, f"uuid:{written}", kind="laptop")
    assert said(decide([one], [known(7, f"uuid:{turned}")])[1]) == ("linked", 7)


@pytest.mark.parametrize(
    "junk", ["To Be Filled By O.E.M.", "Default string", "0123456789", "XXXXXXXXXX", "."]
)
def test_a_placeholder_is_no_serial(junk: str) -> None:
    assert canonical_serial(junk) is None


def test_two_addresses_of_one_new_router_make_one_asset() -> None:
    batch = [
        seen(1, "engine_id:8000abcd01", "base_mac:3c:52:82:00:00:01", "ip:10.0.0.1@s", kind="router"),
        seen(2, "engine_id:8000abcd01", "base_mac:3c:52:82:00:00:01", "ip:10.0.1.1@s", kind="router"),
    ]
    decisions = decide(batch, [])
    assert decisions[1] == decisions[2]
    assert said(decisions[1]) == ("created", (1, 2))


def test_the_kind_that_one_address_did_not_tell_is_told_by_the_other() -> None:
    batch = [
        seen(1, "serial:FOC1234A5B6@Cisco", maker="Cisco"),
        seen(2, "serial:FOC1234A5B6@Cisco", kind="router"),
    ]
    assert said(decide(batch, [])[1]) == ("created", (1, 2))


def test_a_nameless_relative_of_two_different_things_is_asked_about() -> None:
    batch = [
        seen(1, "serial:AAAA1111@Dell", "uuid:u-1", **DELL),
        seen(2, "uuid:u-1", "imei:350000000000006", kind="laptop"),
        seen(3, "serial:BBBB2222@Dell", "imei:350000000000006", **DELL),
    ]
    decisions = decide(batch, [])
    assert said(decisions[1]) == ("created", (1,))
    assert said(decisions[2]) == ("ambiguous", ())
    assert said(decisions[3]) == ("created", (3,))


def test_two_new_things_that_resemble_each_other_are_not_both_made_at_once() -> None:
    batch = [
        seen(1, "directory_guid:g-1", "name:pc-12@s", kind="computer"),
        seen(2, "serial:A1B2C3D@Dell", "name:pc-12@s", **DELL),
    ]
    decisions = decide(batch, [])
    assert said(decisions[1]) == "later"
    assert said(decisions[2]) == ("created", (2,))


def test_a_cloned_uuid_merges_nothing() -> None:
    batch = [seen(n, f"serial:CLONE{n:03d}@Dell", "uuid:u-clone", **DELL) for n in range(1, 6)]
    batch.append(seen(9, "uuid:u-clone", kind="laptop"))
    decisions = decide(batch, [])
    assert [said(decisions[n]) for n in range(1, 6)] == [("created", (n,)) for n in range(1, 6)]
    assert said(decisions[9]) == ("unknown_device", ())


def test_a_serial_on_many_boards_is_junk_that_no_list_knows() -> None:
    batch = [
        seen(n, "serial:AH-0815@Noname", f"uuid:u-{n}", maker="Noname", kind="desktop") for n in range(1, 9)
    ]
    decisions = decide(batch, [])
    assert len({said(one) for one in decisions.values()}) == 8


@pytest.mark.parametrize("unread", [None, 1, 2, 3, 4, 5, 6])
def test_six_agents_with_copied_engine_ids_are_six(unread: int | None) -> None:
    batch = [lab_agent(n, serial=n != unread) for n in range(1, 7)]
    decisions = decide(batch, [])
    assert [said(decisions[n]) for n in range(1, 7)] == [("created", (n,)) for n in range(1, 7)]


@pytest.mark.parametrize("unread", [None, 1, 2, 3, 4, 5, 6])
def test_and_still_six_the_next_night(unread: int | None) -> None:
    assets = [asset_of(lab_agent(n), 100 + n) for n in range(1, 7)]
    batch = [lab_agent(n, serial=n != unread, link=100 + n) for n in range(1, 7)]
    decisions = decide(batch, assets)
    assert [said(decisions[n]) for n in range(1, 7)] == [("linked", 100 + n) for n in range(1, 7)]


@pytest.mark.parametrize("unread", [1, 2, 3, 4, 5, 6])
def test_and_when_the_serial_is_read_only_the_next_night(unread: int) -> None:
    assets = [asset_of(lab_agent(n, serial=n != unread), 100 + n) for n in range(1, 7)]
    batch = [lab_agent(n, link=100 + n) for n in range(1, 7)]
    decisions = decide(batch, assets)
    assert [said(decisions[n]) for n in range(1, 7)] == [("linked", 100 + n) for n in range(1, 7)]


def _some_batch(pick: random.Random) -> tuple[list[Seen], list[Known]]:
    """Sightings and assets that share identifiers at random."""

    def texts() -> list[str]:
        found = []
        for kind, values in (
            ("serial", ["SER1@Dell", "SER2@Dell", "SER3@HP", "SER4"]),
            ("uuid", ["u1", "u2", "u3"]),
            ("base_mac", ["3c:52:82:00:00:01", "3c:52:82:00:00:02"]),
            ("engine_id", ["e1", "e2"]),
            ("name", ["pc1@s", "pc2@s", "pc1"]),
            ("mac", ["3c:52:82:00:00:03", "3c:52:82:00:00:04"]),
        ):
            if pick.random() < 0.4:
                found.append(f"{kind}:{pick.choice(values)}")
        return found

    def more() -> dict[str, object]:
        return {
            "kind": pick.choice([None, "switch", "laptop", "printer"]),
            "maker": pick.choice([None, None, "Dell", "HP"]),
            "virtual": pick.choice([None, None, None, True, False]),
        }

    assets = [known(100 + n, *texts(), **more()) for n in range(pick.randint(0, 5))]
    links = [None, *(one.id for one in assets)]
    batch = [
        seen(
            n,
            *texts(),
            link=pick.choice(links),
            must=pick.choice([None, None, None, *links]),
            cannot=frozenset(pick.sample(range(100, 105), 1)) if pick.random() < 0.1 else frozenset(),
            by_address=pick.random() < 0.5,
            **more(),
        )
        for n in range(1, pick.randint(2, 9))
    ]
    return batch, assets


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32), st.randoms(use_true_random=False))
def test_the_order_of_a_batch_does_not_matter(seed: int, shuffle: random.Random) -> None:
    batch, assets = _some_batch(random.Random(seed))
    first = decide(batch, assets)
    shuffle.shuffle(batch)
    shuffle.shuffle(assets)
    assert decide(batch, assets) == first


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32))
def test_no_decision_puts_two_serials_of_one_maker_together_unless_a_person_said_so(seed: int) -> None:
    batch, assets = _some_batch(random.Random(seed))
    by_id = {one.id: one for one in assets}
    by_key = {one.key: one for one in batch}
    for key, decision in decide(batch, assets).items():
        if isinstance(decision, Linked) and by_key[key].must != decision.asset:
            mine, theirs = by_key[key].traits.values("serial"), by_id[decision.asset].traits.values("serial")
            assert not mine or not theirs or mine & theirs
        if isinstance(decision, Created):
            serials = {tuple(by_key[k].traits.values("serial")) for k in decision.group} - {()}
            assert len(serials) <= 1


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32))
def test_a_second_night_decides_nothing_new(seed: int) -> None:
    batch, _assets = _some_batch(random.Random(seed))
    batch = [Seen(one.key, one.traits) for one in batch]
    first = decide(batch, [])
    made: dict[tuple[int, ...], Known] = {}
    for decision in first.values():
        if isinstance(decision, Created) and decision.group not in made:
            members = [one for one in batch if one.key in decision.group]
            identifiers = frozenset().union(*(one.traits.identifiers for one in members))
            kind = next((one.traits.kind for one in members if one.traits.kind), None)
            maker = next((one.traits.maker for one in members if one.traits.maker), None)
            virtual = next((one.traits.virtual for one in members if one.traits.virtual is not None), None)
            asset = known(1000 + len(made), kind=kind, maker=maker, virtual=virtual)
            made[decision.group] = Known(asset.id, type(asset.traits)(identifiers, kind, maker, virtual))
    links = {key: made[d.group].id for key, d in first.items() if isinstance(d, Created)}
    again = decide([Seen(one.key, one.traits, link=links.get(one.key)) for one in batch], list(made.values()))
    assert not any(isinstance(again[key], Created) for key in links)
    assert all(again[key].asset == links[key] for key in links if isinstance(again[key], Linked))
