"""Results that are kept from run to run: what comes out is what would have come out anyway."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest

from aispec import resources
from aispec.pipeline import Options, check, options, run
from aispec.pipeline.kept import entry, shelf
from aispec.record import replace
from aispec.report.report import Report
from aispec.spec.reader import SpecFile
from aispec.surface.formats import BRIEF, FORMATS, Run
from tests.hardening.specs import valid, write

TODAY = date(2026, 11, 22)
PACK = Path(__file__).parents[2] / "examples" / "policy"
ROUTER = """\
version: 1
name: door
workload: {users: 1000/day, tokens_per_session: 2000}
routes:
  - {to: %s, share: 100%%}
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    place = tmp_path / "repository"
    (place / ".git").mkdir(parents=True)
    draw = Random(11)
    for number in range(6):
        spec = {**valid(draw), "name": f"deployment-{number}"}
        folder = place / ("a" if number % 2 else "b")
        folder.mkdir(exist_ok=True)
        file = folder / f"{number}.ai-deploy.yaml"
        file.write_text(write(spec).text, encoding="utf-8")
    return place


@pytest.fixture
def kept(tmp_path: Path, repository: Path) -> Options:
    root = str(repository)
    return Options(root=root, repository=root, today=TODAY, kept=str(tmp_path / "kept"))


def shown(report: Report) -> dict[str, object]:
    """What a run comes to in every format that results are kept for."""
    run = Run(report, colour="always")
    return {form: FORMATS[form](run, True) for form in BRIEF} | {"exit": report.exit_code}


def told(given: Options) -> dict[str, object]:
    """What a run comes to, the same as without anything kept."""
    found = shown(check((".",), given))
    assert found == shown(check((".",), replace(given, kept=None)))
    return found


def entries(given: Options) -> list[Path]:
    return [path for path in Path(given.kept or "").glob("results/*/*") if path.is_file()]


def first(repository: Path) -> Path:
    return min(repository.glob("*/*.yaml"))


@pytest.mark.parametrize("remedies", [None, True, False])
def test_a_second_run_says_the_same(kept: Options, remedies: bool | None) -> None:
    given = replace(kept, remedies=remedies)
    before = told(given)
    assert len(entries(given)) == 6
    assert told(given) == before


def test_only_what_changed_is_judged(
    kept: Options, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(kept)
    judged: list[str] = []
    place_all = run.place_all

    def noted(files: Sequence[SpecFile], *rest: Any) -> Any:
        judged.extend(file.path for file in files)
        return place_all(files, *rest)

    monkeypatch.setattr(run, "place_all", noted)
    check((".",), kept)
    assert judged == []
    file = first(repository)
    file.write_text(file.read_text("utf-8") + "# a comment\n", encoding="utf-8")
    check((".",), kept)
    assert judged == [file.relative_to(repository).as_posix()]


def _spec(repository: Path) -> None:
    file = first(repository)
    text = file.read_text("utf-8")
    file.write_text(text.replace("version: 1", "# above\nversion: 1"), encoding="utf-8")


def _renamed(repository: Path) -> None:
    file = first(repository)
    file.rename(file.with_name("other.ai-deploy.yaml"))


def _settings(repository: Path) -> None:
    (repository / ".aispec.yaml").write_text("ignore: [COST, FIT, LAT, LIM, CTX]\n", "utf-8")


def _nearer_settings(repository: Path) -> None:
    (repository / "a" / ".aispec.yaml").write_text("severity: {COST: error}\n", "utf-8")


def _broken_settings(repository: Path) -> None:
    (repository / ".aispec.yaml").write_text("ignore: {\n", "utf-8")


def _waiver(repository: Path) -> None:
    for file in repository.glob("*/*.yaml"):
        text = file.read_text("utf-8")
        file.write_text(f"# aispec: ignore COST, FIT, LAT, LIM -- agreed\n{text}", "utf-8")


def _baseline(repository: Path) -> None:
    from aispec.policy.baseline import NAME, recorded, written

    root = str(repository)
    report = check((".",), Options(root=root, repository=root, today=TODAY))
    text = written(recorded(report.every(), root, root))
    (repository / NAME).write_text(text, encoding="utf-8")


def _broken(repository: Path) -> None:
    first(repository).write_text("version: [", encoding="utf-8")


def _namesake(repository: Path) -> None:
    text = first(repository).read_text("utf-8")
    (repository / "a" / "again.ai-deploy.yaml").write_text(text, encoding="utf-8")


def _door(repository: Path) -> None:
    text = ROUTER % "deployment-1"
    (repository / "door.ai-deploy.yaml").write_text(text, encoding="utf-8")


def _door_to_nowhere(repository: Path) -> None:
    text = ROUTER % "deploiment-1"
    (repository / "door.ai-deploy.yaml").write_text(text, encoding="utf-8")


def _rules(repository: Path) -> None:
    shutil.copytree(PACK / "rules", repository / "rules")
    (repository / ".aispec.yaml").write_text("extends: [rules]\n", encoding="utf-8")


@pytest.mark.parametrize(
    "change",
    [
        *(_spec, _renamed, _settings, _nearer_settings, _broken_settings, _waiver, _baseline),
        *(_broken, _namesake, _door, _door_to_nowhere, _rules),
    ],
)
def test_a_change_is_seen_and_its_undoing_too(
    kept: Options, repository: Path, tmp_path: Path, change: Callable[[Path], None]
) -> None:
    before = told(kept)
    shutil.copytree(repository, tmp_path / "as it was")
    change(repository)
    after = told(kept)
    assert after != before
    assert told(kept) == after
    shutil.rmtree(repository)
    shutil.copytree(tmp_path / "as it was", repository)
    assert told(kept) == before


def test_what_a_namesake_states_is_not_kept(kept: Options, repository: Path) -> None:
    one, other = repository / "a" / "1.ai-deploy.yaml", repository / "b" / "1.ai-deploy.yaml"
    text = "version: 1\nname: one\nmodel: gpt-4o\napi: openai\nworkload: {users: %s, %s}\n"
    one.write_text(text % ("1000/day", "tokens_per_session: 2000"), encoding="utf-8")
    before = told(kept)
    other.write_text(text % ("9000000/day", "tokens_per_session: 2000"), encoding="utf-8")
    assert told(kept) != before
    other.unlink()
    assert told(kept) == before


def test_a_changed_rule_is_seen(kept: Options, repository: Path) -> None:
    _rules(repository)
    before = told(kept)
    rule = repository / "rules" / "models" / "unapproved-model.yaml"
    rule.write_text(rule.read_text("utf-8").replace("approved", "blessed"), encoding="utf-8")
    after = told(kept)
    assert after != before
    assert "blessed" in str(after)


def test_a_changed_overlay_is_seen(kept: Options, repository: Path) -> None:
    (repository / "own" / "models").mkdir(parents=True)
    (repository / ".aispec.yaml").write_text("overlays: [own]\n", encoding="utf-8")
    plain = told(kept)
    assert len(entries(kept)) == 6
    (repository / "own" / "models" / "x.yaml").write_text("nonsense: [\n", encoding="utf-8")
    assert told(kept) != plain


def test_rules_of_a_package_rest_on_what_is_not_in_the_repository(
    kept: Options, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(PACK / "rules", tmp_path / "site" / "acme_policy" / "rules")
    (tmp_path / "site" / "acme_policy" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    (repository / "pkg:acme-policy").mkdir()
    (repository / ".aispec.yaml").write_text('extends: ["pkg:acme-policy"]\n', encoding="utf-8")
    assert "ACME001" in str(told(kept))
    assert entries(kept) == []


def test_prices_that_change_are_seen(kept: Options, repository: Path) -> None:
    prices = repository / "prices.yaml"
    given = replace(kept, prices=str(prices))
    before = told(kept)
    prices.write_text("nonsense", encoding="utf-8")
    assert told(given) != before
    assert len(entries(kept)) == 6


def test_settings_that_are_linked_elsewhere_are_others(kept: Options, repository: Path) -> None:
    text = "overrides: [{paths: 'a/*', select: [OPS]}]\n"
    (repository / ".aispec.yaml").write_text(text, encoding="utf-8")
    given = replace(kept, baseline="")
    before = told(given)
    (repository / "a" / ".aispec.yaml").symlink_to("../.aispec.yaml")
    assert told(given) != before


def test_a_folder_that_comes_to_lie_outside_is_seen(
    kept: Options, repository: Path, tmp_path: Path
) -> None:
    for place in (repository / "within", tmp_path / "outside"):
        place.mkdir()
    (repository / ".aispec.yaml").write_text("overlays: own\n", encoding="utf-8")
    (repository / "own").symlink_to("within")
    assert "SPEC015" not in str(told(kept))
    (repository / "own").unlink()
    (repository / "own").symlink_to(tmp_path / "outside")
    assert "SPEC015" in str(told(kept))


def test_rules_in_any_folder_are_seen(kept: Options, repository: Path) -> None:
    _rules(repository)
    (repository / "rules" / "models").rename(repository / "rules" / "__pycache__")
    told(kept)
    rule = repository / "rules" / "__pycache__" / "unapproved-model.yaml"
    rule.write_text(rule.read_text("utf-8").replace("approved", "blessed"), encoding="utf-8")
    assert "blessed" in str(told(kept))


def test_a_baseline_by_another_way_is_another_one(kept: Options, repository: Path) -> None:
    _baseline(repository)
    (repository / "deep").mkdir()
    (repository / "deep" / "link").symlink_to("..")
    name = ".aispec-baseline.json"
    before = told(replace(kept, baseline=str(repository / name)))
    assert told(replace(kept, baseline=str(repository / "deep" / "link" / name))) != before


def test_a_baseline_is_not_taken_for_prices(kept: Options, repository: Path) -> None:
    text = "version: 1\nname: one\nmodel: gpt-4o\napi: openai\nworkload: {%s}\n"
    for file in repository.glob("*/*.yaml"):
        file.unlink()
    file = repository / "ai-deploy.yaml"
    file.write_text(text % "users: 9/day, tokens_per_session: 2000", encoding="utf-8")
    (repository / ".aispec.yaml").write_text("select: [FIT]\n", encoding="utf-8")
    prices = repository / "prices.yaml"
    row = "{provider: openai, model: gpt-4o, input: 2000.0, output: 8000.0}"
    prices.write_text(f"as_of: 2026-11-01\nsource: us\ntokens: [{row}]\n", encoding="utf-8")
    before = told(replace(kept, baseline=str(prices)))
    assert told(replace(kept, prices=str(prices), baseline="")) != before


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
def test_nothing_waits_for_a_pipe(kept: Options, repository: Path) -> None:
    os.mkfifo(repository / ".aispec-baseline.json")
    told(kept)


def test_files_of_aispec_that_come_and_go_are_no_reason_to_stop(
    kept: Options, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "gone").symlink_to("nowhere")
    monkeypatch.setattr("aispec.pipeline.kept.ground.homes", lambda: (str(tmp_path / "home"),))
    told(kept)


def test_a_fault_of_what_is_taken_for_a_spec_too_is_told_again(
    kept: Options, repository: Path
) -> None:
    (repository / "prices.yaml").write_text("nonsense", encoding="utf-8")
    (repository / ".aispec.yaml").write_text("prices: prices.yaml\n", encoding="utf-8")
    shutil.rmtree(repository / "b")
    check(("a", "prices.yaml"), kept)
    assert "SPEC015" in str(told(kept))


@pytest.mark.parametrize(
    "other",
    [
        {"today": date(2031, 1, 1)},
        {"select": ("COST",)},
        {"ignore": ("COST",)},
        {"strict": True},
        {"baseline": ""},
    ],
)
def test_other_options_are_other_results(kept: Options, other: dict[str, object]) -> None:
    told(kept)
    count = len(entries(kept))
    told(replace(kept, **other))
    assert len(entries(kept)) == 2 * count


def test_a_changed_catalogue_is_another_ground(
    kept: Options, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    (data / "models").mkdir(parents=True)
    file = data / "models" / "one.yaml"
    file.write_text("parameters: 1\n", encoding="utf-8")
    monkeypatch.setattr("aispec.pipeline.kept.ground.homes", lambda: (str(data),))
    names = set()
    for text in ("parameters: 1\n", "parameters: 2\n", "parameters: 22\n"):
        if file.read_text("utf-8") != text:
            file.write_text(text, encoding="utf-8")
        told(kept)
        names = {path.parent.name for path in entries(kept)}
    assert len(names) == 3
    (data / "models" / "two.yaml").touch()
    told(kept)
    assert len({path.parent.name for path in entries(kept)}) == 4


def test_all_of_aispec_is_ground() -> None:
    package, *beside = resources.homes()
    assert os.path.isfile(os.path.join(package, "pipeline", "kept", "ground.py"))
    assert resources.packaged() or {os.path.basename(each) for each in beside} == {
        "rules",
        "schemas",
    }


def test_remedies_are_looked_for_when_there_are_fewer_to_find(
    kept: Options, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(options, "MOST_DEPLOYMENTS", 3)
    many = told(kept)
    monkeypatch.setattr(options, "MOST_DEPLOYMENTS", 50)
    few = told(kept)
    assert few != many
    monkeypatch.setattr(options, "MOST_DEPLOYMENTS", 3)
    assert told(kept) == many


@pytest.mark.parametrize(
    "damage",
    [b"", b"[", b"null", b"[true]", b"[true, 3]", b"[true, [[1]]]", b'{"a": 1}', b"\xff\xfe"],
)
def test_what_was_damaged_is_judged_anew(kept: Options, damage: bytes) -> None:
    before = told(kept)
    for path in entries(kept):
        path.write_bytes(damage or path.read_bytes()[:-9])
    assert told(kept) == before


def test_an_altered_figure_is_not_believed(kept: Options) -> None:
    before = told(kept)
    for path in entries(kept):
        text = path.read_text("ascii")
        path.write_text(text.replace('"certain"', '"purple"').replace("1", "2"), encoding="ascii")
    assert told(kept) == before


def test_deeply_nested_damage_is_judged_anew(kept: Options) -> None:
    before = told(kept)
    for path in entries(kept):
        path.write_bytes(b"[" * 100_000)
    assert told(kept) == before


def test_a_folder_that_cannot_be_written_is_done_without(kept: Options, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    told(replace(kept, kept=str(tmp_path / "file")))
    assert (tmp_path / "file").read_text("utf-8") == "not a folder"


def test_a_disk_that_fills_up_leaves_nothing_behind(
    kept: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shelf.os, "replace", full)
    told(kept)
    assert entries(kept) == []


def test_old_results_go_and_nothing_else_does(tmp_path: Path) -> None:
    home = tmp_path / "results"
    (home / "photographs").mkdir(parents=True)
    (home / "photographs" / "one.jpg").touch()
    for number in range(20):
        one = shelf.Shelf(str(tmp_path), f"{number:032x}")
        one.write(f"{number:032x}", "[]")
        os.utime(home / f"{number:032x}", (number, number))
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / f"{3:032x}").touch()
    (home / f"{98:032x}").symlink_to(tmp_path / "elsewhere")
    os.utime(tmp_path / "elsewhere", (3, 3))
    (home / f"{1:032x}").mkdir(exist_ok=True)
    (home / f"{1:032x}" / "letter.txt").touch()
    os.utime(home / f"{1:032x}", (1, 1))
    shelf.Shelf(str(tmp_path), "f" * 32).write("f" * 32, "[]")
    assert (home / "photographs" / "one.jpg").exists()
    assert (home / f"{1:032x}" / "letter.txt").exists()
    assert (tmp_path / "elsewhere" / f"{3:032x}").exists()
    strange = {"photographs", f"{1:032x}", f"{98:032x}"}
    left = {path.name for path in home.iterdir()} - strange
    assert "f" * 32 in left
    assert len(left) <= 13


def test_a_fact_that_is_not_kept_is_never_taken_for_absent(kept: Options) -> None:
    check((".",), kept)
    (each, *_) = check((".",), kept).deployments
    assert each.facts.get("memory.fits") is not None
    with pytest.raises(KeyError):
        each.facts.get("latency.tpot")


def test_an_entry_is_what_it_was(kept: Options) -> None:
    report = check((".",), replace(kept, kept=None, remedies=True))
    for each in report.deployments:
        text = entry.written(entry.Entry((each,), sought=True))
        again = entry.read(text.encode(), each.path)
        assert again is not None
        (other,) = again.deployments
        assert [replace(f, data={}) for f in each.findings] == list(other.findings)
        assert json.loads(text)[0] is True


@pytest.mark.parametrize("seed", range(3))
def test_any_history_says_what_no_history_says(kept: Options, repository: Path, seed: int) -> None:
    draw = Random(seed)
    changes = (_spec, _renamed, _settings, _nearer_settings, _waiver, _baseline, _broken)
    changes += (_namesake, _door, _door_to_nowhere, _other_spec, _gone, _no_settings)
    for _ in range(7):
        draw.choice(changes)(repository)
        given = replace(kept, remedies=draw.choice([None, False]))
        assert shown(check((".",), given)) == shown(check((".",), replace(given, kept=None)))


def _other_spec(repository: Path) -> None:
    text = write({**valid(Random(5)), "name": "deployment-1"}).text
    (repository / "a" / "1.ai-deploy.yaml").write_text(text, encoding="utf-8")


def _gone(repository: Path) -> None:
    if len([*repository.glob("*/*.yaml")]) > 2:
        first(repository).unlink()


def _no_settings(repository: Path) -> None:
    (repository / ".aispec.yaml").unlink(missing_ok=True)


def test_links_that_lead_round_in_circles_are_not_followed(kept: Options, repository: Path) -> None:
    (repository / "own").mkdir()
    for name in ("one", "two", "three"):
        (repository / "own" / name).symlink_to(repository / "own")
    (repository / ".aispec.yaml").write_text("overlays: [own]\n", encoding="utf-8")
    told(kept)
    assert entries(kept) == []


def test_settings_that_name_very_many_files_keep_nothing(
    kept: Options, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / "own" / "models").mkdir(parents=True)
    for number in range(4):
        (repository / "own" / f"{number}.txt").touch()
    (repository / ".aispec.yaml").write_text("overlays: [own]\n", encoding="utf-8")
    monkeypatch.setattr("aispec.pipeline.kept.ground._MOST_FILES", 3)
    told(kept)
    assert entries(kept) == []
    monkeypatch.setattr("aispec.pipeline.kept.ground._MOST_FILES", 4)
    told(kept)
    assert len(entries(kept)) == 6
