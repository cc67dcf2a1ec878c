"""Where a long name may break at the end of a line."""

from __future__ import annotations

import pytest
from markupsafe import Markup

from inventory.core.text import breakable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("pc-12.mairie.commune.example", "pc-12.<wbr>mairie.<wbr>commune.<wbr>example"),
        ("g.dupont@mairie.example", "g.<wbr>dupont@<wbr>mairie.<wbr>example"),
        ("<b>.aaaaaaaaaaaaaaaaaaaa", "&lt;b&gt;.<wbr>aaaaaaaaaaaaaaaaaaaa"),
        ("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        ("1.2.3", "1.2.3"),
        ("Windows 11 Pro 10.0 (26100)", "Windows 11 Pro 10.0 (26100)"),
        ("...................", "..................."),
    ],
)
def test_a_long_name_may_break_behind_its_dots(text, shown):
    assert Markup.escape(breakable(text)) == shown


@pytest.mark.parametrize("value", [None, "", 12, 3.5])
def test_what_is_no_long_name_is_left_as_it_is(value):
    assert breakable(value) is value
