"""The audit trail as its readers see it: psql over the connection string that the hub prints."""

import json
import subprocess
import time

SHIPPED_SECONDS_MAX = 15

KIND = {
    "connect": 10, "disconnect": 11, "join": 20, "leave": 21, "message": 30, "frame": 40,
    "policy": 3, "ban": 52, "unban": 53,
}
BLOCK = 4
REDACT = 1
ALLOW = 0


class Record:
    def __init__(self, connection):
        self.connection = connection

    def psql(self, sql):
        """What psql prints for a statement."""
        return subprocess.run(
            ["psql", "-X", "-qAt", "-v", "ON_ERROR_STOP=1", "-d", self.connection, "-c", sql],
            check=True,
            capture_output=True,
            text=True,
            timeout=60,
        ).stdout

    def rows(self, sql):
        """The rows of a query as dictionaries."""
        text = self.psql(f"select to_jsonb(q) from ({sql}) q")
        # What people wrote may hold other ends of lines than PostgreSQL's own.
        return [json.loads(line) for line in text.split("\n") if line]

    def value(self, sql):
        return self.psql(sql).strip()

    def event(self, decision):
        """The event of a decision id, once it has been shipped."""
        log, seq = decision.split("-")
        deadline = time.monotonic() + SHIPPED_SECONDS_MAX
        while True:
            rows = self.rows(f"select * from audit.event where log = {int(log)} and seq = {int(seq)}")
            if rows:
                assert len(rows) == 1, f"{decision} has {len(rows)} rows"
                return rows[0]
            assert time.monotonic() < deadline, f"{decision} has no row"
            time.sleep(0.05)

    def decision(self, decision):
        """What `audit.decision` answers, once the event has been shipped."""
        self.event(decision)
        rows = self.rows(f"select * from audit.decision('{decision}')")
        assert len(rows) == 1, f"audit.decision('{decision}') has {len(rows)} rows"
        return rows[0]

    def contents(self, decision):
        """The content parts of an event, by part."""
        self.event(decision)
        log, seq = decision.split("-")
        return {
            row["part"]: row["text"]
            for row in self.rows(
                "select part, audit.readable(body) as text from audit.content"
                f" where log = {int(log)} and seq = {int(seq)}"
            )
        }

    def until(self, sql, wanted):
        """Waits until a query's value is the wanted one, and returns the last value."""
        deadline = time.monotonic() + SHIPPED_SECONDS_MAX
        while (value := self.value(sql)) != wanted and time.monotonic() < deadline:
            time.sleep(0.05)
        return value
