"""Carries which version of each of many rows was shown, in a few bits a row, to where something is done to them."""

from __future__ import annotations

import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Mapping

LONGEST_NUMBER = 11


def packed(versions: Mapping[int, int]) -> str:
    """Return the versions of rows, by id, as a text without the ids, for a form or a job's payload."""
    text = ",".join(str(versions[id_]) for id_ in sorted(versions))
    return urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode()


def unpacked(text: str | None, ids: Collection[int]) -> dict[int, int] | None:
    """Return the version of each of these rows; None where the text is not what `packed` made of as many rows."""
    try:
        # Anybody may have written it: no more is unpacked than so many numbers take.
        plain = zlib.decompressobj().decompress(urlsafe_b64decode(text or ""), LONGEST_NUMBER * len(ids) + 1)
        numbers = [int(number) for number in plain.decode("ascii").split(",")]
    except (ValueError, zlib.error):
        return None
    return dict(zip(sorted(ids), numbers, strict=True)) if len(numbers) == len(set(ids)) else None
