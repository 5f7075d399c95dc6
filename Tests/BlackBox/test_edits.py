"""Edits and deletions: judged, recorded with their message, and told to all."""

import pytest

from member import Member
from test_history import everything, history, hold_little, patiently, texts
import words

EDIT, DELETE = 31, 32


def place(message):
    return {"epoch": message["epoch"], "seq": message["seq"]}


def edit(member, message, text, **fields):
    body = {"text": text}
    fields = {"channel": member.hub.channel} | place(message) | {"body": body} | fields
    return patiently(lambda: member.request("edit", **fields))


def delete(member, message):
    fields = {"channel": member.hub.channel} | place(message)
    return patiently(lambda: member.request("delete", **fields))


def said(member, text):
    """Says something, and returns the message as it came back."""
    ack = member.say(text)
    while (message := member.next_message())["seq"] != ack["channel_seq"]:
        pass
    return message | {"decision": ack["decision"]}


def test_an_edit_reaches_all_with_a_number_of_its_own(hub):
    with Member(hub, join=hub.channel) as coach, Member(hub, "player", join=hub.channel) as player:
        message = said(coach, "training at five")
        ack = edit(coach, message, "training at six")
        assert (ack["status"], ack["channel_seq"]) == ("edited", message["seq"] + 1)
        edited = player.next("edited")
        assert edited["of"] == place(message) and edited["message"] == message["message"]
        assert edited["body"] == {"text": "training at six"}
        assert edited["seq"] == ack["channel_seq"] and edited["sender"] == message["sender"]
        shown = history(player, limit=1)["messages"][0]
        assert shown["body"] == {"text": "training at six"}
        assert shown["seq"] == message["seq"] and shown["edited"] == place(edited)
        event = hub.record.event(ack["decision"])
        assert (event["kind"], event["disposition"]) == (EDIT, 0)
        assert event["message"] == message["message"]
        assert f"{event['refers_log']}-{event['refers_seq']}" == message["decision"]
        assert "training" not in str(event)


def test_an_edit_is_judged_like_a_send(hub):
    with Member(hub, join=hub.channel) as coach, Member(hub, "player", join=hub.channel) as player:
        message = said(coach, "a kind word")
        assert edit(coach, message, words.BLOCKED)["code"] == "blocked"
        assert edit(coach, message, "", body={"words": 1})["code"] == "bad_schema"
        cut = edit(coach, message, f"you {words.REDACTED}")
        assert cut["status"] == "redacted"
        assert words.REDACTED not in str(player.next("edited"))
        parts = hub.record.contents(cut["decision"])
        assert words.REDACTED in parts[1] and words.REDACTED not in parts[2]
        assert words.REDACTED not in str(history(player, limit=5))


def test_a_deletion_leaves_nothing_to_read_but_for_reviewers(hub):
    with Member(hub, join=hub.channel) as coach, Member(hub, "player", join=hub.channel) as player:
        message = said(player, "a slip of the tongue")
        ack = delete(player, message)
        assert (ack["status"], ack["channel_seq"]) == ("deleted", message["seq"] + 1)
        removed = coach.next("removed")
        assert removed["of"] == place(message) and removed["by"] == "author"
        assert "body" not in removed and "sender" not in removed
        assert "a slip" not in str(history(coach, limit=100))
        event = hub.record.event(ack["decision"])
        assert (event["kind"], event["subject"]) == (DELETE, player.welcome["subject"])
        assert any("a slip" in part for part in hub.record.contents(message["decision"]).values())
        assert edit(player, message, "again")["code"] == "unknown_message"
        assert delete(player, message)["code"] == "unknown_message"


def test_moderators_delete_what_others_said_and_the_record_names_them(hub):
    with Member(hub, "moderator", join=hub.channel) as moderator:
        with Member(hub, "player", join=hub.channel) as player:
            message = said(player, "something rude")
            assert edit(moderator, message, "polite")["code"] == "unknown_message"
            ack = delete(moderator, message)
            assert ack["status"] == "deleted"
            assert player.next("removed")["by"] == "moderator"
            event = hub.record.event(ack["decision"])
            assert event["subject"] == moderator.welcome["subject"]
            assert event["detail"]["by"] == "moderator"
            kept = said(moderator, "be nice")
            refused = delete(player, kept)
            assert refused["code"] == "unknown_message"
            assert hub.record.event(refused["decision"])["kind"] == DELETE


@pytest.mark.parametrize("holds_little", [False, True])
def test_messages_of_earlier_runs_are_edited_and_deleted(service, holds_little):
    if holds_little:
        hold_little(service)
    service.migrate()
    service.start()
    with Member(service, join=service.channel) as member:
        first, second, third = [said(member, text) for text in ["one", "two", "three"]]
        assert edit(member, third, "drei")["status"] == "edited"
    service.stop()
    service.start()
    with Member(service, join=service.channel) as member:
        assert edit(member, first, "eins")["status"] == "edited"
        assert delete(member, second)["status"] == "deleted"
        assert edit(member, second, "zwei")["code"] == "unknown_message"
        assert everything(member) == ["eins", "drei"]
        assert edit(member, first, "uno")["status"] == "edited"
        assert delete(member, third)["status"] == "deleted"
        assert everything(member) == ["uno"]
        removed = member.next("removed")
        assert removed["of"] == place(second) and removed["epoch"] == second["epoch"] + 1
    service.stop()
    service.start()
    with Member(service, join=service.channel) as member:
        assert everything(member) == ["uno"]


@pytest.mark.parametrize(
    "type, fields, code",
    [
        ("edit", {"body": None}, "bad_envelope"),
        ("edit", {"seq": 0}, "bad_envelope"),
        ("edit", {"seq": "1"}, "bad_envelope"),
        ("edit", {"kind": "poll"}, "bad_envelope"),
        ("edit", {"seq": 2**62}, "unknown_message"),
        ("edit", {"epoch": 2**31 - 1}, "unknown_message"),
        ("edit", {"channel": "club:elsewhere"}, "not_joined"),
        ("delete", {"epoch": 2**31}, "bad_envelope"),
        ("delete", {"seq": 2**62}, "unknown_message"),
        ("delete", {"channel": "club:elsewhere"}, "not_joined"),
        ("delete", {"body": {}}, "bad_envelope"),
    ],
)
def test_bad_changes_have_an_outcome_an_event_and_no_effect(hub, type, fields, code):
    with Member(hub, join=hub.channel) as member:
        message = said(member, "as it was")
        body = {"body": {"text": "changed"}} if type == "edit" else {}
        refused = member.request(
            type, **{"channel": hub.channel} | place(message) | body | fields
        )
        assert refused["code"] == code
        assert hub.record.event(refused["decision"])["disposition"] == 4
        assert texts(history(member, limit=1)) == ["as it was"]
