"""Files are called by the reader's words, and by plain letters where a browser knows no others."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest
from flask import Response

from inventory.core import downloads
from tests.factories import Cast


def said(words: str, form: str = "csv") -> str:
    return downloads.named(Response(), words, form).headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("words", "plain", "own"),
    [
        ("People", "parc-people", "parc-people"),
        ("Équipements", "parc-equipements", "parc-équipements"),
        ("Vu, non identifié", "parc-vu-non-identifie", "parc-vu-non-identifié"),
        ("Le sixième LBX 2025", "parc-le-sixieme-lbx-2025", "parc-le-sixième-lbx-2025"),
        ('a"; x="../b\r\nSet-Cookie: c', "parc-a-x-b-set-cookie-c", "parc-a-x-b-set-cookie-c"),
        ("设备", "parc", "parc-设备"),
    ],
)
def test_a_name_is_of_the_words_and_of_plain_letters_beside(words: str, plain: str, own: str) -> None:
    told = said(words)
    assert told.startswith(f'attachment; filename="{plain}.csv"')
    assert told.isascii()
    if own != plain:
        assert unquote(told.partition("filename*=UTF-8''")[2]) == f"{own}.csv"


@pytest.mark.parametrize(("language", "name"), [("fr", "parc-equipements"), ("en", "parc-equipment")])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_list_s_file_is_called_as_the_list_is(
    cast: Cast, sign_in: Any, language: str, name: str, form: str
) -> None:
    answer = sign_in(cast.bruno).get(f"/assets/?format={form}", headers={"Accept-Language": language})
    assert f'filename="{name}.{form}"' in answer.headers["Content-Disposition"]
