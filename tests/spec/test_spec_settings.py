"""Settings: which file governs, what it says, what is wrong with it."""

from __future__ import annotations

from pathlib import Path

from aispec.spec.settings import Override, SettingsFinder, load_settings

WHOLE = """\
specs: models/*.yaml
extends: [policies/, acme-ai-policy]
select: [FIT, CTX]
ignore: [FIT004]
severity: {FIT001: warning, COST: off}
overlays: catalog/
prices: prices.yaml
assumptions: {peak_hour_share: 15%, requests_per_session: 4}
fail_on: warning
overrides:
  - {paths: legacy/**, ignore: [CTX001], severity: {FIT001: note}}
  - {paths: [legacy/new/*.yaml], select: [LAT]}
forbid_silencing: [CMP001]
"""


def settings_file(folder: Path, text: str) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / ".aispec.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_everything_is_read(tmp_path: Path) -> None:
    settings, problems = load_settings(settings_file(tmp_path, WHOLE))
    assert problems == []
    assert settings.folder == str(tmp_path)
    assert settings.specs == ("models/*.yaml",)
    assert settings.extends == ("policies/", "acme-ai-policy")
    assert settings.select == ("FIT", "CTX")
    assert settings.severity == {"FIT001": "warning", "COST": "off"}
    assert settings.overlays == ("catalog/",)
    assert settings.assumptions == {"peak_hour_share": 0.15, "requests_per_session": 4}
    assert settings.overrides[1] == Override(("legacy/new/*.yaml",), select=("LAT",))
    assert (settings.prices, settings.fail_on) == ("prices.yaml", "warning")
    assert settings.forbid_silencing == ("CMP001",)


def test_overrides_add_up(tmp_path: Path) -> None:
    settings, _ = load_settings(settings_file(tmp_path, WHOLE))
    assert settings.for_spec("ai-deploy.yaml") == settings
    old = settings.for_spec("legacy/a.yaml")
    assert (old.select, old.ignore) == (("FIT", "CTX"), ("FIT004", "CTX001"))
    assert old.severity == {"FIT001": "note", "COST": "off"}
    assert settings.for_spec("legacy/new/a.yaml").select == ("LAT",)


def test_what_is_wrong_is_said_in_place(tmp_path: Path) -> None:
    text = "fail_on: never\nseverity: {FIT001: warn, fit: off}\nignore: FIT001\nprices: 3\n"
    path = settings_file(tmp_path, text)
    settings, problems = load_settings(path)
    assert settings.fail_on is None
    assert {(problem.code, problem.file) for problem in problems} == {("SPEC015", path)}
    assert [(p.span.line, p.span.column, p.message) for p in problems] == [
        (1, 10, "fail_on must be error, warning or note, read 'never'"),
        (2, 20, "severity.FIT001 must be warning, error, note or off, read 'warn'"),
        (2, 26, "'fit' in severity must be a rule's code such as FIT001"),
        (3, 9, "ignore must be a list, read 'FIT001'"),
        (4, 9, "prices must be a path, read 3"),
    ]


def test_what_cannot_be_read(tmp_path: Path) -> None:
    assert load_settings(str(tmp_path / "gone"))[1][0].code == "SPEC015"
    for text in ("a: [", "- a", "a: !x y"):
        [problem] = load_settings(settings_file(tmp_path, text))[1]
        assert problem.code == "SPEC015"


def test_no_settings_and_empty_ones(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert SettingsFinder().governing(str(tmp_path))[0].path is None
    path = settings_file(tmp_path, "# none yet\n")
    settings, problems = SettingsFinder().governing(str(tmp_path))
    assert (settings.path, problems) == (path, [])


def test_the_nearest_governs_and_the_repository_is_the_end(tmp_path: Path) -> None:
    settings_file(tmp_path, "fail_on: note\n")
    repository = tmp_path / "repo"
    (repository / ".git").mkdir(parents=True)
    deep = repository / "a" / "b"
    deep.mkdir(parents=True)
    assert SettingsFinder().governing(str(deep))[0].fail_on is None
    settings_file(repository, "fail_on: error\n")
    assert SettingsFinder().governing(str(deep))[0].fail_on == "error"
    settings_file(repository / "a", "fail_on: warning\n")
    finder = SettingsFinder()
    assert finder.governing(str(deep))[0].fail_on == "warning"
    assert finder.governing(str(repository))[0].fail_on == "error"
    assert finder.governing(str(deep))[0] is finder.governing(str(repository / "a"))[0]
