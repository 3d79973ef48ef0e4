"""The document describes what is answered, and nothing else."""

from typing import Any

import httpx
import pytest
import pytest_asyncio

BODILESS = {"204"}
NO_JSON = {
    "/api/events",
    "/api/email/{email_id}/raw",
    "/api/attachment/{attachment_id}/download",
}


@pytest_asyncio.fixture
async def document(stranger: httpx.AsyncClient) -> dict[str, Any]:
    """The document as programs get it."""
    answer = await stranger.get("/api/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def _operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    ]


async def test_every_operation_says_what_it_is_for(document: dict[str, Any]) -> None:
    for method, path, operation in _operations(document):
        assert operation["summary"], (method, path)
        assert operation["description"].rstrip().endswith("."), (method, path)
        assert operation["tags"], (method, path)


async def test_every_operation_of_the_api_tells_its_errors(document: dict[str, Any]) -> None:
    for method, path, operation in _operations(document):
        if not path.startswith("/api/"):
            continue
        answers = operation["responses"]
        assert "401" in answers, (method, path)
        if method != "get":
            assert "403" in answers, (method, path)
        if "{" in path:
            assert "404" in answers, (method, path)
        if operation.get("requestBody"):
            assert "422" in answers, (method, path)
        for status, answer in answers.items():
            if int(status) >= 400:
                schema = answer["content"]["application/problem+json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/Problem"}, (method, path, status)
                assert list(answer["content"]) == ["application/problem+json"]


async def test_every_success_has_a_model(document: dict[str, Any]) -> None:
    for method, path, operation in _operations(document):
        (status,) = [s for s in operation["responses"] if s.startswith("2")]
        content = operation["responses"][status].get("content", {})
        if status in BODILESS:
            assert not content, (method, path)
        elif path not in NO_JSON:
            assert "$ref" in content["application/json"]["schema"], (method, path)
        else:
            assert "application/json" not in content, (method, path)


async def test_every_operation_says_how_to_authenticate(document: dict[str, Any]) -> None:
    assert document["components"]["securitySchemes"] == {
        "token": {"type": "http", "scheme": "bearer"}
    }
    for method, path, operation in _operations(document):
        needs_none = not path.startswith("/api/") or (method, path) == ("post", "/api/session")
        assert operation.get("security") == (None if needs_none else [{"token": []}]), path


async def test_nothing_of_the_framework_shows(document: dict[str, Any]) -> None:
    assert "HTTPValidationError" not in str(document)
    assert document["info"]["title"] == "VexMail"


@pytest.mark.parametrize("path", ["/docs", "/api/openapi.json"])
async def test_the_document_is_open_to_all(stranger: httpx.AsyncClient, path: str) -> None:
    assert (await stranger.get(path)).status_code == 200


async def test_the_page_names_every_endpoint_and_loads_nothing(
    stranger: httpx.AsyncClient, document: dict[str, Any]
) -> None:
    page = await stranger.get("/docs")

    for _, path, _ in _operations(document):
        assert f"<code>{path}</code>" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for loading in ("<script", "<link", "<img", "src=", "url(", "@import"):
        assert loading not in page.text
