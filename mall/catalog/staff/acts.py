"""What the audit log's entries about the catalogue are called."""

from __future__ import annotations

from mall.base.refused import N_
from mall.catalog.staff import batches, editions, prices, searches, stock_desk, suppliers

ACTS: dict[str, str] = (
    batches.ACTS
    | prices.ACTS
    | suppliers.ACTS
    | searches.ACTS
    | stock_desk.ACTS
    | editions.ACTS
    | {
        "item.start": N_("新建礼品"),
        "item.draft": N_("保存草稿"),
        "item.discard": N_("放弃草稿"),
        "item.catch_up": N_("并入线上的改动"),
        "item.restore": N_("恢复旧版本"),
        "item.publish": N_("发布礼品"),
        "item.due.set": N_("定时发布礼品"),
        "item.due.cancel": N_("取消定时发布"),
        "item.due.over": N_("到了定时发布的时间"),
        "item.due.fail": N_("到时没有发布"),
        "item.schedule": N_("改上下架时间"),
        "item.off": N_("下架礼品"),
        "category.put": N_("修改分类"),
        "category.place": N_("移动分类"),
        "category.remove": N_("删除分类"),
        "freight.put": N_("修改运费模板"),
        "freight.choose": N_("选用运费模板"),
    }
)
