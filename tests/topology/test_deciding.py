"""Which port each device hangs on: small networks drawn by hand, and properties that hold for any."""

from __future__ import annotations

import random
from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.topology.deciding import MOST_BEHIND_A_HUB, Decision, decide
from inventory.topology.fabric import Bridge, Client, Fabric, Heard, Spot
from inventory.topology.states import Confidence, LinkReason, Reason

CORE, EDGE, FAR = 1, 2, 3
PRINTER, LAPTOP, PHONE, AP, VM_HOST = 11, 12, 13, 14, 15


def mac(n: int) -> str:
    return f"00:1b:c5:00:{n // 256:02x}:{n % 256:02x}"


def learnt(**ports: list[int]) -> dict[int, dict[str, int | None]]:
    return {int(port[1:]): {mac(n): 1 for n in numbers} for port, numbers in ports.items()}


def bridge(key: int, **values: object) -> Bridge:
    return Bridge(key, frozenset({mac(key)}), **values)  # type: ignore[arg-type]


def fabric(
    *bridges: Bridge, kinds: Mapping[int, str] | None = None, devices: range = range(11, 60)
) -> Fabric:
    known = {
        CORE: "switch",
        EDGE: "switch",
        FAR: "switch",
        AP: "access_point",
        PHONE: "desk_phone",
        **(kinds or {}),
    }
    return Fabric(bridges, {mac(n): n for n in (*known, *devices)}, known)


def place_of(decision: Decision, device: int) -> tuple[Spot, Reason] | None:
    place = decision.places.get(mac(device))
    return (place.spot, place.reason) if place else None


def two_switches(**more: list[int]) -> Fabric:
    """The core's port 24 leads to port 1 of the edge; the printer is on the edge's port 5."""
    return fabric(
        bridge(CORE, learnt=learnt(p24=[EDGE, PRINTER, *(n for group in more.values() for n in group)])),
        bridge(EDGE, learnt=learnt(p1=[CORE], p5=[PRINTER], **more)),
    )


def test_a_device_alone_on_an_access_port_hangs_there_for_certain() -> None:
    decision = decide(two_switches())
    place = decision.places[mac(PRINTER)]
    assert (place.spot, place.reason, place.confidence) == (Spot(EDGE, 5), Reason.ALONE, Confidence.CERTAIN)
    assert place.vlan == 1


def test_a_port_behind_which_another_switch_is_learnt_leads_to_it() -> None:
    links = decide(two_switches()).links
    assert [(one.spot, one.peer, one.reason) for one in links] == [
        (Spot(CORE, 24), EDGE, LinkReason.LEARNT),
        (Spot(EDGE, 1), CORE, LinkReason.LEARNT),
    ]


def test_what_is_seen_beyond_a_link_only_hangs_nowhere() -> None:
    found = fabric(
        bridge(CORE, learnt=learnt(p24=[EDGE, LAPTOP])), bridge(EDGE, learnt=learnt(p1=[CORE], p5=[PRINTER]))
    )
    assert place_of(decide(found), LAPTOP) is None


def test_of_three_switches_in_a_row_only_the_next_one_is_linked() -> None:
    links = decide(
        fabric(
            bridge(CORE, learnt=learnt(p24=[EDGE, FAR])),
            bridge(EDGE, learnt=learnt(p1=[CORE], p2=[FAR])),
            bridge(FAR, learnt=learnt(p1=[CORE, EDGE])),
        )
    ).links
    assert {(one.spot, one.peer) for one in links} == {
        (Spot(CORE, 24), EDGE), (Spot(EDGE, 1), CORE), (Spot(EDGE, 2), FAR), (Spot(FAR, 1), EDGE),
    }  # fmt: skip


def test_a_neighbour_that_is_a_switch_makes_a_link_before_any_address_is_learnt() -> None:
    heard = {24: (Heard(EDGE, "sw-edge", capabilities=frozenset({"bridge"}), remote_port="1"),)}
    links = decide(fabric(bridge(CORE, heard=heard), bridge(EDGE, learnt=learnt(p5=[PRINTER])))).links
    assert [(one.spot, one.peer, one.reason, one.peer_port) for one in links] == [
        (Spot(CORE, 24), EDGE, LinkReason.ANNOUNCED, "1")
    ]


def test_a_switch_that_announces_itself_and_is_not_read_is_named_and_holds_back_guesses() -> None:
    heard = {9: (Heard(None, "sw-ecole", capabilities=frozenset({"bridge"})),)}
    decision = decide(fabric(bridge(CORE, learnt=learnt(p9=[LAPTOP, PRINTER]), heard=heard)))
    assert [(one.peer, one.peer_name, one.reason) for one in decision.links] == [
        (None, "sw-ecole", LinkReason.NOT_READ)
    ]
    assert not decision.places


def test_a_phone_that_says_it_bridges_is_no_switch_and_the_computer_behind_it_is_said_so() -> None:
    heard = {3: (Heard(PHONE, "tel-12", capabilities=frozenset({"bridge", "telephone"})),)}
    decision = decide(fabric(bridge(CORE, learnt=learnt(p3=[PHONE, LAPTOP]), heard=heard)))
    assert not decision.links
    assert place_of(decision, PHONE) == (Spot(CORE, 3), Reason.ANNOUNCED)
    assert place_of(decision, LAPTOP) == (Spot(CORE, 3), Reason.BEHIND_PHONE)
    assert decision.places[mac(LAPTOP)].via == PHONE


def test_a_server_with_a_bridge_inside_is_no_switch() -> None:
    heard = {3: (Heard(VM_HOST, "srv-1", capabilities=frozenset({"bridge", "router"})),)}
    decision = decide(
        fabric(bridge(CORE, learnt=learnt(p3=[VM_HOST, 40, 41]), heard=heard), kinds={VM_HOST: "hypervisor"})
    )
    assert not decision.links
    assert place_of(decision, 40) == (Spot(CORE, 3), Reason.BEHIND_HOST)


def test_several_devices_on_one_port_point_to_a_hub_and_very_many_to_a_switch_that_is_not_read() -> None:
    few = decide(fabric(bridge(CORE, learnt=learnt(p7=[20, 21, 22]))))
    assert place_of(few, 20) == (Spot(CORE, 7), Reason.SHARED)
    assert few.places[mac(20)].confidence is Confidence.PROBABLE
    many = decide(fabric(bridge(CORE, learnt=learnt(p7=list(range(20, 22 + MOST_BEHIND_A_HUB))))))
    assert {one.confidence for one in many.places.values()} == {Confidence.POSSIBLE}


def test_addresses_that_nobody_owns_count_as_devices_and_get_no_place() -> None:
    decision = decide(fabric(bridge(CORE, learnt=learnt(p7=[20, 200, 201]))))
    assert place_of(decision, 20) == (Spot(CORE, 7), Reason.SHARED)
    assert list(decision.places) == [mac(20)]


def test_two_cards_of_one_device_on_one_port_are_one_device() -> None:
    found = Fabric([bridge(CORE, learnt=learnt(p7=[20, 21]))], {mac(20): 20, mac(21): 20}, {CORE: "switch"})
    assert {one.reason for one in decide(found).places.values()} == {Reason.ALONE}


def test_devices_on_the_port_of_an_access_point_are_on_it_by_radio() -> None:
    decision = decide(fabric(bridge(CORE, learnt=learnt(p8=[AP, LAPTOP, 30, 31]))))
    assert place_of(decision, AP) == (Spot(CORE, 8), Reason.CARRIER)
    assert place_of(decision, LAPTOP) == (Spot(CORE, 8), Reason.BEHIND_ACCESS_POINT)


def test_a_client_that_a_controller_lists_is_on_that_access_point_whatever_the_wire_says() -> None:
    controller = bridge(FAR, clients=(Client(mac(LAPTOP), AP, ssid="mairie"),))
    decision = decide(fabric(bridge(CORE, learnt=learnt(p8=[LAPTOP])), controller))
    assert place_of(decision, LAPTOP) == (Spot(AP, None), Reason.CLIENT)
    assert decision.places[mac(LAPTOP)].detail == "mairie"


def test_what_an_access_point_learns_on_its_radio_is_its_client() -> None:
    access_point = bridge(AP, learnt=learnt(p1=[CORE], p2=[LAPTOP, 30]), radios=frozenset({2}))
    decision = decide(fabric(bridge(CORE, learnt=learnt(p8=[AP, LAPTOP, 30])), access_point))
    assert place_of(decision, LAPTOP) == (Spot(AP, 2), Reason.CLIENT)


def test_a_device_stays_where_it_was_while_that_port_still_learns_it() -> None:
    stale_and_fresh = fabric(
        bridge(CORE, learnt=learnt(p3=[LAPTOP, 30])), bridge(EDGE, learnt=learnt(p5=[LAPTOP]))
    )
    assert place_of(decide(stale_and_fresh), LAPTOP) == (Spot(EDGE, 5), Reason.ALONE)
    stays = decide(stale_and_fresh, {mac(LAPTOP): Spot(CORE, 3)})
    assert stays.places[mac(LAPTOP)].spot == Spot(CORE, 3)


def test_a_laptop_seen_on_a_port_that_led_to_a_switch_yesterday_does_not_hang_there() -> None:
    aged_out = fabric(bridge(CORE, learnt=learnt(p24=[LAPTOP])))
    assert place_of(decide(aged_out), LAPTOP) is not None
    assert place_of(decide(aged_out, known_links={Spot(CORE, 24)}), LAPTOP) is None


def test_an_address_that_two_switches_claim_links_nothing() -> None:
    twins = [Bridge(key, frozenset({mac(99)}), learnt(p1=[99, key + 30])) for key in (CORE, EDGE)]
    assert not decide(fabric(*twins)).links


def test_a_switch_that_does_not_know_the_core_stands_below_the_one_that_does() -> None:
    other, another = 5, 6
    found = fabric(
        bridge(CORE, learnt=learnt(p10=[other], p11=[another], p24=[EDGE])),
        bridge(EDGE, learnt=learnt(p1=[CORE], p2=[FAR])),
        bridge(FAR, learnt=learnt(p1=[EDGE], p9=[40, 41, 42])),
        bridge(other, learnt=learnt(p1=[CORE])),
        bridge(another, learnt=learnt(p1=[CORE])),
        kinds={other: "switch", another: "switch"},
    )
    assert {frozenset((one.spot.switch, one.peer)) for one in decide(found).links} == {
        frozenset(pair) for pair in ((CORE, other), (CORE, another), (CORE, EDGE), (EDGE, FAR))
    }


@st.composite
def trees(draw: st.DrawFn) -> tuple[list[tuple[int, int]], dict[int, int]]:
    """A tree of switches (child, parent) and the switch of each device."""
    size = draw(st.integers(1, 7))
    parents = [(key, draw(st.integers(1, key - 1))) for key in range(2, size + 1)]
    devices = {n: draw(st.integers(1, size)) for n in range(100, 100 + draw(st.integers(0, 12)))}
    return parents, devices


def built(tree: tuple[list[tuple[int, int]], dict[int, int]]) -> tuple[list[Bridge], dict[int, Spot]]:
    """The full tables of such a tree: port = the other switch's number towards a switch, the device's own number else."""
    parents, devices = tree
    near: dict[int, set[int]] = {1: set()}
    for child, parent in parents:
        near.setdefault(child, set()).add(parent)
        near.setdefault(parent, set()).add(child)
    tables: dict[int, dict[int, dict[str, int | None]]] = {key: {} for key in near}

    def spread(start: int, number: int) -> None:
        stack = [(start, 0)]
        while stack:
            at, came_from = stack.pop()
            if came_from:
                tables[at].setdefault(came_from, {})[mac(number)] = 1
            stack += [(other, at) for other in near[at] if other != came_from]

    for key in near:
        spread(key, key)
    for device, key in devices.items():
        tables[key][device] = {mac(device): 1}
        spread(key, device)
    bridges = [bridge(key, learnt=table) for key, table in tables.items()]
    return bridges, {device: Spot(key, device) for device, key in devices.items()}


@settings(max_examples=60, deadline=None)
@given(trees(), st.randoms(use_true_random=False))
def test_full_tables_of_any_tree_give_back_the_tree_in_whatever_order_they_come(
    tree: tuple[list[tuple[int, int]], dict[int, int]], chance: random.Random
) -> None:
    bridges, truth = built(tree)
    kinds = {one.key: "switch" for one in bridges}
    owners = {mac(n): n for n in (*kinds, *truth)}
    decision = decide(Fabric(bridges, owners, kinds))
    assert {one.device: one.spot for one in decision.places.values()} == truth
    assert {frozenset({one.spot.switch, one.peer}) for one in decision.links} == {
        frozenset(pair) for pair in tree[0]
    }
    chance.shuffle(bridges)
    shuffled = list(owners.items())
    chance.shuffle(shuffled)
    assert decide(Fabric(bridges, dict(shuffled), kinds)) == decision


@settings(max_examples=80, deadline=None)
@given(trees(), st.randoms(use_true_random=False), st.floats(0.1, 1))
def test_tables_with_holes_never_make_a_ring_and_never_lead_the_wrong_way(
    tree: tuple[list[tuple[int, int]], dict[int, int]], chance: random.Random, share: float
) -> None:
    whole, _truth = built(tree)
    holed = [
        Bridge(
            one.key,
            one.macs,
            {
                port: kept
                for port, macs in one.learnt.items()
                if (kept := {address: vlan for address, vlan in macs.items() if chance.random() < share})
            },
        )
        for one in whole
    ]
    kinds = {one.key: "switch" for one in whole}
    decision = decide(Fabric(holed, {mac(n): n for n in kinds}, kinds))
    side = {
        (one.key, address): port for one in whole for port, macs in one.learnt.items() for address in macs
    }
    assert all(side[link.spot.switch, mac(link.peer or 0)] == link.spot.port for link in decision.links)
    pairs = {frozenset((link.spot.switch, link.peer)) for link in decision.links}
    joined = {key: key for key in kinds}

    def top(key: int) -> int:
        return key if joined[key] == key else top(joined[key])

    for pair in pairs:
        one, other = (top(key or 0) for key in pair)
        assert one != other, "a ring"
        joined[one] = other
