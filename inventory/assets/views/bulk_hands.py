"""Handing many over or taking them back: what becomes of each is seen while it is asked, then done as one change set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, g, request, url_for
from flask_babel import gettext as _

from inventory.assets import forms, jobs, services
from inventory.assets.services import Handover, bulk, bulk_hands
from inventory.assets.services.bulk import Outlook
from inventory.assets.services.bulk_hands import Handing
from inventory.assets.views import bulk as pages
from inventory.assets.views.blueprint import bp
from inventory.assets.views.records import shown_form
from inventory.audit import services as audit
from inventory.core.addresses import local_target
from inventory.core.database import transaction
from inventory.core.errors import Invalid, Refused
from inventory.core.guard import requires
from inventory.core.i18n import ngettext
from inventory.core.listing import Picked
from inventory.core.permissions import Permission
from inventory.core.web import access, done, leave, not_done, page, undo_own_url
from inventory.core.wording import N_, NN_, Sentence
from inventory.jobs.own import own_work
from inventory.organization.choices import chosen as chosen_row
from inventory.organization.models import Location, Person

# More than this is done in the background.
AT_ONCE = 500
SHOWN = 100
MOST = 2000


@dataclass(frozen=True, slots=True)
class Verb:
    """What differs between handing over and taking back; `words` say it of a count."""

    form: type[Any]
    back: bool
    nothing: str
    words: Callable[[int], str]


OVER = Verb(
    forms.HandOverForm, False, N_("Nothing is selected that you may hand over."),
    lambda n: ngettext("Hand over %(num)s item", "Hand over %(num)s items", n),
)  # fmt: skip
BACK = Verb(
    forms.TakeBackForm, True, N_("Nothing is selected that you may take back."),
    lambda n: ngettext("Take back %(num)s item", "Take back %(num)s items", n),
)  # fmt: skip


@bp.route("/hand-over", methods=["POST"])
@requires(Permission.ASSETS_HAND_OVER)
def hand_over_many() -> Response:
    """Ask to whom the chosen assets go, show what becomes of each, and hand them over."""
    return ask(OVER, pages.selection(Permission.ASSETS_HAND_OVER), back=_back())


@bp.route("/take-back", methods=["POST"])
@requires(Permission.ASSETS_HAND_OVER)
def take_back_many() -> Response:
    """Ask in what condition the chosen assets come back, show what becomes of each, and take them back."""
    return ask(BACK, pages.selection(Permission.ASSETS_HAND_OVER), back=_back())


def _back() -> str:
    return local_target(request.values.get("next"), pages.list_url())


def ask(verb: Verb, chosen: Picked, *, back: str, whose: Person | None = None) -> Response:
    """Show the form with what becomes of each of the chosen, or do it and go `back`; all are `whose`, where that is known."""
    if not chosen.ids:
        return not_done(_nothing_of(verb, whose), to=back)
    _refuse_too_many(chosen.ids)
    step = request.form.get("step")
    form = verb.form(request.form if step else None)
    ids = _with_connected(chosen.ids, form, verb, whose)
    _refuse_too_many(ids)
    handing = _asked(form, verb) if not step or form.submitted_and_valid() else None
    if step == "apply" and handing is not None and not handing.is_meant:
        form.refuse(Invalid("person", N_("Choose a person or a place.")))
    outlooks = _outlooks(ids, handing or Handing(Handover(), back=verb.back))
    stale = _stale(outlooks) if step else set()
    if step == "apply" and not form.errors and not stale and handing is not None:
        return _applied(verb, outlooks, handing, back=back, whose=whose)
    summary = bulk.summarize(sorted(outlooks, key=_order(stale)), show=SHOWN)
    return page(
        "assets/hands.html", status=form.status if step == "apply" else 200, form=shown_form(form), verb=verb, chosen=chosen,
        outlooks=outlooks, summary=summary, stale=stale, left=_left(outlooks, handing), meant=handing is not None and handing.is_meant,
        back=back, whose=whose, in_background=len(ids) > AT_ONCE, step=step, why=pages.why, changes_of=pages.change_words,
    )  # fmt: skip


def _nothing_of(verb: Verb, whose: Person | None) -> str:
    if whose is None:
        return _(verb.nothing)
    words = _("%(name)s holds nothing more that you may take back.", name=whose.display_name)
    return f"{words} {_('Somebody may have taken it back since your page was loaded.')}"


def _refuse_too_many(ids: Sequence[int]) -> None:
    if len(ids) > MOST:
        raise Refused(N_("Choose at most %(most)s at once, by a filter for instance."), most=MOST)


def _with_connected(ids: Sequence[int], form: Any, verb: Verb, whose: Person | None) -> Sequence[int]:
    """Return the ids with those of what is connected to them and may move, where the form says so; it asks only where something is.

    Of all that is somebody's, what is connected and not theirs is somebody else's.
    """
    entity_ids = access().entity_ids(Permission.ASSETS_HAND_OVER) if whose is None else frozenset()
    connected = services.together_with_many(ids, entity_ids, held=verb.back)
    if not connected:
        del form.together
        return ids
    form.together.description = ngettext(
        "%(num)s item is connected to them.", "%(num)s items are connected to them.", len(connected)
    )
    return [*ids, *connected] if form.together.data else ids


def _asked(form: Any, verb: Verb) -> Handing | None:
    """Return what the form asks for; None once it is refused, the reason beside its field."""
    try:
        location = chosen_row(Location, form.location.data, field="location")
        person = None if verb.back else chosen_row(Person, form.person.data, field="person")
    except Invalid as error:
        form.refuse(error)
        return None
    loan = not verb.back and bool(form.loan.data)
    handover = Handover(form.on.data, form.condition.data, form.note.data, loan=loan)
    return Handing(handover, person.id if person else None, location.id if location else None, verb.back)


def _outlooks(ids: Sequence[int], handing: Handing) -> list[Outlook]:
    return list(bulk_hands.foresee(ids, handing, access()))


def _stale(outlooks: Sequence[Outlook]) -> set[str]:
    """Return the public ids of what somebody has changed since the page was made, or what has come to the chosen since."""
    seen = set(request.form.getlist("version"))
    return {one.public_id for one in outlooks if f"{one.public_id}:{one.version}" not in seen}


def _order(stale: set[str]) -> Callable[[Outlook], tuple[bool, bool]]:
    """What needs a look comes first."""
    return lambda one: (one.public_id not in stale, one.refusal is None)


def _left(outlooks: Sequence[Outlook], handing: Handing | None) -> int:
    """Return of how many something becomes."""
    return sum(one.refusal is None for one in outlooks) if handing is not None else 0


def _applied(
    verb: Verb, outlooks: Sequence[Outlook], handing: Handing, *, back: str, whose: Person | None
) -> Response:
    """Do it to what was looked at, at once or in the background."""
    shown = {one.id: one.version for one in outlooks}
    ids = list(shown)
    title = _title(handing, len(ids), whose)
    entity_id = whose.entity_id if whose is not None else pages.entity_id()
    if len(ids) > AT_ONCE:
        with transaction():
            job = jobs.enqueue_handing(
                ids, handing, title=title, actor=g.actor, user_id=g.user.id, entity_id=entity_id,
                shown=shown,
            )  # fmt: skip
        return leave(url_for("assets.handing_run", public_id=job.public_id))
    with transaction(), audit.change_set(handing.kind, title, actor=g.actor, entity_id=entity_id) as kept:
        # One may have waited for the store since they were looked at.
        if bulk.changed_since(shown):
            raise Refused(
                N_(
                    "Somebody has changed some of these just now, so nothing was done. Go back and look again."
                )
            )
        outcome = bulk_hands.apply(ids, handing, access=access(), actor=g.actor)
    words = _done_words(verb, outcome, handing)
    return done(words, to=back, undo_url=undo_own_url(kept.public_id))


def _title(handing: Handing, count: int, whose: Person | None) -> Sentence:
    if whose is not None:
        return Sentence(N_("Taken back from %(name)s"), name=whose.display_name)
    if handing.back:
        return Sentence(NN_("Return of %(num)s item", "Return of %(num)s items"), num=count)
    words = NN_("Handover of %(num)s item: %(name)s", "Handover of %(num)s items: %(name)s")
    return Sentence(words, num=count, name=_names(handing))


def _names(handing: Handing) -> str:
    hands = handing.hands()
    return services.words_of(hands.person, hands.location) or ""


def _done_words(verb: Verb, outcome: bulk.Done, handing: Handing) -> str:
    if verb.back:
        words = ngettext(
            "%(num)s item is back in stock.", "%(num)s items are back in stock.", outcome.changed
        )
    else:
        words = ngettext(
            "%(num)s item is handed over: %(name)s.", "%(num)s items are handed over: %(name)s.",
            outcome.changed, name=_names(handing),
        )  # fmt: skip
    if outcome.refused:
        words += " " + ngettext("%(num)s stays as it is.", "%(num)s stay as they are.", outcome.refused)
    return str(words)


@bp.route("/handing/<public_id>")
@requires(Permission.SIGNED_IN)
def handing_run(public_id: str) -> Response:
    """Show how far one's own handover or return is, and offer to undo it."""
    return own_work(
        public_id,
        jobs.HANDING,
        poll_url=url_for(".handing_run", public_id=public_id),
        back=url_for("assets.index"),
        list_label=_("Equipment"),
        page_of_row="assets.detail",
    )
