"""The review page: the queue of questions, one question with its records side by side, its answer and its undoing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, request, url_for
from flask_babel import gettext as _

from inventory.assets.models import Asset
from inventory.assets.references import category_choices
from inventory.catalog import queries as catalog
from inventory.catalog.models import Category
from inventory.core.database import transaction
from inventory.core.errors import Invalid
from inventory.core.forms import options
from inventory.core.guard import requires
from inventory.core.permissions import Permission
from inventory.core.registry import Group, MenuEntry
from inventory.core.web import access, authorise, current_scope, done, load, page
from inventory.core.wording import N_
from inventory.organization.choices import chosen
from inventory.reconciliation import policies, presentation, queries, services
from inventory.reconciliation.forms import AnswerForm
from inventory.reconciliation.models import Answer, Review, ReviewKind, ReviewState
from inventory.reconciliation.offers import QUESTIONS, Offer, offers

bp = Blueprint("reviews", __name__, url_prefix="/reviews")


def open_count() -> int:
    """Return how many questions wait in the scope, for the menu."""
    return queries.open_count(current_scope(Permission.REVIEWS_ANSWER))


MENU = MenuEntry(
    Group.DISCOVERY,
    N_("To review"),
    "reviews.index",
    "flag-3",
    Permission.VIEW,
    order=51,
    count=open_count,
    shortcut="g r",
)


@bp.route("/")
@requires(Permission.VIEW)
def index() -> Response:
    """Show the queue and its first question."""
    waiting = queries.first_questions(current_scope(), _kind())
    return _show(waiting[0] if waiting else None, waiting)


@bp.route("/<public_id>")
@requires(Permission.VIEW)
def detail(public_id: str) -> Response:
    """Show the queue and one question."""
    review = load(Review, public_id)
    return _show(review, queries.first_questions(current_scope(), _kind()))


@bp.route("/<public_id>/answer", methods=["POST"])
@requires(Permission.REVIEWS_ANSWER)
def answer(public_id: str) -> Response:
    """Apply an answer and go on to the next question."""
    review = load(Review, public_id, Permission.REVIEWS_ANSWER)
    form = _form()
    if form.submitted_and_valid():
        title, name = presentation.title_of(review), presentation.name_of(review)
        with form.saving():
            given, asset = _given(form)
            for entity_id in policies.entities_touched(review, given, queries.candidates(review), asset):
                authorise(Permission.REVIEWS_ANSWER, entity_id)
            category = chosen(Category, form.category.data, field="category")
            services.answer(review, given, actor=g.actor, asset=asset, category=category, title=name)
        if not form.errors:
            undo_url = url_for(".undo", public_id=public_id, kind=_kind())
            return done(_("Answered: %(title)s.", title=title), to=_next_url(review), undo_url=undo_url)
    return _show(review, queries.first_questions(current_scope(), _kind()), form)


@bp.route("/<public_id>/undo", methods=["POST"])
@requires(Permission.REVIEWS_ANSWER)
def undo(public_id: str) -> Response:
    """Take an answer back and ask again."""
    review = load(Review, public_id, Permission.REVIEWS_ANSWER)
    if review.answer is not None:
        for entity_id in policies.entities_touched(review, review.answer, queries.candidates(review), None):
            authorise(Permission.REVIEWS_ANSWER, entity_id)
    with transaction():
        services.undo_answer(review, actor=g.actor)
    return done(_("The answer is taken back."), to=url_for(".detail", public_id=public_id, kind=_kind()))


def _kind() -> ReviewKind | None:
    asked = request.args.get("kind", "")
    return ReviewKind(asked) if asked in list(ReviewKind) else None


def _form() -> AnswerForm:
    form = AnswerForm(request.form)
    rows = category_choices(catalog.active_categories(), _)
    form.category.choices = options([("", _("other equipment, unless you can tell")), *rows])
    return form


def _given(form: AnswerForm) -> tuple[Answer, Asset | None]:
    """Return the answer and the asset that goes with it: "link:" and "merge:" name theirs, else the picker does."""
    code, _colon, public_id = (form.answer.data or "").partition(":")
    if code not in list(Answer):
        raise Invalid("answer", N_("Choose one of the answers."))
    needs_asset = code in (Answer.LINK, Answer.MERGE)
    asset = chosen(Asset, public_id or form.asset.data, field="asset") if needs_asset else None
    return Answer(code), asset


def _next_url(review: Review) -> str:
    following = queries.next_question(current_scope(), _kind(), review)
    if following is None:
        return url_for(".index", kind=_kind())
    return url_for(".detail", public_id=following.public_id, kind=_kind())


def _show(review: Review | None, waiting: list[Review], form: AnswerForm | None = None) -> Response:
    """Render the page around one question, or its empty state."""
    scope, kind = current_scope(), _kind()
    by_kind = queries.counts(scope)
    total = by_kind.get(kind, 0) if kind else sum(by_kind.values())
    done_lately = queries.answered_lately(scope, kind)
    form = form or _form()
    return page(
        "reconciliation/review.html",
        status=form.status,
        review=review,
        form=form,
        queue=[_line(one, review) for one in waiting],
        more=total - len(waiting),
        done=done_lately,
        total=done_lately + total,
        tabs=_tabs(by_kind, kind),
        unknown_count=by_kind.get(ReviewKind.UNKNOWN_DEVICE, 0)
        if kind in (None, ReviewKind.UNKNOWN_DEVICE)
        else 0,
        kind=kind,
        last=queries.last_answer_of(g.actor),
        **(_question(review) if review is not None else {}),
    )


def _line(one: Review, shown: Review | None) -> dict[str, Any]:
    return {
        "url": url_for(".detail", public_id=one.public_id, kind=_kind()),
        "title": presentation.title_of(one),
        "meta": f"{_(one.kind.label)} · {one.entity.name}",
        "active": shown is not None and one.id == shown.id,
    }


def _tabs(by_kind: dict[ReviewKind, int], active: ReviewKind | None) -> list[dict[str, Any]]:
    tabs = [
        {
            "label": _("All"),
            "url": url_for(".index"),
            "active": active is None,
            "count": sum(by_kind.values()),
        }
    ]
    for kind in ReviewKind:
        if by_kind.get(kind) or kind is active:
            url = url_for(".index", kind=kind.value)
            tabs.append(
                {"label": _(kind.label), "url": url, "active": kind is active, "count": by_kind.get(kind, 0)}
            )
    return tabs


def _question(review: Review) -> dict[str, Any]:
    """Return what the page says of one question, as far as the user sees the records that it is about."""
    named = queries.candidates(review)
    seen = [asset for asset in named if access().allows(Permission.VIEW, asset.entity_id)]
    records = presentation.records_of(review, seen)
    is_open = review.state is ReviewState.OPEN
    offered = [one for one in offers(review, seen) if _may(review, one, named)] if is_open else []
    unknown = is_open and bool(offered) and review.kind is ReviewKind.UNKNOWN_DEVICE
    facts = review.sighting.observation.get("facts", {}) if review.sighting else {}
    return {
        "question": QUESTIONS[review.kind],
        "evidence": presentation.evidence_of(review, whole=len(seen) == len(named)),
        "records": records,
        "rows": presentation.rows_of(records),
        "answers": [_answer(one) for one in offered],
        "choose_asset": unknown,
        "choose_category": unknown and not facts.get("kind"),
    }


def _may(review: Review, offer: Offer, named: list[Asset]) -> bool:
    """Say whether the user holds the right on every entity that an answer changes."""
    code, _colon, public_id = offer.value.partition(":")
    asset = next((one for one in named if one.public_id == public_id), None)
    touched = policies.entities_touched(review, Answer(code), named, asset)
    return all(access().allows(Permission.REVIEWS_ANSWER, entity_id) for entity_id in touched)


def _answer(offer: Offer) -> dict[str, Any]:
    return {
        "value": offer.value,
        "label": _(offer.label) % dict(offer.label_params) if offer.label_params else _(offer.label),
        "help": _(offer.help) if offer.help else "",
        "proposed": offer.proposed,
    }
