"""Names the files that pages give out, in the reader's words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote

from flask import Response

from inventory.core.text import folded


def named(answer: Response, words: str, form: str) -> Response:
    """Have an answer saved under words ("Équipements": parc-équipements.csv) with `form` as its ending.

    Browsers that know no other letters than plain ones are told a name of those beside it (RFC 6266).
    """
    own = _name(re.findall(r"\w+", words.lower()), form)
    plain = _name(re.findall("[a-z0-9]+", folded(words)), form)
    told = f'attachment; filename="{plain}"'
    if own != plain:
        told += f"; filename*=UTF-8''{quote(own, safe='')}"
    answer.headers["Content-Disposition"] = told
    return answer


def _name(parts: Sequence[str], form: str) -> str:
    return f"{'-'.join(('parc', *parts))}.{form}"
