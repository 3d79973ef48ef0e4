"""How much of a message we are willing to read; beyond it the rest is left out and named."""

MAX_DEPTH = 100  # nested multiparts; the deepest honest mail seen has 12
MAX_PARTS = 1_000  # leaves and multiparts together
MAX_HEADER_BYTES = 256 * 1024  # one header block; Gmail refuses above 500 KB
MAX_HEADER_FIELDS = 2_000
MAX_HEADER_VALUE = 64 * 1024  # decoded characters of one field
MAX_TEXT_CHARS = 4_000_000  # of the text we keep, search and show
MAX_HTML_CHARS = 8_000_000  # of the HTML we keep as sent
MAX_REFERENCES = 500  # RFC 5537 §3.4.4 lets agents trim; the ends matter most
SNIPPET_CHARS = 200
