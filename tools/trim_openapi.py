#!/usr/bin/env python3
"""Cuts an OpenAPI document of Jellyfin down to the operations that audiomuse may use, with the schemas that these reach.

    tools/trim_openapi.py jellyfin-10.11.11.json tests/data/openapi/jellyfin-10.11.11.json

Needs Python 3.11 and its standard library only. The same input always gives the same bytes. Changed beside the cut:
- texts for people (descriptions, summaries, examples) are gone;
- of several media types of one body only `application/json` stays, when it is among them;
- `format: uuid` became a pattern: Jellyfin writes ids without dashes and reads both forms.
"""

import argparse
import json
import sys
from pathlib import Path

# What a client that reads a music library and keeps playlists has a use for. Whatever is not here is unknown to the
# tests: a request to it fails them. DELETE /Items (several at once) is left out on purpose: it deletes music from disk.
OPERATIONS = [
    ("get", "/System/Info/Public"), ("get", "/System/Info"), ("get", "/System/Ping"),
    ("post", "/Users/AuthenticateByName"), ("post", "/Sessions/Logout"),
    ("get", "/Users"), ("get", "/Users/Me"), ("get", "/Users/{userId}"),
    ("get", "/UserViews"), ("get", "/Library/VirtualFolders"), ("get", "/Library/MediaFolders"),
    ("get", "/Items"), ("get", "/Items/Counts"), ("get", "/Items/{itemId}"), ("delete", "/Items/{itemId}"),
    ("get", "/Items/{itemId}/Download"), ("get", "/Audio/{itemId}/Lyrics"),
    ("post", "/Playlists"), ("get", "/Playlists/{playlistId}"), ("post", "/Playlists/{playlistId}"),
    ("get", "/Playlists/{playlistId}/Items"), ("post", "/Playlists/{playlistId}/Items"), ("delete", "/Playlists/{playlistId}/Items"),
    ("post", "/Playlists/{playlistId}/Items/{itemId}/Move/{newIndex}"),
    ("get", "/Playlists/{playlistId}/Users"), ("post", "/Playlists/{playlistId}/Users/{userId}"),
]

GUID = "^[0-9a-fA-F]{8}(-?)([0-9a-fA-F]{4}\\1){3}[0-9a-fA-F]{12}$"
TEXTS = {"description", "summary", "example", "examples", "externalDocs", "tags"}
SCHEMAS = "#/components/schemas/"


def without_texts(node, names=False):
    """A copy without the texts. `names`: the keys of this object are names (of properties, schemas, ...), not keywords."""
    if isinstance(node, list):
        return [without_texts(item) for item in node]
    if not isinstance(node, dict):
        return node
    copy = {key: without_texts(value, not names and key in ("properties", "schemas", "headers", "content", "responses"))
            for key, value in node.items() if names or key not in TEXTS}
    if not names and copy.get("format") == "uuid":
        del copy["format"]
        copy["pattern"] = GUID
    return copy


def one_media_type(content):
    return {"application/json": content["application/json"]} if "application/json" in content else content


def trimmed_operation(operation):
    copy = without_texts(operation)
    if "requestBody" in copy:
        copy["requestBody"]["content"] = one_media_type(copy["requestBody"]["content"])
    for answer in copy["responses"].values():
        answer["description"] = ""  # the one text that OpenAPI requires
        if "content" in answer:
            answer["content"] = one_media_type(answer["content"])
    return copy


def references(node):
    if isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str) and reference.startswith(SCHEMAS):
            yield reference.removeprefix(SCHEMAS)
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def trim(document):
    paths = {}
    for method, path in OPERATIONS:
        if method not in document["paths"].get(path, {}):
            sys.exit(f"trim_openapi: the document has no {method.upper()} {path}")
        paths.setdefault(path, {})[method] = trimmed_operation(document["paths"][path][method])
    schemas, waiting = {}, list(references(paths))
    while waiting:
        name = waiting.pop()
        if name not in schemas:
            schemas[name] = without_texts(document["components"]["schemas"][name])
            waiting.extend(references(schemas[name]))
    return {
        "openapi": document["openapi"],
        "info": {"title": document["info"]["title"], "version": document["info"]["version"]},
        "paths": paths,
        "components": {"schemas": dict(sorted(schemas.items())), "securitySchemes": without_texts(document["components"]["securitySchemes"])},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("document", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    document = json.loads(arguments.document.read_text(encoding="utf-8-sig"))
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(trim(document), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
