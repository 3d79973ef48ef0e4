"""Which names a mailbox may have, and where it lies after renames."""

import pytest

from vexmail.domain.mailbox_name import (
    MailboxNameInvalid,
    Renaming,
    checked_name,
    is_below,
    moved,
    shown_path,
)


@pytest.mark.parametrize(
    ("name", "delimiter", "kept"),
    [
        (" Work ", "/", "Work"),
        ("Grüße", "/", "Grüße"),
        ("Gru\u0308ße", "/", "Grüße"),
        ("a.b", "/", "a.b"),
        ("a/b", "", "a/b"),
        ("x" * 200, ".", "x" * 200),
    ],
)
def test_a_name_is_kept_composed_and_without_blanks_around(
    name: str, delimiter: str, kept: str
) -> None:
    assert checked_name(name, delimiter) == kept


@pytest.mark.parametrize(
    "name", ["", "  ", "a.b", "a\nb", "a\x00", "a\x7fb", "a\u2028b", "\ud800", "x" * 201]
)
def test_a_name_that_no_mailbox_can_have_is_refused(name: str) -> None:
    with pytest.raises(MailboxNameInvalid):
        checked_name(name, ".")


def test_below_means_below_and_not_beginning_alike() -> None:
    assert is_below("Work/a", "Work", "/")
    assert not is_below("Workshop", "Work", "/")
    assert not is_below("Work", "Work", "/")
    assert not is_below("Work/a", "Work", "")
    assert moved("Work/a/b", "Work/a", "Job", "/") == "Job/b"
    assert moved("Workshop", "Work", "Job", "/") == "Workshop"


def test_renames_are_laid_over_a_name_in_their_order() -> None:
    renamings = [Renaming(3, "A", "B"), Renaming(5, "B", "C"), Renaming(8, "C/x", "y")]

    assert shown_path("A/x", "/", renamings) == "y"
    assert shown_path("A/z", "/", renamings) == "C/z"
    assert shown_path("B", "/", renamings) == "C", "the first was carried out already"
    assert shown_path("A", "/", renamings, since=4) == "A", "another A, made after the rename"
