"""What one person is told that the record holds about them, and what an order is given."""

import hashlib
import json

from keeper import Keeper
from operators import Operators
from service import ISSUER
from test_keeping import talk


def draft(hub, keeper, *arguments):
    """The JSON of `touchline audit subject`, and what it says beside it."""
    done = run(hub, keeper, "subject", *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), done.stderr


def run(hub, keeper, command, *arguments):
    return hub.command("audit", command, *arguments, "--database", keeper.connection)


def test_a_draft_has_all_of_one_person_and_covers_the_others(serving):
    keeper = Keeper(serving)
    coach = talk(serving, "coach", "Player, call me", "good evening everyone")
    player = talk(serving, "player", "I am here, Coach")
    keeper.decide(
        "preserve", "--subject", coach, "--order", "1", "--authority", "A", "--review", "2030-01-01"
    )
    muted = Operators(serving, serving.token("operator")).post(
        "sanctions", sanction="mute", subject=coach, seconds="60", reason="To cool down"
    )["decision"]
    operator = serving.record.event(muted)["detail"]["operator"]
    reviewer = Keeper(serving, "touchline_reviewer")
    found, said = draft(serving, reviewer, "--issuer", ISSUER, "--sub", "member-coach")
    assert found["draft"] is True and found["about"]["pseudonym"] == coach
    assert found["about"]["identity"]["name"] == "Coach"
    kinds = [event["kind"] for event in found["events"]]
    assert {"connect", "join", "message", "disconnect"} <= set(kinds)
    recorded = serving.record.value(
        f"select count(*) from audit.event where subject = '{coach}' and kind not in (61, 62)"
    )
    assert len(kinds) == int(recorded)
    texts = [e["delivered"]["text"] for e in found["events"] if e["kind"] == "message"]
    assert texts == ["[another person], call me", "good evening everyone"]
    assert "127.0.0.1" in json.dumps(found["events"][0]["connection"])
    whole = json.dumps(found)
    assert player not in whole and "I am here" not in whole
    # What an operator did and why, and not who: that is another person.
    mute = next(event for event in found["events"] if event["kind"] == "mute")
    assert mute["decision"] == muted and mute["reason"] == "To cool down"
    assert mute["detail"]["by"] == "operator" and "until" in mute["detail"]
    assert operator not in whole
    # That there is a legal hold may have to stay secret.
    assert "preserve" not in whole and "1 events of legal holds withheld" in said

    refused = run(serving, Keeper(serving, "touchline_auditor"), "subject", "--subject", coach)
    assert refused.returncode == 1 and "touchline_reviewer" in refused.stderr


def test_what_an_order_covers_is_exported_with_hashes_that_hold(serving):
    keeper = Keeper(serving)
    coach = talk(serving, "coach", "covered")
    talk(serving, "player", "another's")
    held = keeper.decide(
        "preserve", "--subject", coach, "--order", "1", "--authority", "A", "--review", "2030-01-01"
    )
    done = run(serving, keeper, "preserved", held)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines[0]["preservation"]["subject"] == coach
    assert "touchline/" in lines[-1]["checkpoint"]
    events = [line for line in lines if "event" in line]
    count = f"select count(*) from audit.event where subject = '{coach}'"
    assert len(events) == int(serving.record.value(count))
    for line in events:
        assert line["event"]["subject"] == coach
        log, seq = line["decision"].split("-")
        in_tree = (
            f"select encode((audit.leaves(t))[{int(seq)} - t.tile * 256], 'hex') from audit.tile t"
            f" where t.log = {int(log)} and t.tile = ({int(seq)} - 1) / 256"
        )
        assert serving.record.value(in_tree) == line["leaf"]
        parts = line["content"] or []
        hashes = b""
        for part in parts:
            whole = bytes.fromhex(part["salt"]) + bytes.fromhex(part["body"])
            assert hashlib.sha256(whole).hexdigest() == part["hash"]
            hashes += bytes.fromhex(part["hash"])
        commitment = line["event"]["content_hash"]
        assert commitment == (f"\\x{hashlib.sha256(hashes).hexdigest()}" if parts else None)
    assert any("covered" in part["text"] for line in events for part in line["content"] or [])
    assert run(serving, keeper, "preserved", "1-1").returncode == 1
