"""Pages travel small, and whole."""

from __future__ import annotations

import gzip

import brotli
import pytest
from flask import Flask


@pytest.mark.parametrize(
    ("takes", "told"),
    [
        ("br, gzip", "br"),
        ("gzip, deflate", "gzip"),
        ("gzip;q=0.5, br;q=1.0", "br"),
        ("br;q=0, gzip", "gzip"),
        ("identity", None),
        ("", None),
    ],
)
def test_a_page_is_compressed_as_the_client_takes_it(mall: Flask, takes: str, told: str | None) -> None:
    client = mall.test_client()
    plain = client.get("/sign-in", headers={"Accept-Encoding": ""})
    answer = client.get("/sign-in", headers={"Accept-Encoding": takes})
    assert answer.headers.get("Content-Encoding") == told
    assert "Accept-Encoding" in answer.headers["Vary"]
    opened = {"br": brotli.decompress, "gzip": gzip.decompress}.get(told or "", bytes)(answer.data)
    assert opened[:200] == plain.data[:200]
    assert opened.rstrip().endswith(b"</html>")
    assert int(answer.headers["Content-Length"]) == len(answer.data)


def test_a_few_bytes_are_left_as_they_are(mall: Flask) -> None:
    answer = mall.test_client().get("/healthz", headers={"Accept-Encoding": "br"})
    assert "Content-Encoding" not in answer.headers
