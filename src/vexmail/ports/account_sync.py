"""What the web side asks of the sync engine."""

from typing import Protocol

from vexmail.domain.ids import AccountId, MessageId


class AccountSync(Protocol):
    """Wakes runners; none of the calls waits for the network except ``fetch_body``."""

    def accounts_changed(self) -> None:
        """An account was added, changed or removed: start and stop runners accordingly."""
        ...

    def sync_now(self, account_id: AccountId) -> None:
        """Look at all mailboxes of the account now, ending any wait for a retry."""
        ...

    def push_intents(self, account_id: AccountId) -> None:
        """Carry out the account's pending intents now."""
        ...

    async def fetch_body(self, account_id: AccountId, message_id: MessageId) -> None:
        """Fetch a message's bytes ahead of everything else; they are stored on return.

        Raises:
            NotFound: no mailbox of the server holds it any more.
            TransientError: the server cannot be reached now.
        """
        ...
