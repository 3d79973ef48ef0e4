"""BODYSTRUCTURE: what counts as an attachment."""

import pytest

from tests.unit.imap.rows import TEXT, line, long_way
from vexmail.imap.fetch_row import read_message


@pytest.mark.parametrize(
    ("structure", "attached"),
    [
        (TEXT, False),
        (f'({TEXT}{TEXT} "alternative" ("boundary" "name") NIL NIL NIL)', False),
        (
            f'({TEXT}("application" "pdf" ("name" "a.pdf") NIL NIL "base64" 10 NIL NIL NIL NIL)'
            ' "mixed" ("boundary" "b") NIL NIL NIL)',
            True,
        ),
        (
            f'({TEXT}("image" "png" NIL NIL NIL "base64" 10 NIL ("attachment" ("filename" "a")) NIL'
            ' NIL) "mixed" NIL NIL NIL NIL)',
            True,
        ),
        (
            f'({TEXT}("image" "png" ("name" "a.png") "<1@x>" NIL "base64" 10 NIL ("inline" NIL) NIL'
            ' NIL) "related" NIL NIL NIL NIL)',
            False,
        ),
        (
            f'({TEXT}("image" "png" ("name" "a.png") NIL NIL "base64" 10 NIL ("inline" NIL) NIL'
            ' NIL) "mixed" NIL NIL NIL NIL)',
            True,
        ),
        (
            f'({TEXT}("application" "pgp-signature" ("name" "signature.asc") NIL NIL "7bit" 10 NIL'
            ' ("attachment" NIL) NIL NIL) "signed" NIL NIL NIL NIL)',
            False,
        ),
        (
            f'({TEXT}("message" "rfc822" NIL NIL NIL "7bit" 10 (NIL NIL NIL NIL NIL NIL NIL NIL NIL'
            f' NIL) {TEXT} 3 NIL NIL NIL NIL) "mixed" NIL NIL NIL NIL)',
            True,
        ),
        ('("text" "plain" ("name" "a.txt") NIL NIL "7bit" 10 1 NIL NIL NIL NIL)', True),
        ('("text" "plain" ("attachment" "x") NIL NIL "7bit" 10 1 NIL NIL NIL NIL)', False),
        ('("text" "plain" NIL NIL NIL "7bit" 10 1 NIL ("ATTACHMENT" NIL) NIL NIL)', True),
        (
            '("text" "plain" NIL NIL NIL "7bit" 10 1 NIL ("inline" ("filename*0*" "a")) NIL NIL)',
            True,
        ),
        ('("application" "octet-stream" NIL NIL NIL "base64" 10)', True),
        ('("text" "calendar" ("method" "REQUEST") NIL NIL "7bit" 10 1)', False),
        (f'({TEXT} "mixed" NIL ("attachment" NIL) NIL NIL)', True),
        ('("text" "plain")', False),
        ("()", False),
    ],
)
def test_attachments_are_told_from_the_structure_alike_both_ways(
    structure: str,
    attached: bool,  # noqa: FBT001 - a column of the table
) -> None:
    unit = [line(structure=structure)]

    for message in (read_message(unit), long_way(unit)):
        assert message is not None
        assert message.has_attachments is attached
