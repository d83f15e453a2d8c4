#!/usr/bin/env python3
"""Writes or reads the table ``about`` of a database, over TCP with the owner's password.

Reads ``{"act", "psql", "host", "port", "database", "password", "title"}`` as JSON from standard input; prints what
psql prints.
Values reach SQL as psql variables, which psql quotes; they and the password are in no command line.
"""

import json
import os
import subprocess
import sys

_STATEMENTS = {
    # Prints a line for each thing it changed.
    "apply": r"""
\getenv title BIDWRIGHT_TITLE
CREATE TABLE IF NOT EXISTS about (key text PRIMARY KEY, value text);
INSERT INTO about VALUES ('title', :'title')
  ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE about.value IS DISTINCT FROM excluded.value
  RETURNING 'title written';
""",
    # Fails by division by zero when the title is another one.
    "verify": r"""
\getenv title BIDWRIGHT_TITLE
SELECT 1 / count(*) FROM about WHERE key = 'title' AND value = :'title';
""",
}


def main() -> int:
    """Run the statements and return psql's code."""
    wanted = json.load(sys.stdin)
    environment = {
        "PATH": os.defpath,
        "PGHOST": wanted.get("host", "127.0.0.1"),
        "PGPORT": str(wanted["port"]),
        "PGDATABASE": wanted["database"],
        "PGUSER": wanted["database"],
        "PGPASSWORD": wanted["password"],
        "PGCONNECT_TIMEOUT": "10",
        "PGCLIENTENCODING": "UTF8",
        "PGOPTIONS": "-c client_min_messages=warning",
        "PGREQUIREAUTH": "scram-sha-256",
        "BIDWRIGHT_TITLE": wanted["title"],
    }
    command = [
        wanted["psql"],
        "--no-psqlrc",
        "--quiet",
        "--tuples-only",
        "--no-align",
        "--set=ON_ERROR_STOP=1",
        "--file=-",
    ]
    return subprocess.run(command, input=_STATEMENTS[wanted["act"]].encode(), env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
