"""The rules of the house hold; and each of them, broken on purpose in a small tree, is caught."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture import layers, manners, pages
from tests.architecture.source import features, modules, templates

# One worker reads the house for all of them.
pytestmark = pytest.mark.xdist_group("architecture")

ROOT = Path(__file__).resolve().parent.parent

# What is longer than the house allows, and why it may be.
LONG_FUNCTIONS: dict[str, str] = {}
LONG_FILES: dict[str, str] = {}


def functions_fit_a_screen(root: Path) -> list[str]:
    """The rule with the exceptions above."""
    return manners.functions_fit_a_screen(root, frozenset(LONG_FUNCTIONS))


def files_fit_a_sitting(root: Path) -> list[str]:
    """The rule with the exceptions above."""
    return manners.files_fit_a_sitting(root, frozenset(LONG_FILES))


Tree = dict[str, str]
# Each rule, and a small tree that breaks it: path → text. What is missing of a tree is filled in by `planted`.
RULES: list[tuple[Callable[[Path], list[str]], Tree]] = [
    (
        layers.imports_go_leftwards,
        {"inventory/audit/queries.py": "def f():\n    from inventory.assets import models\n"},
    ),
    (layers.imports_go_leftwards, {"inventory/audit/queries.py": "from inventory import create_app\n"}),
    (layers.imports_go_leftwards, {"inventory/unlisted/models.py": "X = 1\n"}),
    (
        layers.foreign_keys_go_leftwards,
        {
            "inventory/audit/models.py": "class A:\n    __tablename__ = 'a'\n    b = Column(ForeignKey('b.id'))\n",
            "inventory/assets/models.py": "class B:\n    __tablename__ = 'b'\n",
        },
    ),
    (
        layers.foreign_keys_go_leftwards,
        {"inventory/audit/models.py": "b = Column(sa.ForeignKey('nobody.id'))\n"},
    ),
    (layers.only_the_store_commits, {"inventory/assets/services.py": "def f():\n    db.session.commit()\n"}),
    (layers.scanners_stand_alone, {"scanners/snmp/sweep.py": "def f():\n    import sqlalchemy.orm\n"}),
    (layers.scanners_stand_alone, {"scanners/snmp/sweep.py": "from inventory.core import clock\n"}),
    (layers.protocols_have_one_seam, {"scanners/snmp/sweep.py": "from pysnmp.hlapi import asyncio\n"}),
    (layers.protocols_have_one_seam, {"inventory/assets/services.py": "import ldap3\n"}),
    (layers.rules_know_no_web, {"inventory/assets/services/moves.py": "from flask_babel import gettext\n"}),
    (layers.rules_know_no_web, {"inventory/assets/states.py": "import flask\n"}),
    (layers.pure_modules_know_no_store, {"inventory/assets/lifecycle.py": "from sqlalchemy import select\n"}),
    (layers.queries_do_not_write, {"inventory/assets/queries.py": "def f(row):\n    db.session.add(row)\n"}),
    (
        layers.queries_do_not_write,
        {"inventory/assets/queries/lists.py": "def f():\n    return delete(Asset)\n"},
    ),
    (
        layers.views_do_not_write,
        {"inventory/assets/views.py": "@bp.route('/')\ndef f():\n    db.session.add(1)\n"},
    ),
    (layers.only_the_clock_tells_time, {"inventory/assets/services.py": "NOW = datetime.now(UTC)\n"}),
    (layers.only_the_clock_tells_time, {"inventory/assets/services.py": "NOW = datetime.date.today()\n"}),
    (
        layers.imports_have_no_cycle,
        {
            "inventory/assets/a.py": "from inventory.assets import b\n",
            "inventory/assets/b.py": "from inventory.assets.a import f\n",
        },
    ),
    (functions_fit_a_screen, {"inventory/assets/a.py": "def f():\n" + "    g()\n" * 40}),
    (functions_fit_a_screen, {"inventory/assets/views.py": "@bp.route('/')\ndef f():\n" + "    g()\n" * 25}),
    (files_fit_a_sitting, {"inventory/assets/a.py": "X = 1\n" * 401}),
    (files_fit_a_sitting, {"templates/assets/long.html": "<p></p>\n" * 151}),
    (
        manners.functions_take_few_arguments,
        {"inventory/a/b.py": "class C:\n    def f(self, a, b, c, d, e, f, g): ...\n"},
    ),
    (manners.no_error_is_swallowed, {"scanners/a.py": "try:\n    f()\nexcept:\n    g()\n"}),
    (
        manners.no_error_is_swallowed,
        {"scanners/a.py": "try:\n    f()\nexcept (KeyError, Exception):\n    pass\n"},
    ),
    (manners.modules_say_what_they_are_for, {"scanners/a.py": "X = 1\n"}),
    (manners.modules_say_what_they_are_for, {"scanners/a.py": '"""no sentence"""\n'}),
    (
        manners.public_functions_say_what_they_do,
        {"inventory/assets/services/a.py": "def retire():\n    return 1\n"},
    ),
    (manners.names_are_the_fields_own, {"inventory/assets/utils.py": "X = 1\n"}),
    (manners.nothing_is_left_for_later, {"inventory/assets/a.py": "X = 1  # TO" + "DO: later\n"}),
    (manners.nothing_is_left_for_later, {"inventory/static/a.css": "<<<<" + "<<< HEAD\n"}),
    (manners.nothing_is_left_for_later, {"templates/a/b.html": "{# FIX" + "ME #}\n"}),
    (
        manners.features_are_only_wired_in_init,
        {"inventory/assets/__init__.py": "def decide():\n    return 1\n"},
    ),
    (pages.templates_compile, {"templates/a/b.html": "{% if %}\n"}),
    (pages.templates_compile, {"templates/a/b.html": "{{ x|unheard_of }}\n"}),
    (pages.templates_are_used, {"templates/a/orphan.html": "<p></p>\n"}),
    (pages.named_templates_exist, {"inventory/assets/views.py": "page('assets/absent.html')\n"}),
    (pages.named_templates_exist, {"templates/a/b.html": "{% include 'a/absent.html' %}\n"}),
    (pages.templates_hold_no_script_or_style, {"templates/a/b.html": '<p style="color: red"></p>\n'}),
    (pages.templates_hold_no_script_or_style, {"templates/a/b.html": "<script>f()</script>\n"}),
    (pages.templates_hold_no_script_or_style, {"templates/a/b.html": '<a href="#" onclick="f()">x</a>\n'}),
    (pages.templates_hold_no_script_or_style, {"templates/a/b.html": "{{ asset.name|safe }}\n"}),
    (pages.no_page_asks_another_host, {"templates/a/b.html": '<img src="//cdn.example.org/x.png" alt="">\n'}),
    (
        pages.no_page_asks_another_host,
        {"inventory/static/css/a.css": "@import url(https://fonts.example.org);\n"},
    ),
    (pages.markup_is_only_made_of_constants, {"inventory/a/b.py": "Markup(f'<b>{name}</b>')\n"}),
]


def name_of(rule: Callable[[Path], list[str]]) -> str:
    return rule.__name__


@pytest.mark.parametrize("rule", list(dict.fromkeys(rule for rule, _tree in RULES)), ids=name_of)
def test_the_house_keeps_its_rule(rule):
    assert not rule(ROOT), "\n" + "\n".join(rule(ROOT))


@pytest.mark.parametrize(
    ("rule", "tree"), RULES, ids=[f"{name_of(rule)}-{n}" for n, (rule, _t) in enumerate(RULES)]
)
def test_a_broken_rule_is_caught(rule, tree, tmp_path):
    assert rule(planted(tmp_path / "broken", tree))
    assert not rule(planted(tmp_path / "whole", {}))


def planted(root: Path, tree: Tree) -> Path:
    """Make a tree that keeps every rule, then put these files into it."""
    whole = {
        "inventory/__init__.py": '"""A house."""\nFEATURES = ("audit", "assets", "a")\n',
        "inventory/assets/views.py": '"""Pages of assets."""\npage("a/b.html")\n',
        "scanners/__init__.py": '"""Readers of networks."""\n',
        "templates/a/b.html": "<p>{{ name }}</p>\n",
    }
    for path, text in {**whole, **tree}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root


def test_the_rules_read_the_whole_house():
    assert len(modules(ROOT)) > 90
    assert len(templates(ROOT)) > 50
    assert features(ROOT)[:3] == ("core", "audit", "organization")


def test_each_exception_is_still_needed():
    long_ones = manners.functions_fit_a_screen(ROOT)
    for name in LONG_FUNCTIONS:
        path, function = name.split("::")
        assert any(line.startswith(path) and f" {function} " in line for line in long_ones), (
            f"{name} fits by now"
        )
    assert set(LONG_FILES) <= {line.split(":")[0] for line in manners.files_fit_a_sitting(ROOT)}
