"""Marks English sentences for translation in code that knows no Flask, and keeps those whose reader is not known yet."""

from __future__ import annotations

from typing import Any, Self, TypeAlias

LONGEST_NAME, MOST_NAMES, DEEPEST = 255, 8, 4


def N_(text: str) -> str:
    """Return `text` unchanged; the extractor reads it here and pages translate it when they show it."""
    return text


def NN_(one: str, several: str) -> tuple[str, str]:
    """Return the two forms of a sentence about %(num)s things unchanged; the extractor reads them here."""
    return one, several


class Sentence:
    """A sentence that each reader has in their own language (`i18n.said`), with the names and numbers that fill it.

    `message` is marked by N_, or the two forms by NN_, of which the parameter `num` chooses. Parameters are text, whole
    numbers, written as the reader's language does, and sentences: a word of the application is one without parameters.
    """

    __slots__ = ("message", "params")

    def __init__(self, message: str | tuple[str, str], /, **params: str | int | Sentence) -> None:
        self.message = message
        self.params: dict[str, Any] = {
            name: value[:LONGEST_NAME] if isinstance(value, str) else value for name, value in params.items()
        }

    def __str__(self) -> str:
        """Return it in English."""
        message = self.message
        if isinstance(message, tuple):
            message = message[self.params["num"] != 1]
        return message % self.params if self.params else message

    def to_json(self) -> dict[str, Any]:
        """Return {"message": text or [one, several], "params": {name: text, number or sentence}}, which `from_json` reads."""
        filled = {name: v.to_json() if isinstance(v, Sentence) else v for name, v in self.params.items()}
        return {"message": self.message, "params": filled}

    @classmethod
    def from_json(cls, kept: Any, *, deepest: int = DEEPEST) -> Self | None:
        """Return the sentence that `to_json` made this of, None for anything else."""
        message: str | tuple[str, str]
        match kept:
            case {"message": str(text), "params": dict(given)}:
                message = text
            case {"message": [str(one), str(several)], "params": dict(given)}:
                message = one, several
            case _:
                return None
        if deepest == 0 or len(given) > MOST_NAMES:
            return None
        params: dict[str, Any] = {
            name: cls.from_json(value, deepest=deepest - 1) if isinstance(value, dict) else value
            for name, value in given.items()
        }
        if any(not isinstance(value, str | int | Sentence) for value in params.values()):
            return None
        made = cls(message, **params)
        return made if made._is_whole() else None

    def _is_whole(self) -> bool:
        """Say whether all that it names is given."""
        try:
            str(self)
        except (KeyError, TypeError, ValueError):
            return False
        return not isinstance(self.message, tuple) or isinstance(self.params["num"], int)


Title: TypeAlias = str | Sentence
"""What something is called: a name as it is, or a sentence."""
