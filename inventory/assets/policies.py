"""Says what a user may do with one asset."""

from __future__ import annotations

from inventory.assets import lifecycle
from inventory.assets.lifecycle import Move
from inventory.assets.models import Asset
from inventory.assets.states import State
from inventory.core.access import Access
from inventory.core.permissions import Permission


def allowed_moves(access: Access, asset: Asset) -> list[Move]:
    """Return the moves of the asset's state that the user may make; lending goes through a handover."""
    return [
        move
        for move in lifecycle.moves(asset.state)
        if move.to is not State.ON_LOAN and access.allows(move.permission, asset.entity_id)
    ]


def can_hand_over(access: Access, asset: Asset) -> bool:
    """Say whether the user may hand this asset over now."""
    return asset.state in lifecycle.HELD and access.allows(Permission.ASSETS_HAND_OVER, asset.entity_id)


def can_take_back(access: Access, asset: Asset, *, held: bool) -> bool:
    """Say whether the user may take this asset back; `held` when a custody is open."""
    return held and access.allows(Permission.ASSETS_HAND_OVER, asset.entity_id)
