"""The library and its pages, and where pictures are fetched from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.catalog.actions.suppliers import SupplierToPut, put_supplier
from mall.catalog.models import Admission, Supplier
from mall.dealers.models import Staff, StaffRole
from mall.media.models import Picture, Use
from mall.media.staff.upload import MOST_FILES
from mall.web import assets
from mall.web.db import db, transact
from mall.web.picture_field import USES
from tests.cast import Cast, Visitor, cast, sign_in
from tests.media.photos import photo

DESK = "/desk/pictures"


@pytest.fixture
def people(mall: Flask) -> Cast:
    return transact(cast, seal=mall.extensions["seal"])


@pytest.fixture
def desk(mall: Flask, people: Cast) -> Visitor:
    client = mall.test_client()
    sign_in(client, people.staff[StaffRole.MERCHANDISER])
    assert isinstance(client, Visitor)
    return client


Upload = Callable[..., str]


def files(*named: tuple[bytes, str]) -> dict[str, object]:
    return {"files": [(BytesIO(data), name) for data, name in named]}


def brought(client: Visitor, data: bytes | None = None, name: str = "瓷器.jpg") -> Picture:
    answer = client.post(DESK, data=files((data or photo(), name)))
    assert answer.status_code == 303
    return db.session.scalars(select(Picture).order_by(Picture.made_at.desc())).first()  # type: ignore[return-value]


def test_an_empty_library_says_what_to_do(desk: Visitor) -> None:
    text = desk.get(DESK).text
    assert "图库还是空的" in text
    assert "白底或抠好的方图最好" in text


def test_what_is_brought_stands_in_the_library_and_is_found_by_its_name(desk: Visitor) -> None:
    picture = brought(desk)
    brought(desk, photo(480, 480), "100%_杯.png")
    assert "瓷器.jpg" in desk.get(DESK).text
    for q, found in (("瓷", True), ("瓷 JPG", True), (picture.key, True), (f"/media/{picture.key}/240.webp", True),
                     ("茶", False), ("%", False), ("_杯", False), ("瓷%", False)):  # fmt: skip
        assert ("瓷器.jpg" in desk.get(DESK, query_string={"q": q}).text) is found, q
    assert "100%_杯.png" in desk.get(DESK, query_string={"q": "0%_"}).text
    assert "瓷器.jpg" not in desk.get(DESK, query_string={"shape": "wide"}).text
    assert desk.get(DESK, query_string={"shape": "round", "page": "99999999"}).status_code == 200


def test_of_several_files_each_has_its_own_outcome(desk: Visitor) -> None:
    answer = desk.post(DESK, data=files((photo(), "好.jpg"), (b"<html>", "坏.jpg"), (photo(300, 300), "小.jpg")))
    assert answer.status_code == 200
    assert "已加入图库" in answer.text
    assert "这个文件不是能用的图片" in answer.text
    assert "300×300" in answer.text
    assert answer.text.count('data-outcome="refused"') == 2
    assert desk.post(DESK, data=files((b"<html>", "坏.jpg"))).status_code == 422
    assert len(db.session.scalars(select(Picture)).all()) == 1


def test_the_script_gets_one_files_line_alone(desk: Visitor) -> None:
    asked = {**files((photo(), "好.jpg")), "alone": "1", "for": "pictures"}
    answer = desk.post(DESK, data=asked, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert 'name="pictures" value="m' in answer.text
    bad = {**files((b"no", "坏.jpg")), "alone": "1"}
    answer = desk.post(DESK, data=bad, headers={"HX-Request": "true"})
    assert (answer.status_code, 'data-outcome="refused"' in answer.text) == (422, True)


def test_a_suppliers_person_without_script_comes_back_to_the_chooser_and_not_to_a_shut_door(
    people: Cast, desk: Visitor
) -> None:
    def theirs(session: Session, now: datetime) -> None:
        put = SupplierToPut(code="SUP-1", name="景德瓷业", admission=Admission.CANDIDATE)
        put_supplier(session, now, put=put, revision=0, actor="staff:1")
        own = session.scalars(select(Supplier.id)).one()
        session.get_one(Staff, people.staff[StaffRole.MERCHANDISER].id).supplier_id = own

    transact(theirs)
    assert desk.get(DESK).status_code == 403
    sent = {**files((photo(), "好.jpg")), "for": "pictures", "shape": "square"}
    where = desk.post(DESK, data=sent).headers["Location"]
    assert where.startswith(f"{DESK}/choice?for=pictures")
    answer = desk.get(where)
    assert answer.status_code == 200
    key = db.session.scalars(select(Picture.key)).one()
    assert f">{key}</code>" in answer.text
    mixed = desk.post(DESK, data={**files((photo(), "好.jpg"), (b"no", "坏.jpg")), "for": "pictures"})
    assert mixed.status_code == 200
    assert mixed.text.count('data-outcome="refused"') == 1
    assert 'action="/desk/pictures/choice"' in mixed.text


def test_no_file_and_too_many_files_are_told(desk: Visitor) -> None:
    assert "请选择图片文件" in desk.post(DESK, data={}).text
    many = desk.post(DESK, data=files(*[(b"x", f"{n}.jpg") for n in range(MOST_FILES + 1)]))
    assert (many.status_code, "一次最多选 20 张" in many.text) == (422, True)


def test_names_are_shown_and_never_obeyed(desk: Visitor) -> None:
    brought(desk, photo(), "<script>alert(1).jpg")
    assert "<script>alert" not in desk.get(DESK).text
    assert "&lt;script&gt;alert(1).jpg" in desk.get(DESK).text


def test_a_picture_is_cropped_anew_by_one_of_nine_parts_or_exactly(desk: Visitor) -> None:
    picture = brought(desk)
    page = desk.get(f"{DESK}/{picture.key}").text
    assert page.count('class="nine__input"') == 9
    assert "纪云舒 加入图库" in page
    answer = desk.post(f"{DESK}/{picture.key}/crop", data={"anchor": "right", "instead": "1"})
    assert answer.status_code == 303
    new = answer.headers["Location"].rpartition("/")[2]
    assert new != picture.key
    assert picture.key in desk.get(f"{DESK}/{new}").text  # the other crop of the same file
    assert "已收起" in desk.get(f"{DESK}/{picture.key}").text
    assert picture.key not in desk.get(DESK).text
    assert picture.key in desk.get(f"{DESK}?away=1").text
    exact = desk.post(f"{DESK}/{new}/crop", data={"anchor": "left", "left": "7", "top": "9", "width": "450"})
    cut = db.session.get(Picture, exact.headers["Location"].rpartition("/")[2])
    assert cut is not None
    assert (cut.left, cut.top, cut.cut_width, cut.cut_height) == (7, 9, 450, 450)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"anchor": "somewhere"},
        {"left": "0", "top": "0", "width": "900"},
        {"left": "-5", "top": "0", "width": "450"},
        {"left": "0", "top": "0", "width": "120"},
        {"left": "9" * 18, "top": "0", "width": "9" * 18},
    ],
)
def test_a_crop_that_makes_no_sense_is_refused_on_the_page(desk: Visitor, data: dict[str, str]) -> None:
    picture = brought(desk)
    answer = desk.post(f"{DESK}/{picture.key}/crop", data=data)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_a_picture_without_its_files_says_so_and_is_mended_by_uploading_it_again(desk: Visitor, mall: Flask) -> None:
    picture = brought(desk)
    for path in (mall.extensions["settings"].media / picture.key).iterdir():
        path.unlink()
    assert "文件缺失" in desk.get(DESK).text
    assert desk.post(f"{DESK}/{picture.key}/crop", data={"anchor": "left"}).status_code == 409
    assert desk.get(f"{DESK}/{picture.key}/whole").status_code == 409
    brought(desk)
    assert "文件缺失" not in desk.get(DESK).text


def test_what_is_put_away_is_shown_where_it_is_shown(desk: Visitor) -> None:
    picture = brought(desk)
    assert desk.post(f"{DESK}/{picture.key}/putting-away").status_code == 303
    assert picture.key not in desk.get(f"{DESK}/choice?for=pictures").text
    assert desk.get(f"/media/{picture.key}/240.avif").status_code == 200
    desk.post(f"{DESK}/{picture.key}/taking-out")
    assert picture.key in desk.get(f"{DESK}/choice?for=pictures").text


def test_what_is_in_use_is_told_where_and_stays_in_the_library(desk: Visitor) -> None:
    picture, shown = brought(desk), Use(what="礼品", names={"zh_Hans": "钛真空杯"}, address="/desk/items/TB-750-TI")
    later = Use(what="首页草稿", part="标志", address="/desk/face/theme", seen=False)
    desk.application.extensions[USES] = [lambda _session, key: [later, shown] if key == picture.key else []]
    html = desk.get(f"{DESK}/{picture.key}").text
    assert html.index('href="/desk/items/TB-750-TI"') < html.index('href="/desk/face/theme"')
    assert "2 处在用" in html
    refused = desk.post(f"{DESK}/{picture.key}/putting-away")
    assert refused.status_code == 409
    assert "共 2 处，不能收起" in refused.text
    made = desk.post(f"{DESK}/{picture.key}/crop", data={"anchor": "left", "instead": "1"})
    assert made.status_code == 303
    assert db.session.get_one(Picture, picture.key, populate_existing=True).offered


def test_a_form_chooses_from_the_library_and_from_what_the_mall_brings_along(desk: Visitor) -> None:
    square, wide = brought(desk), brought(desk, photo(2000, 800), "横幅.jpg")
    wide_key = desk.post(DESK, data=files((photo(2000, 900), "长.jpg")) | {"shape": "wide"})
    assert wide_key.status_code == 303
    some = desk.get(f"{DESK}/choice?for=logo").text
    assert square.key in some
    assert 'data-choose="thermos"' in some
    wides = desk.get(f"{DESK}/choice?for=slides-0-picture&shape=wide").text
    assert square.key not in wides
    assert "thermos" not in wides
    either = desk.get(f"{DESK}/choice?for=slides-0-picture&shape=any").text
    assert square.key in either
    assert "长.jpg" in either
    assert wide.key in either
    assert 'name="slides-0-picture"' in either


def test_whoever_has_a_picture_keeps_it(desk: Visitor, mall: Flask) -> None:
    picture = brought(desk)
    stranger = mall.test_client()
    for kind in ("avif", "webp"):
        answer = stranger.get(f"/media/{picture.key}/240.{kind}")
        assert (answer.status_code, answer.mimetype) == (200, f"image/{kind}")
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in answer.headers
        again = stranger.get(f"/media/{picture.key}/240.{kind}", headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304
    # Its crop is 600 pixels across: whoever asks for more gets all there is.
    widest = stranger.get(f"/media/{picture.key}/1440.webp")
    assert widest.data == stranger.get(f"/media/{picture.key}/960.webp").data
    assert widest.data != stranger.get(f"/media/{picture.key}/480.webp").data


@pytest.mark.parametrize(
    "rest",
    [
        "whole.webp", "241.webp", "600.webp", "240.jpg", "240.png", "240", "240.webp.br", "0240.webp", "２４０.webp",
        "240.webp%00", "240.webp%0a", "..%2f240.webp", "%2e%2e/secret", "-240.webp", "99999.webp",
    ],
)  # fmt: skip
def test_anything_else_is_not_found(desk: Visitor, rest: str) -> None:
    picture = brought(desk)
    answer = desk.get(f"/media/{picture.key}/{rest}")
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "key", ["..", "%2e%2e", ".", "M" + "a" * 26, "m" + "a" * 26, "m" + "a" * 25, "m" + "1" * 26, "thermos", "m%2f.."]
)
def test_no_key_leads_out_of_the_folder(desk: Visitor, mall: Flask, key: str) -> None:
    brought(desk)
    (mall.extensions["settings"].media.parent / "240.webp").write_bytes(b"secret")
    assert desk.get(f"/media/{key}/240.webp").status_code == 404
    assert desk.get(f"{DESK}/{key}").status_code in {404, 308} or key in {".", "..", "%2e%2e"}


def test_what_was_cut_away_is_for_staff_alone(desk: Visitor, mall: Flask, people: Cast) -> None:
    picture = brought(desk)
    answer = desk.get(f"{DESK}/{picture.key}/whole")
    assert (answer.status_code, answer.mimetype) == (200, "image/webp")
    assert "private" in answer.headers["Cache-Control"]
    other = mall.test_client()
    sign_in(other, people.staff[StaffRole.FINANCE])
    assert other.get(f"{DESK}/{picture.key}/whole").status_code == 403


def test_one_macro_prints_kept_pictures_and_the_malls_own(mall: Flask) -> None:
    key = "m" + "a" * 26
    with mall.test_request_context():
        printed = assets.picture(key, "96px", '茶具 "一壶"', css="entry__picture", eager=True)
        wide = assets.picture(key, "100vw", wide=True)
    assert f'<source type="image/avif" srcset="/media/{key}/240.avif 240w, /media/{key}/480.avif 480w' in printed
    assert f'src="/media/{key}/480.webp" srcset="/media/{key}/240.webp 240w' in printed
    assert 'width="480" height="480" alt="茶具 &#34;一壶&#34;" loading="eager"' in printed
    assert 'class="picture entry__picture"' in printed
    assert 'width="480" height="192"' in wide
