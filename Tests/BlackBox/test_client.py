"""The reference client in Chromium, against the hub over TLS: what it does when things go wrong."""

import json
import signal
import time

import pytest

import tokens
import words
from club_site import QUICK, say
from hub import eventually
from member import Member
from record import ALLOW, KIND

def statuses(tab):
    return [entry["status"] for entry in tab.run("return me.of('status');")]


def recorded(hub, texts):
    """How often each text was delivered, by the record."""
    rows = hub.record.rows(
        "select c.log, c.seq, audit.readable(c.body) as text from audit.content c"
        " join audit.event e using (log, seq)"
        f" where e.kind = {KIND['message']} and e.disposition = {ALLOW}"
    )
    found = [json.loads(row["text"])["text"] for row in rows]
    return {text: found.count(text) for text in texts}


def assert_once(hub, texts):
    """Every text is in the record, and none twice."""
    eventually(lambda: all(recorded(hub, texts).values()), 20, 0.2)
    assert recorded(hub, texts) == {text: 1 for text in texts}


# Talking.


def test_a_page_connects_joins_talks_and_is_answered(hub, tab, page_member):
    joined = page_member(hub)
    assert joined["status"] == "joined"
    with Member(hub, "player", join=hub.channel) as player:
        ack = say(tab, hub, "from the page: ⚽")["ok"]
        assert ack["status"] == "delivered"
        assert player.next_message()["body"]["text"] == "from the page: ⚽"
        assert player.say("to the page")["status"] == "delivered"
        assert tab.until("me.of('message').length == 2")
    first, second = tab.run("return me.of('message');")
    assert (first["seq"], first["kind"]) == (ack["channel_seq"], "message")
    assert second["body"]["text"] == "to the page" and second["seq"] == first["seq"] + 1
    redacted = say(tab, hub, f"what an {words.REDACTED}")["ok"]
    assert redacted["status"] == "redacted"
    assert hub.record.event(ack["decision"])["session"] == tab.run("return me.hub.welcome.session;")
    assert tab.run("return await me.hub.leave(channel);", channel=hub.channel)["status"] == "left"
    assert say(tab, hub, "outside")["error"]["code"] == "not_joined"
    assert tab.run("return await me.hub.join(channel);", channel=hub.channel)["status"] == "joined"
    assert tab.run("me.hub.close(); return me.hub.status;") == "closed"
    assert statuses(tab) == ["connecting", "open", "closed"]


def test_a_refusal_is_a_typed_error_with_its_decision(hub, tab, page_member):
    page_member(hub)
    error = say(tab, hub, words.BLOCKED)["error"]
    assert error["isTyped"] and error["code"] == "blocked" and not error["uncertain"]
    assert "Please stay here" in error["message"]
    assert hub.record.event(error["decision"])["rules"] == ["moving-to-other-app"]
    wrong = tab.run("return await outcome(me.hub.join('nowhere'));")["error"]
    assert wrong["code"] == "unknown_channel"
    assert tab.run("return me.hub.channels;") == [hub.channel]
    # The hub would end the connection for it, so the client doesn't send it.
    assert say(tab, hub, "x" * 70_000)["error"]["code"] == "too_big"
    assert say(tab, hub, "still here")["ok"]["status"] == "delivered"


def test_a_burst_is_spaced_to_the_hub_s_rate_and_none_is_refused(hub, tab, page_member):
    page_member(hub)
    texts = [f"burst {count}" for count in range(40)]
    outcomes = tab.run(
        "return await talk(me.hub, channel, texts, 0).done;", channel=hub.channel, texts=texts
    )
    assert [answer.get("ok", answer)["status"] for answer in outcomes] == ["delivered"] * 40
    numbers = [answer["ok"]["channel_seq"] for answer in outcomes]
    assert numbers == sorted(numbers), "in the order of sending"


# Tokens over time.


@pytest.fixture
def short_lived(service, site):
    """A hub whose sessions end 2 s behind their tokens."""
    service.migrate()
    service.edit(
        ("    audience: touchline\n", "    audience: touchline\n    leeway: 2s\n"),
        ("  port: 0\n  tls:", f"  port: 0\n  origins: [\"{site.origin}\"]\n  tls:"),
    )
    return service.start()


def lasting(hub, seconds):
    """Makes tokens that expire so soon."""
    return lambda role: hub.token(role, exp=int(time.time()) + seconds)


def test_a_session_outlives_its_tokens(short_lived, tab, site, page_member):
    page_member(short_lived, mint=lasting(short_lived, 4))
    session = tab.run("return me.hub.welcome.session;")
    assert tab.until("me.of('renewed').length >= 3", 30)
    assert site.minted >= 4, "a fresh token for each renewal"
    assert say(tab, short_lived, "long after the first token")["ok"]["status"] == "delivered"
    assert tab.run("return me.hub.welcome.session;") == session
    assert statuses(tab) == ["connecting", "open"]


def test_a_renewal_that_fails_is_told_and_a_fresh_token_comes_back(
    short_lived, tab, site, page_member
):
    page_member(short_lived, mint=lasting(short_lived, 4))
    site.mint = lambda role: None
    assert tab.until("me.of('renewal_failed').length")
    assert tab.run("return me.of('renewal_failed')[0].code;") == "token_unavailable"
    assert tab.until("me.hub.status === 'waiting'"), "the session ended with its token"
    lost = tab.run("return me.of('status').find(({status}) => status === 'waiting').error;")
    assert (lost["code"], lost["closeCode"]) == ("expired", 4401)
    site.mint = lasting(short_lived, 60)
    assert tab.until("me.hub.status === 'open'")
    assert say(tab, short_lived, "back again")["ok"]["status"] == "delivered"


def test_a_refused_renewal_is_told_with_the_hub_s_reason(short_lived, tab, site, page_member):
    page_member(short_lived, mint=lasting(short_lived, 4))
    site.mint = lambda role: short_lived.token("player")
    assert tab.until("me.of('renewal_failed').length")
    refused = tab.run("return me.of('renewal_failed')[0];")
    assert refused["code"] == "other_member" and refused["decision"]


# Why a handshake was refused, which browsers don't tell.


def connecting(tab, hub, **options):
    """How `connect()` of a new member `me` ends."""
    return tab.run(
        "window.me = member(url, 'coach', options); return await outcome(me.hub.connect());",
        url=hub.url, options=QUICK | options,
    )  # fmt: skip


def test_a_token_that_stays_expired_ends_it_after_fresh_ones_were_asked_for(hub, tab, site):
    site.mint = lambda role: tokens.expired(hub)
    error = connecting(tab, hub)["error"]
    assert error["isTyped"] and error["code"] == "token_expired" and error["decision"]
    assert site.minted == 3
    assert statuses(tab)[-1] == "closed"
    # After a change, the same client may connect again.
    site.mint = lambda role: tokens.mint(hub, role)
    assert tab.run("return (await me.hub.connect()).type;") == "welcome"


def test_an_error_page_in_the_token_s_place_is_not_the_end(hub, tab, site):
    answers = iter(["502 Bad Gateway", "502 Bad Gateway"])
    site.mint = lambda role: next(answers, None) or tokens.mint(hub, role)
    assert connecting(tab, hub)["ok"]["type"] == "welcome"
    assert statuses(tab) == ["connecting", "waiting", "connecting", "waiting", "connecting", "open"]


def test_a_token_that_stays_unusable_ends_it(hub, tab, site):
    site.mint = lambda role: "502 Bad Gateway"
    assert connecting(tab, hub)["error"]["code"] == "token_malformed"
    assert (site.minted, statuses(tab)[-1]) == (3, "closed")


def test_nobody_signed_in_is_no_reason_to_ask_the_hub(hub, tab, site):
    site.mint = lambda role: ""
    assert connecting(tab, hub)["error"]["code"] == "token_missing"
    assert statuses(tab) == ["connecting", "closed"]


def test_a_handshake_refused_for_now_is_tried_again(hub, tab, site):
    site.mint = lambda role: tokens.mint(hub, role)
    others = [Member(hub, "coach") for _ in range(8)]
    try:
        tab.run("window.me = member(url, 'coach', options); me.hub.connect();",
                url=hub.url, options=QUICK)  # fmt: skip
        assert tab.until("me.hub.status === 'waiting'")
        reason = tab.run("return me.of('status').find((entry) => entry.error).error;")
        assert reason["code"] == "too_many_sessions" and reason["decision"]
    finally:
        for other in others:
            other.ws.close()
    assert tab.until("me.hub.status === 'open'")


def test_a_page_whose_origin_is_not_allowed_learns_as_much(service, tab, site):
    service.migrate()
    service.start()
    site.mint = service.token
    tab.run("window.me = member(url, 'coach', options); me.hub.connect();",
            url=service.url, options=QUICK)  # fmt: skip
    assert tab.until("me.of('status').some((entry) => entry.error)")
    reason = tab.run("return me.of('status').find((entry) => entry.error).error;")
    assert reason["code"] == "origin_refused"
    service.stop()
    assert tab.until("me.of('status').some(({error}) => error?.code === 'unreachable')")


# Restarts and losses.


@pytest.mark.parametrize("end", ["terminated", "killed"])
def test_a_restart_loses_and_doubles_nothing(own_hub, own_cable, tab, page_member, end):
    hub = own_hub
    page_member(hub, own_cable.url)
    texts = [f"{end} {count}" for count in range(60)]
    tab.run("window.talking = talk(me.hub, channel, texts, 100);", channel=hub.channel, texts=texts)
    assert tab.until("me.of('message').length > 10")
    if end == "killed":
        hub.kill()
    else:
        hub.process.send_signal(signal.SIGTERM)
        assert hub.process.wait(30) == 0
    assert tab.until("me.hub.unanswered > 3"), "it goes on talking"
    hub.start()
    outcomes = tab.run("return await talking.done;")
    failed = [answer for answer in outcomes if "error" in answer]
    assert failed == []
    assert [answer["ok"]["status"] for answer in outcomes] == ["delivered"] * len(texts)
    assert_once(hub, texts)
    if end == "terminated":
        assert tab.run("return me.of('goodbye')[0].reconnect_after_ms;") > 0
    heard = tab.run("return me.of('message').map(({epoch, seq}) => [epoch, seq]);")
    assert heard == sorted(heard) and len(set(map(tuple, heard))) == len(heard)
    assert heard[-1][0] > heard[0][0], "in two epochs"
    gaps = tab.run("return me.of('gap');")
    missed = len(texts) - len(heard)
    assert missed == 0 or gaps, f"{missed} messages were not heard, and nobody said so"


def test_cut_again_and_again_every_message_is_answered_once(hub, cable, tab, page_member):
    page_member(hub, cable.url)
    texts = [f"cut {count}" for count in range(50)]
    tab.run("window.talking = talk(me.hub, channel, texts, 100);", channel=hub.channel, texts=texts)
    for cut in range(4):
        assert tab.until(f"me.of('message').length > {cut * 5}")
        cable.cut()
        opened = "me.of('status').filter(({status}) => status === 'open').length"
        assert tab.until(f"{opened} > {cut + 1}")
    outcomes = tab.run("return await talking.done;")
    assert [answer["ok"]["status"] for answer in outcomes] == ["delivered"] * len(texts)
    assert_once(hub, texts)
    told = [entry.get("error") for entry in tab.run("return me.of('status');")]
    assert {error["code"] for error in told if error} <= {"connection_lost", "unreachable"}


@pytest.mark.parametrize("only_answers", [False, True])
def test_a_connection_that_fell_silent_is_noticed_by_the_next_message(
    hub, cable, tab, page_member, only_answers
):
    page_member(hub, cable.url, answerMs=1500)
    cable.silence(only_answers)
    text = f"into the silence, {only_answers}"
    # With only the answer lost the hub has it already, and is sent it again.
    assert say(tab, hub, text)["ok"]["status"] == "delivered"
    assert_once(hub, [text])
    assert statuses(tab) == ["connecting", "open", "waiting", "connecting", "open"]


def test_a_machine_that_slept_connects_anew(hub, cable, browser, tab, page_member):
    page_member(hub, cable.url, sleepMs=2500)
    cable.silence()
    browser.signal(signal.SIGSTOP)
    time.sleep(4)  # This is the sleep itself.
    browser.signal(signal.SIGCONT)
    assert tab.until("me.of('status').length == 5")
    assert statuses(tab) == ["connecting", "open", "waiting", "connecting", "open"]
    assert say(tab, hub, "awake")["ok"]["status"] == "delivered"


def test_a_device_that_is_online_again_does_not_wait_any_longer(hub, cable, tab, page_member):
    page_member(hub, cable.url, backoffMs=100, backoffMaxMs=60_000)
    cable.is_down = True
    tab.run("Math.random = () => 0.999; dispatchEvent(new Event('offline'));")
    assert tab.run("return me.of('status').at(-1).error.code;") == "offline"
    assert tab.until("me.of('status').at(-1).retryInMs > 3000")
    tab.run("window.sent = outcome(me.hub.send(channel, {text: 'later'}));", channel=hub.channel)
    cable.is_down = False
    tab.run("dispatchEvent(new Event('online'));")
    assert tab.until("me.hub.status === 'open'", 2)
    assert tab.run("return (await sent).ok.status;") == "delivered"


def test_the_outbox_is_bounded_and_refuses_at_once(hub, cable, tab, page_member):
    page_member(hub, cable.url, outboxMax=5)
    cable.is_down = True
    cable.cut()
    assert tab.until("me.hub.status !== 'open'")
    texts = [f"queued {count}" for count in range(8)]
    refused = tab.run(
        """window.queued = texts.map((text) => outcome(me.hub.send(channel, {text})));
        return await Promise.all(queued.slice(5));""",
        channel=hub.channel, texts=texts,
    )  # fmt: skip
    assert [answer["error"]["code"] for answer in refused] == ["outbox_full"] * 3
    assert not any(answer["error"]["uncertain"] for answer in refused)
    assert tab.run("return me.hub.unanswered;") == 5
    cable.is_down = False
    answers = tab.run("return await Promise.all(queued.slice(0, 5));")
    numbers = [answer["ok"]["channel_seq"] for answer in answers]
    assert numbers == sorted(numbers)
    assert recorded(hub, texts[5:]) == {text: 0 for text in texts[5:]}


def test_what_is_not_answered_in_time_is_given_up(hub, cable, tab, page_member):
    page_member(hub, cable.url, giveUpMs=3000, answerMs=1000)
    cable.silence()
    cable.is_down = True
    tab.run(
        "window.sent = outcome(me.hub.send(channel, {text: 'who knows'}));", channel=hub.channel
    )
    assert tab.until("me.hub.status === 'waiting'")
    later = say(tab, hub, "never left")["error"]
    sent = tab.run("return (await sent).error;")
    assert (sent["code"], sent["uncertain"]) == ("no_answer", True)
    assert (later["code"], later["uncertain"]) == ("no_answer", False)
    cable.is_down = False
    assert tab.until("me.hub.status === 'open'")
    again = [say(tab, hub, "who knows", key=sent["key"])["ok"] for _ in range(2)]
    assert again[0]["decision"] == again[1]["decision"], "with its key it counts once"
    pending = tab.run(
        "const sent = outcome(me.hub.send(channel, {text: 'x'})); me.hub.close(); return sent;",
        channel=hub.channel,
    )
    assert pending["error"]["code"] == "closed"
