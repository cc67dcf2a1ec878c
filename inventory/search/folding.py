"""Makes words comparable, the same way for both stores: cuts folded text into tokens, measures typing mistakes.

A token's first letter says what it stands for, so that one index answers every kind of question:

    w  a word, found by its beginning          k  a whole identifier without its separators
    s  the last characters of an identifier    n  the noun that a document is about        e  an entity whose people see it
    i  what names its row in an address     m  a MAC address from its second, third, fourth or fifth byte on
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from inventory.core.text import folded

MAX_QUERY = 100
MAX_WORDS = 6
MAX_TOKEN = 60
EVERYBODY = 0
_WORD = re.compile(r"[^\W_]+")
_DOTTED = re.compile(r"\d{1,3}(\.\d{1,3}){1,3}\.?")
_LETTERS = re.compile(r"(?:\d*\D){3}")
_SUFFIXES = (4, 5, 6)
MAC_LENGTH = len("00:00:00:00:00:00")
_MAC = re.compile(r"([0-9a-f]{2}:){5}[0-9a-f]{2}")
# Two bytes or more as they are typed or printed; three or more where nothing, or a space, stands between them.
_PART_OF_MAC = re.compile(
    r"[0-9a-f]{2}(?P<mark>[:-])[0-9a-f]{2}((?P=mark)[0-9a-f]{2}){0,3}"
    r"|[0-9a-f]{4}\.[0-9a-f]{4}|[0-9a-f]{2}( [0-9a-f]{2}){2,4}|[0-9a-f]{6,10}"
)


def words(text: str) -> list[str]:
    """Return the folded words of a text in their order."""
    return [word[:MAX_TOKEN] for word in _WORD.findall(folded(text))]


def key(text: str) -> str:
    """Return an identifier as it is compared: folded, without separators; the dots of an IP address count, so they stay as "z"."""
    bare = folded(text)
    if _DOTTED.fullmatch(bare):
        return bare.rstrip(".").replace(".", "z")
    if bare.count(":") >= 2 and "::" in bare:
        return bare.replace(":", "z")[:MAX_TOKEN]
    return "".join(_WORD.findall(bare))[:MAX_TOKEN]


def part_of_mac(text: str) -> str | None:
    """Return the bytes, bare, of what may be an inner part of a MAC address, as a label or a switch prints it; None for what is none."""
    bare = folded(text).strip(" :.-")
    return "".join(_WORD.findall(bare)) if _PART_OF_MAC.fullmatch(bare) else None


def has_colons(text: str) -> bool:
    """Say whether a text can be nothing else than a part of a MAC address: its bytes have colons between them."""
    return ":" in text.strip(" :.-") and part_of_mac(text) is not None


def with_colons(text: str) -> str:
    """Return what may be a part of a MAC address as Parc writes those, other text as it is."""
    part = part_of_mac(text)
    return text if part is None else ":".join(part[start : start + 2] for start in range(0, len(part), 2))


def tokens(said: Iterable[str], keys: Iterable[str]) -> list[str]:
    """Return the tokens of folded words and of identifiers, each once, in a fixed order."""
    found: dict[str, None] = {}
    for word in said:
        found[f"w{word}"] = None
        if word[0] == "0" and (rest := word.lstrip("0")):
            # Nobody types the zeros of LBX-004512.
            found[f"w{rest}"] = None
    for name in keys:
        if compared := key(name):
            found[f"k{compared}"] = None
            if any(character.isdigit() for character in compared[-4:]):
                # The end of an address of mail tells nobody apart.
                found.update({f"s{compared[-n:]}": None for n in _SUFFIXES if len(compared) > n + 1})
        if len(name) == MAC_LENGTH and _MAC.fullmatch(folded(name)):
            found.update({f"m{compared[start:]}": None for start in (2, 4, 6, 8)})
    return list(found)


def noun_token(noun: str) -> str:
    """Return the token of every document about a noun."""
    return f"n{noun}"


def entity_token(entity_id: int) -> str:
    """Return the token of every document of an entity; EVERYBODY stands for those of none."""
    return f"e{entity_id}"


def vocabulary(said: Iterable[str]) -> set[str]:
    """Return those of folded words that a mistyped one may have meant: four characters or more, three of them letters."""
    return {word for word in said if 4 <= len(word) <= 40 and _LETTERS.match(word)}


def trigrams(word: str) -> list[str]:
    """Return the groups of three characters of a word, its edges marked by zeros."""
    edged = f"00{word}0"
    return sorted({edged[n : n + 3] for n in range(len(edged) - 2)})


def allowed_mistakes(word: str) -> int:
    """Return how many mistakes a word of this length may hold and still be guessed."""
    return 0 if len(word) < 4 else 1 if len(word) < 7 else 2


def mistakes(typed: str, meant: str) -> int:
    """Return how many letters were added, left out, changed or swapped (optimal string alignment)."""
    before: Sequence[int] = []
    row: list[int] = list(range(len(meant) + 1))
    for i, a in enumerate(typed, start=1):
        earlier, before, row = before, row, [i]
        for j, b in enumerate(meant, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == meant[j - 2] and typed[i - 2] == b:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return row[-1]


def guesses(typed: str, candidates: Iterable[str], *, limit: int = 5) -> list[str]:
    """Return the candidates that `typed`, or the beginning of one that it may be, was meant to be; the nearest first."""
    most = allowed_mistakes(typed)
    scored = []
    for candidate in candidates:
        whole = mistakes(typed, candidate)
        begun = 1 + mistakes(typed, candidate[: len(typed)]) if len(candidate) > len(typed) + 1 else whole
        if min(whole, begun) <= most:
            scored.append((min(whole, begun), abs(len(candidate) - len(typed)), candidate))
    return [candidate for _mistakes, _difference, candidate in sorted(scored)[:limit]]
