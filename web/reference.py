"""The reference of the JSON interface, made from the OpenAPI document that FastAPI writes: no script, no other site."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from web.pages import ApiField, ApiOperation, ApiPage, ApiResponse, ApiSchema, Frame, Segment

METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")


def api_page(frame: Frame, openapi: Mapping[str, object]) -> ApiPage:
    """The reference page of an OpenAPI 3 document, such as the one `FastAPI.openapi()` returns.

    What it does not know it leaves out; nothing in a document makes it fail.
    """
    info = _dict(openapi.get("info"))
    return ApiPage(
        frame=frame,
        title=_text(info, "title") or "API",
        version=_text(info, "version"),
        description=_text(info, "description"),
        operations=_operations(openapi),
        schemas=_schemas(openapi),
    )


def _operations(openapi: Mapping[str, object]) -> tuple[ApiOperation, ...]:
    found = []
    for path, item in _dict(openapi.get("paths")).items():
        shared = _list(_dict(item).get("parameters"))
        for method in METHODS:
            if isinstance(operation := _dict(item).get(method), dict):
                found.append(_operation(openapi, method, path, operation, shared))
    return tuple(found)


def _operation(
    openapi: Mapping[str, object], method: str, path: str, operation: dict[str, object], shared: list[object]
) -> ApiOperation:
    parameters = [_resolved(openapi, one) for one in (*shared, *_list(operation.get("parameters")))]
    responses = {status: _resolved(openapi, one) for status, one in _dict(operation.get("responses")).items()}
    return ApiOperation(
        method=method.upper(),
        path=path,
        anchor=_anchor("operation", f"{method}-{path}"),
        summary=_text(operation, "summary") or f"{method.upper()} {path}",
        description=_text(operation, "description"),
        parameters=tuple(_parameter(one) for one in parameters if _text(one, "name")),
        body=_media(_resolved(openapi, operation.get("requestBody"))),
        responses=tuple(
            ApiResponse(status, _text(one, "description"), _media(one)) for status, one in responses.items()
        ),
    )


def _parameter(parameter: dict[str, object]) -> ApiField:
    schema = _dict(parameter.get("schema"))
    return ApiField(
        name=_text(parameter, "name"),
        where=_text(parameter, "in"),
        type=_type_of(schema),
        required=parameter.get("required") is True,
        description=_text(parameter, "description") or _text(schema, "description"),
        limits=_limits(schema),
    )


def _schemas(openapi: Mapping[str, object]) -> tuple[ApiSchema, ...]:
    named = _dict(_dict(openapi.get("components")).get("schemas"))
    return tuple(_schema(name, _dict(schema)) for name, schema in sorted(named.items()))


def _schema(name: str, schema: dict[str, object]) -> ApiSchema:
    required = _list(schema.get("required"))
    fields = tuple(
        ApiField(
            key, "body", _type_of(field), key in required, _text(_dict(field), "description"), _limits(_dict(field))
        )
        for key, field in _dict(schema.get("properties")).items()
    )
    return ApiSchema(name, _anchor("schema", name), _text(schema, "description"), _type_of(schema), fields)


def _media(holder: dict[str, object]) -> tuple[tuple[str, tuple[Segment, ...]], ...]:
    return tuple((name, _type_of(_dict(media).get("schema"))) for name, media in _dict(holder.get("content")).items())


def _type_of(schema: object) -> tuple[Segment, ...]:
    """The type in words, such as "list of Passage" or "string or null"; a schema's name links to its table."""
    if not isinstance(schema, dict):
        return (("anything", None),)
    if isinstance(ref := schema.get("$ref"), str):
        name = ref.rpartition("/")[2]
        return ((name, f"#{_anchor('schema', name)}"),)
    for key, word in (("anyOf", " or "), ("oneOf", " or "), ("allOf", " and ")):
        if options := _list(schema.get(key)):
            return _joined((_type_of(option) for option in options), word)
    if "const" in schema:
        return ((_json(schema["const"]), None),)
    if values := _list(schema.get("enum")):
        return ((" | ".join(_json(value) for value in values), None),)
    return _plain_type(schema)


def _plain_type(schema: dict[str, object]) -> tuple[Segment, ...]:
    kind = schema.get("type")
    if isinstance(kind, list):
        return _joined((_type_of({**schema, "type": one}) for one in kind), " or ")
    if kind == "array" and (several := _list(schema.get("prefixItems"))):
        return (("[", None), *_joined((_type_of(one) for one in several), ", "), ("]", None))
    if kind == "array":
        return (("list of ", None), *_type_of(schema.get("items")))
    if kind == "object" and isinstance(values := schema.get("additionalProperties"), dict):
        return (("object of ", None), *_type_of(values))
    if kind != "null" and (layout := _text(schema, "format")):
        return ((f"{kind or 'string'} ({layout})", None),)
    return ((str(kind) if kind else "anything", None),)


def _joined(types: Iterable[tuple[Segment, ...]], word: str) -> tuple[Segment, ...]:
    found: tuple[Segment, ...] = ()
    for one in types:
        found = (*found, (word, None), *one) if found else one
    return found


LIMITS = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "pattern": "matches {}",
    "default": "{} when left out",
}


def _limits(schema: dict[str, object]) -> str:
    options = [_dict(option) for key in ("anyOf", "oneOf", "allOf") for option in _list(schema.get(key))]
    found = (words.format(_json(one[key])) for one in (schema, *options) for key, words in LIMITS.items() if key in one)
    return "; ".join(dict.fromkeys(found))


def _resolved(openapi: Mapping[str, object], value: object) -> dict[str, object]:
    """The object itself, or the component that its `$ref` points to (one step)."""
    found: object = value
    if isinstance(ref := _dict(value).get("$ref"), str):
        found = openapi
        for step in ref.removeprefix("#/").split("/"):
            found = found.get(step) if isinstance(found, Mapping) else None
    return _dict(found)


def _anchor(kind: str, name: str) -> str:
    return f"{kind}-{re.sub(r'[^A-Za-z0-9]+', '-', name).strip('-').lower()}"


def _text(holder: Mapping[str, object], key: str) -> str:
    value = holder.get(key)
    return value if isinstance(value, str) else ""


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _dict(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
