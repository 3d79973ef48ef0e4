"""Attachment names that are safe to show, to store and to offer for saving."""

import re

_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")
_MAX_CHARS = 200
_EXTENSIONS = {
    "message/rfc822": "eml", "message/global": "eml", "text/plain": "txt", "text/html": "html",
    "text/calendar": "ics", "text/csv": "csv", "text/vcard": "vcf", "text/x-vcard": "vcf",
    "application/pdf": "pdf", "application/zip": "zip", "application/json": "json",
    "application/xml": "xml", "text/xml": "xml", "application/pgp-signature": "asc",
    "application/pkcs7-signature": "p7s", "application/pkcs7-mime": "p7m",
    "image/png": "png", "image/jpeg": "jpg", "image/jpg": "jpg", "image/gif": "gif",
    "image/webp": "webp", "image/svg+xml": "svg", "image/bmp": "bmp", "image/tiff": "tif",
    "audio/mpeg": "mp3", "audio/wav": "wav", "video/mp4": "mp4", "application/ms-tnef": "dat",
    "message/delivery-status": "txt", "text/rfc822-headers": "txt",
}  # fmt: skip


def safe_filename(name: str, *, content_type: str, part_id: str) -> str:
    """Return a file name without path, control or direction-override characters, never empty.

    Direction overrides make ``exe.gpj`` read as ``jpg.exe``; they have no place in a name.
    """
    # Some programs send the whole path; only its last step is a name.
    name = re.split(r"[/\\]", name.strip().rstrip("/\\"))[-1]
    name = re.sub(r"\s+", " ", _UNSAFE.sub("_", name)).strip(" .")
    if not name or not name.strip("_"):
        extension = _EXTENSIONS.get(content_type, "bin")
        return f"part-{part_id}.{extension}"
    if len(name) <= _MAX_CHARS:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 20:
        return name[:_MAX_CHARS]
    return f"{stem[: _MAX_CHARS - len(extension) - 1]}.{extension}"
