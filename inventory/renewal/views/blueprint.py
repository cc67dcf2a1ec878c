"""The blueprint that the pages of renewal share."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("renewal", __name__, url_prefix="/renewal")
