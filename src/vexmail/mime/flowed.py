"""Paragraphs of format=flowed put together again.

Source: RFC 3676 §4 (soft line breaks, space-stuffing, quote depth, DelSp, signature).
"""


def unflow(text: str, *, delete_space: bool) -> str:
    """Join the lines of flowed text; quote marks stay as ``>`` per level and one space.

    Args:
        text: the decoded part, any line ends.
        delete_space: the DelSp parameter: the blank before a soft break is no part of the text.
    """
    out: list[str] = []
    open_depth = -1  # quote depth of the paragraph that still flows, or -1
    for line in text.replace("\r\n", "\n").split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        if content.startswith(" "):
            content = content[1:]  # §4.4: space-stuffing
        # §4.3: the signature line ends in a blank but does not flow.
        flows = content.endswith(" ") and content != "-- "
        if flows and delete_space:
            content = content[:-1]
        if open_depth == depth and content != "-- ":
            out[-1] += content
        else:
            out.append(f"{'>' * depth} {content}" if depth else content)
        open_depth = depth if flows else -1
    return "\n".join(out)
