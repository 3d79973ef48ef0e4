"""What a person is told of an action on many things."""

from dataclasses import dataclass, field

from vexmail.domain.ids import MailboxId, MessageId, OperationId


@dataclass(frozen=True, slots=True)
class Failure:
    """One email, or one mailbox, that an action could not be recorded for."""

    message_id: MessageId | None
    code: str
    detail: str
    mailbox_id: MailboxId | None = None


@dataclass(slots=True)
class Outcome:
    """What came of an action."""

    operation_id: OperationId
    matched: int
    changed: int = 0
    failures: list[Failure] = field(default_factory=list)
