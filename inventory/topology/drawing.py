"""Geometry of a site's drawing: layers from left to right, everything in pixels, so that the template does no arithmetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from inventory.topology.layers import Key, Layers

COLUMN, ROW, LEAF = 300, 56, 30
BOX_WIDTH, BOX_HEIGHT = 184, 44
PILL_WIDTH, PILL_HEIGHT = 132, 28
LEAF_WIDTH = 240
MARGIN = 16
MOST_LEAVES = 48
LONGEST_LABEL, LONGEST_LEAF = 18, 28
# What is higher than this is no longer seen at once: its switch stands at its top, where the eye begins.
TALL = 8 * ROW


@dataclass(frozen=True, slots=True)
class Leaf:
    """A device that hangs on an opened switch: what it is called, where a click leads, its icon, its port."""

    label: str
    icon: str
    url: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Face:
    """What a node shows: names, icon, where a click leads, how many devices hang on it, and what is drawn of them."""

    label: str
    icon: str
    url: str | None = None
    note: str = ""
    devices: int = 0
    toggle_url: str | None = None
    is_open: bool = False
    is_read: bool = True
    is_found: bool = False
    leaves: Sequence[Leaf] = ()


@dataclass(slots=True)
class Box:
    """A drawn node: its top left corner, and the pill or the leaves at its right (None: nothing hangs on it)."""

    key: Key
    face: Face
    x: int
    y: int = 0
    pill_y: int | None = None
    leaves: list[tuple[Leaf, int]] = field(default_factory=list)
    hidden_leaves: int = 0
    is_core: bool = False

    @property
    def middle(self) -> int:
        """The height of its lines."""
        return self.y + BOX_HEIGHT // 2

    @property
    def pill_x(self) -> int:
        """Where what hangs on it begins."""
        return self.x + COLUMN

    @property
    def label(self) -> str:
        """Its name, short enough for the box."""
        return shortened(self.face.label, LONGEST_LABEL)


@dataclass(frozen=True, slots=True)
class Line:
    """A drawn link: its path, the ports at both ends with their places, and whether it closes a ring or leads to a stranger."""

    path: str
    near: str = ""
    far: str = ""
    near_x: int = 0
    near_y: int = 0
    far_x: int = 0
    far_y: int = 0
    kind: str = "link"


@dataclass(frozen=True, slots=True)
class Drawing:
    """The boxes and lines of a site, and the size that they need."""

    boxes: Sequence[Box]
    lines: Sequence[Line]
    width: int
    height: int


Ends = tuple[str, str]


def draw(layers: Layers, faces: Mapping[Key, Face], ports: Mapping[tuple[Key, Key], Ends]) -> Drawing:
    """Place every switch; `ports` names the ports of a link from the upper to the lower one."""
    placed: dict[Key, Box] = {}
    bottom = MARGIN
    for core in layers.cores:
        bottom = _place(core, (layers, faces), placed, bottom) + LEAF // 2
        placed[core].is_core = bool(layers.standing[core].below)
    lines = [line for box in placed.values() for line in _lines_below(box, layers, placed, ports)]
    lines += [_ring(placed[one], placed[other]) for one, other in layers.rings]
    right = max((box.x + BOX_WIDTH for box in placed.values()), default=0)
    hanging = [box for box in placed.values() if box.pill_y is not None or box.leaves]
    right = max(right, max((box.pill_x + LEAF_WIDTH for box in hanging), default=0))
    return Drawing(list(placed.values()), lines, right + MARGIN, bottom + MARGIN)


def _place(start: Key, known: tuple[Layers, Mapping[Key, Face]], placed: dict[Key, Box], top: int) -> int:
    """Place a switch and all below it from `top` on; returns where the next may begin. Depth may be great: no recursion."""
    layers, faces = known
    order, stack = [], [start]
    while stack:
        key = stack.pop()
        order.append(key)
        stack += reversed(_below(key, layers, faces))
    for key in order:
        box = placed[key] = Box(key, faces[key], MARGIN + layers.standing[key].layer * COLUMN)
        top = _hang(box, top)
        if not layers.standing[key].below and box.pill_y is None and not box.leaves:
            box.y, top = top, top + ROW
    for key in reversed(order):
        _centre(placed[key], [placed[other] for other in layers.standing[key].below])
    return top


def _below(key: Key, layers: Layers, faces: Mapping[Key, Face]) -> list[Key]:
    """The switches below one by name, those that end there first: what goes on would push them out of sight."""
    standing = layers.standing
    return sorted(
        standing[key].below, key=lambda other: (bool(standing[other].below), faces[other].label, other)
    )


def _hang(box: Box, top: int) -> int:
    """Place what hangs on a switch: its opened devices one below another, else one pill that counts them."""
    face = box.face
    if not face.devices:
        return top
    box.pill_y = top + (ROW - PILL_HEIGHT) // 2
    top += ROW
    for leaf in face.leaves[:MOST_LEAVES]:
        box.leaves.append((leaf, top))
        top += LEAF
    box.hidden_leaves = max(0, len(face.leaves) - MOST_LEAVES)
    return top + (LEAF // 2 if box.leaves else 0) + (LEAF if box.hidden_leaves else 0)


def _centre(box: Box, below: Sequence[Box]) -> None:
    """Stand halfway between the first and the last of what is at its right, beside the first where that is far away."""
    heights = [one.middle for one in below]
    if box.pill_y is not None:
        heights.append(box.pill_y + PILL_HEIGHT // 2)
    if heights:
        first, last = min(heights), max(heights)
        box.y = (first if last - first > TALL else (first + last) // 2) - BOX_HEIGHT // 2


def _lines_below(
    box: Box, layers: Layers, placed: Mapping[Key, Box], ports: Mapping[tuple[Key, Key], Ends]
) -> list[Line]:
    lines = []
    start, bend = box.x + BOX_WIDTH, box.x + BOX_WIDTH + 28
    for key in layers.standing[box.key].below:
        other = placed[key]
        near, far = ports.get((box.key, key), ("", ""))
        lines.append(
            Line(
                f"M{start} {box.middle}H{bend}V{other.middle}H{other.x}",
                shortened(near, 12), shortened(far, 12),
                near_x=bend + 6, near_y=other.middle - 5, far_x=other.x - 4, far_y=other.middle + 13,
                kind="link" if other.face.is_read else "stranger",
            )
        )  # fmt: skip
    if box.pill_y is not None:
        y = box.pill_y + PILL_HEIGHT // 2
        lines.append(Line(f"M{start} {box.middle}H{bend}V{y}H{box.pill_x}", kind="devices"))
        if box.leaves:
            x = box.pill_x + 14
            last = box.leaves[-1][1] + LEAF // 2
            lines.append(Line(f"M{x} {box.pill_y + PILL_HEIGHT}V{last}", kind="devices"))
    return lines


def _ring(one: Box, other: Box) -> Line:
    """A link beside the tree, as a curve at the left of both."""
    out = min(one.x, other.x) - 12
    return Line(
        f"M{one.x} {one.middle}C{out} {one.middle} {out} {other.middle} {other.x} {other.middle}", kind="ring"
    )


def shortened(text: str, longest: int) -> str:
    """The text, cut in its middle where it is too long: the ends of names of ports and switches tell them apart."""
    if len(text) <= longest:
        return text
    half = (longest - 1) // 2
    return f"{text[: longest - 1 - half]}…{text[-half:]}"
