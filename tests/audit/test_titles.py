"""What change sets and jobs are called, in the language of whoever reads it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from inventory.audit.models import ChangeSet, ChangeSetKind
from inventory.audit.services import change_set
from inventory.core.access import Actor
from inventory.core.database import db, transaction
from inventory.core.wording import N_, NN_, Sentence
from inventory.jobs import presentation, services
from tests import factories

pytestmark = pytest.mark.any_store
FRENCH, ENGLISH = {"Accept-Language": "fr"}, {"Accept-Language": "en"}


def text_of(browser, address, language):
    return browser.get(address, headers=language).get_data(as_text=True)


@pytest.fixture
def handed(cast, sign_in):
    """A laptop handed over by somebody who reads French."""
    laptop = factories.create_asset(cast.le_bouscat, tag="LBX-000001")
    holder = factories.create_person(cast.le_bouscat, display_name="Ana Roy")
    given = {"person": holder.public_id}
    bruno = sign_in(cast.bruno)
    assert bruno.post(f"/assets/{laptop.public_id}/hand-over", data=given, headers=FRENCH).status_code == 303
    return bruno, db.session.scalars(select(ChangeSet)).one()


def test_what_is_done_in_french_is_read_and_found_in_english(handed):
    bruno, kept = handed
    own = f"/changes/{kept.public_id}"
    said = {"en": "Handover of LBX-000001: Ana Roy", "fr": "Remise de LBX-000001\u00a0: Ana Roy"}
    for address in (
        "/changes/",
        "/changes/?q=handover+of",
        "/changes/?q=remise",
        "/changes/?format=csv",
        own,
    ):
        assert said["en"] in text_of(bruno, address, ENGLISH)
        assert said["fr"] in text_of(bruno, address, FRENCH)
    assert said["en"] not in text_of(bruno, "/changes/?q=somebody+else", ENGLISH)


def test_undoing_it_is_called_so_in_both_languages_too(handed, cast, sign_in):
    bruno, kept = handed
    answer = bruno.post(f"/changes/own/{kept.public_id}/undo", data={"next": "/"}, headers=ENGLISH)
    assert answer.status_code == 303
    assert "“Handover of LBX-000001: Ana Roy” is undone" in text_of(bruno, "/", ENGLISH)
    diane = sign_in(cast.diane)
    for address in (f"/changes/{kept.undone_by.public_id}", "/journal/?noun=change_set"):
        assert "Handover of LBX-000001: Ana Roy" in text_of(diane, address, ENGLISH)
        french = text_of(diane, address, FRENCH)
        assert "Remise de LBX-000001" in french
        assert "Handover" not in french


def test_a_job_says_its_title_to_whoever_looks(database, reading):
    edit = Sentence(NN_("Edit of %(num)s item", "Edit of %(num)s items"), num=1200)
    with transaction():
        job = services.enqueue("audit.undo", {}, title=Sentence(N_("Undo: %(title)s"), title=edit))
        services.add_event(job.id, N_("“%(title)s” has been undone already."), title=edit)
    reading("fr")
    assert presentation.title_words(job) == "Annulation\u00a0: Modification de 1\u202f200 équipements"
    assert presentation.last_words(job, "info") == [
        "«\u00a0Modification de 1\u202f200 équipements\u00a0» a déjà été annulé."
    ]
    reading("en")
    assert presentation.title_words(job) == "Undo: Edit of 1,200 items"


@pytest.mark.parametrize(
    "broken",
    [
        {"message": "Return of %(label)s", "params": {"name": "x"}},
        {"message": ["a", "b"], "params": {}},
        ["x"],
    ],
)
def test_a_sentence_that_cannot_be_said_leaves_what_was_said_once(cast, broken):
    with transaction(), change_set(ChangeSetKind.RETURN, "Retour de PC-1", actor=Actor("user")) as kept:
        kept.sentence = broken
    assert kept.title == "Retour de PC-1"
