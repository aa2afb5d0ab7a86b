"""What staff may send about stock: a delivery, a correction, levels, what is on its way, a warehouse, a new count."""

from __future__ import annotations

from flask_babel import gettext as _
from wtforms import BooleanField, DateField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional, Regexp

from mall.base.refused import N_
from mall.catalog.actions.supplies import MOST_PIECES, Levels
from mall.catalog.actions.warehouses import WarehouseToPut
from mall.catalog.models import LESS, MORE, REASONS, Reason
from mall.catalog.queries.movements import Place
from mall.web.forms import AtMost, Form, Keyed, Needed, WholeField, parted, trimmed

PIECES = N_("请填写 1 至 %(most)s 的整数")
MOST_CODES = 500
SIGNS = N_("只用字母、数字和横线")


class Placed(Keyed):
    """A form that names a warehouse, where the SKU lies in any."""

    warehouse = SelectField(N_("仓库"), choices=[], validate_choice=False)

    def at(self, places: list[Place]) -> None:
        """Offer the open warehouses, the first of them chosen."""
        self.warehouse.choices = [(place.code, place.name) for place in places if place.open]


class SupplyForm(Placed):
    """Pieces that have come in."""

    pieces = WholeField(N_("件数"), least=1, most=MOST_PIECES, wrong=PIECES)
    reference = StringField(N_("送货单号"), filters=[trimmed], validators=[AtMost(60)])
    remark = StringField(N_("备注"), filters=[trimmed], validators=[AtMost(200)])


class AdjustForm(Placed):
    """More or fewer pieces than was thought."""

    way = SelectField(N_("方向"), choices=[], validate_choice=False)
    pieces = WholeField(N_("件数"), least=1, most=MOST_PIECES, wrong=PIECES)
    reason = SelectField(N_("原因"), choices=[], validate_choice=False)
    remark = StringField(N_("说明"), filters=[trimmed], validators=[Needed(), AtMost(200)])

    def offer(self) -> AdjustForm:
        """The form with its choices in the reader's language."""
        self.way.choices = [("less", _("减少")), ("more", _("增加"))]
        self.reason.choices = [(reason.value, _(REASONS[reason])) for reason in dict.fromkeys((*LESS, *MORE))]
        return self

    def told(self) -> tuple[int, Reason] | None:
        """The difference and its reason, or none after putting what is wrong at the fields."""
        good = self.validate()
        reasons = {"less": LESS, "more": MORE}.get(str(self.way.data), ())
        if self.reason.data not in {reason.value for reason in reasons}:
            self.refuse("reason", _("这个原因和方向对不上：破损、丢失、领用、退货是减少，找到是增加。"))
        if not good or self.trouble:
            return None
        return self.pieces.whole * (1 if self.way.data == "more" else -1), Reason(str(self.reason.data))


class LevelsForm(Form):
    """How much of a SKU should be there."""

    warning = WholeField(N_("预警线"), least=0, most=MOST_PIECES, wrong=N_("请填写 0 至 %(most)s 的整数"))
    safety = WholeField(N_("安全库存"), least=0, most=MOST_PIECES, wrong=N_("请填写 0 至 %(most)s 的整数"))
    lead_days = WholeField(N_("补货天数"), least=0, most=365, wrong=N_("请填写 0 至 %(most)s 的整数"))
    pack_size = WholeField(N_("每箱件数"), least=1, most=10_000, wrong=PIECES)
    revision = WholeField(N_("版本"), least=0, most=10**9, wrong=N_("页面内容不完整，请重新打开这一页。"))

    def levels(self) -> Levels | None:
        """The levels, or none after putting what is wrong at the fields."""
        if not self.validate():
            return None
        if self.warning.whole < self.safety.whole:
            self.refuse("warning", _("预警线不能低于安全库存"))
            return None
        return Levels(self.safety.whole, self.warning.whole, self.lead_days.whole, self.pack_size.whole)


class ComingForm(Placed):
    """Pieces that were ordered."""

    pieces = WholeField(N_("件数"), least=1, most=MOST_PIECES, wrong=PIECES)
    reference = StringField(N_("采购单号"), filters=[trimmed], validators=[AtMost(60)])
    expected_on = DateField(N_("预计到货日"), validators=[Optional()])


class ArrivalForm(Form):
    """How many of them came; none is a delivery called off."""

    arrived = WholeField(N_("实收件数"), least=0, most=MOST_PIECES, wrong=N_("请填写 0 至 %(most)s 的整数"))
    remark = StringField(N_("备注"), filters=[trimmed], validators=[AtMost(200)])


class WarehouseForm(Form):
    """A warehouse."""

    code = StringField(
        N_("代码"), filters=[trimmed], validators=[Needed(), AtMost(40), Regexp(r"[A-Za-z0-9_-]+\Z", message=SIGNS)]
    )
    name = StringField(N_("名称"), filters=[trimmed], validators=[Needed(), AtMost(60)])
    supplier = SelectField(N_("归属"), choices=[], validate_choice=False)
    region = StringField(N_("服务区域"), filters=[trimmed], validators=[AtMost(200)])
    position = WholeField(N_("发货顺序"), least=0, most=1_000, wrong=N_("请填写 0 至 %(most)s 的整数"))
    closed = BooleanField(N_("停用这个仓库"))
    revision = WholeField(N_("版本"), least=0, most=10**9, wrong=N_("页面内容不完整，请重新打开这一页。"))

    def offer(self, suppliers: list[tuple[str, str]]) -> WarehouseForm:
        """The form with the suppliers there are."""
        self.supplier.choices = [("", _("自有仓")), *suppliers]
        return self

    def put(self) -> WarehouseToPut | None:
        """The warehouse, or none where something is wrong."""
        if not self.validate():
            return None
        return WarehouseToPut(
            code=str(self.code.data),
            name=str(self.name.data),
            supplier=str(self.supplier.data or ""),
            region=str(self.region.data or ""),
            position=self.position.whole,
            open=not self.closed.data,
        )


class CountForm(Placed):
    """A new count: of a warehouse, of all that lies there or of some."""

    codes = TextAreaField(N_("只盘这些货号"), validators=[AtMost(20_000)])
    remark = StringField(N_("备注"), filters=[trimmed], validators=[AtMost(200)])

    @property
    def sku_codes(self) -> list[str]:
        """The codes that were typed, however they were separated."""
        return codes_typed(self.codes.data)


def codes_typed(text: str | None) -> list[str]:
    """Codes as people paste them: by lines, spaces or commas."""
    return list(dict.fromkeys(word[:60] for word in parted(text)))[:MOST_CODES]
