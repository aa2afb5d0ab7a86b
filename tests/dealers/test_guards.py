from __future__ import annotations

from flask import Flask

from mall.web.db import transact
from tests.cast import cast, give_points, sign_in


def test_a_route_nobody_marked_is_refused(mall: Flask) -> None:
    people = transact(cast, seal=mall.extensions["seal"])
    client = mall.test_client()
    sign_in(client, people.owner)
    give_points(people.linan.id, 100)
    give_points(people.linan.id, 100)
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert client.post("/theme", data={"theme": "dark"}).status_code == 303
    assert client.post("/theme", data={"theme": "dark"}, csrf=False).status_code == 422
