"""Geometry of a site's drawing: layers from left to right, everything in pixels, so that the template does no arithmetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from inventory.topology.folding import columns
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
# What is higher than this stands in columns; a line above them leads there.
TALLEST = 14 * ROW
TRUNK = 8


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
    """A drawn node: its top left corner, and the pill or the leaves at its right (None: nothing hangs on it).

    Its branch begins at `top`; `trunk` is the height of the line that leads to its column, None in the first.
    """

    key: Key
    face: Face
    x: int
    y: int = 0
    top: int = 0
    trunk: int | None = None
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
    def right(self) -> int:
        """Where it ends, with what hangs on it."""
        if self.pill_y is None:
            return self.x + BOX_WIDTH
        return self.pill_x + (LEAF_WIDTH if self.leaves else PILL_WIDTH)

    def move(self, across: int, up: int) -> None:
        """Stand elsewhere, with what hangs on it."""
        self.x, self.y, self.top = self.x + across, self.y - up, self.top - up
        self.pill_y = self.pill_y - up if self.pill_y is not None else None
        self.leaves = [(leaf, y - up) for leaf, y in self.leaves]

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
    # What no link joins to anything stands below all that is joined.
    alone = [core for core in layers.cores if not layers.standing[core].below]
    for core in layers.cores:
        if layers.standing[core].below:
            top, bottom = bottom, _place(core, (layers, faces), placed, bottom) + LEAF // 2
            placed[core].is_core = True
            bottom = _fold(core, layers, placed, (top, bottom))
    for core in alone:
        bottom = _place(core, (layers, faces), placed, bottom) + LEAF // 2
    if alone:
        tops = [placed[core].top for core in alone]
        _where, bottom = _in_columns([[placed[core]] for core in alone], tops, bottom)
    lines = [line for box in placed.values() for line in _lines_below(box, layers, placed, ports)]
    lines += [_ring(placed[one], placed[other]) for one, other in layers.rings]
    right = max((box.right for box in placed.values()), default=0)
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
        box = placed[key] = Box(key, faces[key], MARGIN + layers.standing[key].layer * COLUMN, top=top)
        top = _hang(box, top)
        if not layers.standing[key].below and box.pill_y is None and not box.leaves:
            box.y, top = top, top + ROW
    for key in reversed(order):
        _centre(placed[key], [placed[other] for other in layers.standing[key].below])
    return top


def _fold(core: Key, layers: Layers, placed: Mapping[Key, Box], extent: tuple[int, int]) -> int:
    """Stand what is below a core in columns where it is too high; returns where the next part may begin."""
    top, end = extent
    below = sorted(layers.standing[core].below, key=lambda key: placed[key].top)
    branches = [_branch(key, layers, placed) for key in below]
    tops = [top, *(placed[key].top for key in below[1:])]
    where, end = _in_columns(branches, tops, end)
    for key, column in zip(below, where, strict=True):
        placed[key].trunk = top - TRUNK if column else None
    _centre(placed[core], [placed[key] for key, column in zip(below, where, strict=True) if not column])
    return end


def _branch(start: Key, layers: Layers, placed: Mapping[Key, Box]) -> list[Box]:
    """A switch and all below it."""
    found, waiting = [], [start]
    while waiting:
        key = waiting.pop()
        found.append(placed[key])
        waiting += layers.standing[key].below
    return found


def _in_columns(branches: Sequence[Sequence[Box]], tops: Sequence[int], end: int) -> tuple[list[int], int]:
    """Move branches that begin at these heights side by side; returns the column of each, and where all of them end."""
    heights = [below - above for above, below in zip(tops, [*tops[1:], end], strict=True)]
    left = branches[0][0].x
    width = max(box.right for branch in branches for box in branch) - left + COLUMN - BOX_WIDTH
    closed = [
        height - sum(_leaves_height(box) for box in branch)
        for height, branch in zip(heights, branches, strict=True)
    ]
    # Opening a switch moves what stands below it, and nothing to another column.
    where = columns(closed, width, TALLEST)
    bottom = tops[0]
    for branch, column, top, height in zip(branches, where, tops, heights, strict=True):
        up = tops[where.index(column)] - tops[0]
        for box in branch:
            box.move(column * width, up)
        bottom = max(bottom, top - up + height)
    return where, bottom


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
    shown = face.leaves[:MOST_LEAVES]
    box.leaves = [(leaf, top + place * LEAF) for place, leaf in enumerate(shown)]
    box.hidden_leaves = len(face.leaves) - len(shown)
    return top + _leaves_height(box)


def _leaves_height(box: Box) -> int:
    """The room that its opened devices take, under the pill that counts them."""
    if not box.leaves:
        return 0
    return len(box.leaves) * LEAF + LEAF // 2 + (LEAF if box.hidden_leaves else 0)


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
        # Before its column the line goes down; to a further column it goes above those between.
        turn = other.x - (COLUMN - BOX_WIDTH) + 28
        over = f"V{other.trunk}H{turn}" if other.trunk is not None else ""
        lines.append(
            Line(
                f"M{start} {box.middle}H{bend}{over}V{other.middle}H{other.x}",
                shortened(near, 12), shortened(far, 12),
                near_x=turn + 6, near_y=other.middle - 5, far_x=other.x - 4, far_y=other.middle + 13,
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
