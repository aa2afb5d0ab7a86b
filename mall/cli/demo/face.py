"""The demo's announcements and guides, as a brand would write them. What staff have written meanwhile stays."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.cli.demo.people import SEEDED_BY
from mall.face.actions import (
    AnnouncementToPut,
    By,
    GuideToPut,
    publish_announcement,
    publish_guide,
    put_announcement,
    put_guide,
)
from mall.face.models import Announcement, Guide

BY = By(actor=SEEDED_BY)
Texts = dict[str, str]

GUIDES: tuple[tuple[str, Texts, Texts], ...] = (
    (
        "how-to-redeem",
        {"zh_Hans": "怎么用积分兑换礼品", "zh_Hant": "怎麼用積分兌換禮品", "en": "How to redeem a reward"},
        {
            "zh_Hans": '<h2>第一步：选礼品</h2><p>在<a href="/catalog">分类</a>里按积分筛选，够分的会标“可兑换”。</p>'
            "<h2>第二步：确认</h2><ol><li>核对收货人和电话</li><li>看清积分和现金各付多少</li></ol>"
            '<p>提交后 48 小时内发货，进度在<a href="/orders">订单</a>里看。</p>',
            "zh_Hant": '<h2>第一步：選禮品</h2><p>在<a href="/catalog">分類</a>裡按積分篩選，夠分的會標「可兌換」。</p>'
            "<h2>第二步：確認</h2><ol><li>核對收貨人和電話</li><li>看清積分和現金各付多少</li></ol>"
            '<p>提交後 48 小時內出貨，進度在<a href="/orders">訂單</a>裡看。</p>',
            "en": '<h2>Choose</h2><p>Narrow the <a href="/catalog">catalogue</a> by points or brand; what you can have'
            " now says so.</p><h2>Confirm</h2><ol><li>Check the recipient and the phone</li><li>See how much is paid in"
            ' points and in cash</li></ol><p>It leaves within 48 hours; follow it in <a href="/orders">orders</a>.</p>',
        },
    ),
    (
        "points-expiry",
        {"zh_Hans": "积分什么时候过期", "zh_Hant": "積分什麼時候過期", "en": "When points expire"},
        {
            "zh_Hans": '<p>每笔积分都有到期日，先到期的先用。按批次看：<a href="/points/lots">我的积分批次</a>。</p>',
            "zh_Hant": '<p>每筆積分都有到期日，先到期的先用。按批次看：<a href="/points/lots">我的積分批次</a>。</p>',
            "en": "<p>Every lot of points has its last day; the first to expire are spent first. See"
            ' <a href="/points/lots">your lots</a>.</p>',
        },
    ),
)
NEWS: tuple[tuple[str, Texts, Texts], ...] = (
    (
        "demo-year-end",
        {"zh_Hans": "年末发货安排", "zh_Hant": "年末出貨安排", "en": "Deliveries at the end of the year"},
        {
            "zh_Hans": "<p>年末订单较多，发货可能推迟 <strong>1 至 2 天</strong>，积分和库存不受影响。</p>",
            "zh_Hant": "<p>年末訂單較多，出貨可能延後 <strong>1 至 2 天</strong>，積分和庫存不受影響。</p>",
            "en": "<p>With many orders at year end, deliveries may take <strong>a day or two</strong> longer."
            " Points and stock are not affected.</p>",
        },
    ),
)


def write_news(session: Session, now: datetime) -> None:
    """Write the guides and announcements that are not there yet, and publish them."""
    known = set(session.scalars(select(Guide.slug)))
    for slug, titles, texts in GUIDES:
        if slug not in known:
            put = GuideToPut(slug=slug, titles=titles, texts=texts)
            made = put_guide(session, now, guide_id=None, put=put, revision=0, by=BY)
            publish_guide(session, now, guide_id=made, revision=1, wanted=True, by=BY)
    announced = set(session.scalars(select(Announcement.key)))
    for key, titles, texts in NEWS:
        if key not in announced:
            news = AnnouncementToPut(key=key, titles=titles, texts=texts, starts_at=now - timedelta(days=1))
            made = put_announcement(session, now, put=news, revision=0, by=BY)
            publish_announcement(session, now, announcement_id=made, revision=1, wanted=True, by=BY)
