"""What must hold in our tables after every transaction, as one query per invariant.

Ends every integration test, and is the first half of ``vexmail check``.
"""

from dataclasses import dataclass

from vexmail.store.driver import Driver


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken invariant and how many rows break it."""

    invariant: str
    rows: int
    example: str


_INVARIANTS = {
    "a mailbox's counters equal its entries": """
        SELECT format('mailbox %s: total %s/%s, unread %s/%s', m.id, m.total, count(e.uid),
                      m.unread, count(e.uid) FILTER (WHERE NOT e.is_read)) AS example
          FROM mailboxes m
          LEFT JOIN mailbox_entries e ON e.mailbox_id = m.id AND e.hidden_by IS NULL
         GROUP BY m.id
        HAVING m.total <> count(e.uid)
            OR m.unread <> count(e.uid) FILTER (WHERE NOT e.is_read)""",
    "UIDs lie below uid_next": """
        SELECT format('mailbox %s uid %s, uid_next %s', m.id, max(e.uid), m.uid_next) AS example
          FROM mailboxes m JOIN mailbox_entries e ON e.mailbox_id = m.id
         GROUP BY m.id HAVING max(e.uid) >= m.uid_next""",
    "a message lies in a mailbox of its own account": """
        SELECT format('message %s', e.message_id) AS example FROM mailbox_entries e
          JOIN messages g ON g.id = e.message_id JOIN mailboxes m ON m.id = e.mailbox_id
         WHERE g.account_id <> m.account_id""",
    "a message in no mailbox is marked as orphaned, and no other": """
        SELECT format('message %s', g.id) AS example FROM messages g
         WHERE (g.orphaned_at IS NULL) <>
               EXISTS (SELECT 1 FROM mailbox_entries e WHERE e.message_id = g.id)""",
    "read and starred follow the effective flags": r"""
        SELECT format('mailbox %s uid %s', mailbox_id, uid) AS example FROM mailbox_entries
         WHERE is_read <> ('\Seen' = ANY(flags)) OR is_starred <> ('\Flagged' = ANY(flags))""",
    "an entry is hidden, or stands for one to come, only while its intent is on its way": """
        SELECT format('mailbox %s uid %s hidden by %s', e.mailbox_id, e.uid, e.hidden_by) AS example
          FROM mailbox_entries e
         WHERE (e.hidden_by IS NOT NULL AND NOT EXISTS
                (SELECT 1 FROM intents i WHERE i.id = e.hidden_by AND i.state = 'pending'))
            OR (e.uid < 0 AND NOT EXISTS
                (SELECT 1 FROM intents i WHERE i.id = -e.uid
                    AND i.state IN ('pending', 'settled')))""",
    "a mailbox waits to be made, or is out of view, only while its intent is on its way": """
        SELECT format('mailbox %s: made by %s, deleted by %s', b.id, b.created_by, b.deleted_by)
               AS example FROM mailboxes b
         WHERE (b.created_by IS NOT NULL AND NOT EXISTS
                (SELECT 1 FROM intents i WHERE i.id = b.created_by AND i.state = 'pending'
                    AND i.kind = 'create_mailbox' AND i.mailbox_id = b.id))
            OR (b.deleted_by IS NOT NULL AND NOT EXISTS
                (SELECT 1 FROM intents i WHERE i.id = b.deleted_by AND i.state = 'pending'
                    AND i.kind = 'delete_mailbox' AND i.mailbox_id = b.id))""",
    "a mailbox is called otherwise than on the server only while a rename is on its way": """
        SELECT format('mailbox %s: %s for %s', b.id, b.name, b.server_name) AS example
          FROM mailboxes b
         WHERE b.name <> b.server_name AND NOT EXISTS
               (SELECT 1 FROM intents i WHERE i.account_id = b.account_id
                   AND i.state = 'pending' AND i.kind = 'rename_mailbox')""",
    "a wish is about a message or about a mailbox": """
        SELECT format('intent %s', id) AS example FROM intents
         WHERE (message_id IS NULL) = (mailbox_id IS NULL)""",
    "an email to be added has its bytes": """
        SELECT format('intent %s', id) AS example FROM intents
         WHERE kind = 'append' AND state = 'pending' AND blob_id = ''""",
    "a message has one UID in a mailbox": """
        SELECT format('mailbox %s message %s', mailbox_id, message_id) AS example
          FROM mailbox_entries WHERE uid > 0
         GROUP BY mailbox_id, message_id HAVING count(*) > 1""",
    "effective flags differ from the server's only while a wish is pending": """
        SELECT format('mailbox %s uid %s', e.mailbox_id, e.uid) AS example
          FROM mailbox_entries e
         WHERE NOT (e.flags @> e.server_flags AND e.server_flags @> e.flags)
           AND NOT EXISTS (SELECT 1 FROM intents i
                            WHERE i.message_id = e.message_id AND i.state = 'pending')""",
    "a stored or parsed message names its blob": """
        SELECT format('message %s', id) AS example FROM messages
         WHERE (body_state IN ('stored', 'parsed')) <> (blob_id <> '')""",
    "a parsed message has its record": """
        SELECT format('message %s', g.id) AS example FROM messages g
         WHERE g.body_state = 'parsed'
           AND NOT EXISTS (SELECT 1 FROM message_bodies b WHERE b.message_id = g.id)""",
    "change numbers have no gap and none is ahead of its owner": """
        SELECT format('user %s: %s rows, %s..%s of %s', u.id, count(c.seq), min(c.seq),
                      max(c.seq), u.change_seq) AS example
          FROM users u JOIN change_log c ON c.user_id = u.id
         GROUP BY u.id
        HAVING max(c.seq) <> u.change_seq OR count(*) <> max(c.seq) - min(c.seq) + 1""",
}


async def check_consistency(driver: Driver) -> list[Violation]:
    """Return every invariant that does not hold; none is what a healthy store answers.

    All are looked at in one snapshot, so writers may go on meanwhile.
    """
    found: list[Violation] = []
    async with driver.transaction(isolation="repeatable_read", readonly=True):
        for name, query in _INVARIANTS.items():
            rows = await driver.fetch(query)
            if rows:
                found.append(Violation(name, len(rows), str(rows[0]["example"])))
    return found
