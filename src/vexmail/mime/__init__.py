"""Untrusted bytes become readable records and harmless HTML.

Comes in: one RFC 5322 message as bytes, or one HTML body as text. Goes out: a
``ParsedMessage``, or HTML that can be shown.

The road of a message: ``header_block`` cuts headers from bytes, ``structure`` cuts the tree of
parts (offsets only, nothing copied), ``body_choice`` says which leaves are text, HTML and
attachments, ``transfer`` and ``charset`` decode what is shown, ``message`` puts the record
together. ``sanitise`` is a road of its own and the last that touches HTML.
``child`` runs both in a limited process, ``parser_pool`` keeps such processes.

Rules for editors: reading never raises and takes linear time; a rung that fails falls to the
next (as sent, repaired, raw text) and names the defect. No regular expression with nested
repeats. The standard library's ``email`` parser is kept out of this road: it recurses, it
is slow, and it raises on real mail; tests use it as a second opinion.
Third-party libraries: nh3 (sanitising), selectolax (HTML to text), charset-normalizer.
"""
