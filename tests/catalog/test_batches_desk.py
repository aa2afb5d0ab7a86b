"""Batches on the desk as merchandisers use them without script: chosen in the list, looked at, written, taken back."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from mall.base.sheet import rows as sheet_rows
from mall.catalog.actions.batches import write_some
from mall.catalog.models import Batch, Item, PricePlan, Sku
from mall.jobs import queue
from mall.web.db import reading, transact
from tests.catalog.conftest import words


def form_key(answer: Any) -> str:
    return re.search(r'name="key" value="([^"]+)"', answer.get_data(as_text=True))[1]  # type: ignore[index]


def begun(desk: FlaskClient, kind: str = "changes", **typed: Any) -> str:
    """Choose three notebooks, type something, and give the address of the batch."""
    picked = {"codes": typed.pop("codes", ["OF-001", "OF-002", "OF-003"])}
    key = form_key(desk.post("/desk/items/bulk", data=picked))
    fields = {f"set-{name.replace('_', '-')}": value for name, value in typed.items()}
    answer = desk.post(f"/desk/items/bulk/{kind}", data={"key": key, **picked, **fields})
    assert answer.status_code == 303, words(answer, answer.status_code)
    return str(answer.location)


def pressed(desk: FlaskClient, address: str, what: str) -> str:
    answer = desk.post(f"{address}/{what}")
    assert answer.status_code == 303, words(answer, answer.status_code)
    return words(desk.get(answer.location))


def brands() -> set[str]:
    reading().rollback()
    return set(reading().scalars(select(Item.brand).where(Item.code.in_(("OF-001", "OF-002", "OF-003")))))


def test_three_rewards_are_changed_after_their_differences_were_looked_at(mall: Flask, desk: FlaskClient) -> None:
    said = words(desk.post("/desk/items/bulk", data={"codes": ["OF-001", "OF-002", "OF-003"]}))
    assert "已选 3 件" in said
    address = begun(desk, brand="新石墨", tag_new="put")
    assert "正在试运行" in words(desk.get(address))
    queue.run(mall, "batches")
    said = words(desk.get(address))
    assert "待执行" in said
    assert "执行，写入 3 件" in said
    assert "石墨 Graphite" in said
    assert "加上 新品" in said
    assert brands() == {"石墨 Graphite"}
    pressed(desk, address, "confirmation")
    queue.run(mall, "batches")
    assert "已完成" in words(desk.get(address))
    assert brands() == {"新石墨"}


def test_what_is_wrong_is_told_at_its_field_and_what_was_chosen_stays_chosen(desk: FlaskClient) -> None:
    answer = desk.post(
        "/desk/items/bulk/changes",
        data={"key": "k", "codes": ["OF-001"], "set-limit": "many", "set-list_price": "x", "set-shelf": "at"},
    )
    said = words(answer, 422)
    assert "请填写金额，最多两位小数" in said
    assert "请填写上架时间" in said
    assert 'name="codes" value="OF-001"' in answer.get_data(as_text=True)
    assert "还没有填要改什么" in words(desk.post("/desk/items/bulk/changes", data={"codes": ["OF-001"]}), 422)


def test_nothing_chosen_leads_back_to_the_list(desk: FlaskClient) -> None:
    assert desk.post("/desk/items/bulk", data={}).status_code == 303
    assert desk.get("/desk/items/bulk").status_code == 303


def test_all_that_fit_are_chosen_by_the_lists_own_filters(mall: Flask, desk: FlaskClient) -> None:
    picked = {"all": "1", "seen": "45", "category": "office"}
    key = form_key(desk.post("/desk/items/bulk", data=picked))
    typed = {"key": key, **picked, "set-brand": "新石墨"}
    address = desk.post("/desk/items/bulk/changes", data=typed).location
    queue.run(mall, "batches")
    assert "执行，写入 45 件" in words(desk.get(address))
    again = desk.post("/desk/items/bulk/changes", data={**typed, "seen": "44", "key": "other"})
    assert "列表里现在有 45 件礼品，你看到时是 44 件" in words(again, 409)


def test_the_form_sent_twice_is_one_batch(desk: FlaskClient) -> None:
    typed = {"key": "same-key", "codes": ["OF-001"], "set-brand": "新"}
    first, second = (desk.post("/desk/items/bulk/changes", data=typed).location for _ in range(2))
    assert first == second


def test_the_form_opened_again_and_asked_something_else_is_another_batch(desk: FlaskClient) -> None:
    typed = {"key": "same-key", "codes": ["OF-001"], "set-by": "percent", "set-unit": "1"}
    first, second = (
        desk.post("/desk/items/bulk/prices", data={**typed, "set-amount": amount}).location for amount in ("5", "10")
    )
    assert first != second
    assert "涨 10%" in words(desk.get(second))


def test_a_large_change_of_prices_waits_for_a_second_person(
    mall: Flask, desk: FlaskClient, boss: FlaskClient
) -> None:
    boss.post("/desk/batches/limit", data={"weight": "20", "seen": "500"})
    address = begun(desk, "prices", by="percent", amount="10", unit="100", rounding="ceiling")
    queue.run(mall, "batches")
    said = words(desk.get(address))
    assert "提交复核（3 件）" in said
    assert "复核线 20" in said
    assert "等另一个人复核" in pressed(desk, address, "confirmation")
    assert "要由另一个人复核" in words(desk.post(f"{address}/agreement"), 409)
    assert "同意并执行" in words(boss.get(address))
    pressed(boss, address, "agreement")
    queue.run(mall, "batches")
    assert "复核" in words(desk.get(address))
    reading().rollback()
    now_asked = select(PricePlan.points).join(Sku).where(Sku.code == "OF-002-1", PricePlan.withdrawn_at.is_(None))
    assert reading().scalars(now_asked).all() == [2200]


def test_who_does_not_agree_ends_it_and_nothing_changes(mall: Flask, desk: FlaskClient, boss: FlaskClient) -> None:
    boss.post("/desk/batches/limit", data={"weight": "0", "seen": "500"})
    address = begun(desk, "prices", by="points", amount="-500", codes=["OF-010"])
    queue.run(mall, "batches")
    pressed(desk, address, "confirmation")
    assert "已放弃" in pressed(boss, address, "dropping")
    assert "不能这样做" in words(boss.post(f"{address}/agreement"), 409)


def test_the_limit_is_the_administrators_and_told_when_somebody_else_has_set_it(
    desk: FlaskClient, boss: FlaskClient
) -> None:
    assert desk.post("/desk/batches/limit", data={"weight": "9", "seen": "500"}).status_code == 403
    assert boss.post("/desk/batches/limit", data={"weight": "80", "seen": "500"}).status_code == 303
    assert "复核线刚被别人改过" in words(boss.post("/desk/batches/limit", data={"weight": "9", "seen": "500"}), 409)
    assert "现在是 80" in words(desk.get("/desk/batches"))


def test_a_batch_is_taken_back_whole_and_says_so(mall: Flask, desk: FlaskClient) -> None:
    address = begun(desk, brand="新石墨")
    queue.run(mall, "batches")
    pressed(desk, address, "confirmation")
    queue.run(mall, "batches")
    back = desk.post(f"{address}/undoing").location
    assert desk.post(f"{address}/undoing").location == back
    queue.run(mall, "batches")
    pressed(desk, back, "confirmation")
    queue.run(mall, "batches")
    assert brands() == {"石墨 Graphite"}
    assert "已撤销" in words(desk.get(address))
    assert "撤销批次是" in words(desk.get(address))


def test_the_result_is_a_file_with_a_row_for_each_reward(mall: Flask, desk: FlaskClient) -> None:
    address = begun(desk, brand="=1+1", codes=["OF-001", "NO-SUCH"])
    queue.run(mall, "batches")
    answer = desk.get(f"{address}/result.xlsx")
    found = [cells for _no, cells in sheet_rows(answer.data, most=10)]
    assert found[1][1] == "OF-001"
    assert "石墨 Graphite → =1+1" in found[1][5]
    assert found[2][1] == "NO-SUCH"
    assert "没有货号为 NO-SUCH 的礼品" in found[2][4]


def test_htmx_gets_the_moving_part_alone_and_it_stops_asking_when_all_is_looked_at(
    mall: Flask, desk: FlaskClient
) -> None:
    address = begun(desk, brand="新石墨")
    part = desk.get(address, headers={"HX-Request": "true"}).get_data(as_text=True)
    assert part.lstrip().startswith('<div id="batch"')
    assert 'hx-trigger="every 1s"' in part
    queue.run(mall, "batches")
    assert "hx-trigger" not in desk.get(address, headers={"HX-Request": "true"}).get_data(as_text=True)


def test_progress_counts_what_is_to_be_written(mall: Flask, desk: FlaskClient) -> None:
    address = begun(desk, codes=["OF-001", "NO-SUCH", "OF-002"], brand="新石墨")
    queue.run(mall, "batches")
    assert "0 / 2 件" in pressed(desk, address, "confirmation")
    reading().rollback()
    batch_id = reading().scalars(select(Batch.id)).one()
    transact(write_some, batch_id=batch_id, unit_value=0, most=1)
    assert "1 / 2 件" in words(desk.get(address))


def test_the_list_narrows_by_state_and_maker(mall: Flask, desk: FlaskClient, boss: FlaskClient) -> None:
    assert "还没有批次" in words(desk.get("/desk/batches"))
    begun(desk, brand="新石墨")
    assert "PC" in words(desk.get("/desk/batches?state=reading"))
    assert "没有这样的批次" in words(desk.get("/desk/batches?state=waiting"))
    assert "没有这样的批次" in words(boss.get("/desk/batches?mine=1"))


def test_no_batch_of_another_number(desk: FlaskClient) -> None:
    assert desk.get("/desk/batches/PC20200101-01").status_code == 404
    assert desk.post("/desk/batches/PC20200101-01/confirmation").status_code == 404
    assert reading().scalars(select(Batch)).all() == []
