"""Dates, numbers and amounts as each language writes them; the language a reader gets."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from inventory.core import clock, i18n
from inventory.core.permissions import Role
from tests.factories import create_user

INSTANT = datetime(2026, 7, 14, 22, 30, tzinfo=UTC)
THIN, HARD = "\u202f", "\u00a0"


@pytest.fixture(params=["fr", "en"])
def language(reading, request):
    """A request in that language."""
    reading(request.param)
    return request.param


def test_numbers_have_the_thousands_of_the_language(language):
    assert i18n.number(1284) == {"fr": f"1{THIN}284", "en": "1,284"}[language]
    assert i18n.number(None) == ""


def test_days_are_written_as_the_language_writes_them(language):
    assert i18n.day(date(2026, 11, 23)) == {"fr": "23/11/2026", "en": "23 Nov 2026"}[language]
    assert i18n.day(None) == ""


def test_the_day_of_an_instant_is_the_one_on_the_wall(language):
    assert i18n.day(INSTANT) == {"fr": "15/07/2026", "en": "15 Jul 2026"}[language]


def test_instants_are_in_the_time_of_the_place(language):
    assert i18n.instant(INSTANT) == {"fr": "15/07/2026 00:30", "en": "15 Jul 2026 00:30"}[language]
    assert i18n.instant(INSTANT, "Indian/Reunion").endswith("02:30")


def test_amounts_are_in_euros_to_the_cent(language):
    assert i18n.euros(123456) == {"fr": f"1{THIN}234,56{HARD}€", "en": "€1,234.56"}[language]
    assert i18n.euros(7) == {"fr": f"0,07{HARD}€", "en": "€0.07"}[language]
    assert i18n.euros(None) == ""


def test_shares_are_percentages_with_the_sign_where_it_belongs(language):
    assert i18n.percent(0.1667) == {"fr": f"16,7{THIN}%", "en": "16.7%"}[language]
    assert i18n.percent(1) == {"fr": f"100{THIN}%", "en": "100%"}[language]
    assert i18n.percent(None) == ""


def test_a_label_and_what_it_says_stand_as_the_language_puts_a_colon(language):
    assert i18n.labelled("État", "neuf") == {"fr": f"État{HARD}: neuf", "en": "État: neuf"}[language]


def test_a_long_word_may_break_where_it_reads_and_nothing_in_it_is_trusted():
    assert (
        i18n.breakable("karim.marchand@valclair.example") == "karim.<wbr>marchand<wbr>@valclair.<wbr>example"
    )
    assert (
        i18n.breakable("<b>.anything.that.is.long") == "&lt;b&gt;.<wbr>anything.<wbr>that.<wbr>is.<wbr>long"
    )
    assert i18n.breakable("PC-042.local") == "PC-042.local"
    assert i18n.breakable("A sentence of some words. Another.") == "A sentence of some words. Another."


def test_how_long_ago_is_said_in_words(language):
    said = i18n.ago(clock.now() - timedelta(hours=3, minutes=2))
    assert said == {"fr": "il y a 3 heures", "en": "3 hours ago"}[language]


def test_what_happened_within_the_minute_happened_just_now(reading):
    reading("en")
    assert i18n.ago(clock.now() - timedelta(seconds=59)) == "just now"
    assert i18n.ago(clock.now() - timedelta(seconds=61)) == "1 minute ago"
    assert i18n.ago(clock.now() + timedelta(seconds=40)) == "in 1 minute"


@pytest.mark.parametrize(
    ("asked", "got"),
    [("fr-FR,fr;q=0.9,en;q=0.5", "fr"), ("en-GB", "en"), ("de,ja", "fr"), ("", "fr"), ("\x00;;;q=", "fr")],
)
def test_the_browsers_language_decides_and_french_is_the_default(reading, asked, got):
    reading(asked)
    assert i18n.language() == got


def test_the_cookie_outranks_the_browser_and_the_user_outranks_both(client, cast, sign_in):
    client.set_cookie("language", "en")
    assert b'<html lang="en"' in client.get("/sign-in", headers={"Accept-Language": "fr"}).data
    client.set_cookie("language", "xx-<script>")
    assert b'<html lang="fr"' in client.get("/sign-in", headers={"Accept-Language": "fr"}).data
    browser = sign_in(create_user(Role.READER, cast.le_bouscat, language="fr"))
    browser.set_cookie("language", "en")
    assert b'<html lang="fr"' in browser.get("/people/").data


def test_choosing_a_language_is_remembered_and_stays_on_the_site(client):
    answer = client.post("/language/en?next=/sign-in")
    assert answer.headers["Location"] == "/sign-in"
    assert b'<html lang="en"' in client.get("/sign-in").data
    assert client.post("/language/en?next=https://evil.example/").headers["Location"] == "/"
    client.post("/language/xx")
    assert b'<html lang="en"' in client.get("/sign-in").data
