"""The trimmed documents, and the check against them."""

import json
import sys

import pytest
from jsonschema import Draft202012Validator

from servers.jellyfin_fake import KINDS, PUBLIC, VERSIONS
from servers.openapi_check import DOCUMENTS, Specification, to_json_schema
from servers.wire import Request

sys.path.insert(0, str(DOCUMENTS.parent.parent.parent / "tools"))

from trim_openapi import OPERATIONS, references, trim  # noqa: E402


def document(version):
    return json.loads((DOCUMENTS / f"jellyfin-{version}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_trimmed_document_is_whole(version):
    found = document(version)
    assert {(method, path) for path, methods in found["paths"].items() for method in methods} == set(OPERATIONS)
    assert set(references(found)) == set(found["components"]["schemas"])
    for schema in to_json_schema(found["components"]["schemas"]).values():
        Draft202012Validator.check_schema(schema)
    assert trim(found) == found  # there is nothing left to cut
    assert (DOCUMENTS / f"jellyfin-{version}.json").stat().st_size < 300_000


@pytest.mark.parametrize("version", VERSIONS)
def test_the_fake_answers_every_operation(version):
    names = {operation.name for operation in Specification(version).operations}
    assert names - {"GetItems"} == set(KINDS) and PUBLIC <= names


def request(method, target, body=b"", **headers):
    return Request(method, target.split("?")[0], [], {"Content-Type": "application/json", **headers}, body, target)


@pytest.mark.parametrize("method, target, body, problem", [
    ("GET", "/Users/Me", b"", None), ("GET", "/Users/Me", b"{}", "a body where none belongs"), ("PUT", "/Users/Me", b"", "no such path and method"),
    ("GET", "/Users/0123456789ABCDEF0123456789abcdef", b"", None), ("GET", "/Users/01234567-89ab-cdef-0123-456789abcdef", b"", None),
    ("GET", "/Users/01234567-89abcdef0123456789abcdef", b"", "userid"), ("GET", "/users", b"", "no such path"),
    ("GET", "/Items?UserId=0123456789ABCDEF0123456789abcdef&LIMIT=5&fields=Path&fields=MediaSources", b"", None),
    ("GET", "/Items?fields=HomePageUrl", b"", "fields"), ("GET", "/Items?limit=", b"", "limit"), ("GET", "/Items?years=2001&years=x", b"", "years"),
    ("GET", "/Items?mediaTypes=Audio&sortOrder=Descending&enableTotalRecordCount=false", b"", None), ("GET", "/Items?recursive=True", b"", "recursive"),
    ("POST", "/Playlists", b'{"Name": "A", "Ids": ["0123456789abcdef0123456789abcdef"], "MediaType": "Audio", "IsPublic": true}', None),
    ("POST", "/Playlists", b'{"Name": "A", "UserId": null, "MediaType": null}', None), ("POST", "/Playlists", b'{"Name": "A", "UserId": "bob"}', "the body"),
    ("POST", "/Playlists", b'{"Name": "A", "Users": [{"UserId": "0123456789abcdef0123456789abcdef", "CanEdit": 1}]}', "the body"),
])
def test_requests(method, target, body, problem):
    found = Specification("10.11.11").problems(request(method, target, body))
    assert (found == []) if problem is None else (len(found) == 1 and problem in found[0])
