"""Act on many emails at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from vexmail.domain.crash_points import crash_point
from vexmail.domain.errors import Conflict, NoSuchRole, NotFound, PermanentError
from vexmail.domain.flags import FLAGGED, IMPORTANT, SEEN, FlagEdit
from vexmail.domain.ids import MailboxId, MessageId, UserId
from vexmail.domain.intent import Wish, WishKind
from vexmail.domain.mailbox import LocalMailbox, MailboxRole
from vexmail.ports.account_sync import AccountSync
from vexmail.store import entries, mailboxes, operations
from vexmail.store.unit_of_work import UnitOfWork
from vexmail.usecases.outcome import Failure, Outcome
from vexmail.usecases.wishes import Wishes


class Action(StrEnum):
    """What can be done with emails."""

    READ = "read"
    UNREAD = "unread"
    FLAG = "flag"
    UNFLAG = "unflag"
    STAR = "star"
    UNSTAR = "unstar"
    LABEL = "label"
    UNLABEL = "unlabel"
    MOVE = "move"
    COPY = "copy"
    ARCHIVE = "archive"
    SPAM = "spam"
    NOT_SPAM = "not_spam"
    DELETE = "delete"


_FLAGS = {
    Action.READ: (SEEN, True),
    Action.UNREAD: (SEEN, False),
    Action.FLAG: (IMPORTANT, True),
    Action.UNFLAG: (IMPORTANT, False),
    Action.STAR: (FLAGGED, True),
    Action.UNSTAR: (FLAGGED, False),
}
_ROLES = {
    Action.ARCHIVE: MailboxRole.ARCHIVE,
    Action.SPAM: MailboxRole.JUNK,
    Action.NOT_SPAM: MailboxRole.INBOX,
    Action.DELETE: MailboxRole.TRASH,
}


@dataclass(frozen=True, slots=True)
class Request:
    """An action and what it needs: ``mailbox_id`` for MOVE and COPY, ``label`` for labels.

    ``source_id`` says which mailbox the emails are taken out of; without it the inbox if they
    lie there, else the first that holds them. ``permanent`` makes DELETE one for good.
    """

    action: Action
    mailbox_id: MailboxId | None = None
    source_id: MailboxId | None = None
    label: str = ""
    permanent: bool = False


class ActOnEmails:
    """Records wishes for many messages in one transaction, shown at once."""

    def __init__(self, uow: UnitOfWork, sync: AccountSync) -> None:
        self._uow = uow
        self._sync = sync

    async def __call__(
        self, user_id: UserId, message_ids: Sequence[MessageId], request: Request
    ) -> Outcome:
        """Record the action for every message that is the user's; others are left out.

        Raises:
            NotFound: the mailbox to move to is not this user's.
        """
        async with self._uow() as tx:
            # Under the locks: where an email lies may change until then.
            places = {
                account_id: await entries.shown_in(tx, account_id, message_ids)
                for account_id in await mailboxes.lock_accounts_of(tx, user_id, message_ids)
            }
            matched = sum(map(len, places.values()))
            operation = await operations.begin(tx, user_id, request.action, matched)
            outcome = Outcome(operation, matched)
            for account_id, shown in places.items():
                planner = _Planner(await mailboxes.all_of_account(tx, account_id), request)
                wishes = Wishes(tx, user_id, account_id)
                for message_id, held in shown.items():
                    try:
                        wish = planner.wish(held)
                    except PermanentError as error:
                        outcome.failures.append(Failure(message_id, error.code, str(error)))
                        continue
                    if await wishes.record(message_id, wish, operation):
                        outcome.changed += 1
                await wishes.finish()
            await operations.set_changed(tx, operation, outcome.changed)
        crash_point("batch.committed")
        for account_id in places:
            self._sync.push_intents(account_id)
        return outcome


class _Planner:
    """Turns an action into the wish for one message of one account."""

    def __init__(self, boxes: Sequence[LocalMailbox], request: Request) -> None:
        self._request = request
        shown = [b for b in boxes if b.deleted_by is None]
        self._by_id = {b.id: b for b in shown}
        self._by_role = {b.role: b.id for b in shown if b.role is not None}

    def wish(self, held: set[MailboxId]) -> Wish:
        """Return what to record for a message that lies in the mailboxes ``held``.

        Raises:
            PermanentError: the action cannot be done with it; the reason says why.
        """
        request = self._request
        if request.action in _FLAGS:
            flag, wanted = _FLAGS[request.action]
            return _flag_wish(flag, wanted=wanted)
        if request.action in (Action.LABEL, Action.UNLABEL):
            return _flag_wish(request.label, wanted=request.action is Action.LABEL)
        if request.action is Action.COPY:
            return Wish(WishKind.COPY, target=self._target())
        source = self._source(held)
        if request.action is Action.DELETE and (
            request.permanent or source == self._by_role.get(MailboxRole.TRASH)
        ):
            return Wish(WishKind.DELETE, source=source)
        return Wish(WishKind.MOVE, source=source, target=self._target())

    def _source(self, held: set[MailboxId]) -> MailboxId:
        wanted = self._request.source_id
        if wanted is not None:
            if wanted not in held:
                raise NotFound("The email does not lie in that mailbox.")
            return wanted
        inbox = self._by_role.get(MailboxRole.INBOX)
        return inbox if inbox in held and inbox is not None else min(held)

    def _target(self) -> MailboxId:
        if self._request.action in (Action.MOVE, Action.COPY):
            target = self._request.mailbox_id
            if target is None or target not in self._by_id:
                raise NotFound("There is no such mailbox in the email's account.")
            if not self._by_id[target].selectable:
                raise Conflict("That mailbox holds only other mailboxes.")
            return target
        role = _ROLES[self._request.action]
        found = self._by_role.get(role)
        if found is None:
            raise NoSuchRole(
                f"This account has no mailbox for {role.value}. Create one, or move the email"
                " to a mailbox of your choice."
            )
        return found


def _flag_wish(flag: str, *, wanted: bool) -> Wish:
    names = frozenset({flag})
    return Wish(WishKind.FLAGS, FlagEdit(add=names) if wanted else FlagEdit(remove=names))
