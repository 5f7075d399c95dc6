"""Rules are files: an edit counts from the next message, a broken one changes nothing."""

import re
import shutil
import signal
import time

import pytest

import tokens
import words
from hub import BINARY, ROOT, eventually
from member import Member
from record import KIND
from test_crashes import CROWD, talk
from test_journal import FULL, small_journal
from test_keeping import shipping_held

NEW_RULE = """
rules:
  - id: no-zebras
    on: message
    match:
      text: [/body/text]
      any:
        - pattern: 'zebra'
    then: {disposition: block}
    say: "No zebras here."
"""
BROKEN_RULE = NEW_RULE.replace("disposition", "dispositon")


def test_compiled_patterns_are_kept_privately_and_made_again_when_damaged(own_hub):
    folder = own_hub.folder / "patterns"
    kept = {path: path.stat() for path in folder.iterdir()}
    assert kept and folder.stat().st_mode & 0o777 == 0o700
    assert all(status.st_mode & 0o777 == 0o600 for status in kept.values())
    own_hub.stop()
    for path, status in kept.items():
        path.write_bytes(b"\xff" * status.st_size)
    own_hub.start()
    with Member(own_hub, join=own_hub.channel) as member:
        assert member.say("see you at training")["status"] == "delivered"
    assert any(path.read_bytes()[:8] != b"\xff" * 8 for path in kept)


def active_digest(hub):
    return hub.record.value(
        f"select encode(policy, 'hex') from audit.event where kind = {KIND['policy']}"
        " order by seq desc limit 1"
    )


def test_an_edit_counts_within_a_second_and_a_broken_one_leaves_the_rules_alone(own_hub):
    hub = own_hub
    rule = hub.policies / "rules" / "90-zebra.yaml"
    with Member(hub, join=hub.channel) as member:
        before = member.say("a zebra")
        assert before["status"] == "delivered"

        rule.write_text(NEW_RULE)
        edited = time.monotonic()
        while (answer := member.say("a zebra"))["type"] == "ack":
            assert time.monotonic() < edited + 1, "the edit took more than a second"
            time.sleep(0.1)
        assert (answer["code"], answer["message"]) == ("blocked", "No zebras here.")

        rule.write_text(BROKEN_RULE)
        assert eventually(lambda: "dispositon" in hub.log(), 3), "the refusal is not in the log"
        log = hub.log()
        assert "90-zebra.yaml:9:12: " in log
        assert "disposition" in log, "the right word is proposed"
        caret = next(line for line in log.splitlines() if line.strip() == "^" or "^" in line)
        assert caret
        assert member.say("a zebra")["code"] == "blocked", "the old bundle stays"
        assert member.say("a horse")["status"] == "delivered"

        rule.unlink()
        assert eventually(lambda: member.say("a zebra")["type"] == "ack", 1, 0.1)

    first, blocked = (hub.record.event(answer["decision"]) for answer in (before, answer))
    assert blocked["rules"] == ["no-zebras"]
    assert first["policy"] != blocked["policy"]
    activations = hub.record.until(
        f"select count(*) from audit.event where kind = {KIND['policy']}", "3"
    )
    assert activations == "3"


def test_every_policy_in_force_is_kept_by_its_digest(hub):
    with Member(hub, join=hub.channel) as member:
        decision = member.say("under which rules?")["decision"]
    hub.record.event(decision)
    log, seq = decision.split("-")
    files = hub.record.value(
        "select p.files::text from audit.policy p join audit.event e on p.digest = e.policy"
        f" where e.log = {log} and e.seq = {seq}"
    )
    assert "bundle.yaml" in files


def test_policy_check_prints_place_line_and_caret(hub, tmp_path):
    good = hub.command("policy", "check", ROOT / "Policies")
    assert good.returncode == 0, good.stderr
    (tmp_path / "rules").mkdir(parents=True)
    (tmp_path / "bundle.yaml").write_text((ROOT / "Policies/bundle.yaml").read_text())
    for folder in ("lists", "schemas"):
        if (ROOT / "Policies" / folder).exists():
            shutil.copytree(ROOT / "Policies" / folder, tmp_path / folder)
    (tmp_path / "rules" / "10-broken.yaml").write_text(BROKEN_RULE)
    bad = hub.command("policy", "check", tmp_path)
    text = bad.stdout + bad.stderr
    assert bad.returncode != 0
    lines = text.splitlines()
    fault = next(index for index, line in enumerate(lines) if "10-broken.yaml:9:12: " in line)
    assert lines[fault + 1].index("dispositon") == lines[fault + 2].index("^")


@pytest.mark.parametrize(
    "text",
    ["", "rules: [", "rules: 7", "rules:\n  - id: x\n  - id: x\n", "\ttabs", "\0", "- &a [*a]",
     "rules:\n  - id: x\n    on: message\n    match: {text: [/body/text], any: [{pattern: '('}]}\n"
     "    then: {disposition: block}\n",
     "rules:\n  - id: x\n    on: message\n    match: {text: [/body/text], any: [{list: none}]}\n"
     "    then: {disposition: block}\n"],
    ids=["empty", "unclosed", "wrong kind", "twice", "tab", "NUL", "loop", "pattern", "list"],
)
def test_a_rule_file_of_any_kind_is_read_or_refused_with_its_place(hub, tmp_path, text):
    (tmp_path / "rules").mkdir(parents=True)
    (tmp_path / "bundle.yaml").write_text((ROOT / "Policies/bundle.yaml").read_text())
    (tmp_path / "rules" / "10-any.yaml").write_text(text)
    result = hub.command("policy", "check", tmp_path)
    assert result.returncode in (0, 1, 64, 65), result
    if result.returncode:
        assert "10-any.yaml:" in result.stdout + result.stderr


def test_policies_that_a_full_journal_has_no_room_for_wait_until_there_is_some(service):
    hub = small_journal(service)
    rule = hub.policies / "rules" / "90-zebra.yaml"
    with Member(hub, join=hub.channel) as member:
        assert member.say("a zebra")["status"] == "delivered"
        talkers = talk(hub, CROWD, per_second=30)
        with shipping_held(hub):
            assert eventually(
                lambda: any(told["code"] == FULL for one in talkers for told in one.refused), 60
            ), hub.log()
            # More than what a full journal keeps for its last events.
            rule.write_text(NEW_RULE + "# zebras\n" * 40_000)
            hub.process.send_signal(signal.SIGHUP)
            assert eventually(lambda: "new policies are not in force" in hub.log()), hub.log()
            assert eventually(lambda: b"newest policies" in hub.console("/readyz")[2])
            for talker in talkers:
                talker.finish()
        assert eventually(lambda: member.say("a zebra").get("code") == "blocked", 20, 0.5)
        assert eventually(lambda: b"newest policies" not in hub.console("/readyz")[2])
        blocked = hub.record.event(member.say("a zebra")["decision"])
        assert blocked["policy"][2:] == active_digest(hub)
        # They are in force now, so that another look at the folder changes nothing.
        hub.process.send_signal(signal.SIGHUP)
        rule.unlink()
        hub.process.send_signal(signal.SIGHUP)
        assert eventually(lambda: member.say("a zebra")["type"] == "ack", 20, 0.5)
    activations = f"select count(*) from audit.event where kind = {KIND['policy']}"
    assert hub.record.until(activations, "3") == "3"


def test_the_rule_of_the_page_lets_nobody_name_a_channel(own_hub):
    page = (ROOT / "docs/privacy.md").read_text()
    rule = re.search(r"```yaml\n(rules:\n  - id: nobodys-channel\n.*?)```", page, re.S)[1]
    (own_hub.policies / "rules/02-names.yaml").write_text(rule)
    invented = "club:zoe-of-oak-lane"
    with Member(own_hub, "player", join=own_hub.channel) as player:

        def is_refused():
            answer = player.join(invented)
            if answer.get("status") == "joined":
                player.leave(invented)
            return answer.get("code") == "blocked"

        assert eventually(is_refused), "policies are in force within a second"
        event = own_hub.record.event(player.join(invented)["decision"])
        assert event["channel"] is None
    with Member(own_hub, token=tokens.mint(own_hub, "coach", channels=[invented])) as coach:
        assert coach.join(invented)["status"] == "joined"
