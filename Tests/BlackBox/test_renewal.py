"""Tokens over time: told before they expire, renewed in place, and what their claims no longer open."""

import time

import pytest

import tokens
from member import Member

RENEW = 12


def test_an_expiring_token_is_told_and_renewed_and_the_session_lives_on(serving):
    now = int(time.time())
    # A token of 6 s: told after 3, dead after 6 and the leeway of 30.
    with Member(serving, token=serving.token(exp=now + 6)) as member:
        told = member.next("expiring", timeout=6)
        assert told["expires_at"] == member.welcome["expires_at"] == now + 36
        member.send(type="renew", id="again", token=serving.token(exp=now + 600))
        renewed = member.next("renewed")
        assert (renewed["id"], renewed["expires_at"]) == ("again", now + 630)
        event = serving.record.event(renewed["decision"])
        assert (event["kind"], event["disposition"]) == (RENEW, 0)
        assert event["session"] == member.welcome["session"]
        assert serving.record.contents(renewed["decision"]) == {}
        assert member.join()["status"] == "joined"


def test_a_session_whose_token_is_not_renewed_ends_within_a_second_of_its_time(serving):
    serving.stop()
    serving.edit(("    audience: touchline\n", "    audience: touchline\n    leeway: 2s\n"))
    serving.start()
    now = int(time.time())
    with Member(serving, token=serving.token(exp=now + 4)) as member:
        assert member.welcome["expires_at"] == now + 6
        assert member.close_code() == 4401
        assert now + 6 <= time.time() <= now + 7
    goodbye = member.next("goodbye", timeout=0)
    assert goodbye["code"] == 4401


def test_rights_that_new_claims_lack_are_gone_at_once(hub):
    with Member(hub, "coach", join=hub.channel) as coach, Member(hub, "player") as child:
        child.join()
        fresh = tokens.mint(hub, "coach", vetted=False)
        coach.send(type="renew", id="r", token=fresh)
        assert coach.next("renewed")["id"] == "r"
        left = coach.next("left")
        assert (left["channel"], left["code"]) == (hub.channel, "blocked")
        assert "vetting" in left["message"]
        assert hub.record.event(left["decision"])["rules"] == ["unvetted-in-youth"]
        assert coach.say("hello")["code"] == "not_joined"
        assert coach.join()["code"] == "blocked"
        child.say("only children here")
        assert coach.is_silent()
        coach.send(type="renew", id="s", token=tokens.mint(hub, "coach"))
        assert coach.next("renewed")["id"] == "s"
        assert coach.join()["status"] == "joined"


@pytest.mark.parametrize(
    "token, code",
    [
        (lambda hub: hub.token("player"), "other_member"),
        (lambda hub: tokens.expired(hub), "token_expired"),
        (lambda hub: tokens.mint(hub, key=tokens.stranger()), "token_invalid"),
        (lambda hub: "x", "token_malformed"),
        (lambda hub: "x" * 9000, "bad_envelope"),
    ],
)
def test_a_renewal_with_a_token_that_is_not_taken_changes_nothing(hub, token, code):
    with Member(hub, join=hub.channel) as coach:
        answer = coach.request("renew", token=token(hub))
        assert answer["code"] == code, answer
        assert hub.record.contents(answer["decision"]) == {}
        assert coach.say("still here")["status"] == "delivered"
