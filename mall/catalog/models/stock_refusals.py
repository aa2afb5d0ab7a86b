"""What is refused about stock, warehouses and counts."""

from __future__ import annotations

from mall.base.refused import N_, NotFound, Refused


class NotThere(Refused):
    """Fewer pieces lie in the warehouse than are to leave it."""

    code = "not_there"
    text = N_("“%(warehouse)s”只有 %(left)s 件 %(sku)s，没有改变。")


class Promised(Refused):
    """Fewer pieces can be redeemed than are to go: the others are reserved by orders."""

    code = "promised"
    text = N_("%(sku)s 只有 %(left)s 件没有被订单占用，最多减少这么多。要再减少，请先取消订单。")


class ByCodes(Refused):
    """Card codes are counted by the vault, and by nobody else."""

    code = "by_codes"
    text = N_("卡密的库存就是卡密库里的数量，请到卡密库导入或作废。")


class NoSuchWarehouse(Refused):
    """No such warehouse, or it is closed: a form was open while somebody closed it."""

    code = "no_such_warehouse"
    text = N_("没有这个仓库，或者已经停用。")


class WarehouseTaken(Refused):
    """Another warehouse has this code."""

    code = "warehouse_taken"
    text = N_("代码 %(code)s 已经有仓库在用，请换一个。")


class StillHolds(Refused):
    """A warehouse in which pieces lie, or a count is open, is not closed."""

    code = "still_holds"
    text = N_("“%(warehouse)s”里还有 %(pieces)s 件，或者有没完成的盘点，不能停用。")


class StockFormStale(Refused):
    """Somebody else has changed the same thing since the form was opened."""

    code = "stock_form_stale"
    text = N_("刚刚有别人改过这里，你的改动没有保存。请重新打开，看过再改。")


class NoSuchCount(NotFound):
    """No such count."""

    text = N_("没有这张盘点单。")


class CountMoved(Refused):
    """The count stands elsewhere than the form thinks."""

    code = "count_moved"
    text = N_("这张盘点单现在是“%(state)s”，不能这样做。请重新打开看看。")


class NothingCounted(Refused):
    """No number has been entered, or there is nothing to count."""

    code = "nothing_counted"
    status = 422
    text = N_("还没有填任何数量。没有数过的留空，数过是零的填 0。")


class SecondPersonCounts(Refused):
    """Differences worth so much are posted by somebody who did not count them."""

    code = "second_person"
    text = N_("差异合计 %(yuan)s 元，超过 %(most)s 元，要由没有参与清点的人过账。")


class NotExpected(NotFound):
    """No such pieces on their way."""

    text = N_("没有这笔在途，或者已经处理过。")
