"""Who is noticed on a network of namespaces: by echo, by ARP alone, and by what announces itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.servers.netns import NETWORK, SCANNER, Netns, has_sysctl

pytestmark = [
    pytest.mark.skipif(Netns.unavailable() is not None, reason=Netns.unavailable() or ""),
    pytest.mark.skipif(not has_sysctl(), reason="sysctl is not installed (Debian package procps)"),
    pytest.mark.xdist_group("netns"),
]
PINGS, ARP_ONLY, PRINTER, GATEWAY, CAMERA = 1, 2, 3, 4, 5


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Netns]:
    with Netns(tmp_path_factory.mktemp("netns"), hosts=5) as made:
        made.drop_echo(ARP_ONLY)
        for number, what in ((PRINTER, "mdns"), (GATEWAY, "ssdp"), (CAMERA, "wsd")):
            made.serve(number, "-m", "tests.servers.responders", what, made.address_of(number))
        yield made


def look(network: Netns, *arguments: str, target: str = f"{NETWORK}.0/26") -> dict[str, dict[str, Any]]:
    done = network.scan("presence", target, "--json", "--no-names", "--timeout", "0.5", *arguments)
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return {one["address"]: one for one in found}


@pytest.fixture(scope="module")
def quiet(network: Netns) -> dict[str, dict[str, Any]]:
    return look(network)


def test_all_who_are_there_are_noticed_and_nobody_else(network: Netns, quiet: dict[str, Any]) -> None:
    hosts = {network.address_of(number) for number in (PINGS, ARP_ONLY, PRINTER, GATEWAY, CAMERA)}
    assert set(quiet) == hosts | {SCANNER}


def test_a_host_that_drops_echo_is_noticed_by_its_arp(network: Netns, quiet: dict[str, Any]) -> None:
    assert quiet[network.address_of(ARP_ONLY)]["means"] == ["arp"]
    assert quiet[network.address_of(PINGS)]["means"] == ["icmp", "arp"]


def test_a_host_on_the_local_network_has_its_mac_and_its_maker(network: Netns, quiet: dict[str, Any]) -> None:
    found = quiet[network.address_of(PINGS)]
    assert (found["mac"], found["maker"]) == (network.mac_of(PINGS), "Brother")


def test_nothing_is_asked_of_groups_unless_allowed(network: Netns, quiet: dict[str, Any]) -> None:
    assert "hints" not in quiet[network.address_of(PRINTER)]


@pytest.fixture(scope="module")
def loud(network: Netns) -> dict[str, dict[str, Any]]:
    return look(network, "--multicast")


def test_a_printer_that_announces_itself_is_one(network: Netns, loud: dict[str, Any]) -> None:
    found = loud[network.address_of(PRINTER)]
    assert {"value": "imp-accueil", "source": "mdns"} in found["names"]
    assert {"code": "mdns_model", "text": "Brother HL-L5100DN series"} in found["hints"]
    assert found["guess"] == {"rule": "offers_printing", "kind": "printer"}


def test_a_gateway_is_read_from_its_own_description(network: Netns, loud: dict[str, Any]) -> None:
    found = loud[network.address_of(GATEWAY)]
    assert found["names"] == [{"value": "Box de la mairie", "source": "ssdp"}]
    assert {"code": "ssdp_model", "text": "Exemple Box 6"} in found["hints"]
    assert found["guess"] == {"rule": "internet_gateway", "kind": "router"}


def test_a_camera_is_known_by_what_its_probe_matches(network: Netns, loud: dict[str, Any]) -> None:
    found = loud[network.address_of(CAMERA)]
    assert found["names"] == [{"value": "Cam Hall", "source": "wsd"}]
    assert found["guess"] == {"rule": "onvif_camera", "kind": "camera"}


def test_what_is_excluded_is_not_kept_even_when_it_announces_itself(network: Netns) -> None:
    excluded = network.address_of(PRINTER)
    found = look(network, "--multicast", "--exclude", excluded)
    assert excluded not in found
    assert network.address_of(CAMERA) in found


def test_a_host_that_left_is_not_noticed_by_what_the_kernel_remembers(network: Netns) -> None:
    target = network.address_of(ARP_ONLY)
    assert target in look(network, target=target)
    network.unplug(ARP_ONLY)
    network.let_age(target)
    try:
        assert look(network, target=target) == {}
    finally:
        network.plug(ARP_ONLY)


def test_without_the_right_to_ping_only_neighbours_are_noticed_and_it_says_so(network: Netns) -> None:
    target = f"{NETWORK}.8/29"
    done = network.scan("presence", target, "--json", "--no-names", as_nobody=True)
    found = {json.loads(line)["address"]: json.loads(line)["means"] for line in done.stdout.splitlines()}
    assert done.returncode == 3
    assert "may not send echo requests" in done.stderr
    assert found == {network.address_of(n): ["arp"] for n in (PINGS, ARP_ONLY, PRINTER, GATEWAY)}
