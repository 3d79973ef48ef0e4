"""Everything that may happen to a mirror, as a Hypothesis state machine."""

from tests.chaos.fault_rules import FaultRules
from tests.chaos.mailbox_rules import MailboxRules
from tests.chaos.other_rules import OtherRules
from tests.chaos.user_rules import UserRules


class MirrorMachine(UserRules, MailboxRules, OtherRules, FaultRules):
    """A user, another client and misfortune."""
