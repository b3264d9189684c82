"""Holds requests, and the answers of a fake, against an OpenAPI 3.0 document. Stricter than servers are: nothing unknown passes."""

import json
import re
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl

from jsonschema import Draft202012Validator

DOCUMENTS = Path(__file__).resolve().parent.parent / "data/openapi"
INTEGER, NUMBER = re.compile(r"-?\d{1,10}"), re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?")
DATE = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[-+]\d\d:\d\d)?)?")


def to_json_schema(node):
    """OpenAPI 3.0's `nullable` in the words of JSON Schema."""
    if isinstance(node, list):
        return [to_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    schema = {key: to_json_schema(value) for key, value in node.items() if key not in ("nullable", "format")}
    return {"anyOf": [schema, {"type": "null"}]} if node.get("nullable") is True else schema


class Operation:
    def __init__(self, template, method, document, definition):
        self.template, self.method = template, method
        self.name = definition["operationId"]
        self.responses = definition["responses"]
        self.body = definition.get("requestBody")
        self.parameters = {(item["in"], item["name"].lower()): item for item in definition.get("parameters", [])}
        pattern = "".join(f"(?P<{part[1:-1]}>[^/]+)" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{\w+\})", template))
        self.pattern = re.compile(pattern)
        self.components = document["components"]

    @cache
    def validator(self, *path):
        """For the schema at this place below the operation's body, parameter or answer."""
        node = {"body": self.body, "responses": self.responses, "parameters": self.parameters}
        for step in path:
            node = node[step]
        return Draft202012Validator({"components": self.components, **node})


class Specification:
    def __init__(self, version):
        document = json.loads((DOCUMENTS / f"jellyfin-{version}.json").read_text(encoding="utf-8"))
        assert document["info"]["version"] == version
        document = to_json_schema(document)
        self.operations = [Operation(template, method.upper(), document, definition)
                           for template, methods in document["paths"].items() for method, definition in methods.items()]
        self.operations.sort(key=lambda operation: operation.template.count("{"))  # /Users/Me before /Users/{userId}

    def find(self, request):
        """(operation, values of the path); (None, {}) for an unknown path or method."""
        for operation in self.operations:
            if operation.method == request.method and (match := operation.pattern.fullmatch(request.path)):
                return operation, match.groupdict()
        return None, {}

    def problems(self, request):
        """What the specification does not allow in this request, as sentences."""
        operation, values = self.find(request)
        if operation is None:
            return ["the specification has no such path and method"]
        found = [problem for name, value in values.items() if (problem := self._value(operation, ("path", name.lower()), [value]))]
        given = {}
        for name, value in parse_qsl(request.target.partition("?")[2], keep_blank_values=True):
            given.setdefault(name.lower(), []).append(value)
        for name, texts in given.items():
            if ("query", name) not in operation.parameters:
                found.append(f"the specification knows no parameter {name}")
            elif problem := self._value(operation, ("query", name), texts):
                found.append(problem)
        found += [f"the parameter {name} is missing" for (place, name), item in operation.parameters.items()
                  if place == "query" and item.get("required") and name not in given]
        return found + self._body(operation, request)

    def _value(self, operation, key, texts):
        schema = operation.parameters[key]["schema"]
        if schema.get("type") == "array":
            place, values = ("parameters", key, "schema", "items"), texts
        elif len(texts) > 1:
            return f"the parameter {key[1]} is given {len(texts)} times"
        else:
            place, values = ("parameters", key, "schema"), texts
        validator = operation.validator(*place)
        for text in values:
            value = self._typed(validator.schema, text)
            for error in validator.iter_errors(value):
                return f"the parameter {key[1]}: {error.message[:200]}"
        return None

    @staticmethod
    def _typed(schema, text):
        kind = schema.get("type")
        if kind == "integer" and INTEGER.fullmatch(text):
            return int(text)
        if kind == "number" and NUMBER.fullmatch(text):
            return float(text)
        if kind == "boolean" and text in ("true", "false"):
            return text == "true"
        return text

    @staticmethod
    def _body(operation, request):
        if operation.body is None:
            return ["a body where none belongs"] if request.body else []
        if not request.body:
            return ["the body is missing"] if operation.body.get("required") else []
        media_type = (request.headers.get("Content-Type") or "").split(";")[0].strip()
        if media_type != "application/json":
            return [f"the body's content type is {media_type or 'missing'}"]
        try:
            body = json.loads(request.body)
        except ValueError as error:
            return [f"the body is no JSON: {error}"]
        errors = operation.validator("body", "content", "application/json", "schema").iter_errors(body)
        return [f"the body: {error.message[:200]} at {list(error.path)}" for error in errors]

    def problems_of_answer(self, request, answer):
        """What is wrong with an answer of the fake. Failures that the document does not list pass: servers give them all the same."""
        operation, _ = self.find(request)
        known = operation.responses.get(str(answer.status)) if operation else None
        if known is None:
            return [] if answer.status >= 400 else [f"the specification has no answer {answer.status}"]
        if "application/json" not in known.get("content", {}) or not answer.body or "json" not in (answer.content_type or ""):
            return []
        body = json.loads(answer.body)
        if answer.status >= 400 and isinstance(body, str):
            return []
        errors = operation.validator("responses", str(answer.status), "content", "application/json", "schema").iter_errors(body)
        return [f"the answer: {error.message[:200]} at {list(error.path)}" for error in errors]
