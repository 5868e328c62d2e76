"""Cuts out of GitHub's OpenAPI description what driftline uses.

    npm pack @octokit/openapi && tar xzf octokit-openapi-*.tgz package/generated/api.github.com.json
    python3 slice.py package/generated/api.github.com.json > github.json

Texts and examples are left out; `nullable` of OpenAPI 3.0 becomes an explicit null, which JSON Schema knows.
"""

import json
import sys

HERE = "/repos/{owner}/{repo}"
WANTED = {
    "/user": ["get"],
    HERE: ["get"],
    HERE + "/git/ref/{ref}": ["get"],
    HERE + "/git/refs": ["post"],
    HERE + "/git/refs/{ref}": ["patch", "delete"],
    HERE + "/git/commits": ["post"],
    HERE + "/git/commits/{commit_sha}": ["get"],
    HERE + "/git/trees": ["post"],
    HERE + "/git/trees/{tree_sha}": ["get"],
    HERE + "/git/blobs": ["post"],
    HERE + "/git/blobs/{file_sha}": ["get"],
    HERE + "/pulls": ["get", "post"],
    HERE + "/pulls/{pull_number}": ["get", "patch"],
    HERE + "/pulls/{pull_number}/merge": ["put"],
    HERE + "/issues": ["get", "post"],
    HERE + "/issues/{issue_number}": ["get", "patch"],
    HERE + "/issues/{issue_number}/comments": ["get", "post"],
    HERE + "/issues/{issue_number}/labels": ["get", "post"],
    HERE + "/labels": ["get", "post"],
}
LEFT_OUT = {
    "description", "summary", "title", "example", "examples", "externalDocs", "x-github", "tags", "operationId",
    "deprecated", "x-multi-segment", "format",
}


def nulled(schema):
    if not schema.pop("nullable", False):
        return schema
    if isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
        if "enum" in schema:
            schema["enum"] = schema["enum"] + [None]
        return schema
    return {"anyOf": [schema, {"type": "null"}]}


def bare(value, names_properties=False):
    """Without what is left out; the keys of `properties` are names and stay."""
    if isinstance(value, list):
        return [bare(one) for one in value]
    if not isinstance(value, dict):
        return value
    kept = {
        key: bare(one, key == "properties" and not names_properties)
        for key, one in value.items()
        if names_properties or key not in LEFT_OUT
    }
    return kept if names_properties else nulled(kept)


def references(value, found):
    if isinstance(value, dict):
        for key, one in value.items():
            if key == "$ref":
                found.add(one)
            else:
                references(one, found)
    elif isinstance(value, list):
        for one in value:
            references(one, found)


def main():
    whole = json.load(open(sys.argv[1]))

    def resolved(value):
        while "$ref" in value:
            _, _, kind, name = value["$ref"].split("/")
            value = whole["components"][kind][name]
        return value

    def body(of):
        schema = of.get("content", {}).get("application/json", {}).get("schema")
        return {"content": {"application/json": {"schema": schema}}} if schema else {}

    paths = {}
    for path, methods in WANTED.items():
        paths[path] = {}
        for method in methods:
            told = whole["paths"][path][method]
            queries = [one for one in map(resolved, told.get("parameters", [])) if one["in"] == "query"]
            operation = {
                "parameters": [
                    {"name": one["name"], "in": "query", "required": one.get("required", False), "schema": one["schema"]}
                    for one in queries
                ],
                "responses": {code: body(resolved(one)) for code, one in told["responses"].items()},
            }
            if "requestBody" in told:
                operation["requestBody"] = body(told["requestBody"])
            paths[path][method] = bare(operation)
    schemas, wanted = {}, set()
    references(paths, wanted)
    while wanted - {"#/components/schemas/" + name for name in schemas}:
        reference = (wanted - {"#/components/schemas/" + name for name in schemas}).pop()
        name = reference.split("/")[3]
        schemas[name] = bare(whole["components"]["schemas"][name])
        references(schemas[name], wanted)
    info = whole["info"]
    slice_ = {
        "openapi": whole["openapi"],
        "info": {"title": info["title"], "version": info["version"], "license": info["license"]},
        "paths": paths,
        "components": {"schemas": dict(sorted(schemas.items()))},
    }
    json.dump(slice_, sys.stdout, indent=0, separators=(",", ":"))
    print()


main()
