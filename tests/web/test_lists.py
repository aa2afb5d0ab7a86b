"""Lists of the desk: what their address says, what people keep of them, what is chosen in them."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from mall.audit.models import AuditEntry
from mall.catalog.actions.suppliers import SupplierToPut, put_supplier
from mall.catalog.models import Admission, Supplier
from mall.dealers.models import MOST_VIEWS, ListColumns, SavedView, Staff, StaffRole
from mall.web.db import db, reading, transact
from mall.web.lists import Selection, hidden, selection
from tests.cast import Cast, Visitor, cast, sign_in
from tests.catalog.conftest import stock_up


@pytest.fixture
def people(app: Flask) -> Cast:
    transact(stock_up)
    return transact(lambda session, at: cast(session, at, app.extensions["seal"]))


@pytest.fixture
def desk(app: Flask, people: Cast) -> Visitor:
    return at_desk(app, people, StaffRole.MERCHANDISER)


def at_desk(app: Flask, people: Cast, role: StaffRole) -> Visitor:
    client = app.test_client()
    assert isinstance(client, Visitor)
    sign_in(client, people.staff[role])
    return client


def save(client: Visitor, name: str = "在架", asked: str = "state=on&kind=physical", **more: str) -> int:
    return client.post("/desk/lists/items/views", data={"name": name, "asked": asked, **more}).status_code


def test_a_view_leads_to_the_list_as_it_was_and_is_lit_there(desk: Visitor) -> None:
    answer = desk.post(
        "/desk/lists/items/views", data={"name": "在架", "asked": "state=on&sort=-points&size=25&page=3&kept=9"}
    )
    where = urlsplit(answer.headers["Location"])
    said = {name: value[0] for name, value in parse_qs(where.query).items()}
    view = reading().scalars(select(SavedView)).one()
    assert (where.path, said) == (
        "/desk/items",
        {"state": "on", "sort": "-points", "size": "25", "kept": str(view.id)},
    )
    page = desk.get(answer.headers["Location"]).text
    assert 'aria-current="page">' in page.split('class="kept"')[1].split("</nav>")[0]
    assert "删除视图“在架”" in page
    other = desk.get(answer.headers["Location"].replace("state=on", "state=off")).text
    assert "删除视图" not in other


def test_a_name_that_is_used_again_is_the_new_view(desk: Visitor) -> None:
    assert save(desk) == save(desk) == 303
    assert save(desk, asked="state=off", shared="1") == 303
    [view] = reading().scalars(select(SavedView)).all()
    assert view.asked == {"state": "off"}
    assert view.shared_at is not None
    noted = reading().scalars(select(AuditEntry).where(AuditEntry.act == "view.save").order_by(AuditEntry.id)).all()
    assert [entry.detail["before"] for entry in noted] == [
        None,
        {"asked": {"state": "on", "kind": "physical"}, "shared": False},
    ]


def test_a_view_is_its_makers_unless_it_is_shared(app: Flask, people: Cast, desk: Visitor) -> None:
    save(desk, "我的")
    save(desk, "大家的", shared="1")
    colleague = at_desk(app, people, StaffRole.ADMINISTRATOR)
    page = colleague.get("/desk/items").text
    assert "大家的" in page
    assert "我的" not in page.split('class="kept"')[1].split("</nav>")[0]
    for view in reading().scalars(select(SavedView.id)).all():
        assert colleague.post(f"/desk/lists/items/views/{view}/removal").status_code == 303
    assert reading().scalar(select(func.count()).select_from(SavedView)) == 2


def test_a_view_given_up_twice_is_given_up_once(desk: Visitor) -> None:
    save(desk)
    [view] = reading().scalars(select(SavedView.id)).all()
    for _ in range(2):
        assert desk.post(f"/desk/lists/items/views/{view}/removal").status_code == 303
    assert reading().scalar(select(func.count()).where(AuditEntry.act == "view.drop")) == 1


def test_a_person_keeps_so_many_views_of_a_list_and_no_more(desk: Visitor) -> None:
    for number in range(MOST_VIEWS + 1):
        save(desk, f"视图 {number}")
    assert reading().scalar(select(func.count()).select_from(SavedView)) == MOST_VIEWS
    assert "最多存 20 个视图" in desk.get("/desk/items").text


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"name": "", "asked": ""}, 303),
        ({"name": "长" * 41, "asked": ""}, 303),
        ({"name": "长", "asked": "q=" + "x" * 300}, 422),
        ({"name": "别处", "asked": "endpoint=static&_external=1&next=//evil.example&code=1"}, 303),
    ],
)
def test_what_no_list_would_send_is_not_kept(desk: Visitor, data: dict[str, str], status: int) -> None:
    assert desk.post("/desk/lists/items/views", data=data).status_code == status
    kept = reading().scalars(select(SavedView)).all()
    assert [view.asked for view in kept] == ([{}] if data["name"] == "别处" else [])


def test_nobody_keeps_views_of_a_list_they_may_not_open(app: Flask, people: Cast) -> None:
    finance = at_desk(app, people, StaffRole.FINANCE)
    assert save(finance) == 404
    assert finance.post("/desk/lists/items/columns", data={"columns": "brand"}).status_code == 404
    assert finance.post("/desk/lists/nothing/columns", data={"columns": "brand"}).status_code == 404


def test_a_suppliers_person_shares_nothing_and_sees_nothing_shared(app: Flask, people: Cast, desk: Visitor) -> None:
    save(desk, "大家的", shared="1")
    put = SupplierToPut(code="SUP-1", name="某厂", admission=Admission.CANDIDATE)
    transact(put_supplier, put=put, revision=0, actor="system")
    theirs = at_desk(app, people, StaffRole.MERCHANDISER)
    staff = reading().get_one(Staff, people.staff[StaffRole.MERCHANDISER].id)
    staff.supplier_id = reading().scalars(select(Supplier.id)).one()
    maker = reading().scalars(select(SavedView)).one()
    maker.staff_id = people.staff[StaffRole.ADMINISTRATOR].id
    db.session.commit()
    assert "大家的" not in theirs.get("/desk/items").text
    assert 'name="codes"' not in theirs.get("/desk/items").text  # what is changed at once is the whole brand's
    assert "同事也能看到" not in theirs.get("/desk/items").text
    assert save(theirs, "偷看", shared="1") == 303
    assert reading().scalar(select(func.count()).select_from(SavedView)) == 1


def test_columns_are_ones_own_and_the_usual_ones_come_back(app: Flask, people: Cast, desk: Visitor) -> None:
    desk.post("/desk/lists/items/columns", data={"columns": ["brand", "made", "no-such"], "next": "/desk/items"})
    assert reading().scalars(select(ListColumns)).one().columns == ["reward", "brand", "made"]
    page = desk.get("/desk/items").text
    assert "建立时间</" in page
    assert ">草稿</th>" not in page
    assert ">草稿</th>" in at_desk(app, people, StaffRole.ADMINISTRATOR).get("/desk/items").text
    assert ">草稿</th>" in desk.get("/desk/items?columns=draft").text
    desk.post("/desk/lists/items/columns", data={"usual": "1", "columns": "brand"})
    assert reading().scalars(select(ListColumns)).all() == []
    assert ">草稿</th>" in desk.get("/desk/items").text


def test_a_head_sorts_both_ways_and_says_so(desk: Visitor) -> None:
    first = desk.get("/desk/items?sort=points").text
    assert 'aria-sort="ascending"' in first
    assert "sort=-points" in first
    again = desk.get("/desk/items?sort=-points&q=&state=on").text
    assert 'aria-sort="descending"' in again
    codes = [page.split('name="codes" value="')[1].split('"')[0] for page in (first, again)]
    assert codes == ["HIDDEN-1", "CARD-500"]


@pytest.mark.parametrize(
    "address",
    ["?page=0", "?page=-1", "?page=99999999999", "?size=7", "?sort=;drop", "?columns=,,x", "?kept=%00x", "?kept=9"],
)
def test_an_address_nobody_wrote_is_a_list_all_the_same(desk: Visitor, address: str) -> None:
    assert desk.get(f"/desk/items{address}").status_code == (400 if "%00" in address else 200)


def test_what_was_chosen_is_read_once_each_in_its_order() -> None:
    chosen = selection(MultiDict([("codes", " B "), ("codes", "A"), ("codes", "B"), ("codes", ""), ("q", "x")]))
    assert chosen == Selection(("B", "A"))
    assert hidden(chosen, {"q": "x"}) == [("codes", "B"), ("codes", "A")]
    assert not selection(MultiDict())


def test_all_that_fit_say_how_many_were_seen() -> None:
    chosen = selection(MultiDict([("all", "1"), ("seen", "1234"), ("codes", "A")]))
    assert chosen == Selection((), True, 1234)
    assert chosen.moved(1233)
    assert not chosen.moved(1234)
    assert hidden(chosen, {"state": "on"}) == [("all", "1"), ("seen", "1234"), ("state", "on")]
