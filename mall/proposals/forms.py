"""What a second person may send."""

from __future__ import annotations

from wtforms import StringField

from mall.base.refused import N_
from mall.web.forms import AtMost, Form, Needed, trimmed


class AnswerForm(Form):
    """Why a proposal is declined."""

    answer = StringField(N_("驳回的原因"), filters=[trimmed], validators=[Needed(), AtMost(200)])
