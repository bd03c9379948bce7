"""`aispec init`: a first spec, from five answers or from what starts an engine elsewhere."""

from __future__ import annotations

import os
import sys

import click

from aispec.adopt.draft import AdoptError, Draft
from aispec.record import record
from aispec.surface.cli.completing import accelerators, engines, formats, models, providers
from aispec.surface.terminal import tell

_USUAL = "ai-deploy.yaml"


@record
class Answers:
    """What flags said; None for what they did not."""

    model: str | None
    hardware: str | None
    api: str | None
    users: str | None
    tokens: str | None
    ttft: str | None
    tps: str | None
    name: str | None
    engine: str | None
    precision: str | None
    budget: str | None


@click.command("init")
@click.argument("path", required=False, type=click.Path(), metavar="[PATH]")
@click.option(
    "--from",
    "source",
    type=click.Path(),
    metavar="FILE",
    help="Read a manifest, compose file, Helm values, command or config.json; - is stdin.",
)
@click.option("--model", metavar="NAME", shell_complete=models, help="Which model is served.")
@click.option(
    "--hardware",
    metavar="CARDS",
    shell_complete=accelerators,
    help="What it runs on: 2x h100-sxm-80gb.",
)
@click.option(
    "--api", metavar="PROVIDER", shell_complete=providers, help="Or whose API is asked: openai."
)
@click.option("--users", metavar="N", help="Who asks: 1000/day, or '60 at once'.")
@click.option(
    "--tokens", metavar="N", help="Of a session: 2000; of a request: input=900,output=300."
)
@click.option("--ttft", metavar="TIME", help="Target for the first token: 500ms.")
@click.option("--tps", metavar="N", help="Target for tokens a second after it: 15.")
@click.option("--name", metavar="NAME", help="The deployment's name.")
@click.option("--engine", metavar="NAME", shell_complete=engines, help="The engine: 'vllm 0.11'.")
@click.option(
    "--precision", metavar="FORMAT", shell_complete=formats, help="The weights: bf16, fp8, Q4_K_M."
)
@click.option("--budget", metavar="USD", help="What a month may cost: '500 USD'.")
@click.option(
    "--output", "-o", type=click.Path(), help=f"Where to write it (default: {_USUAL}); - prints it."
)
@click.option("--force", is_flag=True, help="Overwrite files that are there.")
@click.option("--hook", is_flag=True, help="Write the pre-commit hook, too.")
@click.option("--workflow", is_flag=True, help="Write a GitHub workflow, too.")
def command(
    path: str | None,
    source: str | None,
    output: str | None,
    force: bool,
    hook: bool,
    workflow: bool,
    **said: str | None,
) -> int:
    """Write a first spec to PATH (default: ai-deploy.yaml), and never over a file that is there.

    On a terminal it asks five questions; flags answer them beforehand. With --from it reads what
    starts vLLM, TGI, SGLang, llama.cpp, Ollama or TensorRT-LLM elsewhere: a Kubernetes manifest, a
    Docker Compose file, Helm values, a command line; or a model's config.json. Every line says
    where it came from, and guesses say that they are. Nothing of a source is run.

    \b
    Examples:
      aispec init
      aispec init --from k8s/deployment.yaml
      aispec init --model gpt-4o-mini --api openai --users 5000/day --tokens 3000
      aispec init --from 'vllm serve Qwen/Qwen3-8B -tp 2' --hardware l40s -o -
      helm template chart/ | aispec init --from -
      aispec init --hook --workflow
    """
    target = _target(path, output)
    answers = Answers(**said)
    asked_for = source or any(said.values())
    if (hook or workflow) and not asked_for and target != "-" and os.path.exists(target):
        return _snippets(hook, workflow, target, force)
    _refuse_overwriting(target, force)
    _one_place(answers)
    drafts = _drafts(source, target, answers)
    _write(drafts, source, target)
    return _snippets(hook, workflow, target, force)


def _target(path: str | None, output: str | None) -> str:
    if path and output and path != output:
        raise click.UsageError(f"say where to write once: '{path}' or --output '{output}'")
    target = path or output or _USUAL
    return os.path.join(target, _USUAL) if os.path.isdir(target) else target


def _refuse_overwriting(target: str, force: bool) -> None:
    if target == "-":
        return
    if os.path.lexists(target) and not force:
        raise click.ClickException(
            f"{target} is there already: name another file, print with `-`, or overwrite it with"
            " --force"
        )
    folder = os.path.dirname(target)
    if folder and not os.path.isdir(folder):
        raise click.ClickException(f"there is no folder {folder}: make it first")


def _one_place(answers: Answers) -> None:
    if answers.hardware and answers.api:
        raise click.UsageError("say --hardware or --api: a deployment runs in one place")
    if answers.api and (answers.engine or answers.precision):
        raise click.UsageError("--engine and --precision go with --hardware, not with --api")


def _drafts(source: str | None, target: str, answers: Answers) -> list[Draft]:
    """Return the drafts of a source, or one of answers, complete."""
    from aispec.adopt.guesses import fill

    live = sys.stdin.isatty() and source != "-"
    drafts = _read(source, target) if source else [Draft()]
    for draft in drafts:
        _answered(draft, answers)
        if live:
            from aispec.surface.cli.asking_questions import ask

            ask(draft)
    if not source and not live:
        _refuse_guessing(drafts[0])
    try:
        for draft in drafts:
            fill(draft)
    except AdoptError as error:
        raise click.ClickException(f"{source or 'the answers'}: {error}") from None
    return drafts


def _read(source: str, target: str) -> list[Draft]:
    from aispec.adopt.sources import drafts
    from aispec.spec.text import taken
    from aispec.surface.judging import read_stdin

    try:
        raw: bytes | str
        if source == "-":
            raw = read_stdin()
        elif _is_command(source):
            raw = source
        else:
            with open(source, "rb") as file:
                raw = taken(file)
        return drafts(raw, _folder(source, target))
    except OSError as error:
        raise click.ClickException(f"{source} can't be read: {error.strerror}") from None
    except AdoptError as error:
        raise click.ClickException(f"{_shown(source)}: {error}") from None


def _is_command(source: str) -> bool:
    """Whether a source is a command itself, and not the name of a file."""
    return len(source.split()) > 1 and not os.path.lexists(source)


def _folder(source: str, target: str) -> str:
    """Return the folder of a config.json as the spec may name it; empty where it can't."""
    if os.path.basename(source) != "config.json" or target == "-":
        return ""
    start = os.path.dirname(os.path.abspath(target))
    way = os.path.relpath(os.path.dirname(os.path.abspath(source)), start).replace(os.sep, "/")
    return "" if way.startswith("..") or len(way) > 900 else f"./{way}" if way != "." else "./"


def _shown(source: str) -> str:
    return "standard input" if source == "-" else source


def _answered(draft: Draft, answers: Answers) -> None:
    """Put flags into a draft; they go before what a source says."""
    from aispec.adopt import answers as put

    try:
        if answers.engine:
            put.put_engine(draft, answers.engine)
        if answers.model and (remark := put.put_model(draft, answers.model)):
            tell(f"note: {remark}", error=True)
        for answer, putting in (
            (answers.hardware, put.put_hardware),
            (answers.api, put.put_api),
            (answers.precision, put.put_precision),
            (answers.users, put.put_users),
            (answers.tokens, put.put_tokens),
            (answers.ttft, put.put_ttft),
            (answers.tps, put.put_tps),
            (answers.budget, put.put_budget),
            (answers.name, put.put_name),
        ):
            if answer is not None:
                putting(draft, answer)
    except put.AnswerError as error:
        raise click.UsageError(str(error)) from None


def _refuse_guessing(draft: Draft) -> None:
    """Say which flags are missing where nobody is there to be asked."""
    asked = {
        "--model": draft.has("model"),
        "--hardware or --api": draft.has("hardware") or draft.has("api"),
        "--users": draft.has("workload.users"),
        "--tokens": draft.has("workload.tokens") or draft.has("workload.tokens_per_session"),
        "--ttft and --tps": draft.has("sla"),
    }
    missing = [flag for flag, said in asked.items() if not said]
    if not asked["--model"] or not asked["--hardware or --api"]:
        raise click.UsageError(
            f"there is no terminal to ask on; missing: {', '.join(missing)}.\n"
            "Or read what is there: aispec init --from FILE"
        )


def _write(drafts: list[Draft], source: str | None, target: str) -> None:
    from aispec.adopt.writing import written
    from aispec.surface.terminal import emit

    about = ""
    if source:
        unnamed = source == "-" or _is_command(source)
        about = drafts[0].source if unnamed else os.path.basename(source)
    emit(written(drafts, about), None if target == "-" else target, exact=True)
    guesses = sum(len(draft.guesses) for draft in drafts)
    where = "printed" if target == "-" else f"{target}:"
    many = f"{len(drafts)} deployments" if len(drafts) > 1 else "1 deployment"
    told = f"{where} {many}"
    if guesses:
        told += (
            f", {guesses} lines are guesses to replace" if guesses > 1 else ", 1 line is a guess"
        )
    if target != "-":
        told += f"; next: aispec check {target}"
    tell(told, error=True)


def _snippets(hook: bool, workflow: bool, target: str, force: bool) -> int:
    """Write what was asked for, or print it where a file is there or the spec was printed."""
    from aispec import __version__
    from aispec.adopt.writing import snippet
    from aispec.surface.terminal import emit

    wanted = []
    if hook:
        wanted.append(("pre-commit-config.yaml", ".pre-commit-config.yaml"))
    if workflow:
        wanted.append(("workflow.yaml", ".github/workflows/aispec.yaml"))
    for template, path in wanted:
        text = snippet(template, __version__)
        if target == "-" or (os.path.lexists(path) and not force):
            reason = "" if target == "-" else " is there already; add to it"
            tell(f"{path}{reason}:", error=True)
            emit(("---\n" if target == "-" else "") + f"# {path}\n" + text)
            continue
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        emit(text, path)
        tell(f"{path}: written", error=True)
    return 0
