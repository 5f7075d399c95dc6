"""Policy files that nobody should write: a located error, soon, and in little memory."""

import os
import time

import pytest

from hub import BINARY
from test_policy_commands import BUNDLE, RULES, SCHEMA, folder  # noqa: F401

SECONDS_MAX = 20
BYTES_MAX = 512 << 20


def check(folder):  # noqa: F811
    """The exit code of `policy check` and what it said; its time and memory are bounded."""
    said = folder.parent / "said"
    begun = time.monotonic()
    pid = os.posix_spawn(
        BINARY, [BINARY, "policy", "check", folder], os.environ,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 1, said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
    )  # fmt: skip
    _, status, usage = os.wait4(pid, 0)
    assert time.monotonic() - begun < SECONDS_MAX
    assert usage.ru_maxrss << 10 < BYTES_MAX
    return os.waitstatus_to_exitcode(status), said.read_text().replace(f"{folder}/", "")


def rule(line):
    return RULES.replace("    match:", f"    {line}\n    match:")


def bomb():
    lines = ["a0: &a0 [x, x, x, x]"]
    lines += [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}, *a{n - 1}]" for n in range(1, 40)]
    return "\n".join(lines) + "\n"


def chain(depth):
    links = ",\n".join(f'"d{n}": {{"$ref": "#/$defs/d{n + 1}"}}' for n in range(depth))
    return f'{{"$ref": "#/$defs/d0", "$defs": {{{links}, "d{depth}": true}}}}'


# File, text, the place that is told, and what is said.
FILES = {
    "a cyclic $ref": (
        "schemas/message.json", '{"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"},\n'
        ' "b": {"$ref": "#/$defs/a"}}}',
        "schemas/message.json:2:16: ", "this leads back to itself, without end"),
    "a long chain of $ref": (
        "schemas/message.json", chain(5000), "schemas/message.json:",
        "one value would pass through more than 100 schemas"),
    "a remote $ref": (
        "schemas/message.json", '{"properties": {"text":\n  {"$ref": "https://example.org/x.json"}}}',
        "schemas/message.json:2:12: ", "no file that was given is 'https://example.org/x.json'"),
    "a $ref to a file": (
        "schemas/message.json", '{"$ref": "file:///etc/passwd"}', "schemas/message.json:1:10: ",
        "no file that was given is 'file:///etc/passwd'"),
    "a bomb of aliases": (
        "bundle.yaml", bomb(), "bundle.yaml:1:5: ", "anchors and aliases ('&') are not used here"),
    "a key twice in YAML": (
        "bundle.yaml", BUNDLE + "name: again\n", "bundle.yaml:6:1: ",
        "the key 'name' stands twice in one mapping (first in line 1)"),
    "a key twice in JSON": (
        "schemas/message.json", '{"type": "object",\n "type": "object"}', "schemas/message.json:2:2: ",
        'the key "type" stands here twice'),
    "deep YAML": ("lists/conduct.yaml", "terms: " + "[" * 100_000, "lists/conduct.yaml:1:40: ", ""),
    "deep JSON": (
        "schemas/message.json", "[" * 500_000, "schemas/message.json:1:", "nested deeper than 128"),
    "a pattern that is none": (
        "rules/10-conduct.yaml", RULES.replace("{list: conduct}", "{pattern: '(a'}"),
        "rules/10-conduct.yaml:4:", "missing ): '(a'"),
    "a pattern that looks back": (
        "rules/10-conduct.yaml", RULES.replace("{list: conduct}", "{pattern: '(a)\\1'}"),
        "rules/10-conduct.yaml:4:53: ", "back reference '\\1' is not linear-time and not supported"),
    "a pattern that is too large": (
        "rules/10-conduct.yaml", RULES.replace("{list: conduct}", "{pattern: '((a{99}){99}){99}'}"),
        "rules/10-conduct.yaml:4:", "repetition"),
    "a condition that would cost too much": (
        "rules/10-conduct.yaml",
        rule('when: "subject.roles.all(a, subject.roles.all(b, subject.roles.all(c, a == b)))"'),
        "rules/10-conduct.yaml:4:68: ",
        "more than 2 comprehensions within each other would cost too much"),
    "a condition of ten thousand brackets": (
        "rules/10-conduct.yaml", rule('when: "' + "(" * 10_000 + '"'), "rules/10-conduct.yaml:4:", ""),
    "a lone surrogate in YAML": (
        "bundle.yaml", BUNDLE.replace("trial", '"\\ud800"'), "bundle.yaml:1:", ""),
    "a lone surrogate in JSON": (
        "schemas/message.json", '{"type": "object",\n "title": "\\ud800"}', "schemas/message.json:",
        ""),
    "a lone surrogate in a condition": (
        "rules/10-conduct.yaml", rule("when: subject.name == '\\ud800'"),
        "rules/10-conduct.yaml:4:", ""),
    "bidi and controls in a key": (
        "bundle.yaml", BUNDLE + '"\u202e\u2066eman": x\n', "bundle.yaml:6:1: ", "unknown key"),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_bad_file_is_refused_where_it_is_bad(folder, name):  # noqa: F811
    file, text, place, message = FILES[name]
    (folder / file).write_text(text)
    code, said = check(folder)
    assert code == 1, said[:3000]
    head = next(line for line in said.splitlines() if line.startswith(place))
    assert message in head, said[:3000]
    assert "    ^" in said or " ^\n" in said, said[:3000]
    assert len(said) < 100_000


def test_a_list_of_a_gigabyte_is_refused_unread(folder):  # noqa: F811
    with open(folder / "lists/conduct.yaml", "ab") as file:
        file.truncate(1 << 30)
    code, said = check(folder)
    assert code == 1
    assert said.startswith("lists/conduct.yaml: the file has over 1048576 bytes\n"), said


def test_a_thousand_lists_are_refused(folder):  # noqa: F811
    for number in range(1000):
        (folder / f"lists/l{number}.yaml").write_text("terms: [x]\n")
    code, said = check(folder)
    assert code == 1
    assert "a bundle has at most 500 files" in said


@pytest.mark.parametrize(
    "piece", ["a", "\u0301", "e\u0301\u0323", "\u202e", "\u2066", "\u200b", "ﷺ", "👩‍👩‍👧", "muppet "],
    ids=ascii,
)
def test_a_list_with_a_term_of_one_kind_of_character_is_judged_or_refused_in_time(
    folder, piece  # noqa: F811
):
    (folder / "lists/conduct.yaml").write_text(
        "fold: [nfkc, invisible, confusables, case, leet, repeats, spaces]\nterms:\n  - '"
        + piece * 20_000 + "'\n  - muppet\n"
    )  # fmt: skip
    code, said = check(folder)
    assert code in (0, 1)
    if code == 1:
        assert said.startswith("lists/conduct.yaml:3:"), said[:500]
        assert len(said) < 10_000
