"""A client that believes the stream of changes, and what the API shows to compare it with.

It does what our own client does: holds lists of emails by mailbox, applies every change in
order, and asks again only where a change tells it to.
"""

from collections.abc import Iterable
from typing import Any

from vexmail.domain.change import Json
from vexmail.domain.ids import AccountId, MailboxId, MessageId, UserId
from vexmail.store.driver import Driver
from vexmail.store.queries import changes, emails, mailboxes

_ALL = emails.EmailFilter()
_FACTS = ("is_read", "is_starred", "is_flagged", "labels")
_AT_ONCE = 1000


class Listener:
    """Follows one account of one user; ``listen`` takes over what was told since."""

    def __init__(self, user_id: UserId, account_id: AccountId) -> None:
        self._user_id = user_id
        self._account_id = account_id
        self._seq = 0
        self._emails: dict[str, Json] = {}
        self._lists: dict[str, set[str]] = {}
        self._mailboxes: dict[str, Json] = {}
        self.rejected: set[str] = set()
        """Wishes that were told to be refused."""

    async def open(self, driver: Driver) -> None:
        """Ask for everything, as a client does that has just come."""
        self._seq = (await changes.ends(driver, self._user_id)).last
        self._mailboxes = await self._tree(driver)
        for box in self._mailboxes:
            await self._ask_list(driver, box)

    async def listen(self, driver: Driver) -> None:
        """Apply what was told since the last time."""
        while told := await changes.after(driver, self._user_id, self._seq, _AT_ONCE):
            for change in told:
                assert change["seq"] == self._seq + 1, f"a gap before {change}"
                self._seq = change["seq"]
                if change["account_id"] == str(self._account_id):
                    await self._apply(driver, change)

    async def errors(self, driver: Driver) -> list[str]:
        """Say how what we believe differs from what the API shows now."""
        tree = await self._tree(driver)
        found = [
            f"mailbox {box}: believed {self._brief(self._mailboxes.get(box))},"
            f" shown {self._brief(tree.get(box))}"
            for box in sorted(tree.keys() | self._mailboxes.keys())
            if self._brief(tree.get(box)) != self._brief(self._mailboxes.get(box))
        ]
        for box, view in tree.items():
            shown = {item["id"]: item for item in await self._page(driver, box)}
            believed = self._lists.get(box, set())
            name = view["path"]
            found += [f"{name}: email {i} is not shown" for i in sorted(believed - shown.keys())]
            found += [f"{name}: email {i} was not told" for i in sorted(shown.keys() - believed)]
            for key in sorted(believed & shown.keys()):
                mine, theirs = self._emails[key], shown[key]
                # In several mailboxes an email may have several states; a list shows its own.
                if len(theirs["mailbox_ids"]) == 1 and _facts(mine) != _facts(theirs):
                    found.append(f"{name}: email {key} is {_facts(theirs)}, told {_facts(mine)}")
        return found

    async def _apply(self, driver: Driver, change: Json) -> None:
        kind = change["type"]
        if kind.startswith("email_"):
            await self._apply_to_email(driver, kind, change)
        elif kind == "intent_rejected":
            self.rejected.add(change["intent_id"])
        else:
            await self._apply_to_lists(driver, kind, change)

    async def _apply_to_email(self, driver: Driver, kind: str, change: Json) -> None:
        match kind:
            case "email_received":
                email = change["email"]
                self._emails[email["id"]] = email
                for box in email["mailbox_ids"]:
                    self._lists.setdefault(box, set()).add(email["id"])
            case "email_read" | "email_unread":
                self._set(change["email_id"], is_read=kind == "email_read")
            case "email_starred":
                self._set(change["email_id"], is_starred=change["is_starred"])
            case "email_flagged":
                self._set(change["email_id"], is_flagged=change["is_flagged"])
            case "email_updated":
                await self._ask(driver, change["email_ids"])
            case "email_moved":
                await self._move(
                    driver, change["email_id"], change["from_mailbox_id"], change["to_mailbox_id"]
                )
            case "email_deleted":
                await self._move(driver, change["email_id"], change["mailbox_id"], None)
            case _:
                pass

    async def _apply_to_lists(self, driver: Driver, kind: str, change: Json) -> None:
        match kind:
            case "mailbox_created" | "mailbox_updated":
                self._mailboxes[change["mailbox_id"]] = change["mailbox"]
            case "mailbox_deleted":
                self._mailboxes.pop(change["mailbox_id"], None)
                self._lists.pop(change["mailbox_id"], None)
            case "sync_progress":
                await self._ask_list(driver, change["mailbox_id"])
            case "reset":
                for box in [change["mailbox_id"]] if change["mailbox_id"] else [*self._lists]:
                    await self._ask_list(driver, box)
            case _:
                pass

    def _set(self, email_id: str, **facts: bool) -> None:
        if email_id in self._emails:
            self._emails[email_id] |= facts

    async def _move(
        self, driver: Driver, email_id: str, source: str | None, target: str | None
    ) -> None:
        if source is not None:
            self._lists.get(source, set()).discard(email_id)
        if target is None:
            return
        if email_id not in self._emails:
            await self._ask(driver, [email_id])
        if email_id in self._emails:
            self._lists.setdefault(target, set()).add(email_id)

    async def _ask(self, driver: Driver, email_ids: Iterable[str]) -> None:
        wanted = [MessageId(int(i)) for i in email_ids]
        for key, view in (await emails.by_ids(driver, self._user_id, wanted)).items():
            self._emails[str(key)] = view

    async def _ask_list(self, driver: Driver, box: str) -> None:
        items = await self._page(driver, box)
        self._emails |= {item["id"]: item for item in items}
        self._lists[box] = {item["id"] for item in items}

    async def _page(self, driver: Driver, box: str) -> list[Json]:
        items, _ = await emails.page(driver, [MailboxId(int(box))], _ALL, limit=_AT_ONCE)
        return items

    async def _tree(self, driver: Driver) -> dict[str, Json]:
        tree = await mailboxes.tree(driver, self._user_id, self._account_id)
        return {box["id"]: box for box in tree}

    @staticmethod
    def _brief(box: Json | None) -> Any:  # noqa: ANN401 - compared and printed only
        return box and {k: box[k] for k in ("path", "role", "total", "unread", "selectable")}


def _facts(email: Json) -> Json:
    return {name: email[name] for name in _FACTS}
