"""What VexMail needs from the remote world, as Protocols.

Comes in: nothing. Goes out: the shapes that adapters implement and drivers call.

Rules for editors: Protocols and plain values only; imports ``domain`` and nothing else.
A contract suite in ``tests/contracts`` runs every implementation of a port.
"""
