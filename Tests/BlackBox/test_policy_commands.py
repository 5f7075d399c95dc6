"""`touchline policy` as someone who writes rules uses it."""

import json
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


def test_check_tells_all_faults_of_all_files_at_once_with_carets_and_what_was_meant(folder):
    (folder / "bundle.yaml").write_text(BUNDLE + "binray: allow\n")
    (folder / "rules/10-conduct.yaml").write_text(
        RULES.replace("list: conduct", "list: condcut").replace("    say", "    sya")
        + "    when: subject.minr && channel.roster.minors > '0'\n"
    )
    (folder / "schemas/message.json").write_text('{"type": "objekt"}')
    result = policy("check", folder)
    assert result.returncode == 1
    for head, word in (
        ("bundle.yaml:6:1: unknown key 'binray' (did you mean 'binary'?)", "binray"),
        ("10-conduct.yaml:4:46: there is no list 'lists/condcut.yaml' (did you mean 'conduct'?)",
         "condcut"),
        ("10-conduct.yaml:6:5: unknown key 'sya' (did you mean 'say'?)", "sya"),
        ("10-conduct.yaml:7:19: 'subject' has no field 'minr' (did you mean 'minor'?)", "minr"),
        ("10-conduct.yaml:7:49: '>' does not take int and string", "> '0'"),
        ("message.json:1:10: unknown type 'objekt' (did you mean 'object'?)", '"objekt"'),
    ):
        assert_caret(result.stderr, head, word)
    count = sum(": " in line and not line.startswith(" ") for line in result.stderr.splitlines())
    assert result.stdout == f"Policies is refused: {count} faults\n"


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


CONTACTS = """\
rules:
  - id: contacts
    on: message
    when: channel.roster.minors > 0 && !('coach' in subject.roles)
    match: {any: [{detect: [phone]}]}
    then:
      disposition: hold
      score: 2
      effects: [{flag: safeguarding}, {notify: officer}, {strike: 1}, {mute: 30m}]
    severity: high
    say: "A coach looks at this first."
  - {id: staff-only, on: join, kinds: [staff], when: "!('coach' in subject.roles)",
     then: {disposition: block}}
  - {id: names, on: connect, match: {text: [/subject/name], any: [{list: conduct}]},
     then: {disposition: block}}
  - {id: quiet, on: message, hours: {from: "21:00", to: "07:00", zone: Europe/Dublin}, mode: shadow,
     then: {disposition: bounce}}
exemptions:
  - {name: physio, rules: [contacts], when: "'physio' in subject.roles", owner: Ann,
     reason: Numbers for parents., expires: 2099-12-31}
"""


@pytest.fixture
def contacts(folder):
    """The folder with rules about people, channels and hours besides."""
    (folder / "rules/20-contacts.yaml").write_text(CONTACTS)
    (folder / "bundle.yaml").write_text(
        BUNDLE.replace("channels:\n", 'channels:\n  - {match: "club:*:staff", kind: staff}\n')
        + 'notify: {officer: {role: welfare, channels: ["club:*"]}}\n'
    )
    return folder


NOON = ("--at", "2026-05-01T12:00:00Z")
NUMBER = "ring me on 087 123 4567"


def explain(folder, *arguments):
    result = policy("explain", folder, *arguments)
    assert result.returncode == 0, result
    return result.stdout


def test_explain_tells_the_verdict_first_then_the_rule_with_the_place_it_found(contacts):
    told = explain(contacts, "--text", NUMBER, *NOON)
    lines = told.splitlines()
    assert lines[0] == "HOLD: the message is delivered to nobody until someone releases it."
    for line in (
        "  The sender reads: “A coach looks at this first.”",
        "  Flagged for those who look through 'safeguarding'",
        "  Notified: officer",
        "  1 strike against the sender by contacts",
        "  The sender is muted for 30m",
        "  Supposed: Sam, an adult; in club:demo, of kind team with 2 adults and 12 minors",
        "1 rule hit:",
        "    ✓ match: detect phone",
    ):
        assert line in lines, told
    assert "channel.roster.minors is 12" in told
    place = lines.index("        ring me on 087 123 4567")
    assert lines[place + 1] == " " * 19 + "^" * 12
    assert "20-contacts.yaml:2" in told


def test_explain_tells_what_kept_a_rule_from_hitting(contacts):
    told = explain(contacts, "--text", NUMBER, "--role", "coach", *NOON)
    assert told.startswith("ALLOW: ")
    assert "1 rule found something, and didn't hit:" in told
    assert "✗ when: channel.roster.minors > 0" in told
    told = explain(contacts, "--text", NUMBER, "--roster", "adults=20", *NOON)
    assert "channel.roster.minors is 0" in told
    told = explain(contacts, "--text", NUMBER, "--role", "physio", *NOON)
    assert "1 rule set aside by an exemption:" in told
    assert "exempt by physio" in told


def test_explain_knows_hours_and_shadows(contacts):
    assert "shadow" not in explain(contacts, "--text", "hello", *NOON)
    told = explain(contacts, "--text", "hello", "--at", "2026-05-01T20:30:00Z")
    assert "Rules in shadow would have acted: quiet" in told
    assert "✓ hours: 21:00 to 07:00, Europe/Dublin" in told


def test_explain_knows_joins_and_handshakes(contacts):
    told = explain(contacts, "--on", "join", "--channel", "club:a:staff")
    assert told.startswith("BLOCK: they don't enter the channel.")
    told = explain(contacts, "--on", "join", "--channel", "club:a:staff", "--role", "coach")
    assert told.startswith("ALLOW: they enter the channel.")
    told = explain(contacts, "--on", "connect", "--name", "Mr Muppet")
    assert told.startswith("BLOCK: they don't connect.")
    assert "        Mr Muppet\n           ^^^^^^\n" in told


def test_explain_shows_what_is_not_seen(folder):
    told = explain(folder, "--text", "👍 stu\u200bpid!")
    assert "        👍 stu‹200B›pid!\n           ^^^^^^^^^^^^\n" in told, told


def test_explain_as_json(contacts):
    told = json.loads(explain(contacts, "--json", "--text", NUMBER, *NOON))
    assert told["disposition"] == "hold"
    assert told["says"] == "A coach looks at this first."
    assert {"effect": "mute", "value": "1800"} in told["effects"]
    rule = next(rule for rule in told["rules"] if rule["rule"] == "contacts")
    assert rule["end"] == "hit"
    assert [found["text"] for found in rule["found"]] == ["087 123 4567"]
    assert {rule["rule"]: rule["end"] for rule in told["rules"]} == {
        "contacts": "hit", "put-down": "passed", "quiet": "passed"}


@pytest.mark.parametrize(
    "arguments, said",
    [
        ([], "A message needs --text or --body, one of them."),
        (["--text", "a", "--channel", "x"],
         "there can't be a channel 'x'; there can be: club:demo."),
        (["--text", "a", "--claim", "vetted=true"], "bundle.yaml declares no claim 'vetted'"),
        (["--text", "a", "--claim", "vetted"], "'vetted' is not of the form name=value."),
        (["--text", "a", "--at", "noon"], "--at is a time such as 2026-05-01T20:00:00Z, not 'noon'."),
        (["--text", "a", "--roster", "children=2"], "children=2"),
        (["--text", "a", "--as", "child"], "child"),
        (["--on", "join", "--text", "a"], "Only a message has --text or --body."),
        (["--text", "a", "--times", "0"], "--times is 1 to 10000."),
        (["--text", "a", "--strikes", "put-down=x"], "'x' is no number from 1 to 1000."),
    ],
)
def test_explain_says_which_words_are_wrong(folder, arguments, said):
    result = policy("explain", folder, *arguments)
    assert result.returncode == 64, result
    assert said in result.stderr
    assert result.stdout == ""
