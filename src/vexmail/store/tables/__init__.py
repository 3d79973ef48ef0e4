"""Table definitions; Alembic's metadata comes from here.

Columns are NOT NULL with defaults unless absence means something of its own.
"""

from vexmail.store.tables.access import api_tokens, login_links, sessions, users
from vexmail.store.tables.accounts import accounts, mailboxes
from vexmail.store.tables.journal import change_log, idempotency_keys, intents, operations
from vexmail.store.tables.leases import body_requests, leases, web_processes
from vexmail.store.tables.mail import attachments, mailbox_entries, message_bodies, messages
from vexmail.store.tables.metadata import metadata

__all__ = [
    "accounts",
    "api_tokens",
    "attachments",
    "body_requests",
    "change_log",
    "idempotency_keys",
    "intents",
    "leases",
    "login_links",
    "mailbox_entries",
    "mailboxes",
    "message_bodies",
    "messages",
    "metadata",
    "operations",
    "sessions",
    "users",
    "web_processes",
]
