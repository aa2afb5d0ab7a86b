"""The Merkle tree is that of RFC 6962, for any number of leaves."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mall.points.rules.merkle import EMPTY, Tree, root_from

KNOWN = (
    # The leaves and roots with which implementations of Certificate Transparency are compared.
    ("", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
    ("00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
    ("10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
    ("2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
    ("3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
    ("40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
    ("5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
    ("606162636465666768696a6b6c6d6e6f", "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
)
LEAVES = st.lists(st.binary(max_size=40), min_size=1, max_size=70)


def root_of_the_rfc(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, word for word."""
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + root_of_the_rfc(leaves[:half]) + root_of_the_rfc(leaves[half:])).digest()


def path_of_the_rfc(index: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962, section 2.1.1, word for word."""
    if len(leaves) == 1:
        return []
    half = 1 << (len(leaves) - 1).bit_length() - 1
    if index < half:
        return [*path_of_the_rfc(index, leaves[:half]), root_of_the_rfc(leaves[half:])]
    return [*path_of_the_rfc(index - half, leaves[half:]), root_of_the_rfc(leaves[:half])]


def test_the_roots_are_those_other_implementations_get() -> None:
    leaves = [bytes.fromhex(leaf) for leaf, _root in KNOWN]
    assert [Tree(leaves[: n + 1]).root.hex() for n in range(len(KNOWN))] == [root for _leaf, root in KNOWN]
    assert Tree([]).root == EMPTY


@given(LEAVES)
def test_root_and_paths_are_those_of_the_rfc(leaves: list[bytes]) -> None:
    tree = Tree(leaves)
    assert tree.root == root_of_the_rfc(leaves)
    for index, leaf in enumerate(leaves):
        path = tree.path(index)
        assert path == path_of_the_rfc(index, leaves)
        assert root_from(leaf, index, len(leaves), path) == tree.root


@given(LEAVES, st.data())
def test_no_other_leaf_place_size_or_path_leads_to_the_root(leaves: list[bytes], data: st.DataObject) -> None:
    tree, size = Tree(leaves), len(leaves)
    index = data.draw(st.integers(0, size - 1))
    path = tree.path(index)
    assert root_from(leaves[index] + b"x", index, size, path) != tree.root
    elsewhere = data.draw(st.integers(0, size + 3))
    if elsewhere != index and (elsewhere >= size or leaves[elsewhere] != leaves[index]):
        assert leads(leaves[index], elsewhere, size, path) != tree.root
    for wrong in (path[:-1] if path else [EMPTY], [*path, EMPTY], [EMPTY, *path]):
        assert leads(leaves[index], index, size, wrong) != tree.root
    for n in range(len(path)):
        assert root_from(leaves[index], index, size, [*path[:n], EMPTY, *path[n + 1 :]]) != tree.root


def test_a_node_never_passes_for_a_leaf() -> None:
    tree = Tree([b"a", b"b"])
    inner = b"".join(tree.storeys[0])
    assert Tree([inner]).root != tree.root


def test_a_place_that_is_none_has_no_path() -> None:
    for wrong in (-1, 2):
        with pytest.raises(IndexError):
            Tree([b"a", b"b"]).path(wrong)


def leads(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    try:
        return root_from(leaf, index, size, path)
    except ValueError:
        return None
