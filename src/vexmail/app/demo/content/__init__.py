"""A small made-up world that writes letters to Robin Falk, the demo user.

Comes in: a seed and a "now". Goes out: :class:`~vexmail.app.demo.content.letter.Letter` objects,
the same ones for the same arguments. The words live in the ``.toml`` files (people, conversations
by language, newsletters, notices, mailing lists, junk); the ``.py`` files only combine them.

Rules for editors: everything is invented and written for this project; every domain ends in
``.example`` or is ``example.com``; a text should be pleasant to read twice, because chance will
show it twice. ``{slot}`` in a text is filled from the ``slots`` beside it.
"""
