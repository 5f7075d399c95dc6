"""A keeper: a database login with touchline_keeper, and the commands that it may give."""

import re
import subprocess

from record import Record


class Keeper:
    def __init__(self, service, role="touchline_keeper"):
        self.service = service
        self.user = f"{role}_{service.database}"
        service.cluster.psql(service.database, f"create role {self.user} login in role {role}")
        self.connection = service.cluster.connection(service.database, self.user)

    def sql(self, statement):
        """What psql prints for a statement of this login."""
        return Record(self.connection).value(statement)

    def is_refused(self, statement):
        """Whether PostgreSQL refuses a statement of this login."""
        try:
            self.sql(statement)
        except subprocess.CalledProcessError:
            return True
        return False

    def ask(self, command, *arguments, wait="30s"):
        """Runs `touchline audit <command>`."""
        return self.service.command(
            "audit", command, *arguments, "--database", self.connection, "--wait", wait
        )

    def decide(self, command, *arguments):
        """Runs a command that must succeed, and returns its decision."""
        done = self.ask(command, *arguments)
        assert done.returncode == 0, done.stderr
        return re.search(r"decision (\d+-\d+)", done.stdout)[1]
