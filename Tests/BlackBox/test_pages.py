"""What pages of docs/ show is run as it stands there, but for names of logins, files and decisions."""

import os
import re
import shutil
import subprocess
import time

from hub import BINARY, ROOT
from keeper import Keeper
from member import Member
from test_journal import assert_refused, back_up, folder_of, restore
from test_keeping import remains, talk

DATABASE = '"dbname=touchline user=ann"'


def blocks(page, kind):
    text = (ROOT / "docs" / page).read_text()
    return re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL)


def shell(folder, script):
    """What a script prints, with the hub's program on its path; it stops at the first failure."""
    programs = folder / "programs"
    programs.mkdir(exist_ok=True)
    if not (programs / "touchline").exists():
        (programs / "touchline").symlink_to(BINARY)
    path = f"{programs}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=folder, env=os.environ | {"PATH": path},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, script + done.stdout + done.stderr
    return done.stdout


def login(cluster, database, role):
    """A login with a role; its connection string as the pages write theirs."""
    name = f"ann_{database}"
    cluster.psql(database, f"create role {name} login in role {role}")
    return f'"{cluster.connection(database, name)}"'


def test_the_commands_of_proofs_prove_what_the_page_says(audited):
    service = audited.service
    ann = login(audited.cluster, service.database, "touchline_reviewer")
    commands = "\n".join(blocks("proofs.md", "sh"))
    for shown, real in (
        (DATABASE, ann), ("/mnt/kept/1-5000.checkpoint", str(audited.kept[0])),
        ("1-4711", audited.decisions["blocked"]), ("Tests/BlackBox", str(ROOT / "Tests/BlackBox")),
    ):  # fmt: skip
        assert shown in commands
        commands = commands.replace(shown, real)
    printed = shell(service.home, commands)
    events = f"{audited.size} events"
    for line in (
        f"WHOLE: log 1, {events}, ", f"Decision {audited.decisions['blocked']}\n",
        f"{audited.decisions['last']}  ", f"whole: {events}, ",
        f"GENUINE: {audited.decisions['blocked']} is in touchline/",
    ):  # fmt: skip
        assert line in printed, (line, printed)
    assert printed.count(f"WHOLE: log 1, {events}, ") == 2


def test_the_queries_of_proofs_find_nothing_wrong_with_a_whole_record(audited):
    record = audited.service.record
    roots, tampered, ranges = blocks("proofs.md", "sql")
    computed, signed = record.psql(roots).splitlines()[:2]
    assert signed.split("|")[0] == str(audited.size) and computed == signed.split("|")[2]
    assert record.psql(tampered) == ""
    assert record.psql(ranges) == ""


def test_the_commands_of_operations_bring_a_lost_database_back(service):
    service.migrate()
    service.start()
    subject = talk(service, "coach", "in the backup")
    backup, restoring = next(
        (page[at], page[at + 1])
        for page in [blocks("operations.md", "sh")]
        for at in range(len(page)) if "pg_dump " in page[at]
    )  # fmt: skip

    def run(commands):
        for shown, real in (
            ("-h db.internal", f"-h {service.cluster.folder}"),
            ("-d touchline ", f"-d {service.database} "),
            ("touchline.dump touchline\n", f"touchline.dump {service.database}\n"),
            ("--if-exists touchline\n", f"--if-exists {service.database}\n"),
            ("-U postgres touchline\n", f"-U postgres {service.database}\n"),
        ):
            commands = commands.replace(shown, real)
        assert "db.internal" not in commands
        return shell(service.home, commands)

    run(backup)
    talk(service, "player", "after the backup")
    rows = service.record.psql("select seq, encode(audit.leaf(e), 'hex') from audit.event e order by 1")
    assert service.stop() == 0
    service.cluster.psql("postgres", f"drop database {service.database}")
    run(restoring)
    events = "select seq, encode(audit.leaf(e), 'hex') from audit.event e order by 1"
    assert service.record.psql(events).startswith(rows), "reship has brought what came since"
    service.start()
    assert remains(service, subject)
    key = service.command("audit", "key", "--config", service.config).stdout.strip()
    database = service.cluster.connection(service.database)
    verified = service.command("audit", "verify", "--database", database, "--key", key)
    assert verified.returncode == 0, verified.stderr


def test_the_commands_of_an_upgrade_are_right_as_they_stand(service):
    service.migrate()
    (upgrade,) = [block for block in blocks("operations.md", "sh") if "migrate --check" in block and "policy check" in block]
    for shown, real in (
        ("host=db.internal dbname=touchline user=postgres", service.cluster.connection(service.database)),
        ("host=db.internal dbname=touchline user=hub", service.cluster.connection(service.database, service.user)),
    ):  # fmt: skip
        assert shown in upgrade
        upgrade = upgrade.replace(shown, real)
    shell(service.home, upgrade)


def test_erasures_are_asked_again_after_a_restore_that_the_journal_does_not_reach(service):
    service.migrate()
    keeper = Keeper(service)
    service.edit(("  folder: journal\n", "  folder: journal\n  keep: 1s\n"))
    service.start()
    forgotten = [talk(service, role, "in the backup") for role in ("coach", "player")]
    with Member(service, "player", join=service.channel) as member:
        assert member.say("ring me on 087 123 4567")["status"] == "held"
    stays = talk(service, "moderator", "in the backup too")
    assert service.stop() == 0
    back_up(service)
    service.start()
    override = ["--override", "--officer", "J. Doe"]
    for subject in forgotten:
        keeper.decide("erase", "--subject", subject, "--reason", "left", *override)
    nightly, again = next(
        block for block in blocks("privacy.md", "sh") if "erasures.txt" in block
    ).split("# after a restore")
    assert "-d touchline " in nightly and DATABASE in again
    ann = f'"{service.cluster.connection(service.database)}"'
    shell(service.home, nightly.replace("-d touchline ", f"-d {ann} "))
    assert service.stop() == 0
    # The segments that have the erasures go.
    for _ in range(2):
        time.sleep(1.1)
        service.start()
        talk(service, "moderator", "later")
        assert service.stop() == 0
    restore(service)
    assert_refused(service.serve(), "in neither", "audit new-log")
    assert service.command("audit", "new-log", "--config", service.config).returncode == 0
    service.start()
    for subject in forgotten:
        assert all(count > 0 for count in remains(service, subject))
    printed = shell(
        service.home, "# after a restore" + again.replace(DATABASE, f'"{keeper.connection}"')
    )
    assert printed.count("decision 2-") == 1, printed
    # What an officer had answered for is open again in the backup.
    assert (service.home / "refused.txt").read_text().split() == forgotten[1:]
    keeper.decide("erase", "--subject", forgotten[1], "--reason", "again", *override)
    for subject in forgotten:
        assert remains(service, subject) == (0, 0)
    assert all(count > 0 for count in remains(service, stays))


def test_the_commands_of_operators_look_in_mute_and_are_in_the_record(own_hub):
    commands = "\n".join(blocks("operators.md", "sh"))
    with Member(own_hub, join=own_hub.channel) as member:
        for shown, real in (
            ("http://127.0.0.1:8444", own_hub.info["console"]),
            ("SUBJECT", member.welcome["subject"]),
        ):  # fmt: skip
            assert shown in commands
            commands = commands.replace(shown, real)
        printed = shell(own_hub.home, commands)
        assert f'"session":"{member.welcome["session"]}"' in printed
        assert member.say("hello")["code"] == "muted"
    (query,) = blocks("operators.md", "sql")
    own_hub.record.until(f"select count(*) from ({query.strip().rstrip(';')}) q", "2")
    calls = [row["call"] for row in own_hub.record.rows(query.strip().rstrip(";"))]
    assert calls == ["record.search", "sessions.list"]


def test_a_welfare_officer_adds_a_word_an_exception_and_a_quiet_hour_by_the_page(tmp_path):
    shutil.copytree(ROOT / "Policies", tmp_path / "Policies")
    word, exception, quiet, expected, times = (
        block.rstrip("\n") for block in re.findall(
            r"```yaml\n(.*?)```", section("policies.md", "For a welfare officer"), re.DOTALL
        )
    )  # fmt: skip
    command, promised = re.match(
        r"\$ (.*)\n(.*), digest …\n", blocks("policies.md", "console")[0]
    ).groups()
    assert re.sub(r"\d+", "#", check(tmp_path, command)) == re.sub(r"\d+", "#", promised)

    def explained(text, at="2026-06-15T12:00:00Z"):
        return shell(
            tmp_path, f'touchline policy explain Policies --text "{text}" --at {at} --as minor'
            " --channel club:demo:u14"
        )  # fmt: skip

    # A word: below the others.
    conduct = tmp_path / "Policies/lists/conduct.yaml"
    assert "1 rule hit" not in explained("you plonker")
    conduct.write_text(conduct.read_text() + word + "\n")
    check(tmp_path, command)
    told = explained("you plonker")
    assert "you •••••••" in told and "conduct-put-down" in told and "Why: " in told, told

    # An exception: in the place of the word's line, of which nothing else is lost.
    assert "conduct-banter (" in explained("in the Muppet Show")
    term = exception.split(", exceptions")[0]
    assert conduct.read_text().count(term + "}\n") == 1, "the word has exceptions already"
    conduct.write_text(conduct.read_text().replace(term + "}", exception))
    check(tmp_path, command)
    assert "conduct-banter (" not in explained("in the Muppet Show")
    assert "conduct-banter (" in explained("you muppet")

    # A quiet hour: the rule's first lines, then what its tests say.
    rules = tmp_path / "Policies/rules/50-children.yaml"
    lines = rules.read_text().splitlines()
    start = lines.index(quiet.splitlines()[0])
    lines[start : start + len(quiet.splitlines())] = quiet.splitlines()
    rules.write_text("\n".join(lines) + "\n")
    failed = refused(tmp_path, command)
    assert len(set(re.findall(r"- name: .*", failed))) == 3, failed
    tests = tmp_path / "Policies/rules/50-children.test.yaml"
    text = tests.read_text()
    assert text.count("    expect: {disposition: allow, shadow: [quiet-hours]}") == 1
    text = text.replace("    expect: {disposition: allow, shadow: [quiet-hours]}", expected)
    for name, now in zip(("a minute before", "seven in the morning"), times.splitlines()):
        text = re.sub(rf"(- name: {name}.*\n.*\n)    now: .*\n", rf"\1{now}\n", text)
    tests.write_text(text)
    check(tmp_path, command)
    assert "quiet-hours (" in explained("anyone awake?", "2026-06-15T20:00:00Z")
    assert "until seven" in explained("anyone awake?", "2026-06-15T20:00:00Z")
    assert "quiet-hours (" not in explained("anyone awake?", "2026-06-15T19:59:00Z")


def section(page, title):
    """A page's section, from its title to the next."""
    text = (ROOT / "docs" / page).read_text()
    return re.search(rf"## {title}.*?\n(.*?)\n## ", text, re.DOTALL).group(1)


def check(folder, command):
    """What a good folder is told, but for its digest."""
    return shell(folder, command).splitlines()[0].split(", digest")[0]


def refused(folder, command):
    """What is told of a folder that isn't good."""
    return shell(folder, f"! {command} 2>&1")
