"""Sends text compressed to browsers that read it so: pages, styles, scripts, drawings and files of all rows."""

from __future__ import annotations

import secrets

from flask import Flask, Response
from flask_compress import Compress

# Browsers offer the first two over https alone; each is a few milliseconds a page at these levels.
ALGORITHMS = ["zstd", "br", "gzip"]
KINDS = [
    "text/html",
    "text/css",
    "text/csv",
    "text/javascript",
    "text/plain",
    "application/json",
    "image/svg+xml",
]
LEVEL = 5
LONGEST_PADDING = 64


def init_app(app: Flask) -> None:
    """Compress answers; called before whatever else looks at answers is registered, it looks at them last."""
    app.config.update(
        COMPRESS_ALGORITHM=ALGORITHMS,
        COMPRESS_ALGORITHM_STREAMING=ALGORITHMS,
        COMPRESS_MIMETYPES=KINDS,
        COMPRESS_LEVEL=LEVEL,
    )
    app.after_request(_pad)
    Compress(app)
    app.after_request(_close_what_is_read)


def _close_what_is_read(response: Response) -> Response:
    # The library reads a file or a generator to its end through one of its own, and closes only that.
    close = getattr(response.response, "close", None)
    if close is not None:
        response.call_on_close(close)
    return response


def _pad(response: Response) -> Response:
    # A page holds a form token beside words of its address: its length must not tell how well the two compress together (BREACH).
    if response.headers.get("Content-Encoding"):
        response.headers["X-Padding"] = secrets.token_hex(secrets.randbelow(LONGEST_PADDING))
    return response
