"""HTTP: the REST API, the stream of changes, the shell of the client.

Comes in: requests. Goes out: JSON in the shape of ``schemas``, problem+json, server-sent
events, the client's files.

Rules for editors: reads go to ``store.queries``, writes to use cases; no SQL here. Every
route names its user first; what is not the user's does not exist. Hot answers are plain
dicts serialised once; the models document them and tests hold the two together.
"""
