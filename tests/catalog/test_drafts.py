"""Writing, publishing and shelving a reward, categories and suppliers: repeats, conflicts, and two people at once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mall.audit.models import AuditEntry
from mall.base.refused import Refused
from mall.base.seal import Seal
from mall.catalog.actions import PlanToPut, add_plan, put_item, set_cost
from mall.catalog.actions.categories import place_category, remove_category, write_category
from mall.catalog.actions.drafts import catch_up, discard, restore, save, start
from mall.catalog.actions.publish import publish, schedule, take_off
from mall.catalog.actions.suppliers import SupplierToPut, keep_file, open_file, put_supplier, remove_file
from mall.catalog.models import (
    Admission,
    CategoriesMoved,
    CategoryInUse,
    CodeTaken,
    DraftBehind,
    DraftMoved,
    Item,
    ItemDraft,
    ItemMoved,
    ItemVersion,
    Kind,
    NoSuchItem,
    NotReady,
    PricePlan,
    Sku,
    SupplierChanged,
    SupplierFile,
    TooDeep,
    WrongFile,
)
from mall.catalog.queries import Filters, categories, item, items
from mall.catalog.queries.documents import versions, written
from mall.catalog.queries.quarrels import conflict
from mall.catalog.queries.tree import shape, tree
from mall.catalog.rules.document import NOW, document
from mall.web.db import now, reading, transact
from tests.catalog.conftest import ANYWHERE, spoken, thermos
from tests.processes import at_once

THERMOS = "TB-750-TI"
XU, LU = "staff:1", "staff:2"
PDF = b"%PDF-1.7\n1 0 obj\n%%EOF\n"


def look(code: str = THERMOS) -> Any:
    reading().rollback()
    found = written(reading(), code)
    reading().expunge_all()
    return found


def write(code: str = THERMOS, *, actor: str = XU, seen: Any = None, **changed: Any) -> Any:
    """Save the document with these parts changed, as somebody who saw it as `seen` (by itself: as it is)."""
    seen = seen or look(code)
    return transact(
        save, code=code, document_=document(seen.document | changed), revision=seen.revision,
        version_seen=seen.version, draft_id=seen.draft.id if seen.draft else 0, actor=actor,
    )  # fmt: skip


def bring_out(code: str = THERMOS, *, actor: str = XU) -> int:
    draft = look(code).draft
    return int(transact(publish, code=code, draft_id=draft.id, revision=draft.revision, actor=actor))


def count(table: Any) -> int:
    reading().rollback()
    return reading().scalar(select(func.count()).select_from(table)) or 0


def told() -> list[str]:
    reading().rollback()
    return list(reading().scalars(select(AuditEntry.act).order_by(AuditEntry.id)))


def test_a_new_reward_is_on_no_shelf_until_it_is_published_and_priced(stocked: Flask) -> None:
    begun = {"code": "KT-1", "category": "home", "kind": Kind.PHYSICAL, "name": "电水壶", "actor": XU}
    assert transact(start, **begun) == transact(start, **begun)
    assert count(ItemDraft) == 1
    with pytest.raises(CodeTaken):
        transact(start, **begun | {"actor": LU})
    with pytest.raises(CodeTaken):
        transact(start, **begun | {"code": THERMOS})
    with pytest.raises(NoSuchItem):
        item(reading(), now(), "KT-1", **ANYWHERE)
    with pytest.raises(NotReady):
        bring_out("KT-1")
    write("KT-1", pictures=["kettle"], skus=[{"code": "KT-1-A", "cost_fen": 100}], shelved_at=NOW)
    assert bring_out("KT-1") == 1
    assert look("KT-1").draft is None
    with pytest.raises(Refused):  # nobody has a price for it
        item(reading(), now(), "KT-1", **ANYWHERE)
    transact(add_plan, sku_code="KT-1-A", put=PlanToPut(points=900), costs=None, actor=XU)
    assert item(reading(), now(), "KT-1", **ANYWHERE).names["zh_Hans"] == "电水壶"


def test_what_is_saved_twice_is_saved_once(stocked: Flask) -> None:
    first = look()
    kept = write(brand="新品牌", seen=first)
    assert kept.changed
    again = write(brand="新品牌", seen=first)
    assert (again.changed, again.revision, again.draft_id) == (False, kept.revision, kept.draft_id)
    assert told().count("item.draft") == 1


def test_a_stale_save_is_refused_with_who_and_when_and_nothing_typed_is_lost(stocked: Flask) -> None:
    both_saw = look()
    write(brand="甲", list_price_fen=100, seen=both_saw, actor=XU)
    with pytest.raises(DraftMoved) as refused:
        write(brand="乙", limit_per_dealer=9, seen=both_saw, actor=LU)
    assert refused.value.params["who"] == XU
    assert look().document["brand"] == "甲"
    mine = document(both_saw.document | {"brand": "乙", "limit_per_dealer": 9})
    together = conflict(reading(), code=THERMOS, document_=mine, revision=0, version_seen=0)
    assert (together.document["brand"], together.document["limit_per_dealer"]) == ("乙", 9)
    assert together.document["list_price_fen"] == 100
    assert [(one.path, one.before, one.after) for one in together.both] == [("brand", "甲", "乙")]


def test_publishing_applies_the_whole_document_and_keeps_prices_and_stock(stocked: Flask) -> None:
    before = item(reading(), now(), THERMOS, **ANYWHERE)
    plans = count(PricePlan)
    write(names=spoken("新名字"), skus=[sku for sku in look().document["skus"] if sku["code"] != "TB-500-WHITE"])
    draft = look().draft
    asked = {"code": THERMOS, "draft_id": draft.id, "revision": draft.revision, "actor": XU}
    assert transact(publish, **asked, note_="改名") == 1
    assert transact(publish, **asked) == 1  # sent again
    after = item(reading(), now(), THERMOS, **ANYWHERE)
    assert after.names["zh_Hans"] == "新名字"
    assert {sku.code: sku.left for sku in after.skus} == {
        sku.code: sku.left for sku in before.skus if sku.code != "TB-500-WHITE"
    }
    assert count(PricePlan) == plans
    kept = versions(reading(), after.id)
    assert [(one.no, one.note, one.published_by) for one in kept] == [(1, "改名", XU), (0, "", "system")]
    assert told().count("item.publish") == 1


def test_a_cost_that_changed_beside_the_draft_stays_changed(stocked: Flask) -> None:
    write(brand="临泉")
    transact(set_cost, sku_code="TB-750-PINE", cost_fen=31_200, actor=LU)
    bring_out()
    assert reading().scalar(select(Sku.cost_fen).where(Sku.code == "TB-750-PINE")) == 31_200


def test_a_draft_that_is_behind_takes_the_live_changes_over_first(stocked: Flask) -> None:
    write(brand="草稿的品牌")
    transact(take_off, code=THERMOS, version_seen=0, actor=LU)
    with pytest.raises(DraftBehind):
        bring_out()
    seen = {"draft_id": look().draft.id, "revision": look().revision}
    transact(catch_up, code=THERMOS, **seen, actor=XU)
    transact(catch_up, code=THERMOS, **seen, actor=XU)
    assert look().document["brand"] == "草稿的品牌"
    assert look().document["shelved_at"] is None
    assert bring_out() == 2


def test_a_reward_goes_off_at_once_and_on_and_off_at_its_moments(stocked: Flask, clock: Any) -> None:
    assert transact(take_off, code=THERMOS, version_seen=0, actor=XU) == 1
    assert transact(take_off, code=THERMOS, version_seen=0, actor=XU) == 1
    with pytest.raises(NoSuchItem):
        item(reading(), now(), THERMOS, **ANYWHERE)
    on, off = now() + timedelta(hours=1), now() + timedelta(hours=2)
    asked = {"code": THERMOS, "shelved_at": on, "off_at": off, "actor": XU}
    with pytest.raises(ItemMoved):
        transact(schedule, **asked, version_seen=0)
    assert transact(schedule, **asked, version_seen=1) == 2
    assert transact(schedule, **asked, version_seen=1) == 2
    seen = []
    for _hour in range(3):
        reading().rollback()
        found = items(reading(), now(), Filters(q="baowen"), tier=ANYWHERE["tier"], region="", available=0)
        seen.append(THERMOS in {entry.code for entry in found.entries})
        clock.tick(minutes=61)
    assert seen == [False, True, False]


def test_an_old_version_comes_back_as_a_draft_that_stays_where_the_shelf_is_now(stocked: Flask) -> None:
    write(brand="第一版")
    bring_out()
    write(brand="第二版")
    bring_out()
    transact(take_off, code=THERMOS, version_seen=2, actor=XU)
    seen = {"draft_id": 0, "revision": 0, "version_seen": 3}
    assert transact(restore, code=THERMOS, no=1, **seen, actor=LU) == 1
    assert transact(restore, code=THERMOS, no=1, **seen, actor=LU) == 1
    assert (look().document["brand"], look().document["shelved_at"]) == ("第一版", None)
    assert bring_out() == 4
    assert [one.no for one in versions(reading(), look().item.id)] == [4, 3, 2, 1, 0]


def test_a_discarded_draft_leaves_what_is_live(stocked: Flask) -> None:
    write(brand="不要了")
    draft = look().draft.id
    with pytest.raises(DraftMoved):
        transact(discard, code=THERMOS, draft_id=draft, revision=9, actor=XU)
    for _twice in range(2):
        transact(discard, code=THERMOS, draft_id=draft, revision=1, actor=XU)
    assert look().draft is None
    assert look().document["brand"] == thermos(now()).brand
    begun = transact(start, code="KT-2", category="home", kind=Kind.SERVICE, name="培训", actor=XU)
    transact(discard, code="KT-2", draft_id=begun, revision=1, actor=XU)
    with pytest.raises(NoSuchItem):
        look("KT-2")


def test_a_supplier_must_be_admitted_before_its_rewards_go_out(stocked: Flask) -> None:
    put = SupplierToPut(code="SUP-1", name="临泉制造", admission=Admission.CANDIDATE)
    assert transact(put_supplier, put=put, revision=0, actor=XU) == 1
    assert transact(put_supplier, put=put, revision=0, actor=XU) == 1
    write(supplier="SUP-1")
    with pytest.raises(NotReady):
        bring_out()
    admitted = SupplierToPut(code="SUP-1", name="临泉制造", admission=Admission.ADMITTED, admitted_on=date(2026, 11, 1))
    assert transact(put_supplier, put=admitted, revision=1, actor=XU) == 2
    with pytest.raises(SupplierChanged):
        transact(put_supplier, put=put, revision=1, actor=LU)
    assert bring_out() == 1


def test_quality_files_are_sealed_kept_once_and_every_look_is_written_down(stocked: Flask) -> None:
    seal: Seal = stocked.extensions["seal"]
    transact(
        put_supplier, put=SupplierToPut(code="S", name="某厂", admission=Admission.CANDIDATE), revision=0, actor=XU
    )
    file = {"code": "S", "name": "质检.pdf", "data": PDF, "seal": seal, "actor": XU}
    kept = transact(keep_file, **file)
    assert transact(keep_file, **file) == kept
    with pytest.raises(WrongFile):
        transact(keep_file, **file | {"data": b"<script>"})
    assert PDF not in reading().scalars(select(SupplierFile.data_sealed)).one()
    assert transact(open_file, code="S", file_id=kept, seal=seal, actor=LU) == ("质检.pdf", "application/pdf", PDF)
    for _twice in range(2):
        transact(remove_file, code="S", file_id=kept, actor=XU)
    assert [told().count(act) for act in ("supplier.file", "supplier.look", "supplier.file_out")] == [1, 1, 1]


def test_a_category_shows_all_beneath_it_and_is_put_anywhere_but_within_itself(stocked: Flask) -> None:
    def put(code: str, parent: str, before: str = "") -> None:
        reading().rollback()
        seen = shape(tree(reading()))
        transact(place_category, code=code, parent=parent, before=before, seen=seen, actor=XU)

    for code, parent in (("cups", "home"), ("steel", "cups")):
        asked = {"code": code, "icon": "gift", "names": spoken(code), "new": True, "parent": parent, "actor": XU}
        assert transact(write_category, **asked) == transact(write_category, **asked)
    with pytest.raises(TooDeep):
        transact(write_category, code="x", icon="gift", names=spoken("x"), new=True, parent="steel", actor=XU)
    write(category="steel")
    bring_out()
    counts = {shelf.code: shelf.count for shelf in categories(reading(), now())}
    assert (counts["home"], "cups" in counts) == (1, False)
    for code in ("home", "cups", "steel"):
        found = items(reading(), now(), Filters(category=code), tier=ANYWHERE["tier"], region="", available=0)
        assert [entry.code for entry in found.entries] == [THERMOS]
        assert found.total == 1
    with pytest.raises(TooDeep):
        put("home", "steel")
    with pytest.raises(TooDeep):
        put("cups", "cups")
    put("cups", "", "home")
    assert [branch.code for branch in tree(reading())][:3] == ["cups", "steel", "home"]
    with pytest.raises(CategoriesMoved):
        transact(place_category, code="steel", parent="", before="", seen="old", actor=XU)
    with pytest.raises(CategoryInUse):
        transact(remove_category, code="cups", actor=XU)
    for _twice in range(2):
        transact(remove_category, code="empty", actor=XU)


def write_at_once(actor: str, brand: str) -> str:
    """What one of two merchandisers gets who save one reward at one moment."""
    found = written(reading(), THERMOS)
    changed = document(found.document | {"brand": brand})
    transact(save, code=THERMOS, document_=changed, revision=0, version_seen=0, actor=actor)
    return "saved"


def test_a_published_reward_stays_of_its_kind(stocked: Flask) -> None:
    write(kind=Kind.CARD_CODE.value, delivery="instant")
    with pytest.raises(NotReady):
        bring_out()
    assert look().item.kind is Kind.PHYSICAL


def test_what_somebody_wrote_after_the_draft_was_published_is_not_thrown_away(stocked: Flask) -> None:
    write(brand="新品牌", shelved_at=NOW)
    seen = look()
    bring_out(actor=LU)
    assert write(seen=seen).changed is False, "the very same form again"
    with pytest.raises(DraftMoved):
        write(seen=seen, brand="新品牌二代")
    assert look().item.brand == "新品牌"


def test_another_draft_that_was_begun_meanwhile_is_not_written_over(stocked: Flask) -> None:
    write(brand="新品牌")
    seen = look()
    transact(discard, code=THERMOS, draft_id=seen.draft.id, revision=seen.draft.revision, actor=LU)
    write(brand="别的", actor=LU)
    with pytest.raises(DraftMoved):
        write(seen=seen, brand="新品牌二代")
    assert look().draft.document["brand"] == "别的"


def test_a_form_of_another_draft_lets_go_of_nothing_and_writes_nothing_over(stocked: Flask) -> None:
    write(brand="新品牌")
    bring_out()
    write(brand="改一改")
    old = look().draft
    seen = {"code": THERMOS, "draft_id": old.id, "revision": old.revision}
    transact(discard, **seen, actor=LU)
    write(brand="别的", actor=LU)  # of the same revision, by somebody else
    for verb, more in ((discard, {}), (catch_up, {}), (restore, {"no": 0, "version_seen": 1})):
        with pytest.raises(DraftMoved):
            transact(verb, **seen, **more, actor=XU)
    assert look().draft.document["brand"] == "别的"
    mine = {"draft_id": look().draft.id, "revision": look().revision}
    transact(take_off, code=THERMOS, version_seen=1, actor=LU)
    with pytest.raises(DraftMoved):  # the list of versions was another one
        transact(restore, code=THERMOS, no=0, version_seen=1, **mine, actor=XU)
    transact(restore, code=THERMOS, no=0, version_seen=2, **mine, actor=XU)
    assert (look().document["brand"], look().draft.based_on) == (thermos(now()).brand, 2)
    assert bring_out() == 3
    assert look().item.brand == thermos(now()).brand


def test_what_a_reward_said_before_there_were_versions_comes_back(stocked: Flask) -> None:
    before = look().live
    write(brand="新品牌", names=spoken("新名字"))
    bring_out()
    first = versions(reading(), look().item.id)[-1]
    assert (first.no, first.document, first.published_at) == (0, before, look().item.created_at)
    seen = {"draft_id": 0, "revision": 0, "version_seen": 1}
    transact(restore, code=THERMOS, no=0, **seen, actor=LU)
    bring_out()
    assert look().live == before


def test_a_stale_form_of_a_reward_first_published_meanwhile_is_told_of_what_others_wrote(stocked: Flask) -> None:
    transact(start, code="KT-1", category="home", kind=Kind.SERVICE, name="培训", actor=XU)
    write("KT-1", pictures=["kettle"], skus=[{"code": "KT-1-A", "cost_fen": 100}], brand="甲")
    seen = look("KT-1")
    write("KT-1", brand="乙", list_price_fen=900, actor=LU)
    bring_out("KT-1", actor=LU)
    mine = document(seen.document | {"limit_per_dealer": 3})
    together = conflict(reading(), code="KT-1", document_=mine, revision=seen.revision, version_seen=seen.version)
    assert (together.document["limit_per_dealer"], together.document["list_price_fen"]) == (3, 900)
    assert [(one.path, one.before, one.after) for one in together.both] == [("brand", "乙", "甲")]


def publish_at_once(draft_id: int, actor: str) -> int:
    return int(transact(publish, code=THERMOS, draft_id=draft_id, revision=1, actor=actor))


def test_of_two_merchandisers_who_save_at_once_one_is_told_of_the_other(stocked: Flask, database_url: str) -> None:
    runners = [(f"staff:{n}", f"品牌 {n}") for n in range(4)]
    answers = at_once(database_url, now(), write_at_once, runners)
    assert sorted(answers) == ["draft_moved"] * 3 + ["saved"]
    assert look().revision == 1
    draft = look().draft.id
    published = at_once(database_url, now(), publish_at_once, [(draft, XU), (draft, LU), (draft, XU)])
    assert published == [1, 1, 1]
    assert (count(ItemVersion), look().item.version, told().count("item.publish")) == (2, 1, 1)


def test_what_another_door_put_keeps_its_version(stocked: Flask) -> None:
    write(brand="甲")
    bring_out()

    def again(session: Session, at: Any) -> None:
        put_item(session, at, thermos(at))

    transact(again)
    assert reading().scalar(select(Item.version).where(Item.code == THERMOS)) == 1
