"""What staff may send about documents."""

from __future__ import annotations

import json
from typing import Any

from flask_babel import gettext
from wtforms import TextAreaField

from mall.base.refused import N_
from mall.web.forms import Form, Needed


class MendForm(Form):
    """The document's JSON, mended."""

    body = TextAreaField(N_("修正后的内容（JSON）"), [Needed()])

    def document(self) -> Any:
        """The value of the JSON, or none after putting what is wrong at the field."""
        try:
            return json.loads(self.body.data or "")
        except json.JSONDecodeError as error:
            self.refuse(
                "body",
                gettext(N_("不是有效的 JSON：第 %(line)s 行第 %(column)s 列"), line=error.lineno, column=error.colno),
            )
        except (ValueError, RecursionError):
            self.refuse("body", gettext(N_("不是有效的 JSON")))
        return None
