"""A GitLab on loopback with one merge request, as far as notes go."""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlsplit

PAGE = 20


@dataclass
class GitLab:
    """The state; `user` is whom the token belongs to."""

    project: str = "acme%2Fai"
    prefix: str = "/api/v4"
    user: str | None = "project_12_bot_5f"
    writable: bool = True
    notes: list[dict[str, Any]] = field(default_factory=list)
    diffs: list[dict[str, str]] = field(default_factory=list)
    merge_requests: list[dict[str, Any]] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, body: str, author: str | None = None, system: bool = False) -> dict[str, Any]:
        number = 500 + len(self.notes)
        author = author or self.user or "project_12_bot_5f"
        note = {"id": number, "body": body, "author": {"username": author}, "system": system}
        self.notes.append(note)
        return note

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        notes = f"/projects/{self.project}/merge_requests/7/notes"
        if method == "GET":
            return self._read(path.removeprefix(f"/projects/{self.project}"))
        if not self.writable:
            return 403, {"message": "403 Forbidden"}
        if (method, path) == ("POST", notes):
            return 201, self.add(body["body"])
        found = [n for n in self.notes if path == f"{notes}/{n['id']}"]
        if not found:
            return 404, {"message": "404 Not found"}
        if method == "DELETE":
            self.notes.remove(found[0])
            return 204, None
        found[0]["body"] = body["body"]
        return 200, found[0]

    def _read(self, path: str) -> tuple[int, Any]:
        if path == "/user":
            if self.user is None:
                return 403, {"message": "403 Forbidden"}
            return 200, {"username": self.user}
        if path == "/merge_requests/7/notes":
            return 200, self.notes
        if path == "/merge_requests/7/diffs":
            return 200, self.diffs
        if path.startswith("/repository/commits/") and path.endswith("/merge_requests"):
            return 200, self.merge_requests
        self.violations.append(path)
        return 404, {"message": "404 Not found"}


def handler(fake: GitLab) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            query = dict(parse_qsl(parts.query))
            path = parts.path.removeprefix(fake.prefix)
            with fake.lock:
                fake.requests.append((self.command, path))
                if self.headers.get("PRIVATE-TOKEN"):
                    body = json.loads(text) if text else None
                    status, data = fake.answer(self.command, path, query, body)
                else:
                    status, data = 401, {"message": "401 Unauthorized"}
            self._send(status, data, query)

        def _send(self, status: int, data: Any, query: dict[str, str]) -> None:
            following = ""
            if isinstance(data, list):
                page, size = int(query.get("page", 1)), int(query.get("per_page", PAGE))
                following = str(page + 1) if len(data) > page * size else ""
                data = data[(page - 1) * size : page * size]
            raw = b"" if status == 204 else json.dumps(data).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(raw)))
            self.send_header("X-Next-Page", following)
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    return Handler
