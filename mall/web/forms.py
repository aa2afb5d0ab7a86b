"""The base of all forms: what came in is trimmed, texts are marked with `N_` and translated when shown."""

from __future__ import annotations

import unicodedata
from typing import Any

from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms.validators import DataRequired, Length

from mall.base.refused import N_


class Form(FlaskForm):
    """A form of the mall. The token is checked before the route runs, so the form itself carries no field for it."""

    class Meta:
        csrf = False

    @property
    def trouble(self) -> bool:
        """Whether anything that was typed is wrong."""
        return bool(self.errors)

    def refuse(self, name: str, text: str) -> None:
        """Put a text, already in the reader's language, at a field."""
        field = self[name]
        field.errors = [*field.errors, text]


class Needed(DataRequired):
    """The field must hold something besides spaces; says so in the reader's language."""

    def __init__(self, text: str = N_("请填写这一项")) -> None:
        super().__init__()
        self.text = text

    def __call__(self, form: Any, field: Any) -> None:
        self.message = gettext(self.text)
        super().__call__(form, field)


class AtMost(Length):
    """At most so many characters; says so in the reader's language."""

    def __init__(self, most: int) -> None:
        super().__init__(max=most)

    def __call__(self, form: Any, field: Any) -> None:
        self.message = gettext(N_("最多 %(most)s 个字"), most=self.max)
        super().__call__(form, field)


def trimmed(text: str | None) -> str:
    """What was typed without spaces around it, signs in their common form, control signs taken out."""
    plain = unicodedata.normalize("NFC", text or "").strip()
    return "".join(sign for sign in plain if unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Co"})
