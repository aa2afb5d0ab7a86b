"""What is refused about a region's own words and prices."""

from __future__ import annotations

from mall.base.refused import N_, NotFound, Refused


class NoSuchRegion(NotFound):
    """No dealer is in this region."""

    text = N_("没有这个区域的经销商。")


class EditionMoved(Refused):
    """Somebody else has written this region's edition since the form was opened. Nothing was written over."""

    code = "edition_moved"
    text = N_("这件礼品的区域版刚被别人改过，你的改动没有保存。你填的都在，请核对后再保存。")


class LibraryMoved(Refused):
    """The library, or the region's edition, has changed again since somebody looked at the two side by side."""

    code = "library_moved"
    text = N_("品牌库或本区的写法刚又改过，没有照办。请看过下面最新的再选。")


class PartNotTheirs(Refused):
    """A part that the brand does not let regions say."""

    code = "part_not_theirs"
    status = 422
    text = N_("品牌没有开放区域改写：%(what)s。没有保存，请取消勾选，或者找品牌的同事开放。")


class OutsideBounds(Refused):
    """A region's price in points too far from the brand's."""

    code = "outside_bounds"
    status = 422
    text = N_("超出品牌给的范围：品牌价 %(library)s 积分，本区只能在 %(least)s 到 %(most)s 积分之间。没有保存。")


class CashOutsideBounds(Refused):
    """A region's price whose cash is too far from the brand's."""

    code = "cash_outside_bounds"
    status = 422
    text = N_("超出品牌给的范围：品牌价的现金是 ¥%(library)s，本区只能在 ¥%(least)s 到 ¥%(most)s 之间。没有保存。")


class NoLibraryPrice(Refused):
    """A region's price where the library has none to be held against."""

    code = "no_library_price"
    status = 422
    text = N_("品牌没有这一档价格，区域不能另定。")


class BrandsPrice(Refused):
    """A price that the brand gave a region; the region may set its own beside it, and not take it back."""

    code = "brands_price"
    text = N_("这是品牌给本区定的价格，只有负责全品牌的同事能撤下。")


class RegionBelowCost(Refused):
    """A region's price below cost: it is asked for on the SKU's own page, and waits for a second person."""

    code = "region_below_cost"
    status = 422
    text = N_("有价格低于成本，至少要 %(floor)s 积分。没有保存；确要这样定，请点规格货号，到它的价格页提交复核。")


class BoundsMoved(Refused):
    """Somebody else has changed the bounds since the form was opened."""

    code = "bounds_moved"
    text = N_("区域改写的范围刚被别人改过，你的改动没有保存。请看过现在的范围再改。")


class BoundsCut(Refused):
    """Narrower bounds take away what regions have said; nobody has said yet that this is meant."""

    code = "bounds_cut"
    text = N_("收窄以后，%(editions)s 个区域版和 %(plans)s 个区域价会跟回品牌库。确要这样，请勾选确认。")
