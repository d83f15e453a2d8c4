"""Lets an unprivileged account reach a few directories below one that it may not enter, such as ``/root``.

Inside a private mount namespace each such obstacle is covered by an empty directory in which only what is needed is
mounted back at the same path. The rest of the machine sees no change, and the modes of the user's directories stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from bidwright.provisioning.directory_account import ServiceAccount

# $1 stage, then per obstacle: obstacle, number of paths, the paths; then "--" and the command.
# A bind mount of the original is put into the stage before the stage is moved over the obstacle and hides it.
_SCRIPT = """\
set -eu
umask 022
stage=$1; shift
while [ "$1" != -- ]; do
  obstacle=$1; count=$2; shift 2
  mount -n -t tmpfs -o mode=0755,size=1m bidwright "$stage"
  while [ "$count" -gt 0 ]; do
    inside=$stage${1#"$obstacle"}
    mkdir -p "$inside"
    mount -n --bind "$1" "$inside"
    shift; count=$((count - 1))
  done
  mount -n --move "$stage" "$obstacle"
done
shift
cd "$PWD"
umask 077
exec "$@"
"""


def obstacles(account: ServiceAccount, needed: Iterable[Path]) -> dict[Path, list[Path]]:
    """Find the topmost directory the account cannot pass on the way to each needed one, with what lies behind."""
    found: dict[Path, list[Path]] = {}
    for path in sorted({path.resolve() for path in needed}):
        for ancestor in reversed(path.parents):
            if not account.can_traverse(ancestor):
                found.setdefault(ancestor, []).append(path)
                break
    return {obstacle: _without_nested(paths) for obstacle, paths in found.items()}


def _without_nested(paths: Sequence[Path]) -> list[Path]:
    """Leave out paths that lie inside another one."""
    return [path for path in paths if not any(other in path.parents for other in paths)]


def command_in_namespace(behind: dict[Path, list[Path]], stage: Path, command: Sequence[str]) -> list[str]:
    """Write the command line that starts ``command`` where the account can reach what it needs.

    Args:
        behind: From ``obstacles``; empty leaves the command as it is.
        stage: An existing empty directory.
        command: What to run, by absolute path.
    """
    if not behind:
        return list(command)
    pairs = [part for obstacle, paths in behind.items() for part in (str(obstacle), str(len(paths)), *map(str, paths))]
    prefix = ["unshare", "--mount", "--propagation", "private", "/bin/sh", "-c", _SCRIPT, "sh"]
    return [*prefix, str(stage), *pairs, "--", *command]
