"""What routes work with; built by the container, reached through the application's state."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from vexmail.domain.change import Json
from vexmail.domain.ids import UserId
from vexmail.ports.account_sync import AccountSync
from vexmail.ports.clock import Clock
from vexmail.store.queries.reader import Reader
from vexmail.usecases.act_on_emails import ActOnEmails
from vexmail.usecases.answer_once import AnswerOnce
from vexmail.usecases.change_mailboxes import ChangeMailboxes
from vexmail.usecases.import_email import ImportEmail
from vexmail.usecases.manage_accounts import ManageAccounts
from vexmail.usecases.open_message import OpenMessage
from vexmail.usecases.read_attachment import ReadAttachment
from vexmail.usecases.reconsider_wishes import ReconsiderWishes
from vexmail.usecases.record_intent import RecordIntent
from vexmail.usecases.sign_in import SignIn
from vexmail.usecases.undo_operation import UndoOperation
from vexmail.usecases.watch_mailbox import WatchMailbox
from vexmail.web.change_stream import ChangeTails
from vexmail.web.static_files import StaticFiles

Probe = Callable[[], Awaitable[str]]
"""Answers a word about a component that works; raises when it does not."""


@dataclass(frozen=True, slots=True)
class WebServices:
    """Everything a route may call."""

    reader: Reader
    clock: Clock
    sync: AccountSync
    accounts: ManageAccounts
    intents: RecordIntent
    messages: OpenMessage
    actions: ActOnEmails
    undo: UndoOperation
    wishes: ReconsiderWishes
    mailboxes: ChangeMailboxes
    watch_mailbox: WatchMailbox
    imports: ImportEmail
    once: AnswerOnce
    attachments: ReadAttachment
    sign_in: SignIn
    tails: ChangeTails
    probes: Mapping[str, Probe]
    start_demo: Callable[[UserId], Awaitable[Json]] | None
    static: StaticFiles
    version: str
    process: str
    """The name of this process among those that run accounts."""
    started_at: float
    secure_cookies: bool


async def services(request: Request) -> WebServices:
    """Return the services of this application.

    A dependency that is no coroutine is called in a thread, which costs more than most answers.
    """
    found: WebServices = request.app.state.services
    return found


Services = Annotated[WebServices, Depends(services)]
