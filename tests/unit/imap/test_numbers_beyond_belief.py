"""Numbers of a server that lies: what cannot be is absent, what may be is kept."""

import pytest

from vexmail.imap.fetch_row import read_flags, read_message
from vexmail.imap.response_parser import parse_response
from vexmail.imap.responses import Fetch
from vexmail.imap.uid_sets import number

ROW = (
    '* 1 FETCH (UID {uid} FLAGS ({flags}) INTERNALDATE "01-Feb-2026 10:00:00 +0000" '
    'RFC822.SIZE {size} MODSEQ ({mod_seq}) ENVELOPE (NIL "hi" NIL NIL NIL NIL NIL NIL NIL NIL) '
    'BODYSTRUCTURE ("text" "plain" NIL NIL NIL "7bit" 10 1 NIL NIL NIL))'
)


def row(*, uid: str = "7", size: str = "100", mod_seq: str = "5", flags: str = "") -> list[bytes]:
    """Return the unit of an envelope-pass answer."""
    return [ROW.format(uid=uid, size=size, mod_seq=mod_seq, flags=flags).encode()]


@pytest.mark.parametrize("uid", ["0", "4294967296", "9999999999", "99999999999999999999", "x", "²"])
def test_a_row_whose_uid_cannot_be_one_is_no_row(uid: str) -> None:
    assert read_message(row(uid=uid)) is None
    assert read_flags([f"* 1 FETCH (UID {uid} FLAGS (\\Seen))".encode()]) is None


@pytest.mark.parametrize("uid", ["1", "999999999", "3999999999", "4294967295"])
def test_every_uid_that_can_be_is_read_by_both_ways(uid: str) -> None:
    message = read_message(row(uid=uid))
    flags = read_flags([f"* 1 FETCH (UID {uid} FLAGS (\\Seen))".encode()])
    response = parse_response(row(uid=uid))

    assert message is not None
    assert flags is not None
    assert isinstance(response, Fetch)
    assert message.uid == flags.uid == response.uid == int(uid)


@pytest.mark.parametrize("huge", ["9223372036854775808", "9999999999999999999", "9" * 20])
def test_sizes_and_mod_sequences_no_column_holds_are_unknown(huge: str) -> None:
    message = read_message(row(size=huge, mod_seq=huge))
    flags = read_flags([f"* 1 FETCH (UID 7 FLAGS () MODSEQ ({huge}))".encode()])

    assert message is not None
    assert flags is not None
    assert (message.uid, message.size, message.mod_seq, flags.mod_seq) == (7, 0, 0, 0)


def test_the_largest_mod_sequence_is_kept() -> None:
    message = read_message(row(mod_seq=str(2**63 - 1)))

    assert message is not None
    assert message.mod_seq == 2**63 - 1


def test_a_flag_with_a_control_character_is_no_flag() -> None:
    message = read_message(row(flags="a\0b Holiday \x7f \\Seen"))

    assert message is not None
    assert message.flags == {"Holiday", "\\Seen"}


@pytest.mark.parametrize(
    "text", [None, "", "-1", "1.5", "²", "\N{ARABIC-INDIC DIGIT ONE}", "9" * 21, "9" * 5000, "11"]
)
def test_what_is_no_number_or_too_large_is_none(text: str | None) -> None:
    assert number(text, 10) is None
    assert number("10", 10) == 10
