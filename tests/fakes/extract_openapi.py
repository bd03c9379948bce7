"""Reduces GitHub's published OpenAPI description to the paths that aispec uses.

    npm pack @octokit/openapi && tar xzf octokit-openapi-*.tgz
    python -m tests.fakes.extract_openapi package

The description is GitHub's, under the MIT licence; the notice is carried in the result.
"""

import json
import sys
from pathlib import Path

USED = {
    "/user": ["get"],
    "/repos/{owner}/{repo}/issues/{issue_number}/comments": ["get", "post"],
    "/repos/{owner}/{repo}/issues/comments/{comment_id}": ["patch", "delete"],
    "/repos/{owner}/{repo}/pulls": ["get"],
    "/repos/{owner}/{repo}/pulls/{pull_number}/files": ["get"],
    "/repos/{owner}/{repo}/commits/{commit_sha}/pulls": ["get"],
    "/repos/{owner}/{repo}/git/trees/{tree_sha}": ["get"],
    "/repos/{owner}/{repo}/contents/{path}": ["get"],
}
_KEPT = (
    *("type", "properties", "required", "items", "enum", "additionalProperties", "oneOf", "anyOf"),
    *("allOf", "not", "const", "minimum", "maximum", "minLength", "maxLength", "minItems"),
    *("maxItems", "pattern", "uniqueItems"),
)
_ERRORS = {"401", "403", "404", "409", "422"}
RESULT = Path(__file__).with_name("openapi.json")


class _Description:
    """GitHub's description, and the schemas met so far under their names."""

    def __init__(self, whole: dict) -> None:
        self.whole = whole
        self.schemas: dict[str, object] = {}

    def found(self, part: dict) -> dict:
        """What a part says, or what it refers to."""
        while "$ref" in part:
            found: object = self.whole
            for step in part["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            part = found
        return part

    def schema(self, part: object) -> object:
        """A schema of JSON Schema 2020-12, without prose; references are kept and followed."""
        if not isinstance(part, dict):
            return part
        if "$ref" in part:
            name = part["$ref"].rsplit("/", 1)[-1]
            if name not in self.schemas:
                self.schemas[name] = {}
                self.schemas[name] = self.schema(self.found(part))
            return {"$ref": f"#/schemas/{name}"}
        kept = {key: self._value(key, part[key]) for key in _KEPT if key in part}
        return _nullable(kept) if part.get("nullable") else kept

    def _value(self, key: str, value: object) -> object:
        if key == "properties":
            return {name: self.schema(each) for name, each in value.items()}
        if key in ("oneOf", "anyOf", "allOf"):
            return [self.schema(each) for each in value]
        return self.schema(value) if isinstance(value, dict) else value

    def operation(self, said: dict) -> dict:
        """The parameters, body and answers of one operation."""
        parameters = [self.found(each) for each in said.get("parameters", ())]
        body = self.found(said["requestBody"]) if "requestBody" in said else None
        return {
            "query": {
                p["name"]: self.schema(p["schema"]) for p in parameters if p["in"] == "query"
            },
            "body": self._content(body) if body else None,
            "answers": {
                status: self._content(self.found(answer))
                for status, answer in said["responses"].items()
                if status.startswith("2") or status in _ERRORS
            },
        }

    def _content(self, part: dict) -> object:
        content = part.get("content", {}).get("application/json")
        return self.schema(content["schema"]) if content else None


def _nullable(schema: dict) -> dict:
    if isinstance(schema.get("type"), str) and "enum" not in schema:
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def extract(package: Path) -> dict:
    whole = json.loads((package / "generated" / "api.github.com.json").read_text("utf-8"))
    version = json.loads((package / "package.json").read_text("utf-8"))["version"]
    description = _Description(whole)
    paths = {
        path: {method: description.operation(whole["paths"][path][method]) for method in methods}
        for path, methods in USED.items()
    }
    return {
        "source": f"npm @octokit/openapi {version}, generated/api.github.com.json, reduced",
        "licence": (package / "LICENSE").read_text("utf-8").strip(),
        "paths": paths,
        "schemas": dict(sorted(description.schemas.items())),
    }


if __name__ == "__main__":
    text = json.dumps(extract(Path(sys.argv[1])), indent=1, ensure_ascii=False)
    RESULT.write_text(text + "\n", encoding="utf-8")
