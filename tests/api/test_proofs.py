"""Partners fetch proofs and checkpoints, and see nobody else's documents by it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from tests.api.conftest import Partner, body
from tests.conftest import Clock
from tests.points.checkpointing import Keeper

SCRIPT = Path(__file__).parents[2] / "docs" / "verify_points.py"


@pytest.fixture
def keeper(dms: Partner) -> Keeper:
    assert dms.post("/api/v1/orders", body("INV-1")).status_code == 201
    assert dms.post("/api/v1/orders", body("INV-2")).status_code == 201
    return Keeper()


def test_a_partner_verifies_what_it_posted(keeper: Keeper, dms: Partner, tmp_path: Path) -> None:
    assert dms.get("/api/v1/dealers/D-1/proof?seq=2").json["code"] == "not_yet_checkpointed"  # type: ignore[index]
    keeper.take()
    latest = dms.get("/api/v1/checkpoints/latest")
    assert latest.json == keeper.folder.signed(1).told()
    receipt = dms.get("/api/v1/orders/INV-2").json["revisions"][0]["entries"][0]  # type: ignore[index]
    for asked in ("month=2026-11", f"seq={receipt['seq']}"):
        answer = dms.get(f"/api/v1/dealers/D-1/proof?{asked}")
        assert answer.status_code == 200, answer.text
        path = tmp_path / "proof.json"
        path.write_bytes(answer.data)
        [key] = (keeper.folder.path / "keys").glob("*.pub")
        told = subprocess.run(
            [sys.executable, "-I", "-S", str(SCRIPT), str(path), "--key", str(key), "--hash", receipt["hash"]],
            capture_output=True,
            text=True,
            check=False,
        )
        assert told.returncode == 0, told.stderr
        assert answer.json["checkpoint"] == latest.json  # type: ignore[index]


def test_other_partners_documents_are_not_shown(
    keeper: Keeper, partners: tuple[Partner, Partner], clock: Clock
) -> None:
    dms, erp = partners
    keeper.take()
    assert erp.get("/api/v1/dealers/D-1/proof?seq=1").status_code == 404, "it has posted nothing for this dealer"
    assert erp.post("/api/v1/orders", body("E-1")).status_code == 201
    keeper.take()
    refused = erp.get("/api/v1/dealers/D-1/proof?month=2026-11")
    assert (refused.status_code, refused.json["code"]) == (403, "others_documents")  # type: ignore[index]
    assert erp.get("/api/v1/dealers/D-1/proof?seq=3").status_code == 200
    assert dms.get("/api/v1/dealers/D-1/proof?seq=2").status_code == 200
    assert dms.get("/api/v1/dealers/D-1/proof?seq=3").status_code == 403


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("", 422),
        ("?seq=0", 422),
        ("?seq=01", 422),
        ("?seq=9999999999999999", 422),
        ("?seq=%D9%A1", 422),
        ("?month=2026-13", 422),
        ("?month=2026-11-01", 422),
        ("?month=2026-11&seq=1", 422),
        ("?month=2025-01", 404),
        ("?seq=3", 409),
    ],
)
def test_what_makes_no_sense_is_refused(keeper: Keeper, dms: Partner, asked: str, status: int) -> None:
    keeper.take()
    assert dms.get(f"/api/v1/dealers/D-1/proof{asked}").status_code == status


def test_a_folder_that_is_away_is_told_as_such(app: Flask, keeper: Keeper, dms: Partner) -> None:
    assert dms.get("/api/v1/checkpoints/latest").status_code == 404
    keeper.take()
    keeper.folder.path.rename(keeper.folder.path.with_name("moved"))
    for asked in ("/api/v1/dealers/D-1/proof?seq=1", "/api/v1/checkpoints/latest"):
        answer = dms.get(asked)
        assert (answer.status_code, json.loads(answer.data)["code"]) == (503, "checkpoints_away")
