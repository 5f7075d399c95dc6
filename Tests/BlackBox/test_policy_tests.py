"""`touchline policy test` as someone who writes rules uses it."""

import re
import shutil
import subprocess
import xml.etree.ElementTree as xml

import pytest

from hub import BINARY, ROOT
from test_pages import blocks, shell
from test_policy_commands import TESTS, assert_caret, folder, policy  # noqa: F401

CORPUS = "well played\n\nthe muppet show is on\nnot a stupid question\n"


@pytest.fixture
def tried(folder):  # noqa: F811
    """The small folder with harmless messages, at two of which its rule takes offence."""
    (folder / "corpus").mkdir()
    (folder / "corpus/chat.txt").write_text(CORPUS)
    return folder


def tables(text):
    """Rows of the printed tables by their first word, as lists of words."""
    rows = [line.split() for line in text.splitlines() if line.startswith("  ")]
    return {row[0]: row[1:] for row in reversed(rows) if row}


def shares(text, rule):
    """What share of each technique's disguises got past a rule, in percent."""
    lines = text[text.index("Evasion: "):].splitlines()
    head = lines[1].split()
    row = next(line for line in lines if line.split()[:1] == [rule])
    return dict(zip(head[1:], map(int, re.findall(r"(\d+) %", row)), strict=True))


def test_tests_that_pass_are_told_with_the_rules_that_they_try(tried):
    result = policy("test", tried)
    assert result.returncode == 0, result
    assert result.stderr == ""
    assert result.stdout.startswith("Tests: 2 tests passed\n")
    assert "Coverage: 1 rule, each with a test that it hits and one that it doesn't" in result.stdout
    assert "  rule      hit by  passed by\n  put-down       1          1\n" in result.stdout
    assert result.stdout.endswith("\nPolicies passes.\n")


def test_a_test_that_fails_is_shown_where_it_stands_and_in_junit(tried):
    tests = tried / "rules/10-conduct.test.yaml"
    tests.write_text(
        TESTS.replace("spans: [muppet]", "spans: [you]").replace("a put-down", 'a "put-down" <&>')
    )
    junit = tried.parent / "results.xml"
    result = policy("test", tried, "--junit", str(junit))
    assert result.returncode == 1
    assert_caret(
        result.stderr,
        "Policies/rules/10-conduct.test.yaml:2:11: the test fails: expected spans [you], found"
        " [muppet]", 'a "put-down"',
    )  # fmt: skip
    assert result.stdout.startswith("Tests: 1 test passed, 1 failed\n")
    assert result.stdout.endswith("\nPolicies fails: 1 test failed.\n")
    suite = xml.parse(junit).getroot().find("testsuite")
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == ("10-conduct", "2", "1")
    bad, good = suite
    assert bad.get("name") == 'a "put-down" <&> is blacked out'
    assert (bad.get("file"), bad.get("line")) == ("Policies/rules/10-conduct.test.yaml", "2")
    assert bad.find("failure").get("message") == "expected spans [you], found [muppet]"
    assert "the test fails: " in bad.find("failure").text
    assert len(good) == 0


def test_the_clock_of_a_test_is_its_own(folder):  # noqa: F811
    (folder / "rules/20-quiet.yaml").write_text(
        "rules:\n  - {id: quiet, on: message, then: {disposition: bounce},"
        ' hours: {from: "21:00", to: "07:00", zone: Europe/Dublin}}\n'
    )
    (folder / "rules/20-quiet.test.yaml").write_text(
        "tests:\n"
        '  - {name: late, text: hello, channel: {name: "club:a"}, now: 2026-06-15T20:30:00Z,'
        " expect: {rules: [quiet]}}\n"
        '  - {name: early, text: hello, channel: {name: "club:a"}, now: 2026-06-15T19:30:00Z,'
        " expect: {rules: []}}\n"
    )
    result = policy("test", folder)
    assert result.stdout.startswith("Tests: 4 tests passed\n"), result


def test_what_gets_past_is_told_by_rule_and_technique_and_a_fold_closes_it(folder):  # noqa: F811
    first = policy("test", folder, "--all").stdout
    assert "(--variants 10 --seed 1)" in first
    share = shares(first, "put-down")
    assert share["zero-width"] == share["case"] == share["confusables"] == 0
    assert share["leet"] == share["repeats"] == share["spacing"] == 100
    assert re.search(r"^  put-down, spacing, allow: you m.{1,3}u.{1,3}p", first, re.MULTILINE)
    (folder / "lists/conduct.yaml").write_text(
        "fold: [nfkc, invisible, confusables, case, leet, repeats, spaces]\n"
        "terms: [muppet, stupid]\n"
    )
    share = shares(policy("test", folder).stdout, "put-down")
    assert share["leet"] == share["repeats"] == share["spacing"] == 0


def test_the_same_seed_gives_the_same_another_seed_another_and_none_none(tried):
    first = policy("test", tried, "--all").stdout
    assert policy("test", tried, "--all").stdout == first
    assert policy("test", tried, "--all", "--seed", "2").stdout != first
    assert "Evasion" not in policy("test", tried, "--variants", "0").stdout


def test_harmless_messages_that_rules_take_offence_at_are_told_by_list_and_place(tried):
    result = policy("test", tried)
    assert "Harmless messages: 3 messages, 2 false positives\n" in result.stdout
    assert tables(result.stdout)["conduct"] == ["2", "2"]
    assert (
        "Policies/corpus/chat.txt:3: put-down (redact) takes offence in a channel of kind team\n"
        "  list conduct, severity 1, in /body/text:\n"
        "    the muppet show is on\n"
        "        ^^^^^^\n" in result.stdout
    )
    assert result.returncode == 0
    strict = policy("test", tried, "--strict")
    assert strict.returncode == 1
    assert strict.stdout.endswith("\nPolicies fails: 2 harmless messages stopped.\n")
    (tried / "lists/conduct.yaml").write_text(
        "exceptions: [muppet show, not a stupid]\nterms: [muppet, stupid]\n"
    )
    mended = policy("test", tried, "--strict")
    assert mended.returncode == 0, mended
    assert tables(mended.stdout)["conduct"] == ["0", "0"]


def test_a_rule_without_tests_enough_is_told_and_strict_fails(tried):
    (tried / "corpus/chat.txt").unlink()
    (tried / "rules/10-conduct.test.yaml").write_text(TESTS.split("  - name: praise")[0])
    result = policy("test", tried)
    assert result.returncode == 0
    assert "Coverage: 1 rule, 1 of them without tests enough\n" in result.stdout
    assert "Harmless messages: none. Put some, one a line, into Policies/corpus/" in result.stdout
    strict = policy("test", tried, "--strict")
    assert strict.returncode == 1
    assert strict.stdout.endswith("\nPolicies fails: 1 rule without tests enough.\n")


def test_parts_of_a_rule_that_no_test_tries_are_named(folder):  # noqa: F811
    rules = folder / "rules/10-conduct.yaml"
    rules.write_text(rules.read_text().replace("{list: conduct}", "{list: conduct}, {detect: iban}"))
    told = policy("test", folder).stdout
    assert "  put-down: no test that it hits finds anything by\n    detect iban\n" in told


def test_a_folder_with_faults_is_refused_and_wrong_words_are_64(tried):
    assert policy("test", tried, "--variants", "1001").returncode == 64
    (tried / "corpus/chat.csv").write_text("x")
    result = policy("test", tried)
    assert result.returncode == 1
    assert result.stderr == "Policies/corpus/chat.csv: not part of a corpus: it has corpus/<name>.txt\n"
    (tried / "bundle.yaml").write_text("name: x\n")
    result = policy("test", tried)
    assert result.returncode == 1
    assert "bundle.yaml:1:1: the key 'channels' is missing" in result.stderr
    result = policy("test", tried, "--junit", "/nowhere/x.xml")
    assert result.returncode == 1


def test_results_that_cannot_be_written_are_told(tried):
    result = policy("test", tried, "--junit", "/nowhere/x.xml")
    assert result.returncode == 1
    assert "/nowhere/x.xml cannot be written" in result.stderr


def test_help_has_examples_and_exit_codes():
    for command in ("check", "test", "explain"):
        told = shell_help(command)
        assert f"touchline policy {command} Policies" in told
        assert "Exit codes: 0 " in told


def shell_help(command):
    return subprocess.run(
        [BINARY, "policy", command, "--help"], capture_output=True, text=True, check=True
    ).stdout


def test_the_commands_of_the_page_do_what_it_says_with_the_shipped_policies(tmp_path):
    shutil.copytree(ROOT / "Policies", tmp_path / "Policies")
    check, test, explain = blocks("policy-testing.md", "sh")
    assert re.match(r"Policies is good: \d+ rules in force, \d+ tests passed", shell(tmp_path, check))
    told = shell(tmp_path, test)
    assert told.startswith("Tests: ") and told.count("\nPolicies passes.\n") >= 1
    assert xml.parse(tmp_path / "policy-tests.xml").getroot().get("failures") == "0"
    told = shell(tmp_path, explain)
    assert told.startswith("HOLD: ") or told.startswith("REDACT: "), told
    assert '"rule"' in told and "unvetted-in-youth" in told


def test_the_defaults_that_the_page_names_are_those_of_explain():
    page = (ROOT / "docs/policy-testing.md").read_text()
    told = re.sub(r"\s+", " ", shell_help("explain"))
    assert "adults=2,minors=12,moderators=1" in told
    assert "2 adults, one of them a moderator, and 12 minors" in page
    for option in set(re.findall(r"`(--[a-z]+)`", page)) - {"--strict", "--junit", "--seed",
                                                            "--variants"}:
        assert option in told, option


def test_what_takes_longer_than_two_seconds_tells_how_far_it_is():
    with subprocess.Popen(
        [BINARY, "policy", "test", ROOT / "Policies", "--variants", "1000"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    ) as process:
        line = process.stderr.readline()
        process.kill()
    assert re.match(r"disguises: \d+ of \d+ tests \(\d+ %\), \d+/s", line), line
