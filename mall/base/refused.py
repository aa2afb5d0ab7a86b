"""Refusals: what a verb raises when it will not do a thing, told once, in the reader's language.

Each feature defines its own refusals in its `models.py`; `mall/web/refusals.py` tells them all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for "translate later"
    """Mark a text for translation without translating it here: the core knows no request."""
    return text


@dataclass(frozen=True)
class Phrase:
    """A text that another one names, with what it names itself: translated when it is told."""

    text: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text % self.params if self.params else self.text

    @property
    def kept(self) -> dict[str, Any]:
        """As a row keeps it, with all that it names; `of` reads it back."""
        return {"text": self.text, "params": {name: _kept(value) for name, value in self.params.items()}}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Phrase:
        """One that a row has kept."""
        return cls(kept["text"], {name: _of_kept(value) for name, value in kept["params"].items()})


def _kept(value: Any) -> Any:
    if isinstance(value, Phrase):
        return value.kept
    if isinstance(value, list | tuple):
        return [_kept(one) for one in value]
    return value if value is None or isinstance(value, str | int) else str(value)


def _of_kept(value: Any) -> Any:
    if isinstance(value, Mapping):
        return Phrase.of(value)
    return [_of_kept(one) for one in value] if isinstance(value, list) else value


class Refused(Exception):
    """A business act that will not be done. Nothing of it is written.

    `code` is stable and fit for partners; `text` is the message for people, a Simplified Chinese
    template translated when told, with named parameters taken from `params`: numbers, words that are nobody's
    language, a `Phrase`, or a list of any of these.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409
    text: ClassVar[str] = N_("没有办成，什么都没有改变。")

    def __init__(self, **params: Any) -> None:
        self.params = params
        super().__init__(self.code, params)

    def __str__(self) -> str:
        return self.text % self.params if self.params else self.text


class NotFound(Refused):
    """There is no such thing, or it is not yours; which of the two is not told."""

    code = "not_found"
    status = 404
    text = N_("没有找到。")


class Forbidden(Refused):
    """The person is known, and may not do this."""

    code = "forbidden"
    status = 403
    text = N_("你没有这项权限。")


class Malformed(Refused):
    """What came in does not have the shape that was asked for."""

    code = "malformed"
    status = 422
    text = N_("填写的内容有误，请检查后再提交。")
