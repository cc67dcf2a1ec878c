"""Layers from the core outwards, and a drawing in which nothing lies on anything else."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.topology.drawing import BOX_HEIGHT, BOX_WIDTH, Face, Leaf, draw, shortened
from inventory.topology.layers import layers


def test_the_switch_of_the_highest_rank_is_the_core_and_the_others_stand_by_their_distance() -> None:
    found = layers("abcde", [("a", "b"), ("b", "c"), ("b", "d"), ("d", "e")], {"b": (3, 0), "d": (2, 9)})
    assert found.cores == ["b"]
    assert {key: one.layer for key, one in found.standing.items()} == {"b": 0, "a": 1, "c": 1, "d": 1, "e": 2}
    assert found.depth == 3


def test_of_two_alike_the_second_number_of_the_rank_tells() -> None:
    assert layers("ab", [("a", "b")], {"a": (1, 0), "b": (1, 9)}).cores == ["b"]


def test_parts_that_no_link_joins_have_a_core_each() -> None:
    assert layers("abcd", [("a", "b")], {}).cores == ["a", "c", "d"]


def test_a_second_way_between_two_switches_is_a_ring_and_not_lost() -> None:
    found = layers("abc", [("a", "b"), ("b", "c"), ("a", "c")], {})
    assert found.rings == [("b", "c")]


def test_nothing_makes_an_empty_drawing() -> None:
    drawing = draw(layers([], [], {}), {}, {})
    assert not drawing.boxes


def test_an_opened_switch_shows_its_devices_and_says_how_many_more_there_are() -> None:
    leaves = [Leaf(f"pc-{n}", "device-desktop") for n in range(60)]
    drawing = draw(
        layers("a", [], {}), {"a": Face("sw", "network", devices=60, is_open=True, leaves=leaves)}, {}
    )
    assert len(drawing.boxes[0].leaves) == 48
    assert drawing.boxes[0].hidden_leaves == 12


def test_the_ports_of_a_link_are_written_at_its_ends() -> None:
    faces = {key: Face(key, "network") for key in "ab"}
    line = draw(layers("ab", [("a", "b")], {}), faces, {("a", "b"): ("Gi1/0/24", "Gi1/0/1")}).lines[0]
    assert (line.near, line.far) == ("Gi1/0/24", "Gi1/0/1")


def test_long_names_are_cut_in_the_middle() -> None:
    assert shortened("TenGigabitEthernet1/0/24", 12) == "TenGig…/0/24"


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 40).flatmap(
        lambda size: st.tuples(
            st.just(size),
            st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), max_size=60),
            st.lists(st.integers(0, 3), min_size=size, max_size=size),
        )
    )
)
def test_no_two_boxes_overlap_and_all_lie_inside(
    network: tuple[int, list[tuple[int, int]], list[int]],
) -> None:
    size, pairs, devices = network
    keys = [f"k{n:02d}" for n in range(size)]
    found = layers(keys, [(keys[one], keys[other]) for one, other in pairs], {})
    faces = {key: Face(key, "network", devices=devices[n]) for n, key in enumerate(keys)}
    drawing = draw(found, faces, {})
    assert len(drawing.boxes) == size
    columns: dict[int, list[int]] = {}
    for box in drawing.boxes:
        assert 0 <= box.x <= drawing.width - BOX_WIDTH
        assert 0 <= box.y <= drawing.height - BOX_HEIGHT
        columns.setdefault(box.x, []).append(box.y)
    for heights in columns.values():
        ordered = sorted(heights)
        assert all(lower - upper >= BOX_HEIGHT for upper, lower in pairwise(ordered))


def star(edges: int) -> dict[str, Face]:
    return {f"sw-{n:02d}": Face(f"sw-{n:02d}", "network", devices=20) for n in range(edges + 1)}


def test_sixty_switches_stand_in_columns_about_as_wide_as_a_screen() -> None:
    faces = star(60)
    core, *edges = faces
    drawing = draw(layers(faces, [(core, edge) for edge in edges], {core: (60, 0)}), faces, {})
    assert 1.2 < drawing.width / drawing.height < 2.4
    first = [line.path for line in drawing.lines if "V8" in line.path]
    assert len(first) >= 30, "to a further column the line goes above those between"


def test_a_site_of_a_dozen_switches_stands_in_one_column() -> None:
    faces = star(12)
    core, *edges = faces
    drawing = draw(layers(faces, [(core, edge) for edge in edges], {core: (12, 0)}), faces, {})
    assert len({box.x for box in drawing.boxes}) == 2


def test_forty_switches_that_nothing_joins_stand_side_by_side() -> None:
    faces = star(39)
    drawing = draw(layers(faces, [], {}), faces, {})
    assert 1.2 < drawing.width / drawing.height < 2.4
