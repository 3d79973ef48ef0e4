"""The data syntax, and what is not of it."""

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vexmail.domain.errors import ProtocolViolation
from vexmail.imap.framer import Unit
from vexmail.imap.tokens import MAX_DEPTH, Token, tokenise


@pytest.mark.parametrize(
    ("unit", "tokens"),
    [
        ([b'a "b" NIL nil "NIL" 12'], ["a", b"b", None, None, b"NIL", "12"]),
        ([b"(() (a (b)))"], [[[], ["a", ["b"]]]]),
        ([b'("a""b")(c)'], [[b"a", b"b"], ["c"]]),
        ([b'"a \\" \\\\ b)("'], [b'a " \\ b)(']),
        ([b"x {3}", b'a"(', b" y"], ["x", b'a"(', "y"]),
        ([b"x ~{3}", b"a\0c", b""], ["x", b"a\0c"]),
        ([b"({1}", b"a", b" {1}", b"b", b")"], [[b"a", b"b"]]),
        (
            [b"(BODY[HEADER.FIELDS (TO CC)]<0> NIL)"],
            [["BODY[HEADER.FIELDS (TO CC)]<0>", None]],
        ),
        ([b"(\\Seen $X a\xff)"], [["\\Seen", "$X", "a\N{REPLACEMENT CHARACTER}"]]),
        ([b'"{3}"'], [b"{3}"]),
        ([b""], []),
    ],
)
def test_values_are_read(unit: Unit, tokens: list[Token]) -> None:
    assert tokenise(unit) == tokens


@pytest.mark.parametrize("line", [b"(", b")", b"(()", b'"open', b"a[b", b'("a)', b'"a\\"'])
def test_what_is_not_balanced_is_a_violation(line: bytes) -> None:
    with pytest.raises(ProtocolViolation):
        tokenise([line])


def test_nesting_is_bounded() -> None:
    tokenise([b"(" * MAX_DEPTH + b")" * MAX_DEPTH])
    with pytest.raises(ProtocolViolation):
        tokenise([b"(" * (MAX_DEPTH + 1) + b")" * (MAX_DEPTH + 1)])


_strings = st.binary(max_size=20)
_trees = st.recursive(
    _strings | st.none(), lambda inner: st.lists(inner, max_size=4), max_leaves=20
)


def _write(tree: bytes | list[object] | None, unit: Unit) -> None:
    """Write a value the way servers do, choosing literals where quoting would be hard."""
    if tree is None:
        unit[-1] += b"NIL "
    elif isinstance(tree, list):
        unit[-1] += b"("
        for item in tree:
            _write(item, unit)  # type: ignore[arg-type]  # made of strings and lists
        unit[-1] += b")"
    elif len(tree) % 2:
        unit[-1] += b"{%d}" % len(tree)
        unit += [tree, b""]
    else:
        unit[-1] += b'"' + tree.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'" '


@given(st.lists(_trees, max_size=4))
def test_what_is_written_is_read_back(trees: list[object]) -> None:
    unit: Unit = [b""]
    for tree in trees:
        _write(tree, unit)  # type: ignore[arg-type]  # made of strings and lists

    assert tokenise(unit) == trees


@given(st.lists(st.binary(max_size=80), min_size=1, max_size=5).filter(lambda u: len(u) % 2 == 1))
def test_any_bytes_are_read_or_refused(unit: Unit) -> None:
    with suppress(ProtocolViolation):
        tokenise(unit)


@pytest.mark.parametrize(
    "hostile",
    [
        b'"' + b"\\a" * 400_000,
        b"[" * 500_000,
        b"a[" * 400_000,
        b" " * 900_000,
        b"(" * 900_000,
        b"a" * 900_000 + b'"',
        b'""' * 400_000 + b"x[",
    ],
)
def test_a_megabyte_of_malice_costs_no_more_than_a_megabyte(hostile: bytes) -> None:
    began = time.process_time()
    with suppress(ProtocolViolation):
        tokenise([hostile])

    assert time.process_time() - began < 3
