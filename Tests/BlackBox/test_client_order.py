"""The reference client's own decisions: order, gaps, resuming; the hub is a script in the page."""

import pytest

from club_site import say
from member import Member

CHANNEL = "club:demo:u14"
# Opens `me`, whose hub is `script`; `socket` is its newest connection.
OPEN = """
    window.script = scripted();
    window.me = member("wss://hub.example/chat", "coach", {
        getToken: async () => "token", WebSocket: script.Socket, backoffMs: 1, ...options});
    me.hub.connect();
    window.welcome = (more) => socket.say({type: "welcome", session: "s", expires_at: 0,
        limits: {frame_bytes: 65536, message_bytes: 65536,
                 messages_per_second: 1000, messages_at_once: 1000}, ...more});
    window.numbered = (epoch, seq, type = "message") => socket.say(
        {type, channel, epoch, seq, body: {text: "m"}});
    window.joined = (epoch, seq) => socket.say({type: "ack", status: "joined", channel, epoch,
        id: socket.last("join").id, channel_seq: seq});
    const ordered = ["message", "edited", "removed", "gap"];
    window.heard = () => me.seen.filter(({event}) => ordered.includes(event))
        .map(({event, epoch, seq, after, upTo}) => event === "gap"
            ? [event, after.epoch, after.seq, upTo.epoch, upTo.seq] : [event, epoch, seq]);
    window.channel = channel;
    window.socket = await script.next(1);
    welcome(first);
"""
JOIN = "const join = me.hub.join(channel); joined(7, 10); await join;"
LOSE = "socket.end(1006); window.socket = await script.next(2);"


@pytest.fixture
def play(tab):
    """Runs a script with a hub that the script plays."""

    def play(script, first=None, **options):
        return tab.run(OPEN + script, channel=CHANNEL, first=first or {}, options=options)

    return play


def test_the_token_goes_beside_the_protocol_and_nowhere_else(play):
    found = play("return {protocols: socket.protocols, sent: socket.sent};")
    assert found == {"protocols": ["touchline.v1", "bearer.touchline.token"], "sent": []}


def test_duplicates_are_dropped_and_gaps_are_told(play):
    heard = play(JOIN + """
        numbered(7, 11); numbered(7, 11); numbered(7, 10); numbered(7, 12, "edited");
        numbered(7, 15); numbered(7, 14); numbered(8, 1); numbered(7, 16); numbered(9, 3);
        return heard();
    """)  # fmt: skip
    assert heard == [
        ["message", 7, 11], ["edited", 7, 12],
        ["gap", 7, 12, 7, 14], ["message", 7, 15],
        ["message", 8, 1],
        ["gap", 8, 1, 9, 2], ["message", 9, 3],
    ]  # fmt: skip


@pytest.mark.parametrize(
    "epoch, seq, gaps",
    [(7, 11, []), (7, 14, [["gap", 7, 11, 7, 14]]), (8, 0, [["gap", 7, 11, 8, 0]])],
)
def test_without_a_resume_token_a_channel_is_joined_again_and_a_gap_is_told(play, epoch, seq, gaps):
    heard = play(JOIN + "numbered(7, 11);" + LOSE + f"""
        welcome();
        const types = socket.sent.map(({{type}}) => type);
        joined({epoch}, {seq}); numbered({epoch}, {seq + 1});
        return {{types, heard: heard()}};
    """)  # fmt: skip
    assert heard["types"] == ["join"]
    assert heard["heard"] == [["message", 7, 11], *gaps, ["message", epoch, seq + 1]]


RESUMED = JOIN + "numbered(7, 11);" + LOSE + 'welcome({resume_token: "second"});'
TOKEN = {"resume_token": "first"}


def test_a_session_is_resumed_with_its_token_from_where_it_was(play):
    found = play(RESUMED + """
        const asked = [...socket.sent];
        const send = me.hub.send(channel, {text: "held back"});
        socket.say({type: "ack", id: asked[0].id, status: "resumed"});
        const early = socket.sent.length;
        // 12 to 15, of which two were erased: what the hub replays, it vouches for.
        socket.say({type: "joined", channel, epoch: 7, channel_seq: 15, replayed: 2});
        const behind = socket.last("message").body.text;
        numbered(7, 12); numbered(7, 14, "removed"); numbered(7, 16);
        return {asked, early, behind, heard: heard()};
    """, first=TOKEN)  # fmt: skip
    [resume] = found["asked"]
    assert (resume["type"], resume["token"]) == ("resume", "first")
    assert resume["channels"] == [{"channel": CHANNEL, "epoch": 7, "seq": 11}]
    assert (found["early"], found["behind"]) == (1, "held back")
    assert found["heard"] == [
        ["message", 7, 11], ["message", 7, 12], ["removed", 7, 14], ["message", 7, 16],
    ]  # fmt: skip


def test_a_resumed_channel_goes_on_in_a_new_epoch(play):
    heard = play(RESUMED + """
        socket.say({type: "joined", channel, epoch: 8, channel_seq: 2, replayed: 3});
        numbered(7, 12); numbered(8, 1); numbered(8, 2); numbered(8, 3); numbered(8, 5);
        return heard().slice(1);
    """, first=TOKEN)  # fmt: skip
    assert heard == [
        ["message", 7, 12], ["message", 8, 1], ["message", 8, 2], ["message", 8, 3],
        ["gap", 8, 3, 8, 4], ["message", 8, 5],
    ]  # fmt: skip


@pytest.mark.parametrize(
    "answer",
    [
        '{type: "refused", id: socket.last("resume").id, code: "resume_lost", message: "Lost."}',
        '{type: "left", channel, code: "resume_lost", message: "Lost.", decision: "1-9"}',
        '{type: "left", channel, code: "record_unavailable", message: "Full.", decision: null}',
    ],
)
def test_what_can_not_be_resumed_is_joined_anew_with_a_gap(play, answer):
    found = play(RESUMED + f"""
        socket.say({answer});
        joined(8, 3); numbered(8, 4);
        return {{heard: heard().slice(1), left: me.of("left")}};
    """, first=TOKEN)  # fmt: skip
    assert found == {"heard": [["gap", 7, 11, 8, 3], ["message", 8, 4]], "left": []}


def test_a_resumption_that_is_too_big_becomes_joins(play):
    found = play(JOIN + LOSE + """
        welcome({limits: {frame_bytes: 65536, message_bytes: 150,
                          messages_per_second: 1000, messages_at_once: 1000}});
        await new Promise((resolve) => setTimeout(resolve, 100));
        const sent = socket.sent.map(({type}) => type);
        if (sent.length) joined(7, 12);
        return {sent, heard: heard()};
    """, first={"resume_token": "x" * 150})  # fmt: skip
    assert found == {"sent": ["join"], "heard": [["gap", 7, 10, 7, 12]]}


def test_a_channel_that_no_longer_opens_is_left_and_its_sends_are_refused(play):
    found = play(RESUMED + """
        const sent = outcome(me.hub.send(channel, {text: "too late"}));
        socket.say({type: "left", channel, code: "channel_banned", message: "No.",
                    decision: "1-9"});
        return {sent: await sent, left: me.of("left"), channels: me.hub.channels};
    """, first=TOKEN)  # fmt: skip
    assert found["sent"]["error"]["code"] == "channel_banned"
    assert found["sent"]["error"]["decision"] == "1-9"
    assert [frame["code"] for frame in found["left"]] == ["channel_banned"]
    assert found["channels"] == []


@pytest.mark.parametrize("code", ["rate", "slow_mode"])
def test_a_send_without_an_answer_is_sent_again_with_its_key_and_its_text(play, code):
    found = play(JOIN + f"const code = '{code}';" + """
        const body = {text: "once"};
        const sent = outcome(me.hub.send(channel, body));
        const edited = outcome(me.hub.edit({channel, epoch: 7, seq: 10}, {text: "x"}));
        const original = socket.last("message");
        body.text = "changed meanwhile";
    """ + LOSE + """
        welcome();
        const early = socket.last("message") ?? null;
        joined(7, 10);
        const again = socket.last("message");
        socket.say({type: "refused", id: again.id, code, message: "Slowly.",
                    retry_after_ms: 20});
        const count = socket.sent.length;
        while (socket.sent.length === count) await new Promise((resolve) => setTimeout(resolve, 5));
        socket.say({type: "ack", id: again.id, status: "delivered", channel_seq: 11});
        return {original, early, again, third: socket.last("message"), sent: await sent,
                edited: await edited};
    """)  # fmt: skip
    assert found["early"] is None, "not before its channel is open"
    assert found["original"] == found["again"] == found["third"]
    assert found["again"]["body"] == {"text": "once"} and len(found["again"]["key"]) == 36
    assert found["sent"]["ok"]["channel_seq"] == 11
    # An edit has no key, so whether to do it again is its author's decision.
    assert (found["edited"]["error"]["code"], found["edited"]["error"]["uncertain"]) == (
        "connection_lost", True,
    )  # fmt: skip


def test_a_wait_for_slow_mode_ends_with_its_connection(play):
    found = play(JOIN + "me.hub.send(channel, {text: 'once'});" + LOSE + """
        welcome(); joined(7, 10);
        socket.say({type: "refused", id: socket.last("message").id, code: "slow_mode",
                    message: "Slowly.", retry_after_ms: 200});
        socket.end(1006); window.socket = await script.next(3);
        welcome(); joined(7, 10);
        await new Promise((resolve) => setTimeout(resolve, 500));
        return socket.sent.map(({type}) => type);
    """)  # fmt: skip
    assert found == ["join", "message"]


def test_a_token_is_renewed_by_timer_when_nobody_says_that_it_expires(play):
    found = play("""
        const now = Date.now;
        welcome({expires_at: Math.floor(now() / 1000) + 100});
        // Not before there is a minute or less to go.
        Date.now = () => now() + 50000;
        await new Promise((resolve) => setTimeout(resolve, 1500));
        const early = socket.last("renew") ?? null;
        Date.now = () => now() + 80000;
        while (!socket.last("renew")) await new Promise((resolve) => setTimeout(resolve, 20));
        const {id, token} = socket.last("renew");
        socket.say({type: "renewed", id, expires_at: Math.floor(now() / 1000) + 900});
        await new Promise((resolve) => setTimeout(resolve));
        return {early, token, renewed: me.of("renewed").length, opened: script.sockets.length};
    """, sleepMs=1_000_000)  # fmt: skip
    assert found == {"early": None, "token": "token", "renewed": 1, "opened": 1}


@pytest.mark.parametrize("silence, opened", [(4000, 1), (7000, 2)])
def test_a_heartbeat_may_be_late_by_a_slow_phone_s_way(play, silence, opened):
    found = play("const silence = " + str(silence) + ";" + """
        const {now} = Date;
        Date.now = () => now() + silence - 1500;
        await new Promise((resolve) => setTimeout(resolve, 1500));
        return script.sockets.length;
    """, first={"ping_interval_ms": 1000}, sleepMs=1_000_000)  # fmt: skip
    assert found == opened


SET_BACK = "const {now} = Date; Date.now = () => now() - 3600_000;"


def test_a_clock_set_back_delays_no_giving_up_and_loses_no_connection(play):
    found = play(JOIN + """
        const sent = outcome(me.hub.send(channel, {text: "no answer"}));
    """ + SET_BACK + """
        socket.say({type: "heartbeat"});
        const wait = new Promise((resolve) => setTimeout(resolve, 4000, "waits"));
        return {sent: await Promise.race([sent, wait]), status: me.hub.status,
                opened: script.sockets.length};
    """, first={"ping_interval_ms": 10_000}, giveUpMs=1500)  # fmt: skip
    assert found["sent"]["error"]["code"] == "no_answer"
    assert (found["status"], found["opened"]) == ("open", 1)


def test_a_clock_set_back_does_not_hide_a_silent_hub(play):
    opened = play(JOIN + "me.hub.send(channel, {text: 'no answer'});" + SET_BACK + """
        const wait = new Promise((resolve) => setTimeout(resolve, 4000, null));
        await Promise.race([script.next(2), wait]);
        return script.sockets.length;
    """, answerMs=1000)  # fmt: skip
    assert opened == 2


def test_a_clock_set_back_does_not_prolong_a_pause(play):
    sent = play(JOIN + """
        const refused = outcome(me.hub.send(channel, {text: "too soon"}));
        socket.say({type: "refused", id: socket.last("message").id, code: "rate",
                    message: "Slowly.", retry_after_ms: 200});
    """ + SET_BACK + """
        me.hub.send(channel, {text: "behind the pause"});
        await new Promise((resolve) => setTimeout(resolve, 1000));
        return socket.last("message").body.text;
    """)  # fmt: skip
    assert sent == "behind the pause"


def test_presence_is_asked_for_again_after_a_reconnection(play):
    found = play(JOIN + """
        const asked = me.hub.presence(channel);
        socket.say({type: "ack", id: socket.last("presence").id, status: "presence"});
        await asked;
    """ + LOSE + """
        welcome(); joined(7, 10);
        socket.say({type: "presence", channel, count: 1, members: [{id: "a", name: "Anna"}]});
        return {asked: socket.last("presence"), told: me.of("presence")[0].count};
    """)  # fmt: skip
    assert (found["asked"]["channel"], found["asked"]["on"], found["told"]) == (CHANNEL, True, 1)


def test_presence_that_is_not_shown_any_more_is_told_and_not_asked_for_again(play):
    found = play(JOIN + """
        const asked = me.hub.presence(channel);
        socket.say({type: "ack", id: socket.last("presence").id, status: "presence"});
        await asked;
    """ + LOSE + """
        welcome(); joined(7, 10);
        socket.say({type: "refused", id: socket.last("presence").id, code: "presence_off",
                    message: "Not shown.", decision: "1-9"});
        const told = me.of("presence")[0].code;
        socket.end(1006); window.socket = await script.next(3); welcome(); joined(7, 10);
        return {told, asked: socket.last("presence") ?? null};
    """)  # fmt: skip
    assert found == {"told": "presence_off", "asked": None}


def test_a_join_behind_a_leave_waits_for_it(play):
    found = play(JOIN + """
        const left = me.hub.leave(channel), again = me.hub.join(channel);
        const early = socket.sent.length;
        socket.say({type: "ack", id: socket.last("leave").id, status: "left", channel});
        await left;
        while (socket.sent.length === early) await new Promise((resolve) => setTimeout(resolve, 5));
        joined(7, 12);
        return {early, ack: await again};
    """)  # fmt: skip
    assert found["early"] == 2 and found["ack"]["channel_seq"] == 12


def test_the_last_of_joins_and_leaves_decides(play):
    found = play(JOIN + """
        const soon = () => new Promise((resolve) => setTimeout(resolve, 5));
        const calls = [me.hub.leave(channel), me.hub.join(channel), me.hub.leave(channel)];
        for (let answered = 1; answered < 4; answered++) {
            while (socket.sent.length <= answered) await soon();
            const {type, id} = socket.sent[answered];
            if (type === "join") joined(7, 12);
            else socket.say({type: "ack", id, status: "left", channel});
        }
        await Promise.all(calls);
        return {sent: socket.sent.map(({type}) => type), channels: me.hub.channels};
    """)  # fmt: skip
    assert found == {"sent": ["join", "leave", "join", "leave"], "channels": []}


@pytest.mark.parametrize("is_joined_anew", [False, True])
def test_a_join_that_was_given_up_is_left_when_it_comes_about(play, is_joined_anew):
    found = play("const isJoinedAnew = " + str(is_joined_anew).lower() + ";" + """
        const given = await outcome(me.hub.join(channel));
        joined(7, 10);
        const leave = socket.last("leave");
        const anew = isJoinedAnew && me.hub.join(channel);
        socket.say({type: "ack", id: leave.id, status: "left", channel});
        if (anew) joined(7, 12);
        await anew;
        return {given, sent: socket.sent.map(({type}) => type), channels: me.hub.channels,
                left: me.of("left")};
    """, giveUpMs=10)  # fmt: skip
    assert found["given"]["error"]["code"] == "no_answer"
    assert found["sent"] == ["join", "leave"] + ["join"] * is_joined_anew
    assert found["channels"] == [CHANNEL] * is_joined_anew and found["left"] == []


def test_a_leave_that_was_given_up_is_told_when_it_comes_about(play):
    found = play(JOIN + """
        const given = await outcome(me.hub.leave(channel));
        const before = me.hub.channels;
        socket.say({type: "ack", id: socket.last("leave").id, status: "left", channel});
        return {given, before, after: me.hub.channels, left: me.of("left")};
    """, giveUpMs=10)  # fmt: skip
    assert found["given"]["error"]["code"] == "no_answer"
    assert (found["before"], found["after"]) == ([CHANNEL], [])
    assert [frame["code"] for frame in found["left"]] == ["left"]


@pytest.mark.parametrize(
    "code, goodbye, status",
    [
        (4401, {"code": 4401, "reason": "expired"}, "waiting"),
        (4430, {"code": 4430, "reason": "slow_consumer", "reconnect_after_ms": 1000}, "waiting"),
        (1012, {"code": 1012, "reason": "restarting", "reconnect_after_ms": 1000}, "waiting"),
        (1006, None, "waiting"),
        (1009, {"code": 1009, "reason": "too_big"}, "closed"),
        (4501, {"code": 4501, "reason": "token_revoked"}, "closed"),
        (4503, {"code": 4503, "reason": "banned"}, "closed"),
        (4509, {"code": 4509, "reason": "repeated_violations"}, "closed"),
    ],
)
def test_a_close_code_says_whether_to_come_back(play, code, goodbye, status):
    found = play(f"""
        const goodbye = {"null" if goodbye is None else repr(goodbye)};
        if (goodbye) socket.say({{type: "goodbye", ...goodbye}});
        socket.end({code});
        return me.of("status").at(-1);
    """)  # fmt: skip
    assert found["status"] == status
    assert found["error"]["closeCode"] == code
    assert found["error"]["code"] == (goodbye["reason"] if goodbye else "connection_lost")
    wait = (goodbye or {}).get("reconnect_after_ms")
    assert wait is None or wait <= found["retryInMs"] <= wait + 1


def test_a_session_that_goes_on_elsewhere_is_not_resumed_again(play):
    sent = play(JOIN + """
        socket.end(4510);
        me.hub.connect();
        window.socket = await script.next(2);
        welcome({resume_token: "second"});
        return socket.sent.map(({type}) => type);
    """, first=TOKEN)  # fmt: skip
    assert sent == ["join"]


def test_who_connects_anew_when_the_client_is_closed_keeps_what_is_joined_then(play):
    found = play(JOIN + """
        me.hub.on("status", ({status}) => {
            if (status !== "closed") return;
            me.hub.connect();
            me.hub.join("club:demo:u16");
        });
        me.hub.close();
        window.socket = await script.next(2);
        welcome();
        return {channels: me.hub.channels, sent: socket.sent.map(({channel}) => channel)};
    """, first=TOKEN)  # fmt: skip
    assert found == {"channels": ["club:demo:u16"], "sent": ["club:demo:u16"]}


def test_backoff_doubles_to_its_bound_and_is_jittered_over_the_whole_of_it(play):
    options = {"backoffMs": 500, "backoffMaxMs": 30_000}
    most = play("return [0, 1, 2, 5, 6, 50, 5000].map((n) => backoff(n, bounds, 1));".replace(
        "bounds", str(options)
    ))  # fmt: skip
    assert most == [500, 1000, 2000, 16_000, 30_000, 30_000, 30_000]
    drawn = play(f"return Array.from({{length: 1000}}, () => backoff(3, {options}));")
    assert all(0 <= wait < 4000 for wait in drawn)
    assert 1800 < sum(drawn) / len(drawn) < 2200 and min(drawn) < 200 and max(drawn) > 3800


@pytest.mark.parametrize(
    "text, is_sent",
    [
        (r"\u0000", False), (r"half \ud83d", False), (r"\\\ude00", False), (r"\u0000\u0000", False),
        (r"\ud83d\ude00", True), (r"\\u0000 \\ud83d", True), (r"\u0001", True),
    ],
)  # fmt: skip
def test_text_that_the_hub_can_not_read_is_not_sent(play, text, is_sent):
    found = play(JOIN + f"""
        const sent = outcome(me.hub.send(channel, {{text: "{text}"}}));
        const count = socket.sent.length;
        if (count === 2) socket.say({{type: "ack", id: socket.last("message").id}});
        return {{count, sent: await sent, unanswered: me.hub.unanswered}};
    """)  # fmt: skip
    assert found["count"] == (2 if is_sent else 1)
    assert found["unanswered"] == 0
    if not is_sent:
        assert found["sent"]["error"]["code"] == "bad_json"


def test_a_refusal_without_an_id_is_of_the_only_request_that_waits(play):
    found = play(JOIN + """
        const one = outcome(me.hub.request("later", {}));
        const other = outcome(me.hub.request("later", {}));
        const refusal = {type: "refused", id: null, code: "bad_json", message: "Unreadable."};
        socket.say(refusal);
        const open = me.hub.unanswered;
        socket.say({type: "ack", id: socket.last("later").id});
        socket.say(refusal);
        return {open, told: me.of("refused").length, one: await one, other: await other};
    """)  # fmt: skip
    assert (found["open"], found["told"]) == (2, 1), "whose of the two it is, nobody knows"
    assert found["one"]["error"]["code"] == "bad_json" and "ok" in found["other"]


def test_a_request_may_have_no_fields(play):
    found = play("""
        const asked = outcome(me.hub.request("later"));
        const {id} = socket.last("later");
        socket.say({type: "ack", id});
        return {ok: "ok" in await asked, sent: socket.sent, id};
    """)  # fmt: skip
    assert found["ok"] and found["sent"] == [{"type": "later", "id": found["id"]}]


def test_an_option_that_is_not_there_is_an_error(play):
    message = play(
        "try { new Touchline('wss://x/chat', {getTokn: 1}); } catch (e) { return e.message; }"
    )
    assert "getTokn" in message


# Against a hub that resumes.


@pytest.fixture
def resuming(hub, request):
    with Member(hub) as probe:
        if "resume_token" not in probe.welcome:
            pytest.skip("this hub's welcome has no resume_token yet")
    return request.getfixturevalue("own_hub")


@pytest.mark.parametrize("end", ["cut", "terminated", "killed"])
def test_a_resumed_session_has_missed_nothing(resuming, tab, page_member, request, end):
    hub, cable = resuming, request.getfixturevalue("own_cable")
    page_member(hub, cable.url)
    with Member(hub, "player", join=hub.channel) as player:
        player.say("before")
        assert tab.until("me.of('message').length === 1")
        cable.is_down = True
        cable.cut()
        for count in range(5):
            player.say(f"meanwhile {count}")
    if end == "terminated":
        assert hub.stop() == 0
    if end == "killed":
        hub.kill()
    if end != "cut":
        hub.start()
    cable.is_down = False
    assert tab.until("me.of('message').length === 6"), tab.run("return me.seen;")
    texts = tab.run("return me.of('message').map(({body}) => body.text);")
    assert texts == ["before", *(f"meanwhile {count}" for count in range(5))]
    assert tab.run("return me.of('gap');") == []
    assert say(tab, hub, "after it")["ok"]["status"] == "delivered"
    assert tab.until("me.of('message').length === 7")
    assert tab.run("return me.of('gap');") == []
