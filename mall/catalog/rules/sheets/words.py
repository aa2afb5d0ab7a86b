"""What stands in the spreadsheet itself: headings, words for choices, examples. Data, in three languages.

Not translated like texts on pages: a file that somebody filled months ago must be read by the words it was made with,
and one made in English by whoever works in Chinese.
"""

from __future__ import annotations

from mall.catalog.rules.document import LANGUAGES

Words = tuple[str, str, str]
"""Simplified, Traditional, English."""

CLEAR: Words = ("清空", "清空", "clear")
"""What empties a cell of the mall; a blank one leaves it as it is."""
NOW_SAID: Words = ("立即", "立即", "now")
YES: Words = ("是", "是", "yes")
NO: Words = ("否", "否", "no")
BETWEEN: Words = ("、", "、", ", ")
SHEETS: dict[str, Words] = {
    "items": ("礼品", "禮品", "Rewards"),
    "help": ("填写说明", "填寫說明", "How to fill it in"),
    "choices": ("可选的内容", "可選的內容", "Choices"),
}
HEADINGS: dict[str, Words] = {
    "item": ("礼品货号", "禮品貨號", "Reward code"),
    "sku": ("规格货号", "規格貨號", "SKU code"),
    "name": ("名称", "名稱", "Name"),
    "name_zh_Hant": ("名称（繁体）", "名稱（繁體）", "Name (Traditional)"),
    "name_en": ("名称（英文）", "名稱（英文）", "Name (English)"),
    "subtitle": ("副标题", "副標題", "Subtitle"),
    "subtitle_zh_Hant": ("副标题（繁体）", "副標題（繁體）", "Subtitle (Traditional)"),
    "subtitle_en": ("副标题（英文）", "副標題（英文）", "Subtitle (English)"),
    "category": ("分类", "分類", "Category"),
    "kind": ("发放方式", "發放方式", "Kind"),
    "brand": ("品牌", "品牌", "Brand"),
    "supplier": ("供应商", "供應商", "Supplier"),
    "description": ("说明", "說明", "Description"),
    "description_zh_Hant": ("说明（繁体）", "說明（繁體）", "Description (Traditional)"),
    "description_en": ("说明（英文）", "說明（英文）", "Description (English)"),
    "pictures": ("图片", "圖片", "Pictures"),
    "tags": ("标签", "標籤", "Tags"),
    "list_price": ("市场价（元）", "市價（元）", "List price (yuan)"),
    "limit": ("每个经销商限兑", "每個經銷商限兌", "Limit per dealer"),
    "delivery": ("发货承诺", "出貨承諾", "Delivery"),
    "personal": ("个人用途", "個人用途", "Personal use"),
    "freight": ("运费模板", "運費範本", "Freight template"),
    "shelved_at": ("上架时间", "上架時間", "On the shelf from"),
    "off_at": ("下架时间", "下架時間", "Off the shelf from"),
    "account": ("充值到", "儲值到", "Topped up"),
    "product": ("充值商品编号", "儲值商品編號", "Top-up product"),
    "face_value": ("面值或抵扣（元）", "面值或折抵（元）", "Face value (yuan)"),
    "least": ("订货满（元）", "訂貨滿（元）", "For orders from (yuan)"),
    "service": ("服务", "服務", "Service"),
    "system": ("核销系统", "核銷系統", "Used in"),
    "days": ("有效天数", "有效天數", "Days valid"),
    "attribute_1": ("属性 1", "屬性 1", "Attribute 1"),
    "value_1": ("属性 1 的值", "屬性 1 的值", "Value 1"),
    "attribute_2": ("属性 2", "屬性 2", "Attribute 2"),
    "value_2": ("属性 2 的值", "屬性 2 的值", "Value 2"),
    "attribute_3": ("属性 3", "屬性 3", "Attribute 3"),
    "value_3": ("属性 3 的值", "屬性 3 的值", "Value 3"),
    "cost": ("成本（元）", "成本（元）", "Cost (yuan)"),
    "picture": ("规格图片", "規格圖片", "SKU picture"),
    "points": ("积分价", "點數價", "Points"),
    "points_beside": ("加现金时的积分", "加現金時的點數", "Points beside cash"),
    "cash": ("加现金（元）", "加現金（元）", "Cash (yuan)"),
    "stock": ("期初库存", "期初庫存", "First stock"),
}
REASON: Words = ("原因", "原因", "Reason")
ROW: Words = ("原行号", "原列號", "Row")
RESULT: Words = ("结果", "結果", "Result")

KINDS: dict[str, Words] = {
    "physical": ("实物", "實物", "Physical"),
    "card_code": ("卡密", "卡密", "Card code"),
    "top_up": ("直充", "直充", "Top-up"),
    "cash_rebate": ("返利", "返利", "Rebate"),
    "service": ("服务", "服務", "Service"),
    "coupon": ("订货券", "訂貨券", "Order coupon"),
}
DELIVERIES: dict[str, Words] = {
    "48h": ("48 小时内", "48 小時內", "Within 48 hours"),
    "7d": ("7 天内", "7 天內", "Within 7 days"),
    "instant": ("即时", "即時", "At once"),
}
TAGS: dict[str, Words] = {"new": ("新品", "新品", "New"), "hot": ("热门", "熱門", "Popular")}
PERSONAL: dict[bool, Words] = {True: YES, False: NO}
TERMS: dict[str, dict[str, Words]] = {
    "account": {"phone": ("手机号", "手機號碼", "Phone"), "fuel_card": ("加油卡号", "加油卡號", "Fuel card")},
    "service": {
        "priority_production": ("优先排产", "優先排產", "Priority production"),
        "dedicated_logistics": ("专属物流", "專屬物流", "Dedicated logistics"),
        "training_seat": ("培训席位", "培訓席位", "Training seat"),
    },
    "system": {
        "dms": ("订货系统（DMS）", "訂貨系統（DMS）", "Ordering system (DMS)"),
        "tms": ("运输系统（TMS）", "運輸系統（TMS）", "Transport system (TMS)"),
    },
}
SAMPLES: dict[str, tuple[str, str, str]] = {
    "item": ("TB-750", "TB-750", "TR-20"),
    "sku": ("TB-750-PINE", "TB-750-RICE", "TR-20-STD"),
    "name": ("钛合金保温杯 750 毫升", "", "铝框拉杆箱 20 寸"),
    "name_zh_Hant": ("鈦合金保溫杯 750 毫升", "", ""),
    "name_en": ("Titanium flask 750 ml", "", ""),
    "subtitle": ("一整天都是热的", "", ""),
    "category": ("家居", "", "户外"),
    "kind": ("实物", "", "实物"),
    "brand": ("恒岳", "", "行远"),
    "description": ("内胆是钛，不串味。\n杯盖一按就开。", "", ""),
    "pictures": ("flask flask-detail", "", ""),
    "tags": ("新品、热门", "", ""),
    "list_price": ("399", "", "899"),
    "limit": ("5", "", ""),
    "delivery": ("48 小时内", "", "7 天内"),
    "personal": ("否", "", ""),
    "shelved_at": ("2026-12-01 09:00", "", ""),
    "off_at": ("2026-12-31 18:00", "", ""),
    "attribute_1": ("颜色", "颜色", ""),
    "value_1": ("松绿", "米白", ""),
    "cost": ("150", "150", "380"),
    "points": ("18600", "18600", "42000"),
    "points_beside": ("9800", "9800", ""),
    "cash": ("99", "99", ""),
    "stock": ("200", "120", "60"),
}
"""Three rows as an example: two SKUs of a reward, and one of another."""


def said(words: Words, language: str) -> str:
    """A word in a language."""
    return words[LANGUAGES.index(language)]
