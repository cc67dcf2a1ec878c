"""Creates and edits suppliers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy.exc import IntegrityError

from inventory.audit import services as audit
from inventory.audit.models import Action
from inventory.core.access import Actor
from inventory.core.database import db
from inventory.core.errors import Invalid
from inventory.core.wording import N_
from inventory.organization.siret import is_siret
from inventory.procurement.models import Supplier


def create_supplier(values: Mapping[str, Any], *, actor: Actor) -> Supplier:
    """Create a supplier from its columns (name at least); raises Invalid for a taken name or a wrong SIRET."""
    given = _checked(values)
    row = Supplier(**given)
    with _unique(given["name"]):
        db.session.add(row)
    changes = {name: [None, value] for name, value in given.items() if value is not None}
    audit.record(Action.CREATED, "supplier", row, changes, actor=actor)
    return row


def update_supplier(
    supplier: Supplier, values: Mapping[str, Any], *, actor: Actor, version: int | None = None
) -> audit.Changes:
    """Edit a supplier and return what changed; raises Stale, and Invalid as `create_supplier` does."""
    given = _checked(values)
    audit.bump(supplier, version, given)
    with _unique(given.get("name", supplier.name)):
        changes = audit.apply(supplier, given)
    if changes:
        audit.record(Action.UPDATED, "supplier", supplier, changes, actor=actor)
    return changes


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    given = dict(values)
    siret = given.get("siret")
    if siret is not None:
        given["siret"] = "".join(siret.split())
        if not is_siret(given["siret"]):
            raise Invalid("siret", N_("A SIRET has 14 digits; check what you typed."))
    return given


@contextmanager
def _unique(name: str) -> Iterator[None]:
    """Save what the block adds or sets, turning the store's refusal of a second equal name into a sentence."""
    try:
        with db.session.begin_nested():
            yield
            db.session.flush()
    except IntegrityError as error:
        raise Invalid("name", N_("“%(name)s” exists already."), name=name) from error
