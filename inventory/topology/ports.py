"""How the names of ports are written: the long names of agents, and the short forms that people type."""

from __future__ import annotations

# The usual short forms of the long names that agents write.
_SHORT = (
    ("tengigabitethernet", "Te"), ("twentyfivegige", "Twe"), ("fortygigabitethernet", "Fo"), ("hundredgige", "Hu"),
    ("gigabitethernet", "Gi"), ("fastethernet", "Fa"), ("port-channel", "Po"), ("ethernet", "Eth"),
)  # fmt: skip


def short_port(name: str) -> str:
    """Return a port's name as people write it: “Gi1/0/24” for GigabitEthernet1/0/24."""
    for long, short in _SHORT:
        if name.lower().startswith(long):
            return short + name[len(long) :].strip()
    return name


def spellings(text: str) -> tuple[str, ...]:
    """Return the ways in which a port that somebody typed may be stored, in small letters: as typed, and long for short."""
    typed = text.strip().lower()
    found = {typed, short_port(typed).lower()}
    for long, short in _SHORT:
        rest = typed.removeprefix(short.lower())
        if rest != typed and rest[:1].isdigit():
            found.add(long + rest)
    return tuple(sorted(found - {""}))
