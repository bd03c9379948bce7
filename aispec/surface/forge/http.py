"""JSON over HTTP with the standard library: retried within bounds, and the token kept to one host.

A server that breaks (5xx) or asks to wait (429, and GitHub's 403 with `Retry-After` or "rate
limit") is asked again, a few times and never for longer than a job can wait.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from email.message import Message
from http.client import HTTPException, HTTPMessage
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from aispec import __version__
from aispec.record import record
from aispec.report.cells import clip, safe
from aispec.surface.forge.forge import ForgeError, LostError, RefusedError, UnavailableError

_TRIES = 4
_LONGEST_WAIT = 60.0  # seconds
_TIMEOUT = 20.0  # seconds
_MOST_BYTES = 32 << 20
_PER_PAGE = 100
_MOST_PAGES = 200
_BROKEN = frozenset((500, 502, 503, 504))
_SAFE_TO_REPEAT = frozenset(("GET", "PUT", "PATCH", "DELETE"))


@record
class _Answer:
    status: int
    headers: Message
    body: bytes


class Client:
    """Speaks to one API. `base` is its address, `headers` carry the token."""

    def __init__(
        self, base: str, headers: Mapping[str, str], pause: Callable[[float], None] | None = None
    ) -> None:
        parts = urlsplit(base)
        self._usable = parts.scheme in ("https", "http") and bool(parts.netloc)
        self._base = base.rstrip("/")
        self._headers = {"User-Agent": f"aispec/{__version__}", **headers}
        self._pause = pause or time.sleep
        self._opener = build_opener(_SameHost(parts.netloc))

    def get(self, path: str, **query: str | int) -> Any:
        """Return what stands at a path, as JSON."""
        return _json(self._ask("GET", path, query))

    def raw(self, path: str, accept: str, **query: str | int) -> bytes:
        """Return what stands at a path, as bytes of the media type `accept`."""
        return self._ask("GET", path, query, headers={"Accept": accept}).body

    def pages(self, path: str, **query: str | int) -> Iterator[Any]:
        """Yield the items of a list, page by page until the last."""
        for page in range(1, _MOST_PAGES + 1):
            answer = self._ask("GET", path, {**query, "per_page": _PER_PAGE, "page": page})
            items = _json(answer)
            if not isinstance(items, list):
                raise UnavailableError("the API gave something else than a list")
            yield from items
            if not (_has_next(answer.headers) and items):
                return

    def send(self, method: str, path: str, data: Mapping[str, Any] | None = None) -> Any:
        """Write, and return the answer as JSON, `None` where it is empty."""
        answer = self._ask(method, path, {}, data)
        return _json(answer) if answer.body else None

    def remove(self, path: str) -> None:
        """Delete what stands at a path; what is gone already is well."""
        try:
            self._ask("DELETE", path, {})
        except RefusedError as error:
            if error.status != 404:
                raise

    def user(self, name: str) -> str | None:
        """Return the token's user by the field that has the `name`; none where it has no user."""
        try:
            data = self.get("/user")
        except RefusedError:
            return None
        return data.get(name) if isinstance(data, dict) else None

    def _ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str | int],
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> _Answer:
        if not self._usable:
            raise UnavailableError("the API's address is not an http address")
        url = self._base + path + (f"?{urlencode(query)}" if query else "")
        body = None if data is None else json.dumps(data).encode("ascii")
        kind = {} if body is None else {"Content-Type": "application/json"}
        request = Request(url, body, {**self._headers, **kind, **(headers or {})}, method=method)
        for attempt in range(1, _TRIES + 1):
            try:
                answer = self._once(request)
            except LostError:
                if attempt == _TRIES or method not in _SAFE_TO_REPEAT:
                    raise
                self._pause(2.0 ** (attempt - 1))
                continue
            wait = _wait(answer, attempt, method)
            if wait is None:
                return _accepted(answer)
            if attempt == _TRIES or wait > _LONGEST_WAIT:
                raise _failure(answer)
            self._pause(wait)
        raise AssertionError("the last attempt returns or raises")

    def _once(self, request: Request) -> _Answer:
        try:
            with self._opener.open(request, timeout=_TIMEOUT) as got:
                return _Answer(got.status, got.headers, _read(got))
        except HTTPError as error:
            with error:
                return _Answer(error.code, error.headers, _read(error))
        except (URLError, HTTPException, OSError, ValueError) as error:
            reason = getattr(error, "reason", None) or type(error).__name__
            raise LostError(f"the API can't be reached: {_said(reason)}") from None


class _SameHost(HTTPRedirectHandler):
    """Follows a redirect of a reading request on the same host only, since it carries the token."""

    def __init__(self, host: str) -> None:
        self._host = host

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        here, there = urlsplit(req.full_url), urlsplit(newurl)
        same = there.netloc == self._host and there.scheme == here.scheme
        if req.get_method() != "GET" or not same:
            return None
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _read(stream: Any) -> bytes:
    body: bytes = stream.read(_MOST_BYTES + 1)
    if len(body) > _MOST_BYTES:
        raise UnavailableError("the API's answer is larger than any report")
    return body


def _wait(answer: _Answer, attempt: int, method: str) -> float | None:
    """Return the seconds after which to ask again, `None` where the answer stands."""
    limited = answer.status == 429 or (answer.status == 403 and _rate_limited(answer))
    broken = answer.status in _BROKEN and method in _SAFE_TO_REPEAT
    if not (limited or broken):
        return None
    asked = _seconds(answer.headers.get("Retry-After"))
    if asked is None and answer.headers.get("X-RateLimit-Remaining") == "0":
        reset = _seconds(answer.headers.get("X-RateLimit-Reset"))
        asked = None if reset is None else max(0.0, reset - time.time())
    return asked if asked is not None else 2.0 ** (attempt - 1)


def _rate_limited(answer: _Answer) -> bool:
    return (
        "Retry-After" in answer.headers
        or answer.headers.get("X-RateLimit-Remaining") == "0"
        or b"rate limit" in answer.body[:2000].lower()
    )


def _seconds(value: str | None) -> float | None:
    return float(value) if value and value.isdecimal() else None


def _has_next(headers: Message) -> bool:
    return 'rel="next"' in headers.get("Link", "") or bool(headers.get("X-Next-Page"))


def _accepted(answer: _Answer) -> _Answer:
    if answer.status >= 300:
        raise _failure(answer)
    return answer


def _failure(answer: _Answer) -> ForgeError:
    try:
        data = json.loads(answer.body)
        said = data.get("message", data.get("error", "")) if isinstance(data, dict) else ""
    except (ValueError, RecursionError):
        said = ""
    words = f"{answer.status} {_said(said)}".strip()
    if answer.status >= 500:
        return LostError(words)
    if answer.status == 429:
        return UnavailableError(words)
    return RefusedError(answer.status, _said(said))


def _said(value: object) -> str:
    return clip(safe(str(value)), 200)


def _json(answer: _Answer) -> Any:
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        raise UnavailableError("the API's answer is not JSON") from None
