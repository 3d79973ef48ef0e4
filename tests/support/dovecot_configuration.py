"""The configuration of a test Dovecot 2.3: one folder, loopback only, nothing of the system's."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Facts:
    """What the configuration depends on."""

    folder: Path
    host: str
    port: int
    tls_port: int
    inside: str
    """User of Dovecot's own processes."""
    inside_group: str
    uid: int
    """Owner of the mail; so is ``gid``."""
    gid: int
    extra: str


def configuration(facts: Facts) -> str:
    """Return the text of ``dovecot.conf``.

    ``mailbox_idle_check_interval`` counts only where the system has no inotify instance left for
    one more process; Dovecot's own 30 s would be the latency of new mail then.
    """
    return f"""\
protocols = imap
listen = {facts.host}
base_dir = {facts.folder}/run
state_dir = {facts.folder}/state
log_path = {facts.folder}/dovecot.log
default_internal_user = {facts.inside}
default_internal_group = {facts.inside_group}
default_login_user = {facts.inside}
default_vsz_limit = 1024M
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:{facts.folder}/mail/%u
mail_fsync = never
mail_max_userip_connections = 200
mailbox_list_index = yes
disable_plaintext_auth = no
auth_mechanisms = plain login
ssl = yes
ssl_cert = <{facts.folder}/cert.pem
ssl_key = <{facts.folder}/key.pem
imap_idle_notify_interval = 30 s
mailbox_idle_check_interval = 2 s
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {facts.folder}/users/%u
}}
userdb {{
  driver = static
  args = uid={facts.uid} gid={facts.gid} home={facts.folder}/home/%u allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
  separator = .
  mailbox Drafts {{
    auto = subscribe
    special_use = \\Drafts
  }}
  mailbox Sent {{
    auto = subscribe
    special_use = \\Sent
  }}
  mailbox Junk {{
    auto = subscribe
    special_use = \\Junk
  }}
  mailbox Trash {{
    auto = subscribe
    special_use = \\Trash
  }}
}}
service imap-login {{
  chroot =
  process_min_avail = 1
  inet_listener imap {{
    port = {facts.port}
  }}
  inet_listener imaps {{
    port = {facts.tls_port}
  }}
}}
auth_failure_delay = 0
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap {{
  process_limit = 400
  process_min_avail = 1
}}
service stats {{
  chroot =
}}
{facts.extra}
"""
