"""The description is valid, and the API keeps to it."""

from __future__ import annotations

import io
from collections import Counter
from typing import Any
from urllib.parse import quote

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from openapi_spec_validator import OpenAPIV31SpecValidator, validate
from schemathesis.checks import not_a_server_error, unsupported_method
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from werkzeug import Request

from tests.api.conftest import Partner, body
from tests.conftest import running


def test_the_description_is_valid_openapi_3_1(mall: Flask) -> None:
    about = mall.test_client().get("/api/v1/openapi.json").json
    validate(about, cls=OpenAPIV31SpecValidator)
    assert about["openapi"].startswith("3.1")


def test_every_route_of_the_api_is_described(mall: Flask) -> None:
    about = mall.test_client().get("/api/v1/openapi.json").json
    described = {(f"/api/v1{path}", method.upper()) for path, methods in about["paths"].items() for method in methods}
    served = {
        (rule.rule.replace("<path:", "<").replace("<", "{").replace(">", "}"), method)
        for rule in mall.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert described == served


def test_the_page_for_people_shows_every_operation_and_shape(mall: Flask) -> None:
    client = mall.test_client()
    page, about = client.get("/api/v1/docs"), client.get("/api/v1/openapi.json").json
    assert page.status_code == 200
    for name in [*about["paths"], *about["components"]["schemas"]]:
        assert name in page.text


def test_production_shows_no_page_for_people(sqlite_url: str, clock: object, monkeypatch: pytest.MonkeyPatch) -> None:
    for app in running(sqlite_url, clock):  # type: ignore[arg-type]
        object.__setattr__(app.extensions["settings"], "testing", False)
        assert app.test_client().get("/api/v1/docs").status_code == 404
        assert app.test_client().get("/api/v1/openapi.json").status_code == 200


def signing(partner: Partner) -> Any:
    """The mall with a partner's signature put on every request that comes."""

    def app(environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        body = request.get_data()
        target = quote(request.path, safe="/:@!$&'()*+,;=~") + (
            f"?{request.query_string.decode()}" if request.query_string else ""
        )
        for name, value in partner.headers(request.method, target, body).items():
            environ["HTTP_" + name.upper().replace("-", "_")] = value
        environ["wsgi.input"] = io.BytesIO(body)
        partner.clock.tick(seconds=1)
        return partner.app(environ, start_response)

    return app


CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    unsupported_method,
)


@pytest.mark.slow
def test_made_up_requests_never_break_it(on_sqlite: Partner) -> None:
    on_sqlite.post("/api/v1/orders", body())
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", signing(on_sqlite))
    seen: Counter[int] = Counter()

    for operation in schema.get_all_operations():

        @settings(
            max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
        )
        @given(case=operation.ok().as_strategy())
        def attempt(case: schemathesis.Case) -> None:
            response = case.call()
            seen[response.status_code] += 1
            case.validate_response(response, checks=list(CHECKS))

        attempt()
    assert sum(seen.values()) > 100
    assert seen[200] + seen[201] + seen[202] > 20, seen
