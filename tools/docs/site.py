"""What the site needs beside the pages of `docs/`: a hook of MkDocs.

Pages link as they do on GitHub. On the site the examples are pages of their own, and links to other
files of the repository lead to GitHub. In `nav`, a folder stands for its pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from aispec.policy.rule import TOPICS
from tools.docs.example_page import groups
from tools.docs.rule_pages import HEADINGS

_ROOT = Path(__file__).resolve().parents[2]
_LINK = re.compile(r"(?<=\]\()(?!https?://|mailto:|#)([^)\s#]+)(#[^)\s]*)?(?=\))")
_SUFFIX = ".ai-deploy.yaml"


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the pages of a folder where `nav` names the folder."""
    config.nav = _expanded(config.nav, Path(config.docs_dir))
    return config


def _expanded(entry: Any, docs: Path) -> Any:
    if isinstance(entry, list):
        return [each for each in (_expanded(one, docs) for one in entry) if each != {}]
    if not isinstance(entry, dict):
        return entry
    found: dict[str, Any] = {}
    for title, value in entry.items():
        if isinstance(value, str) and value.endswith("/"):
            if pages := [*_pages(docs, value)]:
                found[title] = pages
        else:
            found[title] = _expanded(value, docs)
    return found


def _pages(docs: Path, folder: str) -> Iterator[Any]:
    """The pages of a folder, its README first; examples and rules by what they are about."""
    if folder == "examples/":
        yield "examples/README.md"
        yield from ({title: _named(folder, names)} for title, names in groups().items())
    elif folder == "rules/":
        yield "rules/README.md"
        for topic, title in HEADINGS.items():
            names = sorted(path.stem for path in (docs / folder).glob(f"{TOPICS[topic]}*.md"))
            yield {title: _named(folder, names)}
    else:
        names = sorted(path.stem for path in (docs / folder).glob("*.md"))
        yield from _named(folder, sorted(names, key=lambda name: name != "README"))


def _named(folder: str, names: Iterable[str]) -> list[str]:
    return [f"{folder}{name}.md" for name in names]


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the examples, which lie beside `docs/` and not in it."""
    folder = _ROOT / "examples"
    index = (folder / "README.md").read_text(encoding="utf-8")
    files.append(File.generated(config, "examples/README.md", content=index))
    for spec in sorted(folder.glob(f"*{_SUFFIX}")):
        name = spec.name.removesuffix(_SUFFIX)
        page = File.generated(config, f"examples/{name}.md", content=_example(spec))
        files.append(page)
    return files


def _example(spec: Path) -> str:
    """A page with an example and the report it gives."""
    name = spec.name.removesuffix(_SUFFIX)
    report = spec.with_name(f"{name}.report.txt").read_text(encoding="utf-8").rstrip("\n")
    text = spec.read_text(encoding="utf-8").rstrip("\n")
    return (
        f"# {name}\n\n[All examples](README.md)\n\n```yaml\n{text}\n```\n\n"
        f"```console\n$ aispec check {spec.name}\n{report}\n```\n"
    )


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Lead links that leave the site to the repository, and those to examples to their pages."""
    here = page.file.src_uri

    def led(found: re.Match[str]) -> str:
        return _target(found[1], here, config, files) + (found[2] or "")

    return _LINK.sub(led, markdown)


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Name the search's dialog for those who hear the page; the theme does not."""
    return output.replace('role="dialog"', 'role="dialog" aria-label="Search"', 1)


def _target(link: str, here: str, config: MkDocsConfig, files: Files) -> str:
    example = here.startswith("examples/")
    place = here if example else join("docs", here)
    path = normpath(join(dirname(place), link))
    if path == "examples":
        path = "examples/README.md"
    inside = path.removeprefix("docs/")
    if path.startswith("examples/") and path.endswith(_SUFFIX):
        inside = path.removesuffix(_SUFFIX) + ".md"
    if files.get_file_from_path(inside):
        return _relative(inside, here)
    kind = "tree" if (_ROOT / path).is_dir() else "blob"
    return f"{config.extra['repository']}/{kind}/main/{path}"


def _relative(target: str, here: str) -> str:
    up = "../" * here.count("/")
    return up + target
