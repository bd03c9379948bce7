"""A GitHub on loopback that remembers what is written to it, held to GitHub's own description.

What breaks the description, on either side, is an answer 500 and stands in `violations`.
"""

import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from tests.fakes import contract

BOT = {"login": "github-actions[bot]", "type": "Bot"}
PERSON = {"login": "octocat", "type": "User"}
FORBIDDEN = "Resource not accessible by integration"
MAX_BODY = 65_536


class Fault(NamedTuple):
    """What to answer instead, once, to a request that it fits; `done` does the work as well."""

    method: str
    path: str
    status: int
    headers: dict[str, str] = {}  # noqa: RUF012
    done: bool = False


class Request(NamedTuple):
    method: str
    path: str
    query: dict[str, str]
    body: Any
    token: str


@dataclass
class GitHub:
    """The state. `user` is whom the token belongs to, if it is no app's own."""

    repository: str = "acme/ai"
    prefix: str = ""
    user: dict[str, str] | None = None
    writable: bool = True
    pulls: dict[int, dict[str, Any]] = field(default_factory=dict)
    files: dict[int, list[dict[str, str]]] = field(default_factory=dict)
    comments: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    clone: Path | None = None
    truncated: bool = False
    hidden_commits: bool = False  # a fork's commit is not known to the repository
    faults: list[Fault] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    url: str = ""
    _last: int = 1000
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def writer(self) -> dict[str, str]:
        return self.user or BOT

    @property
    def writes(self) -> list[str]:
        return [each.method for each in self.requests if each.method != "GET"]

    def add(self, pull: int, body: str, author: dict[str, str] | None = None) -> dict[str, Any]:
        with self._lock:
            self._last += 1
            user = contract.sample("simple-user", **(author or self.writer))
            page = f"https://github.test/{self.repository}/pull/{pull}"
            comment = contract.sample(
                "issue-comment",
                id=self._last,
                body=body,
                user=user,
                html_url=f"{page}#issuecomment-{self._last}",
            )
            self.comments.setdefault(pull, []).append(comment)
            return comment

    def bodies(self, pull: int) -> list[str]:
        return [comment["body"] for comment in self.comments.get(pull, [])]

    def answer(self, request: Request) -> tuple[int, Any, dict[str, str]]:
        """What GitHub would say, and the headers that go with it."""
        of = contract.operation(request.method, request.path)
        contract.hold_request(of, request.query, request.body)
        fault = self._fault(request)
        if fault and not fault.done:
            return fault.status, {"message": "not now"}, fault.headers
        status, body, headers = self._served(of, request)
        contract.hold_answer(of, status, body)
        if fault:
            return fault.status, {"message": "lost"}, fault.headers
        return status, body, headers

    def _fault(self, request: Request) -> Fault | None:
        for fault in self.faults:
            if fault.method == request.method and fault.path in request.path:
                self.faults.remove(fault)
                return fault
        return None

    def _served(self, of: contract.Operation, request: Request) -> tuple[int, Any, dict[str, str]]:
        if not request.token:
            return 401, {"message": "Requires authentication"}, {}
        if request.method != "GET":
            status, body = self._written(of, request)
            return status, body, {}
        status, body = self._read(of, request)
        if isinstance(body, list) and status == 200:
            return self._paged(body, request)
        return status, body, {}

    def _paged(self, items: list[Any], request: Request) -> tuple[int, Any, dict[str, str]]:
        size, page = int(request.query.get("per_page", 30)), int(request.query.get("page", 1))
        more = len(items) > page * size
        query = urlencode({**request.query, "page": page + 1})
        link = {"Link": f'<{self.url}{request.path}?{query}>; rel="next"'} if more else {}
        return 200, items[(page - 1) * size : page * size], link

    def _written(self, of: contract.Operation, request: Request) -> tuple[int, Any]:
        if not self.writable:
            return 403, {"message": FORBIDDEN}
        if request.body and len(request.body["body"].encode("utf-16-le")) // 2 > MAX_BODY:
            return 422, {"message": "Validation Failed", "documentation_url": "x", "errors": []}
        if request.method == "POST":
            return 201, self.add(int(of.values["issue_number"]), request.body["body"])
        wanted = int(of.values["comment_id"])
        for comments in self.comments.values():
            for comment in comments:
                if comment["id"] == wanted:
                    if request.method == "DELETE":
                        comments.remove(comment)
                        return 204, None
                    comment["body"] = request.body["body"]
                    return 200, comment
        return 404, {"message": "Not Found"}

    def _read(self, of: contract.Operation, request: Request) -> tuple[int, Any]:
        values = of.values
        if of.path == "/user":
            if self.user is None:
                return 403, {"message": FORBIDDEN}
            return 200, contract.sample("private-user", **self.user)
        if of.path.endswith("/issues/{issue_number}/comments"):
            return 200, list(self.comments.get(int(values["issue_number"]), []))
        if of.path.endswith("/files"):
            return 200, [
                contract.sample("diff-entry", **each)
                for each in self.files.get(int(values["pull_number"]), [])
            ]
        if of.path.endswith("/pulls"):
            return 200, self._pulls(values.get("commit_sha"), request.query)
        if of.path.endswith("/git/trees/{tree_sha}"):
            return self._tree(values["tree_sha"])
        return self._content(unquote(values["path"]), request.query["ref"])

    def _pulls(self, commit: str | None, query: dict[str, str]) -> list[dict[str, Any]]:
        found = []
        for number, pull in self.pulls.items():
            label = f"{pull['owner']}:{pull['branch']}"
            by_commit = commit is not None and pull["sha"] == commit and not self.hidden_commits
            if by_commit or (commit is None and query.get("head", label) == label):
                found.append(self._pull(number, pull, label))
        return found

    @staticmethod
    def _pull(number: int, pull: dict[str, Any], label: str) -> dict[str, Any]:
        whole = contract.sample(
            "pull-request-simple", number=number, state=pull.get("state", "open")
        )
        whole["head"] |= {"sha": pull["sha"], "ref": pull["branch"], "label": label}
        return whole

    def _tree(self, commit: str) -> tuple[int, Any]:
        listed = self._git("ls-tree", "-r", "-l", commit)
        if listed is None:
            return 404, {"message": "Not Found"}
        entries = []
        for line in listed.decode().splitlines():
            about, path = line.split("\t")
            mode, kind, sha, size = about.split()
            entry = {"path": path, "mode": mode, "type": kind, "sha": sha, "size": int(size)}
            entries.append(entry)
        return 200, {"sha": commit, "truncated": self.truncated, "tree": entries}

    def _content(self, path: str, commit: str) -> tuple[int, Any]:
        data = self._git("show", f"{commit}:{path}")
        return (404, {"message": "Not Found"}) if data is None else (200, data)

    def _git(self, *arguments: str) -> bytes | None:
        run = subprocess.run(["git", *arguments], cwd=self.clone, capture_output=True, check=False)
        return run.stdout if run.returncode == 0 else None


def _handler(fake: GitHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            text = self.rfile.read(length)
            parts = urlsplit(self.path)
            request = Request(
                self.command,
                parts.path.removeprefix(fake.prefix),
                dict(parse_qsl(parts.query)),
                json.loads(text) if text else None,
                self.headers.get("Authorization", "").removeprefix("Bearer "),
            )
            with fake._lock:
                fake.requests.append(request)
                try:
                    if not parts.path.startswith(fake.prefix + "/"):
                        raise contract.ViolationError(f"{parts.path} is not below {fake.prefix}")
                    status, body, headers = fake.answer(request)
                except contract.ViolationError as error:
                    fake.violations.append(str(error))
                    status, body, headers = 500, {"message": str(error)}, {}
            self._send(status, body, headers)

        def _send(self, status: int, body: Any, headers: dict[str, str]) -> None:
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            data = b"" if status == 204 else raw
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(data))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@contextmanager
def serving(fake: Any, handler: Any = _handler) -> Iterator[Any]:
    """Serve a fake on a free port of loopback until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(fake))
    server.daemon_threads = True
    fake.url = f"http://127.0.0.1:{server.server_address[1]}{fake.prefix}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
