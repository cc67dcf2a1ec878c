"""The renewal's world, for the documents made from it."""

from __future__ import annotations

from tests.renewal.conftest import _frozen, place  # noqa: F401 (fixtures)
