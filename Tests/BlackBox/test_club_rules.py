"""The shipped rules on a hub in service: what members see of them, and what the record keeps."""

import json
import shutil
import uuid

import pytest

from conftest import running
from hub import ROOT
from member import Member
from record import BLOCK, KIND
from tokens import mint
from wire import Wire, head

YOUTH = "club:demo:u14"
MUTE, STRIKE = 50, 54
CONNECT_RULES = 5
# A club's own rules of who may connect.
OWN_RULES = """\
rules:
  - id: no-robots
    on: connect
    when: request.agent.startsWith('Robot/') && request.tls
    then: {disposition: block}
    say: "Robots stay outside."
  - id: knocking
    on: connect
    when: subject.name.startsWith('Knocker')
    rate: {per: subject, over: 1, within: 1h}
    then: {disposition: block}
    say: "Once an hour is enough."
"""


def event(hub, answer):
    return hub.record.event(answer["decision"])


@pytest.fixture(scope="module")
def club(tmp_path_factory):
    """A hub with all the rules, those against floods and some of the club's own too; and someone who
    may come in as anyone."""
    home = tmp_path_factory.mktemp("club")
    shutil.copytree(ROOT / "Policies", home / "Policies")
    (home / "Policies/rules/90-own.yaml").write_text(OWN_RULES)
    with running(home) as hub:
        yield hub, entrance(hub)


def entrance(hub):
    def member(role="player", join=YOUTH, **claims):
        name = claims.pop("name", None) or uuid.uuid4().hex[:8]
        token = mint(hub, role, sub=name, name=name, **claims)
        return Member(hub, token=token, join=join)

    return member


def test_contact_details_near_minors_are_held_and_reach_nobody(club):
    hub, member = club
    with member("player") as child, member("coach") as coach:
        held = child.say("ring me on 087 123 4567")
        assert held["status"] == "held", held
        assert "A coach will look at this first" in held["say"]
        assert coach.is_silent()
    row = event(hub, held)
    assert "minor-contact-details" in row["rules"]
    assert hub.record.value(
        f"select count(*) from audit.open_holds where seq = {held['decision'].split('-')[1]}"
    ) == "1"


def test_a_poll_or_a_match_is_no_way_to_another_app(club):
    hub, member = club
    with member("player") as child, member("coach") as coach:
        for kind, body in (
            ("poll", {"question": "Add me on Snapchat?", "options": ["yes", "no"]}),
            ("fixture", {"what": "match", "starts": "2026-06-20T10:00:00Z", "place": "Home",
                         "note": "add me on Snapchat"}),
            ("availability", {"fixture": str(uuid.uuid4()), "comes": "yes",
                              "note": "add me on Snapchat"}),
        ):  # fmt: skip
            refused = child.request("message", channel=YOUTH, kind=kind, body=body)
            assert refused["code"] == "blocked" and "stay here" in refused["message"], refused
        assert coach.is_silent()
    assert "moving-to-other-app" in event(hub, refused)["rules"]


def test_nobody_is_taken_aside_in_a_channel_that_is_called_like_the_staffs(club):
    hub, member = club
    with member("player", join=None) as child, member("coach", join=None) as coach:
        staff = f"club:demo:{uuid.uuid4().hex[:6]}:staff"
        assert coach.join(staff)["status"] == "joined"
        refused = child.join(staff)
        assert refused["code"] == "blocked" and "for coaches" in refused["message"], refused
        direct = "club:demo:direct:11:staff"
        assert child.join(direct)["status"] == "joined"
        refused = coach.join(direct)
        assert refused["code"] == "blocked" and "Another adult" in refused["message"], refused
    assert event(hub, refused)["rules"] == ["adult-alone-direct"]


def test_adults_without_vetting_stay_outside_of_youth_channels(club):
    hub, member = club
    with member("coach", join=None, vetted=False) as adult:
        refused = adult.join(YOUTH)
    assert refused["code"] == "blocked" and "vetting" in refused["message"]
    assert event(hub, refused)["rules"] == ["unvetted-in-youth"]


def test_an_adult_alone_with_a_child_is_stopped_until_another_adult_belongs_there(club):
    _, member = club
    direct = "club:demo:direct:9"
    with member("player", join=direct, channels=[direct]):
        with member("coach", join=None, channels=[direct]) as coach:
            refused = coach.join(direct)
            assert refused["code"] == "blocked" and "Another adult" in refused["message"], refused
        with member("coach", join=None, channels=[direct], guardian_in=[direct]) as guardian:
            assert guardian.join(direct)["status"] == "joined"


def test_no_adult_leaves_words_for_a_child_who_comes_later(club):
    hub, member = club
    direct = "club:demo:direct:12"
    with member("coach", join=None) as coach:
        refused = coach.join(direct)
        assert refused["code"] == "blocked" and "Another adult" in refused["message"], refused
        assert coach.say("for when you come home", direct)["code"] == "not_joined"
        with member("player", join=direct) as child:
            assert child.say("is anyone here?", direct)["status"] == "delivered"
            assert child.next_message()["body"]["text"] == "is anyone here?"
            assert coach.is_silent()
        assert coach.join(direct)["code"] == "blocked"
        with member("player", join=direct) as child:
            page = child.request("history", channel=direct)
            assert [message["body"]["text"] for message in page["messages"]] == ["is anyone here?"]
    assert event(hub, refused)["rules"] == ["adult-alone-direct"]


def test_two_adults_talk_where_their_tokens_name_them_and_one_alone_does_not(club):
    hub, member = club
    direct = "club:demo:direct:13"
    with member("coach", join=None, channels=[direct]) as first:
        assert first.join(direct)["code"] == "blocked"
        with member("coach", join=None, channels=[direct], name="Second") as second:
            assert first.join(direct)["status"] == second.join(direct)["status"] == "joined"
            assert first.say("who drives on Saturday?", direct)["status"] == "delivered"
            assert second.next_message()["body"]["text"] == "who drives on Saturday?"
            # The other one's new token names it no more.
            fresh = mint(hub, "coach", sub="Second", name="Second")
            second.send(type="renew", id="fresh", token=fresh)
            assert second.next("renewed")["id"] == "fresh"
            assert second.leave(direct)["status"] == "left"
        refused = first.say("just us", direct)
        assert refused["code"] == "blocked", refused
    assert event(hub, refused)["rules"] == ["adult-alone-direct"]


def test_only_coaches_write_announcements(club):
    _, member = club
    channel = "club:demo:announcements"
    with member("player", join=channel) as child, member("coach", join=channel) as coach:
        assert child.say("me too", channel)["code"] == "blocked"
        assert coach.say("Training is at six", channel)["status"] == "delivered"
        assert child.next_message()["body"]["text"] == "Training is at six"


def test_the_third_swear_word_within_a_week_mutes(club):
    hub, member = club
    with member("player") as child:
        said = [child.say("a shit pass") for _ in range(3)]
        assert [answer["status"] for answer in said] == ["redacted"] * 3
        refused = child.say("sorry")
        assert refused["code"] == "muted", refused
    event(hub, refused)
    kinds = hub.record.value(
        "select string_agg(kind::text, ' ' order by seq) from audit.event"
        f" where subject = '{child.welcome['subject']}' and kind in ({STRIKE}, {MUTE})"
    )
    assert kinds == f"{STRIKE} {STRIKE} {STRIKE} {MUTE}"


def test_floods_and_links_are_sent_back(club):
    _, member = club
    with member("player") as child:
        assert child.say("see https://videos.example.net/x")["code"] == "bounced"
        assert child.say("see https://club.example/fixtures")["status"] == "delivered"
        answers = [child.say("the same thing again") for _ in range(5)]
        assert [answer.get("code") for answer in answers] == [None] * 4 + ["bounced"]


def test_words_of_self_harm_are_heard_and_people_are_told(club):
    hub, member = club
    with member("moderator") as officer, member("player") as child:
        answer = child.say("sometimes I want to die")
        assert answer["status"] == "delivered"
        told = child.next("notice")
        assert "Childline" in told["message"]
        assert officer.next_message()["body"]["text"] == "sometimes I want to die"
        notice = officer.next("notice")
        assert (notice["decision"], notice["channel"]) == (answer["decision"], YOUTH)
        assert "want to die" not in str(notice)
    row = event(hub, answer)
    assert row["rules"] == ["self-harm"]
    assert "urgent" in str(row["detail"])


def test_identity_numbers_and_accounts_are_blacked_out(club):
    _, member = club
    with member("coach") as coach, member("moderator") as other:
        assert coach.say("PPS 1234567T, IE29 AIBK 9311 5212 3456 78")["status"] == "redacted"
        text = other.next_message()["body"]["text"]
        assert "1234567T" not in text and "9311" not in text and text.startswith("PPS ")


def knock(hub, token, **headers):
    """Status, headers and JSON of a handshake with a token."""
    with Wire(hub) as wire:
        wire.send(head(hub, Authorization=f"Bearer {token}", **headers))
        status, answered, body = wire.answer()
    return status, answered, json.loads(body) if body else {}


def check(hub, token, **headers):
    """The same of the question whether a handshake would pass."""
    status, answered, body = hub.http("/check", {"Authorization": f"Bearer {token}"} | headers)
    return status, answered, json.loads(body) if body else {}


def assert_kept_out(hub, refused, rule, words):
    status, _, answer = refused
    assert (status, answer["code"]) == (403, "connection_refused"), refused
    assert words in answer["message"]
    row = event(hub, answer)
    assert (row["kind"], row["disposition"]) == (KIND["connect"], BLOCK)
    assert (row["stage"], row["rules"]) == (CONNECT_RULES, [rule])
    assert row["detail"]["code"] == "connection_refused"
    assert row["subject"]


def test_a_name_that_claims_to_be_staff_stays_outside_and_check_says_the_same(club):
    hub, _ = club
    token = mint(hub, "player", sub="admin", name="Club Admin")
    for refused in (knock(hub, token), check(hub, token)):
        assert_kept_out(hub, refused, "name-of-staff", "Your name says that you are staff")


def test_a_rule_on_the_request_judges_real_handshakes(club):
    hub, _ = club
    token = mint(hub, "player", sub="robot", name="Robbie")
    assert_kept_out(hub, knock(hub, token, User_Agent="Robot/1.0"), "no-robots", "Robots stay")
    assert_kept_out(hub, check(hub, token, **{"User-Agent": "Robot/1.0"}), "no-robots", "Robots stay")
    assert knock(hub, token, User_Agent="Browser/1.0")[0] == 101
    assert check(hub, token, **{"User-Agent": "Browser/1.0"})[0] in (200, 204)


def test_asking_whether_a_handshake_would_pass_is_none(club):
    hub, _ = club
    token = mint(hub, "player", sub="knocker", name="Knocker")
    assert [check(hub, token)[0] // 100 for _ in range(2)] == [2, 2]
    assert knock(hub, token)[0] == 101
    for refused in (check(hub, token), knock(hub, token)):
        assert_kept_out(hub, refused, "knocking", "Once an hour")
        assert int(refused[1]["retry-after"]) > 3000
