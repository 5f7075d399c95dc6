"""The shipped rules on a hub in service: what members see of them, and what the record keeps."""

import shutil
import uuid

import pytest

from conftest import running
from hub import ROOT
from member import Member
from tokens import mint

YOUTH = "club:demo:u14"
MUTE, STRIKE = 50, 54


def event(hub, answer):
    return hub.record.event(answer["decision"])


@pytest.fixture(scope="module")
def club(tmp_path_factory):
    """A hub with all the rules, those against floods too; and someone who may come in as anyone."""
    home = tmp_path_factory.mktemp("club")
    shutil.copytree(ROOT / "Policies", home / "Policies")
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


def test_a_name_that_claims_to_be_staff_stays_outside(club):
    _, member = club
    with pytest.raises(Exception) as refused:
        member("player", name="Club Admin")
    assert "403" in str(refused.value)
