"""The gate itself: with a safeguard taken out of a copy of the source, a test fails, and for that reason.

The three that matter most run here; `make prove` runs them all.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.points.proving.mutations import MUTATIONS, Copy, Mutation, control
from tests.points.proving.mutations import ROOT as SOURCE

HERE = tuple(
    replace(mutation, caught_by=mutation.caught_by[:1], held_by=())
    for mutation in MUTATIONS
    if mutation.name
    in (
        "the account's row is not locked",
        "the key is not looked for again under the lock",
        "nothing is swept when a book is opened",
    )
)
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("mutations")]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    return Copy(tmp_path_factory.mktemp("copy"))


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_what_is_taken_out_is_still_where_the_gate_looks_for_it(mutation: Mutation) -> None:
    for file, old, _ in mutation.changes:
        assert (SOURCE / file).read_text().count(old) == 1, f"{file} no longer says: {old}"
    for test in (*mutation.caught_by, *mutation.held_by):
        file, name = test.split("::")
        assert f"def {name}(" in (SOURCE / file).read_text()


@pytest.mark.parametrize("mutation", HERE, ids=lambda mutation: mutation.name)
def test_without_a_safeguard_a_test_fails(copy: Copy, mutation: Mutation) -> None:
    assert copy.without(mutation) == ""


def test_the_untouched_copy_is_green(copy: Copy) -> None:
    assert control(copy, tuple(mutation for mutation in HERE if mutation.engine == "sqlite")) == ""
