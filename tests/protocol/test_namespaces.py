"""Whose mailboxes the server lists (RFC 2342): marked, and asked for where "*" hides them."""

from tests.support.imap_session import session_with
from tests.support.scripted_imap import after_login
from vexmail.domain.mailbox import MailboxNamespace

OK = "S: {tag} OK done\n"
PERSONAL, OTHER, SHARED = MailboxNamespace
LISTED = (
    'C: LIST "" "[*]"\n'
    'S: * LIST () "." INBOX\n'
    'S: * LIST () "." INBOX.Work\n'
    'S: * LIST () "/" #mh/x\n'
    'S: * LIST (\\Noselect) "." user\n'
    'S: * LIST () "." user.bob\n'
    'S: * LIST () "." users\n'
    "S: {tag} OK done\n"
)
NAMESPACES = (
    'C: NAMESPACE\nS: * NAMESPACE (("INBOX." ".")("#mh/" "/")) (("user." "."))'
    ' (("#shared." "."))\nS: {tag} OK done\n'
)
HIDDEN = 'C: LIST "" "#shared.[*]"\n'


async def test_mailboxes_are_marked_by_the_prefix_that_fits_and_hidden_ones_asked_for() -> None:
    script = after_login(
        f'{LISTED}{NAMESPACES}{HIDDEN}S: * LIST () "." #shared.news\n{OK}C: LSUB *\n{OK}'
        f"{LISTED}{HIDDEN}S: {{tag}} NO not today\nC: LSUB *\n{OK}",
        capabilities="NAMESPACE",
    )

    async with session_with(script) as session:
        first = await session.list_mailboxes()
        second = await session.list_mailboxes()  # asks for no NAMESPACE again

    assert {box.name: (box.namespace, box.prefix) for box in first} == {
        "INBOX": (PERSONAL, "INBOX."),
        "INBOX.Work": (PERSONAL, "INBOX."),
        "#mh/x": (PERSONAL, "#mh/"),
        "user": (OTHER, "user."),
        "user.bob": (OTHER, "user."),
        "users": (PERSONAL, ""),
        "#shared.news": (SHARED, "#shared."),
    }
    assert {box.name for box in first} - {box.name for box in second} == {"#shared.news"}


async def test_without_namespaces_all_is_ones_own() -> None:
    script = after_login(
        f'C: LIST "" "[*]"\nS: * LIST () "/" INBOX\nS: * LIST () "/" a/b\n{OK}C: LSUB *\n{OK}'
    )

    async with session_with(script) as session:
        listed = await session.list_mailboxes()

    assert {(box.namespace, box.prefix) for box in listed} == {(PERSONAL, "")}
