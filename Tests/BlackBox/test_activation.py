"""Policies in service: put in force by somebody, in force over restarts, taken back."""

import json
import re
import shutil
import signal

from hub import eventually
from keeper import Keeper
from member import Member
from test_policies import BROKEN_RULE, NEW_RULE

REASON = "zebras are at the gate"


class Operator(Keeper):
    def __init__(self, service):
        super().__init__(service, role="touchline_operator")

    def ask(self, command, *arguments, wait="30s"):
        """Runs `touchline policy <command>`."""
        options = [] if command == "status" else ["--wait", wait]
        return self.service.command(
            "policy", command, *arguments, "--database", self.connection, *options
        )


def zebra_folder(service, rule=NEW_RULE):
    """A folder apart from the hub's own, with one rule more."""
    folder = service.home / "next"
    shutil.copytree(service.policies, folder)
    (folder / "rules" / "90-zebra.yaml").write_text(rule)
    return folder


def says(hub, text="a zebra"):
    """What comes of a text: its status, or the code of its refusal."""
    with Member(hub, join=hub.channel) as member:
        answer = member.say(text)
        return answer.get("status") or answer["code"]


def activations(service):
    return service.record.rows(
        "select decision, by, requested_by, policy from audit.activations order by at, seq"
    )


def test_policies_are_put_in_force_and_taken_back_with_actor_and_reason(serving):
    operator = Operator(serving)
    folder = zebra_folder(serving)
    assert says(serving) == "delivered"
    status = operator.ask("status", folder)
    assert status.returncode == 2 and f"{folder} holds others" in status.stdout, status

    decision = operator.decide("activate", folder, "--reason", REASON)
    assert says(serving) == "blocked"
    first, second = activations(serving)
    assert (first["by"], first["requested_by"]) == ("start", None)
    assert second["decision"] == decision and second["by"] == "request"
    assert second["requested_by"] == operator.user
    reason = json.loads(serving.record.contents(decision)[3])
    assert reason == {"reason": REASON, "requested_by": operator.user}
    detail = serving.record.event(decision)["detail"]
    assert detail.keys() == {"by", "request"}, "no name and no text in the event"

    status = operator.ask("status", folder)
    assert status.returncode == 0, status.stderr
    assert f"In force in log 1: {second['policy']}" in status.stdout
    assert f"by {operator.user}, decision {decision}" in status.stdout
    assert "by the hub's start" in status.stdout
    assert f"{folder} holds the policies in force." in status.stdout

    back = operator.decide("rollback", "--reason", "they were horses")
    assert says(serving) == "delivered"
    assert activations(serving)[-1]["policy"] == first["policy"]
    assert activations(serving)[-1]["decision"] == back
    again = operator.ask("rollback", "--to", second["policy"][:8], "--reason", "no, zebras")
    assert again.returncode == 0, again.stderr
    assert says(serving) == "blocked"
    unknown = operator.ask("rollback", "--to", "0" * 12, "--reason", "typing")
    assert unknown.returncode == 1 and "policy status" in unknown.stderr
    left = serving.record.value("select count(*) from audit.request where files is not null")
    assert left == "0", "the files are in audit.policy alone"


def test_what_is_in_force_outlives_a_restart_whatever_the_folder_holds(serving):
    operator = Operator(serving)
    decision = operator.decide("activate", zebra_folder(serving), "--reason", REASON)
    assert serving.stop() == 0
    serving.start()
    assert says(serving) == "blocked"
    assert f"{serving.policies} differs from the policies in force by decision {decision}" in serving.log()
    assert len(activations(serving)) == 2, "a start that changes nothing activates nothing"

    # A folder that can't be used keeps no hub from starting with what is in force.
    (serving.policies / "rules" / "90-zebra.yaml").write_text(BROKEN_RULE)
    serving.kill()
    serving.start()
    assert says(serving) == "blocked"
    assert "90-zebra.yaml:9:12: " in serving.log()
    problem = rf"Policies cannot be used \(\d faults?\); the policies in force by decision {decision} stay"
    assert re.search(problem, serving.log())
    status, _, body = serving.console("/readyz")
    assert status == 200 and any(re.search(problem, one) for one in json.loads(body)["degraded"])

    # SIGHUP takes the folder: refused while it is broken, in force once it is mended.
    serving.process.send_signal(signal.SIGHUP)
    assert eventually(lambda: serving.log().count("Policies cannot be used") == 2)
    (serving.policies / "rules" / "90-zebra.yaml").unlink()
    serving.process.send_signal(signal.SIGHUP)
    assert eventually(lambda: says(serving) == "delivered")
    assert activations(serving)[-1]["by"] == "signal"
    assert json.loads(serving.console("/readyz")[2])["degraded"] == []


def test_faults_are_told_with_their_place_and_change_nothing(serving):
    operator = Operator(serving)
    folder = zebra_folder(serving, BROKEN_RULE)
    refused = operator.ask("activate", folder, "--reason", REASON)
    assert refused.returncode == 1
    lines = refused.stderr.splitlines()
    fault = next(index for index, line in enumerate(lines) if "90-zebra.yaml:9:12: " in line)
    assert lines[fault + 1].index("dispositon") == lines[fault + 2].index("^")
    # A hub with other eyes than the command's: it looks for itself.
    files = {
        str(path.relative_to(folder)): path.read_text()
        for path in folder.rglob("*") if path.is_file() and path.suffix in (".yaml", ".json")
    }  # fmt: skip
    text = json.dumps(files).replace("'", "''")
    request = operator.sql(
        f"select audit.request_activation('{text}', null, 'by hand', null)"
    )
    outcome = serving.record.until(
        f"select is_refused from audit.request where id = {request}", "t"
    )
    assert outcome == "t"
    why = operator.sql(f"select outcome from audit.activation_requests where id = {request}")
    assert "rules/90-zebra.yaml:9:12: " in why and "^" in why
    assert len(activations(serving)) == 1 and says(serving) == "delivered"


def test_who_may_not_put_policies_in_force_is_told_so(serving):
    keeper = Keeper(serving)
    asked = serving.command(
        "policy", "activate", serving.policies, "--reason", "x", "--database", keeper.connection
    )
    assert asked.returncode == 1 and "touchline_operator" in asked.stderr, asked.stderr
    operator = Operator(serving)
    for statement in [
        "insert into audit.request (kind, subject) values (60, gen_random_uuid())",
        "select reason from audit.request", "select files from audit.request",
        "select id from audit.request", "select * from audit.erasure",
        "select * from audit.content", "select * from audit.subject",
        "select * from audit.refuse_request(1, 1, '')", "select count(*) from audit.event",
    ]:  # fmt: skip
        assert operator.is_refused(statement), statement
    assert operator.is_refused("select audit.request_activation(null, null, 'x', null)")
    # Of requests an operator reads those for policies, and not whom keepers had forgotten.
    keeper.sql("insert into audit.request (kind, subject) values (60, gen_random_uuid())")
    asked = operator.sql(f"select audit.request_activation('{{}}', null, 'x', null)")
    assert operator.sql("select id from audit.activation_requests") == asked


def test_without_a_hub_the_request_waits_for_the_next_start(service):
    service.migrate()
    service.start()
    operator = Operator(service)
    assert service.stop() == 0
    waits = operator.ask("activate", zebra_folder(service), "--reason", REASON, wait="1s")
    assert waits.returncode == 75 and "No hub" in waits.stderr, waits
    service.start()
    assert eventually(lambda: says(service) == "blocked", 10)


def test_recorded_policies_that_are_not_what_was_in_force_give_way_to_the_folder(serving):
    assert serving.stop() == 0
    # A rule less, which would serve as what was decided about.
    serving.cluster.psql(
        serving.database,
        "update audit.policy set files = (files::jsonb - 'rules/40-personal-details.yaml')::json",
    )
    (serving.policies / "rules" / "90-zebra.yaml").write_text(NEW_RULE)
    serving.start()
    assert says(serving) == "blocked"
    assert "the record's files of these policies are not those that were in force" in serving.log()
    instead = f"as the record has them; those of {serving.policies} are put in force instead"
    assert instead in serving.log()
    assert activations(serving)[-1]["by"] == "start"
    # Neither can be used: the hub doesn't start.
    assert serving.stop() == 0
    serving.cluster.psql(serving.database, "update audit.policy set files = '{}'")
    (serving.policies / "rules" / "90-zebra.yaml").write_text(BROKEN_RULE)
    ended = serving.serve()
    assert ended.returncode == 78 and re.search(r"90-zebra.yaml:9:12: ", ended.stderr), ended
