"""The columns of equipment in files: what other tools call them, how their cells are read and written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from inventory.assets.fields import LABELS
from inventory.assets.models import Asset
from inventory.assets.states import DisposalRoute, Ownership, State, TaxMode, Usage
from inventory.catalog.models import Category
from inventory.core import clock
from inventory.core.errors import Invalid
from inventory.core.i18n import in_every_language, shown
from inventory.core.types import Code
from inventory.core.wording import N_
from inventory.exchange import custom, values
from inventory.exchange.columns import Column, own_number
from inventory.fields import homes
from inventory.fields import queries as custom_fields
from inventory.organization.models import Entity, Person

CODES: dict[str, type[Code]] = {
    "state": State, "ownership": Ownership, "usage": Usage, "price_tax": TaxMode, "disposal_route": DisposalRoute,
}  # fmt: skip
LIMITS = {"tag": 40, "serial": 120, "name": 120, "order_number": 60, "accounting_number": 60}
NAMES = ("tag", "serial", "order_number", "accounting_number")
# What other tools and French offices call each field: Snipe-IT, GLPI, OCS, and spreadsheets kept by hand.
ALIASES: dict[str, tuple[str, ...]] = {
    "tag": ("asset tag", "etiquette", "n etiquette", "n d etiquette", "numero d etiquette", "n inventaire", "n d inventaire", "numero d inventaire", "inventory number", "code barre", "code barres", "numero inventaire"),
    "serial": ("serial", "serial number", "n de serie", "no serie", "n serie", "sn", "numero de serie", "service tag"),
    "name": ("nom", "hostname", "nom d hote", "nom machine", "nom du poste", "nom pc", "poste", "computer name", "item name", "nom de l ordinateur"),
    "manufacturer": ("fabricant", "marque", "constructeur", "manufacturer", "brand"),
    "model": ("modele", "model", "model name", "designation"),
    "category": ("categorie", "type", "type de materiel", "category", "nature"),
    "entity": ("commune", "collectivite", "company", "entite", "organisation"),
    "location": ("lieu", "localisation", "location", "bureau", "site", "emplacement", "salle"),
    "holder": ("detenteur", "utilisateur", "user", "affecte a", "checked out to", "agent", "usager", "username"),
    "state": ("etat", "statut", "status"),
    "price_cents": ("prix", "cout", "purchase cost", "prix d achat", "montant", "valeur d achat", "cost"),
    "supplier": ("fournisseur", "supplier"),
    "order_number": ("commande", "bon de commande", "numero de commande", "n de commande", "n commande", "no commande", "n bon de commande", "order number"),
    # Where another column is the label, a number of the inventory is that of the accounts.
    "accounting_number": ("numero comptable", "n comptable", "immobilisation", "numero d immobilisation", "n d immobilisation", "n immobilisation", "n inventaire comptable",
                          "numero d inventaire comptable", "asset number", "n inventaire", "n d inventaire", "numero d inventaire", "numero inventaire"),
    "received_on": ("date de livraison", "livraison", "recu le", "date reception", "date de reception", "purchase date", "date d achat", "livre le"),
    "invoiced_on": ("date de facture", "date de facturation"),
    "first_used_on": ("date de premiere utilisation", "mise en service le"),
    "commissioned_on": ("date de mise en service", "mise en service"),
    "warranty_ends_on": ("fin de garantie", "date de fin de garantie", "warranty expiration", "garantie jusqu au"),
    "warranty_starts_on": ("debut de garantie", "date de debut de garantie"),
    "os_name": ("os", "systeme", "systeme d exploitation", "operating system"),
    "notes": ("commentaire", "commentaires", "remarques", "observations", "comments"),
}  # fmt: skip
LEFT_OUT = {"bios_on"}
BEARS_ON = {"entity": ("location",), "manufacturer": ("model",), "model": ("category",)}
_PRICE = r"\b(?:prix|cout|montant|valeur|tarif|price|cost|amount)\b"
_TAX = r"(?:vat|tva|tax|taxes|taxe)"
# Prices whose heading says whether the tax is in them; in the others, the column of the tax says so.
PRICES = (
    Column(
        "price_before_tax", N_("Price before tax"), values.amount, field="price_cents",
        says=re.compile(rf"{_PRICE}.*\b(?:ht|hors {_TAX}|(?:excl|excluding|excluded|without|before|hors|sans) {_TAX})\b"),
    ),
    Column(
        "price_with_tax", N_("Price with tax"), values.amount, field="price_cents",
        says=re.compile(
            rf"{_PRICE}.*\b(?:ttc|toutes taxes comprises|(?:incl|including|included|with|avec) {_TAX}|{_TAX} (?:incl|included|incluse?|comprises?))\b"
        ),
    ),
)  # fmt: skip


def columns() -> list[Column]:
    """Return the columns of equipment, in the order of its fields; what else a heading may say of one comes last."""
    return [*written(), *PRICES]


def written() -> list[Column]:
    """Return the columns of files of equipment that Parc writes; the custom fields come last."""
    own = custom.columns("asset")
    bears_on = {**BEARS_ON, "category": tuple(column.key for column in own)}
    return (
        [own_number()]
        + [
            Column(
                name,
                label,
                _parser(name),
                ALIASES.get(name, ()),
                names_something=name in NAMES,
                choices=tuple(code.label for code in CODES.get(name, ())),
                bears_on=bears_on.get(name, ()),
            )
            for name, label in LABELS.items()
            if name not in LEFT_OUT
        ]
        + own
    )


def _parser(name: str) -> Any:
    if name in CODES:
        words = values.vocabulary(
            (word, code) for code in CODES[name] for word in (code.value, *in_every_language(code.label))
        )
        return partial(values.one_of, words=words)
    if name.endswith("_on"):
        return lambda cell: values.day(cell, clock.today())
    if name == "price_cents":
        return values.amount
    if name == "in_scope":
        return values.yes_or_no
    if name == "notes":
        return values.lines
    return partial(values.text, limit=LIMITS.get(name, 255))


def price(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the price and its tax mode as columns of Asset, as the cells and their headings say them.

    Raises Invalid where they say of the tax both that it is in the price and that it is not.
    """
    given: dict[str, Any] = {}
    modes = {"price_before_tax": False, "price_with_tax": True}
    for name in ("price_cents", *modes):
        if name not in said:
            continue
        given["price_cents"] = int(said[name])
        column = said.get("price_tax")
        sayings = {
            modes.get(name),
            said[name].is_taxed,
            None if column is None else column is TaxMode.INCLUDED,
        }
        taxed = sayings - {None}
        if len(taxed) > 1:
            raise Invalid(
                name, N_("Of its tax the row says both that it is in the price and that it is not.")
            )
        if taxed:
            given["price_tax"] = TaxMode.INCLUDED if taxed.pop() else TaxMode.EXCLUDED
    return given


def cells(assets: Sequence[Asset]) -> Iterator[list[Any]]:
    """Yield what a file says of each asset, in the order of `columns`, so that an import reads it back."""
    own = custom_fields.fields_of_homes(homes.homes_of("asset"))
    plain = [column.key for column in written()][: -len(own) or None]
    kept = custom_fields.values_of("asset", [asset.public_id for asset in assets]) if own else {}
    for asset in assets:
        values_of = kept.get(asset.public_id, {})
        yield [cell(asset, name) for name in plain] + [
            custom.cell(field, values_of.get(field.id)) for field in own
        ]


def cell(asset: Asset, name: str) -> Any:
    """Return what a file says of a field of an asset, so that an import reads it back."""
    value = getattr(asset, name)
    if isinstance(value, Entity):
        return value.code
    if isinstance(value, Category):
        return shown(value.name)
    if isinstance(value, Person):
        return value.email or value.login or value.display_name
    if isinstance(value, Code):
        return shown(value)
    if isinstance(value, bool):
        return shown(N_("yes") if value else N_("no"))
    if name == "price_cents" and value is not None:
        return Decimal(value) / 100
    return getattr(value, "name", value)
