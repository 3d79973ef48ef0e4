"""Well-formed messages are read as the standard library reads them."""

import email
import email.policy
from email.message import EmailMessage

from hypothesis import given, settings
from hypothesis import strategies as st

from vexmail.mime.message import parse_message, part_bytes
from vexmail.mime.structure import Part, read_structure

TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\x85")
)
LINES = st.lists(TEXT, min_size=1, max_size=5).map("\n".join)
NAMES = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=40)


@st.composite
def messages(draw: st.DrawFn) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = draw(TEXT.filter(lambda text: "=?" not in text))
    encoding = draw(st.sampled_from(["base64", "quoted-printable"]))
    message.set_content("x" + draw(LINES), cte=encoding)
    if draw(st.booleans()):
        message.add_alternative(f"<p>{draw(NAMES)}</p>", subtype="html", cte=encoding)
    for _ in range(draw(st.integers(0, 3))):
        message.add_attachment(
            draw(st.binary(max_size=300)), maintype="application", subtype="pdf",
            filename=draw(NAMES) + ".pdf",
        )  # fmt: skip
    return message


def shape(part: Part) -> object:
    return [part.content_type, *(shape(child) for child in part.children)]


def shape_of(message: email.message.Message) -> object:
    children = message.get_payload() if message.is_multipart() else []
    return [message.get_content_type(), *(shape_of(child) for child in children)]


@settings(max_examples=200)
@given(messages())
def test_text_names_and_bytes_are_those_that_were_written(written: EmailMessage):
    raw = written.as_bytes(policy=email.policy.SMTP)

    record = parse_message(raw)

    body = written.get_body(("plain",))
    assert body is not None
    assert record.text.rstrip("\n") == body.get_content().rstrip("\n")
    subject = next(value for name, value in record.headers if name == "Subject")
    assert " ".join(subject.split()) == " ".join(str(written["Subject"]).split())
    attached = list(written.iter_attachments())
    assert [a.filename for a in record.attachments] == [part.get_filename() for part in attached]
    assert [part_bytes(raw, a.part_id) for a in record.attachments] == [
        part.get_content() for part in attached
    ]
    assert shape(read_structure(raw).root) == shape_of(email.message_from_bytes(raw))
    assert record.defects == ()
