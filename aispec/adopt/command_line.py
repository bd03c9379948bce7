"""Command lines: `vllm serve …`, `docker run … vllm/vllm-openai …`, and scripts with them."""

from __future__ import annotations

from collections.abc import Sequence

from aispec.adopt.compose_file import docker_gpus
from aispec.adopt.engines import of_command, of_image
from aispec.adopt.launch import Launch
from aispec.adopt.shell import Command, commands, unwrapped

_RUNNERS = frozenset(("docker", "podman", "nerdctl"))
_ALONE = frozenset(
    ("-d", "-i", "-t", "-it", "-ti", "-dit", "-itd", "-td", "--rm", "--detach", "--interactive",
     "--tty", "--init", "--privileged", "--read-only", "-P", "--publish-all", "--no-healthcheck")
)  # fmt: skip


def launches(script: str) -> list[Launch]:
    """Return the engines that the commands of a text start."""
    found = []
    for command in commands(script):
        launch = _container(command) if _runs_container(command.argv) else _bare(command)
        if launch is not None:
            found.append(launch)
    return found


def _runs_container(argv: Sequence[str]) -> bool:
    return len(argv) > 2 and argv[0].rpartition("/")[2] in _RUNNERS and "run" in argv[1:3]


def _bare(command: Command) -> Launch | None:
    for inner in unwrapped(command.argv, command.env):
        if of_command(inner.argv):
            seen = inner.env.get("CUDA_VISIBLE_DEVICES", "")
            devices = len(seen.split(",")) if seen.replace(",", "").isdigit() else None
            return Launch(
                argv=inner.argv,
                env=inner.env,
                accelerators=devices,
                counted_by="CUDA_VISIBLE_DEVICES" if devices else "",
                line=command.line,
            )
    return None


def _container(command: Command) -> Launch | None:
    words = list(command.argv)
    place = words.index("run") + 1
    launch = Launch(line=command.line)
    env: dict[str, str] = {}
    entrypoint: tuple[str, ...] = ()
    while place < len(words) and words[place].startswith("-"):
        option, equals, value = words[place].partition("=")
        place += 1
        if not equals and option not in _ALONE and place < len(words):
            value = words[place]
            place += 1
        if option in ("-e", "--env"):
            name, _, content = value.partition("=")
            env[name] = content
        elif option == "--gpus":
            launch.accelerators, launch.counted_by = docker_gpus(value), "--gpus"
            if launch.accelerators is None:
                launch.notes.append("all GPUs of the machine are asked for, however many there are")
        elif option == "--name":
            launch.name = value
        elif option == "--entrypoint":
            entrypoint = (value,)
    launch.image = words[place] if place < len(words) else ""
    launch.argv, launch.env = (*entrypoint, *words[place + 1 :]), env
    return launch if of_image(launch.image) or of_command(launch.argv) else None
