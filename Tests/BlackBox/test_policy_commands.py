"""`touchline policy` as someone who writes rules uses it."""

import pathlib
import shutil
import subprocess

import pytest

from hub import BINARY

BUNDLE = """\
name: trial
channels:
  - {match: "club:*", kind: team}
messages:
  message: {schema: message}
"""
SCHEMA = """\
{"type": "object", "properties": {"text": {"type": "string", "maxLength": 200}},
 "required": ["text"], "additionalProperties": false}
"""
RULES = """\
rules:
  - id: put-down
    on: message
    match: {text: [/body/text], any: [{list: conduct}]}
    then: {disposition: redact}
    say: "We left out a word."
"""
LIST = "terms: [muppet, stupid]\n"
TESTS = """\
tests:
  - name: a put-down is blacked out
    text: "you muppet"
    channel: {name: "club:a"}
    expect: {disposition: redact, rules: [put-down], spans: [muppet]}
  - name: praise is delivered
    text: "well played"
    channel: {name: "club:a"}
    expect: {disposition: allow, rules: []}
"""


@pytest.fixture
def folder(tmp_path):
    """A small folder of policies that is good."""
    folder = tmp_path / "Policies"
    for name, text in {
        "bundle.yaml": BUNDLE, "schemas/message.json": SCHEMA, "rules/10-conduct.yaml": RULES,
        "rules/10-conduct.test.yaml": TESTS, "lists/conduct.yaml": LIST,
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def policy(command, folder, *arguments):
    return subprocess.run(
        [BINARY, "policy", command, *arguments, folder.name],
        cwd=folder.parent, capture_output=True, text=True, timeout=60,
    )


def assert_caret(text, head, word):
    """The line after `head` is shown, and the caret below it points at `word`."""
    lines = text.splitlines()
    at = next(index for index, line in enumerate(lines) if head in line)
    assert lines[at + 1].index(word) == lines[at + 2].index("^"), text


def test_check_says_that_a_folder_is_good(folder):
    result = policy("check", folder)
    assert result.returncode == 0, result
    assert result.stderr == ""
    assert result.stdout.startswith("Policies is good: 1 rule in force, 2 tests passed, digest ")
    assert policy("check", folder, "--strict").returncode == 0


def test_check_names_a_failing_test_where_it_stands(folder):
    tests = folder / "rules/10-conduct.test.yaml"
    tests.write_text(TESTS.replace("disposition: redact", "disposition: block"))
    result = policy("check", folder)
    assert result.returncode == 1
    assert_caret(result.stderr, "10-conduct.test.yaml:2:11: the test fails: "
                 "expected block, found redact", "a put-down")
    assert result.stdout == "Policies is refused: 1 fault\n"


WARNINGS = {
    "rules/10-conduct.test.yaml": (
        TESTS.split("  - name: praise")[0],
        "10-conduct.yaml:2:9: warning: no test in 10-conduct.test.yaml that this rule doesn't hit",
        "put-down",
    ),
    "lists/idle.yaml": ("terms: [idle]", "idle.yaml:1:1: warning: no rule uses this list", "terms"),
    "rules/20-never.yaml": (
        "exemptions:\n  - {name: x, rules: [put-down], when: 'false', owner: Ann, reason: none,"
        " expires: 2099-12-31}\n",
        "20-never.yaml:2:40: warning: this is never true", "'false'",
    ),
    "rules/30-expired.yaml": (
        "exemptions:\n  - {name: x, rules: [put-down], when: 'subject.minor', owner: Ann,"
        " reason: none,\n     expires: 2020-12-31}\n",
        "30-expired.yaml:3:15: warning: the exemption 'x' has expired: ask Ann", "2020",
    ),
    "rules/10-conduct.yaml": (
        RULES.replace("    match", '    channels: ["club:*", "team:*"]\n    match'),
        "10-conduct.yaml:4:26: warning: no channel of bundle.yaml can have such a name", '"team',
    ),
}


@pytest.mark.parametrize("file", WARNINGS)
def test_check_warns_of_what_is_probably_not_meant(folder, file):
    text, head, word = WARNINGS[file]
    (folder / file).write_text(text)
    result = policy("check", folder)
    assert result.returncode == 0, result
    assert_caret(result.stderr, head, word)
    assert result.stdout.startswith("Policies is good: ")
    assert ", 1 warning, digest" in result.stdout, result
    strict = policy("check", folder, "--strict")
    assert strict.returncode == 1
    assert strict.stdout.startswith("Policies is refused (--strict): ")


def test_check_of_another_folder_says_only_that(tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    for number in range(20):
        (other / f"letter-{number}.txt").write_text("Dear Ann")
    result = policy("check", other)
    assert result.returncode == 1
    assert result.stderr == (
        "other/bundle.yaml: the file is missing: is other a folder of policies?\n"
    )
    shutil.rmtree(other)
    result = policy("check", other)
    assert result.returncode == 1
    assert result.stderr == "other: No such file or directory\n"
