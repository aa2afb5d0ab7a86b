"""A claim made on the phone, with photos, with script and without: chosen, sent, looked at, and taken back."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.base.seal import Seal
from mall.catalog.models import Item, Kind, Sku, Stock
from mall.cli.demo.people import MEMBERS
from mall.dealers.models import Address, Dealer, Member, MemberRole, StaffRole
from mall.orders.actions import place, receive, ship
from mall.orders.queries.offer import Pick, basket_of
from mall.orders.rules import Asked
from tests.browser import faults
from tests.browser.conftest import Served, Visit, transact_beside
from tests.browser.test_road import Hand, sign_in
from tests.conftest import SECRET

pytestmark = pytest.mark.usefixtures("nobody_knocked")


@pytest.fixture
def arrived(mall_at: Served) -> str:
    """The number of an order of three pieces that has come."""
    made: list[str] = []

    def order(session: Session, at: datetime) -> None:
        dealer = session.scalars(select(Dealer).where(Dealer.code == MEMBERS[0].dealer)).one()
        whose = (Member.dealer_id == dealer.id, Member.role == MemberRole.OWNER)
        member_id = session.scalars(select(Member.id).where(*whose)).one()
        goes_to = session.scalars(select(Address.id).where(Address.dealer_id == dealer.id)).first()
        cheap = (
            select(Sku.id)
            .join(Item, Item.id == Sku.item_id)
            .join(Stock, Stock.sku_id == Sku.id)
            .where(Item.kind == Kind.PHYSICAL, Item.limit_per_dealer.is_(None), Stock.on_hand >= 20)
        )
        picks = [Pick(sku_id=session.scalars(cheap.order_by(Item.lowest_points)).first() or 0, quantity=3)]
        basket = basket_of(session, at, dealer_id=dealer.id, picks=picks, address_id=goes_to)
        key = f"claimed-{at.timestamp()}"
        quote = basket.quote(dealer_id=dealer.id, member_id=member_id, key=key, now=at, address_id=goes_to)
        assert quote is not None
        own: dict[str, Any] = {"dealer_id": dealer.id, "member_id": member_id, "role": MemberRole.OWNER}
        asked = Asked(address_id=goes_to)
        no = place(session, at, **own, quote=quote, asked=asked, seal=Seal(SECRET)).no
        staff: dict[str, Any] = {"dealer_code": dealer.code, "staff_id": 1, "role": StaffRole.FULFILMENT}
        ship(session, at, **staff, no=no, part_no=1, carrier="shunfeng", waybill="SF1390442701860")
        receive(session, at, **own, no=no)
        made.append(no)

    transact_beside(mall_at.environment, order)
    return made[0]


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    """A photo as large as a phone takes it, and a small one."""
    large, small = tmp_path / "large.jpg", tmp_path / "small.png"
    Image.linear_gradient("L").resize((3000, 2250)).convert("RGB").save(large, quality=95)
    Image.new("RGB", (400, 700), (180, 90, 60)).save(small)
    return [large, small]


def fit(page: Page) -> None:
    assert [*faults.accessibility(page), *faults.overflow(page), *faults.small_targets(page)] == []


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_two_of_three_pieces_are_claimed_with_photos_and_the_claim_is_taken_back(
    visit: Visit, results: Path, arrived: str, photos: list[Path], script: bool
) -> None:
    page = visit(java_script_enabled=script, bypass_csp=True)
    sign_in(page, Hand(page))
    page.goto(f"/orders/{arrived}")
    page.get_by_role("link", name="申请售后").click()
    if script:
        page.get_by_role("button", name="加一件").click()
    else:
        page.get_by_role("spinbutton").fill("2")
    page.locator("label.choose", has_text="退货退款").click()
    page.get_by_label("原因", exact=True).select_option(label="质量有问题")
    page.get_by_label("补充说明").fill("底座松动，放不稳。")
    page.locator("input[type=file]").set_input_files(photos)
    if script:
        _follows(page, results)
    page.get_by_role("button", name="提交申请").click()
    page.wait_for_url("**/after-sales/*")
    expect(page.get_by_role("heading", name="申请中")).to_be_visible()
    expect(page.locator(".shot__picture")).to_have_count(2)
    for one in page.locator(".shot__picture").all():
        one.scroll_into_view_if_needed()
        expect(one).to_have_js_property("complete", True)
        width = int(one.evaluate("e => e.naturalWidth"))
        assert 0 < width <= 1600
    page.locator("#withdrawal summary").click()
    if script:
        fit(page)
        faults.picture(page, results / "claim-applied.png")
    page.get_by_role("button", name="确认撤销").click()
    expect(page.get_by_role("heading", name="已撤销")).to_be_visible()


def _follows(page: Page, results: Path) -> None:
    """What is shown follows what is chosen: photos as they are taken out, the sum, the reasons that fit."""
    names = "e => [...e.files].map(file => [file.name, file.size])"
    field = page.locator("input[type=file]")
    expect(page.locator("canvas")).to_have_count(2)
    page.wait_for_function("() => document.querySelector('input[type=file]').files[0].name === 'photo.jpg'")
    page.get_by_role("button", name="移除这张照片").last.click()
    assert len(field.evaluate(names)) == 1
    field.set_input_files(FilePayload(name="other.png", mimeType="image/png", buffer=_png()))
    expect(page.locator("canvas")).to_have_count(2)
    back = page.locator("[data-back]")
    expect(back).to_be_visible()
    page.locator("label.choose", has_text="换货").click()
    expect(back).to_be_hidden()
    assert page.locator("option[value=not_wanted]").is_disabled()
    page.locator("label.choose", has_text="退货退款").click()
    expect(back).to_be_visible()
    expect(page.get_by_label("原因", exact=True)).to_have_value("quality")
    each = int(page.locator("input[data-points]").get_attribute("data-points") or 0)
    expect(back).to_contain_text(f"{2 * each:,}")
    fit(page)
    faults.picture(page, results / "claim-form.png")


def _png() -> bytes:
    out = BytesIO()
    Image.new("RGB", (300, 300), (40, 90, 160)).save(out, "PNG")
    return out.getvalue()
