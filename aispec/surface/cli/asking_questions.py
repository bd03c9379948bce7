"""The five questions of `aispec init`, asked on a terminal; only what is not known is asked."""

from __future__ import annotations

from collections.abc import Callable

import click

from aispec.adopt import answers as put
from aispec.adopt.draft import Draft
from aispec.adopt.guesses import TOKENS, USERS, targets, where
from aispec.surface.terminal import tell


def ask(draft: Draft) -> None:
    """Ask for what a draft lacks, each question with a usual answer."""
    if draft.source:
        tell(f"{draft.text('name')}: what {draft.source} does not say", error=True)
    if not draft.has("model"):
        _until(draft, "Which model", "llama-3.1-8b-instruct", _model)
    placed = ("hardware.accelerator", "hardware.instance", "api")
    if not any(draft.has(part) for part in placed):
        words = "Where does it run (cards such as '2x h100-sxm-80gb', or a provider)"
        _until(draft, words, where(draft), put.put_place)
    if not draft.has("workload.users"):
        _until(draft, "How many users (1000/day, or '60 at once')", USERS, put.put_users)
    if not draft.has("workload.tokens") and not draft.has("workload.tokens_per_session"):
        words = "Tokens of a session (2000), or of a request (input=900,output=300)"
        _until(draft, words, str(TOKENS), put.put_tokens)
    if not draft.has("sla"):
        ttft, tps = targets()
        words = "Targets: first token, tokens a second ('none' for none)"
        _until(draft, words, f"{ttft}, {tps}", put.put_targets)


def _model(draft: Draft, answer: str) -> None:
    remark = put.put_model(draft, answer)
    if remark:
        tell(f"  note: {remark}", error=True)


def _until(draft: Draft, words: str, usual: str, putting: Callable[[Draft, str], None]) -> None:
    """Ask until the answer can be used."""
    while True:
        answer = click.prompt(words, default=usual, err=True)
        try:
            putting(draft, str(answer))
        except put.AnswerError as error:
            tell(f"  {error}", error=True)
        else:
            return
