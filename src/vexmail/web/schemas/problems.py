"""Errors as ``application/problem+json`` (RFC 9457)."""

from pydantic import BaseModel, Field


class FieldError(BaseModel):
    """What is wrong with one part of a request."""

    field: str = Field(examples=["imap.port"])
    message: str


class Problem(BaseModel):
    """An error that says what happened and what to do next."""

    type: str = Field("about:blank")
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(description="A sentence for a person.")
    code: str = Field(description="Stable name of the error, for programs.", examples=["not_found"])
    errors: list[FieldError] | None = None
