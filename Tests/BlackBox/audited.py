"""A record that a real hub made, to be tampered with: each test gets a copy of its database."""

import base64
import hashlib
import subprocess

from cryptography.hazmat.primitives import serialization

from hub import BINARY, eventually
from member import Member
from service import Service, surroundings
from words import BLOCKED, REDACTED

WHOLE, TAMPERED, UNCHECKED = 0, 1, 2

# As retention does it, for a range of seq and a time in SQL.
PRUNE = (
    "delete from audit.event where seq between {first} and {last};"
    " insert into audit.pruned (log, first_seq, last_seq, retention, first_at, last_at)"
    " values (1, {first}, {last}, 1, {at}, {at})"
)


# A ban that no hub recorded.
STRAY = (
    "insert into audit.event (log, seq, at, schema, retention, kind, stage, disposition, subject,"
    " rules, shadow_rules, score, bytes, judged_ns, detail)"
    " values ({log}, {seq}, now(), 1, 3, 52, 20, 0, gen_random_uuid(), '{{}}', '{{}}', 0, 0, 0, '{{}}')"
)


def signed_note(key, name, text):
    """A C2SP signed note, made here and not by the hub."""
    public = key.public_key().public_bytes(
        serialization.Encoding.Raw, serialization.PublicFormat.Raw
    )
    key_id = hashlib.sha256(name.encode() + b"\n\x01" + public).digest()[:4]
    signature = base64.b64encode(key_id + key.sign(text.encode())).decode()
    vkey = f"{name}+{key_id.hex()}+" + base64.b64encode(b"\x01" + public).decode()
    return f"{text}\n\u2014 {name} {signature}\n", vkey


class AuditedRecord:
    """Some hundred events, several checkpoints, two runs of the hub; the hub has ended."""

    def __init__(self, home, cluster):
        self.cluster = cluster
        self.service = Service(home, cluster)
        self.service.migrate()
        self.copies = 0
        self.kept = []
        with self._running(), Member(self.service, join=self.service.channel) as coach:
            self.decisions = {
                "message": coach.say("hello")["decision"],
                "redacted": coach.say(f"you {REDACTED}")["decision"],
                "blocked": coach.say(BLOCKED)["decision"],
            }
            self._keep_checkpoint(self.decisions["blocked"])
            for count in range(280):
                refused = coach.raw(f'{{"type":"dance","id":"{count}"}}')
            self._keep_checkpoint(refused["decision"])
        with self._running(), Member(self.service, join=self.service.channel) as coach:
            retained = self.run(
                "audit", "retain", "--database", cluster.connection(self.service.database)
            )
            assert retained.returncode == 0, retained.stderr
            self.decisions["last"] = coach.say("good bye")["decision"]
        self.size = int(self.value("select watermark from audit.log"))
        self.key = self.run("audit", "key", "--config", self.service.config).stdout.strip()

    def _running(self):
        record = self

        class Running:
            def __enter__(self):
                record.service.start()

            def __exit__(self, *_):
                assert record.service.stop() == 0, record.service.log()[-2000:]

        return Running()

    def _keep_checkpoint(self, decision):
        """Waits until a decision is signed, and keeps the note as somebody outside would."""
        newest = "select note from audit.checkpoint order by size desc limit 1"
        covered = f"select max(size) >= {decision.split('-')[1]} from audit.checkpoint"
        assert eventually(lambda: self.value(covered) == "t", 15)
        path = self.service.home / f"kept-{len(self.kept)}.checkpoint"
        path.write_text(self.service.record.psql(newest)[:-1])
        self.kept.append(path)

    def seq(self, name):
        return int(self.decisions[name].split("-")[1])

    def value(self, sql):
        return self.service.record.value(sql)

    def copy(self, tampering="", role=None):
        """A copy of the database, after a superuser has tampered with it: the connection string of
        the superuser, or of a login with a role."""
        self.copies += 1
        name = f"{self.service.database}_{self.copies}"
        self.cluster.psql("postgres", f"create database {name} template {self.service.database}")
        if tampering:
            # Replicas run no triggers, so nothing stands in the superuser's way.
            self.cluster.psql(name, f"set session_replication_role = replica; {tampering}")
        if role is None:
            return self.cluster.connection(name)
        self.cluster.psql(name, f"create role {role}_{name} login in role {role}")
        return self.cluster.connection(name, f"{role}_{name}")

    def run(self, *arguments):
        return subprocess.run(
            [BINARY, *map(str, arguments)],
            cwd=self.service.home,
            env=surroundings(),
            capture_output=True,
            text=True,
            timeout=120,
        )

    def verify(self, database, *arguments, key=None):
        """Code, lines of the answer, and what stands on standard error."""
        done = self.run(
            "audit", "verify", "--database", database, "--key", key or self.key, *arguments
        )
        return done.returncode, done.stdout.splitlines(), done.stderr
