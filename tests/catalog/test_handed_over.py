"""A reward that changed hands: its new supplier's people read nothing of the time when another one sent it."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from mall.catalog.actions import set_cost
from mall.catalog.actions.drafts import restore, save, start
from mall.catalog.actions.publish import publish
from mall.catalog.actions.suppliers import SupplierToPut, put_supplier
from mall.catalog.models import Admission, Item, ItemDraft, Kind, NoSuchVersion, Sku, Supplier
from mall.catalog.queries.documents import written
from mall.dealers.models import Scope, Staff, StaffRole
from mall.web.db import now, reading, transact
from tests.cast import Cast, sign_in
from tests.catalog.conftest import words
from tests.conftest import Clock

XU, CODE, SKU = "staff:1", "OF-001", "OF-001-1"


def says(clock: Clock, code: str = CODE, cost_fen: int = 0, **parts: Any) -> None:
    """A draft of a reward says this."""
    clock.tick(minutes=5)
    reading().rollback()
    seen = written(reading(), code)
    skus = [{"code": f"{code}-1", "cost_fen": cost_fen}]
    transact(
        save, code=code, document_=seen.document | {"skus": skus, "pictures": ["thermos"]} | parts,
        revision=seen.revision, version_seen=seen.version, draft_id=seen.draft.id if seen.draft else 0, actor=XU,
    )  # fmt: skip


def published(clock: Clock, **parts: Any) -> None:
    says(clock, **parts)
    draft = written(reading(), CODE).draft
    assert draft is not None
    transact(publish, code=CODE, draft_id=draft.id, revision=draft.revision, actor=XU)


@pytest.fixture
def second(people: Cast, desk: FlaskClient, clock: Clock) -> FlaskClient:
    """The browser of the second supplier's merchandiser."""
    for nth in (1, 2):
        put = SupplierToPut(
            code=f"SUP-{nth}", name=f"某厂 {nth}", admission=Admission.ADMITTED, admitted_on=now().date()
        )
        transact(put_supplier, put=put, revision=0, actor=XU)

    def narrow(session: Any, _now: Any) -> None:
        own = session.scalars(select(Supplier.id).where(Supplier.code == "SUP-2")).one()
        who = people.staff[StaffRole.MERCHANDISER].id
        session.execute(update(Staff).where(Staff.id == who).values(supplier_id=own))

    transact(narrow)
    sign_in(desk, people.staff[StaffRole.MERCHANDISER])
    return desk


def trail(second: FlaskClient, subject: str) -> str:
    return words(second.get(f"/desk/trail?of={subject}"))


def test_versions_and_trail_begin_when_the_reward_came_to_the_supplier(second: FlaskClient, clock: Clock) -> None:
    published(clock, supplier="SUP-1", cost_fen=111_100, brand="旧厂")
    transact(set_cost, sku_code=SKU, cost_fen=222_200, actor=XU)
    published(clock, supplier="SUP-2", cost_fen=333_300, brand="新厂")
    published(clock, supplier="SUP-2", cost_fen=333_300, brand="新厂二号")
    reading().rollback()
    item = reading().scalars(select(Item).where(Item.code == CODE)).one()
    sku = reading().scalars(select(Sku.id).where(Sku.code == SKU)).one()
    newest, first = item.version, item.version - 1
    for asked in ("", f"?after={first}", f"?after={first}&before={first - 1}", "?after=0", f"?after={newest}&before=0"):
        page = words(second.get(f"/desk/items/{CODE}/history{asked}"))
        assert "旧厂" not in page
        assert "1,111" not in page
    assert "二号" in words(second.get(f"/desk/items/{CODE}/history"))
    assert "新厂二号" not in trail(second, f"item:{item.id}&before={item.id}"), "a page goes on behind an id"
    told = trail(second, f"item:{item.id}") + trail(second, f"sku:{sku}")
    assert "发布" in told
    for before in ("旧厂", "111100", "1,111", "222200", "2,222"):
        assert before not in told
    scope = Scope("", item.supplier_id)
    seen: dict[str, Any] = {"draft_id": 0, "revision": 0, "version_seen": newest}
    with pytest.raises(NoSuchVersion):
        transact(restore, code=CODE, no=first - 1, actor=XU, scope=scope, **seen)


def test_a_draft_that_hands_a_reward_over_is_not_read_before_it_is_published(second: FlaskClient, clock: Clock) -> None:
    published(clock, supplier="SUP-1", cost_fen=111_100)
    says(clock, supplier="SUP-2", cost_fen=111_100)
    reading().rollback()
    draft = reading().scalars(select(ItemDraft).where(ItemDraft.code == CODE)).one()
    assert second.get(f"/desk/trail?of=draft:{draft.id}").status_code == 404


def test_of_a_new_reward_that_was_meant_for_another_they_read_what_came_after(
    second: FlaskClient, clock: Clock
) -> None:
    transact(start, code="KT-1", category="home", kind=Kind.PHYSICAL, name="电水壶", actor=XU)
    says(clock, "KT-1", 111_100, supplier="SUP-1", brand="旧厂")
    says(clock, "KT-1", 333_300, supplier="SUP-2", brand="新厂")
    says(clock, "KT-1", 444_400, supplier="SUP-2", brand="新厂二号")
    reading().rollback()
    draft = reading().scalars(select(ItemDraft).where(ItemDraft.code == "KT-1")).one()
    told = trail(second, f"draft:{draft.id}")
    assert "新厂二号" in told
    assert "旧厂" not in told
