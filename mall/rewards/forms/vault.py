"""What staff may send about the vault and about top-ups."""

from __future__ import annotations

import re
from datetime import date

from flask_babel import gettext
from wtforms import DateField, FileField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from mall.base.refused import N_
from mall.rewards.rules.codes import text_of
from mall.web.forms import AtMost, Form, Needed, trimmed

LATEST = date(2199, 12, 31)
NUMBER = re.compile(r"[0-9]{1,6}")


class BatchForm(Form):
    """A list of codes, as a file or pasted, for one SKU."""

    sku = SelectField(N_("规格"), validate_choice=False)
    file = FileField(N_("上传文件"))
    text = TextAreaField(N_("或直接粘贴"))
    until = DateField(N_("最后可用日"), validators=[Optional()])

    def source(self) -> tuple[str, str] | None:
        """The list's name and text, or none after putting what is wrong at a field. Refused: what is no text."""
        good = self.validate()
        if self.until.data and self.until.data > LATEST:
            self.refuse("until", gettext(N_("日期太远了。")))
            good = False
        name, raw = "", b""
        if self.file.data:
            name, raw = trimmed(self.file.data.filename), self.file.data.read()
        pasted = self.text.data or ""
        if bool(raw) == bool(pasted.strip()):
            self.refuse("file", gettext(N_("请上传一个文件，或粘贴卡密，二选一。")))
            good = False
        if not good:
            return None
        return (name, text_of(raw)) if raw else (str(gettext(N_("粘贴的卡密"))), pasted)


class ReasonForm(Form):
    """Why a code or a batch is bad."""

    reason = StringField(N_("原因"), filters=[trimmed], validators=[Needed(), AtMost(120)])


class AlarmForm(Form):
    """How few free codes are an alarm."""

    warn_at = StringField(N_("少于或等于几个时提醒"), filters=[trimmed], validators=[Needed()])

    def number(self) -> int | None:
        """The number, or none after putting what is wrong at the field."""
        good = self.validate()
        if good and not NUMBER.fullmatch(self.warn_at.data or ""):
            self.refuse("warn_at", gettext(N_("请填 0 到 999,999 的整数，0 表示不提醒。")))
            good = False
        return int(self.warn_at.data) if good else None


class SettleForm(Form):
    """How a top-up ended, as people found out."""

    ended = StringField(N_("结果"))
    reason = StringField(N_("依据"), filters=[trimmed], validators=[Needed(), AtMost(120)])

    def done(self) -> bool | None:
        """Whether it was filled, or none after putting what is wrong at the fields."""
        good = self.validate()
        if self.ended.data not in {"done", "failed"}:
            self.refuse("ended", gettext(N_("请选择结果")))
            good = False
        return self.ended.data == "done" if good else None
