"""What staff may send about corrections: the form of a new one, and what a list is asked for."""

from __future__ import annotations

import re
import secrets
import unicodedata
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from flask_babel import gettext
from wtforms import DateField, HiddenField, SelectField, StringField
from wtforms.validators import Optional, Regexp

from mall.base.refused import N_
from mall.base.time import start_of_day
from mall.base.types import canonical
from mall.dealers.models import Dealer
from mall.points.actions.drawing_up import Ask
from mall.points.models import CorrectionKind, CorrectionReason
from mall.points.models.correction import REASONS
from mall.points.rules.amounts import LARGEST
from mall.points.views.words import ADJUSTMENTS
from mall.web.forms import AtMost, Form, Needed, trimmed

ID = re.compile(r"[0-9]{1,19}")
YUAN = re.compile(r"([0-9]{1,4})(?:\.([0-9]{1,6}))?")
NUMBER = re.compile(r"[0-9]{1,18}")
FUND = re.compile(r"[\w./-]{1,40}")
MILLIONTHS = 1_000_000
DEAREST = 1_000 * MILLIONTHS
"""No point is worth more than this: far above any programme."""
LATEST = date(2199, 12, 31)


class CorrectionForm(Form):
    """A correction before it is asked for; which fields count follows from its kind."""

    kind = HiddenField()
    dealer = HiddenField(filters=[trimmed])
    journal = HiddenField(filters=[trimmed])
    to = StringField(N_("转给哪家经销商"), filters=[trimmed], validators=[AtMost(80)])
    points = StringField(N_("积分数"), filters=[trimmed], validators=[AtMost(30)])
    until = DateField(N_("最后可用日"), validators=[Optional()])
    fund = StringField(N_("费用来源"), filters=[trimmed], validators=[AtMost(40)])
    worth = StringField(N_("每积分价值（元）"), filters=[trimmed], validators=[AtMost(20)])
    reason = SelectField(N_("原因"), choices=[], validate_choice=False)
    note = StringField(N_("说明"), filters=[trimmed], validators=[Needed(), AtMost(120)])
    key = HiddenField(validators=[Regexp(r"[A-Za-z0-9_-]{16,64}\Z", message=N_("页面内容不完整，请重新打开这一页。"))])
    seen = HiddenField()

    @classmethod
    def blank(cls, kind: CorrectionKind, dealer: str, **given: Any) -> CorrectionForm:
        """An empty form of a kind, with what is usual in it and a key of its own."""
        usual = {"kind": kind.value, "dealer": dealer, "key": secrets.token_urlsafe(18), "worth": "0.01", **given}
        form = cls(None, **usual)
        form.reason.choices = reasons_of(kind)
        return form

    @property
    def wanted(self) -> CorrectionKind | None:
        """The kind that the form names, if there is such a kind."""
        return CorrectionKind(self.kind.data) if self.kind.data in set(CorrectionKind) else None

    @property
    def fingerprint(self) -> str:
        """What was typed, as a hash: what is sent is what was previewed."""
        fields = (self.kind, self.dealer, self.journal, self.to, self.points, self.fund, self.worth)
        typed = [str(field.data or "") for field in (*fields, self.reason, self.note)]
        return sha256(canonical([*typed, str(self.until.data or "")]).encode()).hexdigest()[:32]

    def ask(
        self, kind: CorrectionKind, dealer: Dealer, to: Dealer | str | None, zone: str, now: datetime
    ) -> Ask | None:
        """What is asked for, or none after putting what is wrong at the fields.

        `to` has been found by its words, or is what hinders it.
        """
        self.reason.choices = reasons_of(kind)
        good = self.validate()
        points, journal = self._points(kind), None
        expires_at, worth = (self._expiry(zone, now), self._worth()) if kind is CorrectionKind.ADD else (None, 0)
        if kind is CorrectionKind.ADD and not FUND.fullmatch(self.fund.data or ""):
            self.refuse("fund", gettext(N_("请填写费用来源：字母、数字、汉字、点、斜线或短横，最多 40 个字。")))
        if kind is CorrectionKind.REINSTATE:
            journal = number_of(self.journal.data) or 0
        if self.reason.data not in [reason.value for reason in REASONS[kind]]:
            self.refuse("reason", gettext(N_("请选择适用的原因。")))
        if isinstance(to, str):
            self.refuse("to", to)
        if not good or self.trouble or isinstance(to, str):
            return None
        return Ask(
            kind=kind,
            dealer_id=dealer.id,
            reason=CorrectionReason(self.reason.data),
            note=self.note.data or "",
            points=points,
            to_dealer_id=to.id if to else None,
            clawback_journal=journal,
            fund_code=(self.fund.data or "") if kind is CorrectionKind.ADD else "",
            expires_at=expires_at,
            unit_value=worth,
        )

    def _points(self, kind: CorrectionKind) -> int:
        plain = unicodedata.normalize("NFKC", self.points.data or "").replace(",", "").replace(" ", "")
        points = int(plain) if NUMBER.fullmatch(plain) else 0
        if kind is not CorrectionKind.REINSTATE and not 1 <= points <= LARGEST:
            self.refuse("points", gettext(N_("请填写大于 0 的整数，加减由更正的种类决定。")))
        return points

    def _expiry(self, zone: str, now: datetime) -> datetime | None:
        last: date | None = self.until.data
        if last is None or last > LATEST:
            if not self.until.errors:
                self.refuse("until", gettext(N_("请填写这批积分最后可用的日子。")))
            return None
        ends = start_of_day(last + timedelta(days=1), zone)
        if ends <= now:
            self.refuse("until", gettext(N_("最后可用日不能早于今天。")))
        return ends

    def _worth(self) -> int:
        found = YUAN.fullmatch(unicodedata.normalize("NFKC", self.worth.data or ""))
        millionths = int(found[1]) * MILLIONTHS + int((found[2] or "").ljust(6, "0")) if found else -1
        if not 0 <= millionths <= DEAREST:
            self.refuse("worth", gettext(N_("请填写 0 到 1000 元之间的金额，最多六位小数。")))
        return millionths


class AnswerForm(Form):
    """Why a second person declines."""

    answer = StringField(N_("驳回的原因"), filters=[trimmed], validators=[Needed(), AtMost(120)])


def reasons_of(kind: CorrectionKind) -> list[tuple[str, str]]:
    """The reasons that fit a kind, in the reader's language."""
    return [(reason.value, gettext(ADJUSTMENTS[reason.value])) for reason in REASONS[kind]]


def number_of(text: str | None) -> int | None:
    """The number of a posting or a correction; anything else is none."""
    found = ID.fullmatch(text or "")
    return int(found[0]) if found and int(found[0]) < 2**63 else None
