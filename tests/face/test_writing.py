"""Announcements and guides at the desk and on the phone."""

from __future__ import annotations

import re

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from mall.audit.models import AuditEntry
from mall.dealers.models import StaffRole
from mall.face.models import Announcement, Guide
from mall.web.db import reading
from tests.cast import Cast, sign_in
from tests.face.conftest import said


def form_of(client: FlaskClient, path: str) -> dict[str, str]:
    """The hidden fields of a page's form, as a browser would send them back."""
    html = client.get(path).text
    form = html[html.index('class="faceeditor"') :]
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))
    hidden.pop("csrf_token")  # each browser has its own
    return hidden


def write(desk: FlaskClient, **more: str) -> dict[str, str]:
    hidden = form_of(desk, "/desk/announcements/new")
    return hidden | {
        "titles-zh_Hans": "双十二安排", "texts-zh_Hans": "<p>推迟 <b>1 天</b></p>", "starts_at": "2026-11-12T09:00"
    } | more  # fmt: skip


def test_an_announcement_is_written_published_changed_and_taken_back(desk: FlaskClient, owner: FlaskClient) -> None:
    sent = write(desk)
    for _ in range(2):
        assert desk.post("/desk/announcements", data=sent).status_code == 303
    one = reading().scalars(select(Announcement)).one()
    assert "草稿" in said(desk.get("/desk/announcements"))
    assert "双十二安排" not in said(owner.get("/announcements"))
    path = f"/desk/announcements/{one.id}"
    changed = write(desk) | form_of(desk, path) | {"titles-zh_Hans": "双十二发货"}
    assert desk.post("/desk/announcements", data=changed | {"publish": "1"}).status_code == 303
    assert "双十二发货" in said(owner.get("/announcements"))
    assert "推迟 1 天" in said(owner.get(f"/announcements/{one.id}"))
    reading().rollback()
    assert desk.post(f"{path}/publication", data={"revision": "3", "wanted": "0"}).status_code == 303
    assert owner.get(f"/announcements/{one.id}").status_code == 404
    acts = reading().scalars(select(AuditEntry.act).where(AuditEntry.subject == f"announcement:{one.id}")).all()
    assert acts == ["announcement.put", "announcement.put", "announcement.publish", "announcement.withdraw"]


def test_two_who_change_one_announcement_are_told_of_each_other(mall: Flask, desk: FlaskClient, people: Cast) -> None:
    desk.post("/desk/announcements", data=write(desk))
    one = reading().scalars(select(Announcement)).one()
    other = mall.test_client()
    sign_in(other, people.staff[StaffRole.ADMINISTRATOR])
    stale = write(desk) | form_of(desk, f"/desk/announcements/{one.id}")
    assert other.post("/desk/announcements", data=stale | {"titles-zh_Hans": "我先改"}).status_code == 303
    words = said(desk.post("/desk/announcements", data=stale | {"titles-zh_Hans": "我后改"}), 409)
    assert "苏望舒 在" in words
    assert "我后改" in words


def test_a_province_typed_with_spaces_is_not_the_whole_region(desk: FlaskClient) -> None:
    assert desk.post("/desk/announcements", data=write(desk, regions="华东 / 浙江、华南/广东")).status_code == 303
    assert reading().scalars(select(Announcement)).one().regions == ["华东/浙江", "华南/广东"]


def test_what_is_wrong_with_an_announcement_is_told(desk: FlaskClient) -> None:
    sent = write(desk, **{"titles-zh_Hans": "", "starts_at": "2026-12-02T00:00", "ends_at": "2026-12-01T00:00"})
    words = said(desk.post("/desk/announcements", data=sent), 422)
    assert "请填写这一项" in words
    assert "结束要晚于开始" in words
    assert "请填日期和时间" in said(desk.post("/desk/announcements", data=write(desk, starts_at="明天")), 422)


def test_a_guide_is_written_put_in_order_and_read(desk: FlaskClient, owner: FlaskClient) -> None:
    for slug, title in (("how-to-redeem", "怎么兑换"), ("freight", "运费怎么算")):
        texts = {"titles-zh_Hans": title, "texts-zh_Hans": "<h2>第一步</h2>"}
        data = {"revision": "0", "slug": slug, "publish": "1"} | texts
        for _ in range(2):
            assert desk.post("/desk/guides", data=data).status_code == 303
    first, second = reading().scalars(select(Guide).order_by(Guide.position)).all()
    words = said(owner.get("/guides"))
    assert words.index("怎么兑换") < words.index("运费怎么算")
    for _ in range(2):
        assert desk.post(f"/desk/guides/{second.id}/move/up", data={"seen": "1"}).status_code == 303
    words = said(owner.get("/guides"))
    assert words.index("运费怎么算") < words.index("怎么兑换")
    assert "第一步" in said(owner.get("/guides/how-to-redeem"))
    assert desk.post(f"/desk/guides/{first.id}/publication", data={"revision": "2", "wanted": "0"}).status_code == 303
    assert owner.get("/guides/how-to-redeem").status_code == 404


def test_an_address_is_one_guides_alone(desk: FlaskClient) -> None:
    data = {"revision": "0", "slug": "freight", "titles-zh_Hans": "运费", "texts-zh_Hans": "<p>包邮</p>"}
    assert desk.post("/desk/guides", data=data).status_code == 303
    assert "已经被另一篇攻略用了" in said(desk.post("/desk/guides", data=data | {"titles-zh_Hans": "另一篇"}), 409)
    assert "用小写字母、数字和短横线" in said(desk.post("/desk/guides", data=data | {"slug": "../运费"}), 422)


def test_empty_lists_say_what_to_do(desk: FlaskClient, owner: FlaskClient) -> None:
    assert "写第一条公告" in said(desk.get("/desk/announcements"))
    assert "写第一篇攻略" in said(desk.get("/desk/guides"))
    assert "现在没有公告" in said(owner.get("/announcements"))
    assert "攻略正在写" in said(owner.get("/guides"))
    assert "还没有发布过" in said(desk.get("/desk/face/versions"))
