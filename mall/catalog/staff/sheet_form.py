"""What staff send to bring rewards in: a file, a word on it, and the form's own key."""

from __future__ import annotations

import secrets

from flask_babel import gettext
from wtforms import FileField, HiddenField, StringField

from mall.base.refused import N_
from mall.web.forms import AtMost, Form, trimmed

MOST_MB = 16


class SheetForm(Form):
    """A spreadsheet of rewards."""

    file = FileField(N_("表格文件"))
    note = StringField(N_("备注"), filters=[trimmed], validators=[AtMost(200)])
    key = HiddenField(default=lambda: secrets.token_urlsafe(18), filters=[trimmed])

    def source(self) -> tuple[str, bytes] | None:
        """The file's name and bytes, or none after putting what is wrong at a field."""
        good = self.validate()
        name, raw = "", b""
        if self.file.data:
            name, raw = trimmed(self.file.data.filename)[:120], self.file.data.read(MOST_MB * 1024 * 1024 + 1)
        if not name:
            self.refuse("file", gettext(N_("请选择一个文件。")))
        elif len(raw) > MOST_MB * 1024 * 1024:
            self.refuse("file", gettext(N_("文件超过 %(most)s MB，请分成几份。"), most=MOST_MB))
        elif good and self.key.data and len(self.key.data) <= 40:
            return name, raw
        return None
