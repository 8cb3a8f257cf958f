"""The description of the API for people and programs: OpenAPI 3.1."""

from dataclasses import dataclass
from typing import Any

import msgspec

from pipelines.loop.records import Trouble

Json = dict[str, Any]
"""A part of an OpenAPI document."""


@dataclass(frozen=True, slots=True)
class Operation:
    """What can be asked at an address."""

    method: str
    path: str
    name: str
    summary: str
    body: Any = None
    """A record, `bytes` for a file, or None."""
    answer: Any = None
    """A record, or the media type of a file."""
    query: tuple[tuple[str, str], ...] = ()
    """Names of parameters in the address, and what they say."""


def document(operations: list[Operation], version: str) -> Json:
    """The OpenAPI document of operations."""
    named: list[Any] = [Trouble]
    for operation in operations:
        named += [operation.body, operation.answer]
    records = [each for each in named if isinstance(each, type) and each is not bytes]
    schemas, components = msgspec.json.schema_components(
        records, ref_template="#/components/schemas/{name}"
    )
    # msgspec gives one reference for each record, in their order.
    references = dict(zip(records, schemas, strict=True))

    paths: Json = {}
    for operation in operations:
        at_path = paths.setdefault(operation.path, {})
        at_path[operation.method.lower()] = _describe(operation, references)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Segcurate: boxes to masks", "version": version},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


def _describe(operation: Operation, references: dict[Any, Json]) -> Json:
    found: Json = {
        "operationId": operation.name,
        "summary": operation.summary,
        "responses": {
            "200": {"description": "done", "content": _answer(operation, references)},
            "default": {
                "description": "what is wrong, in words",
                "content": {"application/json": {"schema": references[Trouble]}},
            },
        },
    }
    parameters = []
    if "{picture}" in operation.path:
        parameters.append(_parameter("picture", "path", "its id"))
    for name, description in operation.query:
        parameters.append(_parameter(name, "query", description))
    if parameters:
        found["parameters"] = parameters

    if operation.body is bytes:
        content = {"application/octet-stream": {"schema": {"format": "binary"}}}
        found["requestBody"] = {"required": True, "content": content}
    elif operation.body is not None:
        content = {"application/json": {"schema": references[operation.body]}}
        found["requestBody"] = {"required": True, "content": content}
    return found


def _answer(operation: Operation, references: dict[Any, Json]) -> Json:
    if isinstance(operation.answer, str):
        return {operation.answer: {"schema": {"format": "binary"}}}
    return {"application/json": {"schema": references[operation.answer]}}


def _parameter(name: str, place: str, description: str) -> Json:
    return {
        "name": name,
        "in": place,
        "required": place == "path",
        "description": description,
        "schema": {"type": "string"},
    }
