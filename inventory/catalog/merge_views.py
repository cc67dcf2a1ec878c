"""The pages that make one maker or model of several: what is probably the same, what a merge keeps, and the merge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, g, request, url_for
from flask_babel import gettext as _

from inventory.audit import presentation
from inventory.catalog import forms, jobs, merging, queries
from inventory.catalog.models import Manufacturer, Model
from inventory.catalog.views import bp
from inventory.core import registry
from inventory.core.database import transaction
from inventory.core.errors import Invalid, Refused
from inventory.core.forms import translated
from inventory.core.guard import requires
from inventory.core.i18n import ngettext
from inventory.core.listing import ticked
from inventory.core.permissions import Permission
from inventory.core.web import access, done, leave, page, undo_own_url
from inventory.core.wording import N_
from inventory.jobs import own

# Importing this adds its routes to the catalogue's blueprint.
__all__ = ["bp"]
# Where more equipment than this follows, the merge is done in the background.
AT_ONCE = 500
SHOWN_OF = {
    "model": {
        "category": N_("Category"),
        "part_number": N_("Part number"),
        "is_standard": N_("Standard configuration offered to users"),
        "price_cents": N_("Price before tax"),
        "support_ends_on": N_("Supported by its maker until"),
        "carbon_kg": N_("Carbon of its making, in kg CO₂e"),
    },
    "manufacturer": {"key": N_("Recognised as")},
}


@dataclass(frozen=True, slots=True)
class Noun:
    """What differs between merging models and merging makers."""

    key: str
    model: type[Any]
    title: str
    back: str
    page: str
    endpoint: str
    search: str
    check: Callable[[Any, Sequence[Any]], None]
    merge: Callable[..., Any]


MODELS = Noun(
    "model", Model, N_("Merge models"), "catalog.models", "catalog.edit_model", "catalog.merge_models",
    "catalog.search_models", merging.check_models, merging.merge_models,
)  # fmt: skip
MAKERS = Noun(
    "manufacturer", Manufacturer, N_("Merge makers"), "catalog.manufacturers", "catalog.edit_manufacturer",
    "catalog.merge_manufacturers", "catalog.search_manufacturers", merging.check_manufacturers, merging.merge_manufacturers,
)  # fmt: skip


@bp.route("/models/merge", methods=["GET", "POST"])
@requires(Permission.INSTANCE_ADMIN)
def merge_models() -> Response:
    """Show what merging the chosen models keeps, then merge them."""
    return _merge(MODELS)


@bp.route("/manufacturers/merge", methods=["GET", "POST"])
@requires(Permission.INSTANCE_ADMIN)
def merge_manufacturers() -> Response:
    """Show what merging the chosen makers keeps, then merge them."""
    return _merge(MAKERS)


@bp.route("/models/alike")
@requires(Permission.INSTANCE_ADMIN)
def alike_models() -> Response:
    """List the models that are probably one."""
    return _alike(MODELS, queries.alike_models())


@bp.route("/manufacturers/alike")
@requires(Permission.INSTANCE_ADMIN)
def alike_manufacturers() -> Response:
    """List the makers that are probably one."""
    return _alike(MAKERS, queries.alike_makers())


def _alike(noun: Noun, groups: Sequence[Sequence[Any]]) -> Response:
    counts = _counts(noun, [row for group in groups for row in group])
    return page("catalog/alike.html", noun=noun, groups=groups, counts=counts, back=url_for(noun.back))


def _merge(noun: Noun) -> Response:
    form = forms.MergeForm(request.form if request.form.get("step") else request.args)
    form.into.search_endpoint = noun.search
    rows = queries.named(noun.model, [*_named(), form.into.data or ""])
    counts = _counts(noun, rows)
    kept = _kept(rows, counts)
    if kept is not None and request.form.get("step") == "merge":
        return _merged(noun, kept, [row for row in rows if row is not kept], counts)
    return page("catalog/merge.html", form=form, noun=noun, rows=rows, kept=kept, counts=counts, refusal=_refusal(noun, kept, rows),
                aliases=queries.aliases(noun.model, rows), fields=_fields(noun, rows, kept), back=url_for(noun.back),
                met=_met(noun, kept, rows))  # fmt: skip


def _named() -> list[str]:
    """Return the public ids that the list's form, this page's or an address names."""
    return ticked(merging.MOST + 1) or request.args.get("id", "").split(",")[: merging.MOST + 1]


def _kept(rows: Sequence[Any], counts: dict[int, int]) -> Any:
    """Return the one that was chosen to stay, else the one with most equipment."""
    asked = request.form.get("kept") or request.args.get("into")
    chosen = next((row for row in rows if row.public_id == asked), None)
    return chosen or max(rows, key=lambda row: (counts.get(row.id, 0), -row.id), default=None)


def _merged(noun: Noun, kept: Any, absorbed: Sequence[Any], counts: dict[int, int]) -> Response:
    seen = (one.partition(":") for one in request.form.getlist("version"))
    versions = {id_: int(number[:9]) for id_, _colon, number in seen if number.isdecimal()}
    gone = ", ".join(row.name for row in absorbed)
    total = sum(counts.get(row.id, 0) for row in absorbed)
    if total > AT_ONCE:
        noun.check(kept, absorbed)
        return _in_background(noun, [kept, *absorbed], versions, total)
    with transaction():
        opened = noun.merge(kept, absorbed, actor=g.actor, versions=versions, entity_id=access().root_id)
    words = ngettext(
        "%(name)s stays; %(gone)s leads to it.", "%(name)s stays; %(gone)s lead to it.", len(absorbed),
        name=kept.name, gone=gone,
    )  # fmt: skip
    return done(
        words, to=url_for(noun.page, public_id=kept.public_id), undo_url=undo_own_url(opened.public_id)
    )


def _in_background(noun: Noun, rows: Sequence[Any], versions: dict[str, int], total: int) -> Response:
    kept, *absorbed = rows
    title = f"{', '.join(row.name for row in absorbed)} → {kept.name}"
    back = url_for(noun.page, public_id=kept.public_id)
    with transaction():
        job = jobs.enqueue(
            noun.key, rows, versions, total=total, title=title, entity_id=access().root_id,
            asked=own.asked_by(g.actor, g.user.id, back=(back, kept.name)),
        )  # fmt: skip
    return leave(url_for("jobs.own", public_id=job.public_id))


def _refusal(noun: Noun, kept: Any, rows: Sequence[Any]) -> str | None:
    """Return why these cannot be merged; None when they can, or when another is still to be chosen."""
    if len(rows) < 2:
        return None
    try:
        noun.check(kept, [row for row in rows if row is not kept])
    except (Refused, Invalid) as error:
        return translated(error.message, error.params)
    return None


def _met(noun: Noun, kept: Any, rows: Sequence[Any]) -> list[tuple[Model, Model]]:
    """Return the models that become one with their makers."""
    return (
        merging.meeting_models(kept, [row for row in rows if row is not kept])
        if noun is MAKERS and kept
        else []
    )


def _counts(noun: Noun, rows: Sequence[Any]) -> dict[int, int]:
    """Return how much equipment each has."""
    ids = [row.id for row in rows]
    tallied = [tally.count(ids) for tally in registry.tallies(noun.key)]
    return {id_: sum(count.get(id_, 0) for count in tallied) for id_ in ids}


def _fields(noun: Noun, rows: Sequence[Any], kept: Any) -> list[dict[str, Any]]:
    """Return each field with what every row says, whether they differ, and what stays."""
    found: list[dict[str, Any]] = []
    if kept is None:
        return found
    for name, label in SHOWN_OF[noun.key].items():
        said = [getattr(row, name) for row in rows]
        found.append({"label": _(label), "said": [_words(name, one) for one in said], "differs": len(set(map(str, said))) > 1,
                      "stays": _words(name, merging.stays(name, kept, rows))})  # fmt: skip
    return found


def _words(name: str, value: Any) -> Any:
    return (
        _(value.name) if name == "category" and value is not None else presentation.field_value(name, value)
    )
