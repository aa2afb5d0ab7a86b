"""What the line icons that staff may choose are called, for those who choose by name and for those who listen."""

from __future__ import annotations

from flask import Flask
from flask_babel import gettext as _

from mall.base.refused import N_

NAMES = {
    "armchair": N_("单人椅"),
    "badge-check": N_("认证"),
    "badge-percent": N_("折扣"),
    "bell": N_("铃铛"),
    "bookmark": N_("书签"),
    "briefcase": N_("公文包"),
    "briefcase-business": N_("商务包"),
    "calendar": N_("日历"),
    "camera": N_("相机"),
    "circle-help": N_("问号"),
    "clipboard-list": N_("清单"),
    "clock": N_("时钟"),
    "coins": N_("硬币"),
    "cooking-pot": N_("锅具"),
    "credit-card": N_("银行卡"),
    "factory": N_("工厂"),
    "file-text": N_("文档"),
    "fuel": N_("加油"),
    "gift": N_("礼盒"),
    "graduation-cap": N_("学士帽"),
    "hand-coins": N_("手托硬币"),
    "headphones": N_("耳机"),
    "heart": N_("爱心"),
    "history": N_("历史"),
    "hourglass": N_("沙漏"),
    "house": N_("房子"),
    "inbox": N_("收件箱"),
    "info": N_("信息"),
    "lamp": N_("台灯"),
    "laptop": N_("笔记本电脑"),
    "layout-grid": N_("宫格"),
    "luggage": N_("行李箱"),
    "map-pin": N_("地点"),
    "megaphone": N_("喇叭"),
    "message-circle": N_("对话"),
    "package": N_("包裹"),
    "phone": N_("电话"),
    "receipt-text": N_("小票"),
    "refrigerator": N_("冰箱"),
    "search": N_("放大镜"),
    "shield-check": N_("盾牌"),
    "shopping-cart": N_("购物车"),
    "smartphone": N_("手机"),
    "sofa": N_("沙发"),
    "sparkles": N_("星光"),
    "star": N_("星星"),
    "store": N_("店铺"),
    "sun": N_("太阳"),
    "tent": N_("帐篷"),
    "tent-tree": N_("露营"),
    "ticket": N_("票券"),
    "trophy": N_("奖杯"),
    "truck": N_("货车"),
    "user-round": N_("人物"),
    "users": N_("多人"),
    "wallet": N_("钱包"),
    "warehouse": N_("仓库"),
    "wheat": N_("麦穗"),
    "wine": N_("酒杯"),
    "zap": N_("闪电"),
}


def install(app: Flask) -> None:
    """Give templates `"gift"|icon_name`; an icon that has none keeps its code."""
    app.add_template_filter(icon_name)


def icon_name(code: str) -> str:
    """What an icon is called in the language of the page."""
    return _(NAMES[code]) if code in NAMES else code
