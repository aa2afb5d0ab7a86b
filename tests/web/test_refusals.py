from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from mall import create_app
from mall.base.refused import NotFound, Refused
from mall.config import Settings
from mall.web import guards
from mall.web.db import db
from mall.web.limits import TooManyTries
from tests.cast import Visitor
from tests.conftest import SECRET

FRAGMENT = {"HX-Request": "true"}


class Short(Refused):
    """A refusal with a number in it."""

    code = "short"
    text = "还差 %(points)s 积分。"


@pytest.fixture
def client(sqlite_url: str) -> Iterator[FlaskClient]:
    """A mall with routes that fail in every way, outside of testing mode: so that failures are told, not raised."""
    app = create_app(Settings(database_url=sqlite_url, secret_key=SECRET))
    app.test_client_class = Visitor

    def route(path: str, view: object, mark: object = guards.open_to_all) -> None:
        app.add_url_rule(path, path, mark(view) if mark else view, methods=["GET", "POST"])  # type: ignore[operator]

    def refusing(refusal: Refused) -> object:
        def view() -> None:
            raise refusal

        return view

    def broken() -> None:
        raise RuntimeError("the password is swordfish")

    route("/short", refusing(Short(points=120)))
    route("/slow", refusing(TooManyTries(minutes=3)))
    route("/api/v1/short", refusing(Short(points=120)))
    route("/gone", refusing(NotFound()))
    route("/broken", broken)
    route("/api/v1/broken", broken)
    route("/unmarked", lambda: "secret", mark=None)
    with app.app_context():
        yield app.test_client()
        db.session.remove()
        db.engine.dispose()


def test_a_refusal_is_a_page_with_its_words_its_status_and_a_way_on(client: FlaskClient) -> None:
    answer = client.get("/short")
    assert answer.status_code == 409
    assert "还差 120 积分。" in answer.text
    assert 'role="alert"' in answer.text
    assert 'href="/"' in answer.text


def test_a_refusal_is_a_toast_for_htmx(client: FlaskClient) -> None:
    answer = client.post("/short", headers=FRAGMENT)
    assert answer.status_code == 409
    assert "还差 120 积分。" in answer.text
    assert "<html" not in answer.text
    assert answer.headers["HX-Retarget"] == "#toasts"


def test_a_refusal_is_a_problem_document_for_partners(client: FlaskClient) -> None:
    answer = client.get("/api/v1/short")
    assert answer.status_code == 409
    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None
    assert answer.json["code"] == "short"
    assert answer.json["params"] == {"points": 120}
    assert "120" in answer.json["title"]


def test_too_many_tries_say_when_to_come_back(client: FlaskClient) -> None:
    answer = client.get("/slow")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "180")


def test_what_is_not_there_is_told_so(client: FlaskClient) -> None:
    for path in ("/nowhere", "/gone"):
        assert client.get(path).status_code == 404
    assert client.get("/api/v1/nowhere").json == {
        "type": "about:blank", "title": "这个页面不存在，或者不属于你。", "status": 404, "code": "not_found",
    }  # fmt: skip


def test_what_is_gone_says_as_much_as_what_never_was(client: FlaskClient) -> None:
    for path in ("/nowhere", "/gone"):
        assert "这个页面不存在，或者不属于你。" in client.get(path).text


def test_a_failure_of_ours_tells_a_reference_and_nothing_else(client: FlaskClient) -> None:
    for path in ("/broken", "/api/v1/broken"):
        answer = client.get(path)
        assert answer.status_code == 500
        assert "swordfish" not in answer.text
        assert "Traceback" not in answer.text
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_stale_form_is_told_with_the_way_back_to_its_page(client: FlaskClient) -> None:
    answer = client.post("/short", csrf=False, headers={"Referer": "http://localhost/catalog?q=x"})
    assert answer.status_code == 422
    assert "页面已过期" in answer.text
    assert "/catalog?q=x" in answer.text
    answer = client.post("/short", csrf=False, headers={"Referer": "http://evil.example/catalog?q=x"})
    assert "evil" not in answer.text


def test_a_route_nobody_marked_is_refused(client: FlaskClient) -> None:
    answer = client.get("/unmarked")
    assert answer.status_code == 403
    assert "secret" not in answer.text


def test_a_route_nobody_marked_says_so_to_its_author(sqlite_url: str) -> None:
    mall = create_app(Settings(database_url=sqlite_url, secret_key=SECRET, testing=True))
    mall.add_url_rule("/unmarked", "unmarked", lambda: "secret")
    with pytest.raises(AssertionError, match="mark the route 'unmarked' with a guard"):
        mall.test_client().get("/unmarked")


def test_a_stale_form_in_htmx_is_a_toast_with_the_way_to_a_fresh_page(client: FlaskClient) -> None:
    here = {"HX-Current-URL": "http://localhost/catalog?q=x"}
    answer = client.post("/short", csrf=False, headers=FRAGMENT | here)
    assert answer.headers["HX-Retarget"] == "#toasts"
    assert "页面已过期" in answer.text
    assert 'href="/catalog?q=x"' in answer.text
