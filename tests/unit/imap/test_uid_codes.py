"""COPYUID and APPENDUID: read when they are sound, nothing when they are not."""

import pytest

from vexmail.domain.ids import Uid
from vexmail.imap.responses import Condition
from vexmail.imap.uid_codes import appended_uid, copied_uids

ASKED = [Uid(uid) for uid in (3, 4, 5, 9)]


def told(arguments: str, *, code: str = "COPYUID", tag: str = "A1") -> Condition:
    """Return an OK with a code."""
    return Condition(tag, "OK", code, arguments, "done")


@pytest.mark.parametrize(
    ("arguments", "pairs"),
    [
        ("7 3 100", {3: 100}),
        ("7 3:5,9 100:103", {3: 100, 4: 101, 5: 102, 9: 103}),
        ("7 9,3 100,101", {9: 100, 3: 101}),
        ("7 3:5 100,102,104", {3: 100, 4: 102, 5: 104}),
        # nothing
        ("7 3:5 100:101", {}),
        ("7 3:5", {}),
        ("7 3:5 100:102 x", {}),
        ("", {}),
        ("7 3:* 1:2", {}),
        ("7 3 0", {}),
        ("7 8 100", {}),
        ("7 3,3 100,101", {}),
        ("7 3,4 100,100", {}),
        ("7 1:4294967295 1:4294967295", {}),
    ],
)
def test_new_uids_are_read_or_nothing_is(arguments: str, pairs: dict[int, int]) -> None:
    assert copied_uids([told(arguments)], ASKED) == pairs


def test_several_codes_of_one_answer_add_up() -> None:
    answer = [told("7 3 100", tag=""), told("7 4 101", tag=""), told("", code="")]

    assert copied_uids(answer, ASKED) == {3: 100, 4: 101}


@pytest.mark.parametrize(
    ("condition", "uid"),
    [
        (told("7 100", code="APPENDUID"), 100),
        (told("7", code="APPENDUID"), None),
        (told("7 0", code="APPENDUID"), None),
        (told("7 4294967296", code="APPENDUID"), None),
        (told("7 1:2", code="APPENDUID"), None),
        (told("7 1 2"), None),
        (told("", code=""), None),
    ],
)
def test_an_appended_uid_is_read_or_nothing_is(condition: Condition, uid: int | None) -> None:
    assert appended_uid(condition) == uid
