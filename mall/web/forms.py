"""The base of all forms: what came in is trimmed, texts are marked with `N_` and translated when shown."""

from __future__ import annotations

import re
import secrets
import unicodedata
from typing import Any

from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField
from wtforms.validators import DataRequired, Length, Regexp, ValidationError
from wtforms.widgets import TextInput

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


def fresh_key() -> str:
    """The key of a form just opened: sent twice, it is one act."""
    return secrets.token_urlsafe(12)


class Keyed(Form):
    """A form that is one act however often it is sent."""

    key = HiddenField(validators=[Regexp(r"[A-Za-z0-9_-]{8,60}\Z")])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.key.data = self.key.data or fresh_key()
        for field in self:  # several of these forms stand on one page, with fields of the same names
            field.id = f"{type(self).__name__.removesuffix('Form').lower()}-{field.name}"


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


BETWEEN = re.compile(r"[\s,\uff0c;\uff1b\u3001]+")
"""What stands between words that were pasted as a list, Chinese signs among it."""


def parted(text: str | None) -> list[str]:
    """The words of a list as people type or paste it: by lines, spaces, commas or semicolons."""
    return [word for part in BETWEEN.split(text or "") if (word := trimmed(part))]


def whole(text: str) -> int | None:
    """A whole number as people type it, full-width digits and a sign included; anything else is none, and so is one
    that no column holds.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    number = int(plain) if re.fullmatch(r"[+-]?[0-9]{1,19}", plain) else None
    return number if number is not None and abs(number) < 2**63 else None


class WholeField(Field):
    """A whole number from `least` to `most`; keeps what was typed when it is none."""

    widget = TextInput()

    def __init__(self, label: str, *, least: int, most: int, wrong: str, needed: bool = True, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.least, self.most, self.wrong, self.needed = least, most, wrong, needed

    def _value(self) -> str:
        return self.raw_data[0] if self.raw_data else "" if self.data is None else str(self.data)

    @property
    def whole(self) -> int:
        """The number of a field that was found good."""
        if self.data is None:
            raise ValueError(f"{self.name} holds no number")
        return int(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = whole(valuelist[0]) if valuelist else None

    def pre_validate(self, form: Any) -> None:
        typed = bool(self.raw_data and self.raw_data[0].strip())
        if not typed and not self.needed:
            return
        if self.data is None or not self.least <= self.data <= self.most:
            raise ValidationError(gettext(self.wrong) % {"most": self.most})
