"""Parc: the inventory of a shared IT service. `create_app` puts the features together, left to right."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

# The order of imports and of foreign keys (tests/test_architecture.py proves it).
FEATURES = (
    "audit",
    "organization",
    "auth",
    "jobs",
    "files",
    "notes",
    "fields",
    "search",
    "exchange",
    "notices",
    "catalog",
    "procurement",
    "assets",
    "applications",
    "discovery",
    "reconciliation",
    "topology",
    "printing",
    "renewal",
    "reports",
    "dashboard",
    "demo",
)


def create_app(**overrides: Any) -> Flask:
    """Return the application; `overrides` win over the environment and the instance's file."""
    from flask import Flask

    from inventory.core import compression, config, database, i18n, vault, web

    app = Flask(
        "inventory", instance_path=str(config.instance_path(overrides)), template_folder="../templates"
    )
    app.jinja_environment = web.Templates
    config.load(app, overrides)
    vault.vault.open(config.instance_path(overrides), app.config["SECRET_KEYS"])
    database.db.init_app(app)
    i18n.init_app(app)
    compression.init_app(app)
    web.init_app(app)
    for feature in FEATURES:
        if find_spec(f"inventory.{feature}.models"):
            import_module(f"inventory.{feature}.models")
    for feature in FEATURES:
        import_module(f"inventory.{feature}").init_app(app)
    return app
