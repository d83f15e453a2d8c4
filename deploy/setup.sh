#!/bin/sh
# Makes .venv from requirements.lock. Usage: deploy/setup.sh PYTHON
set -eu
cd "$(dirname "$0")/.."
python=$1

say() { printf '%s\n' "$*" >&2; }

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
  say "Bidwright needs Python 3.11 or newer, as PYTHON=... or as python3. On Debian 12: apt-get install python3 python3-venv"
  exit 1
}
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  # Debian ships venv apart from Python; as root on Debian we install it, anybody else is told how.
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "Installing python3-venv ..."
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null
  else
    say "Python's venv module is missing. On Debian or Ubuntu: sudo apt-get install python3-venv"
    exit 1
  fi
fi
[ -x .venv/bin/python ] && .venv/bin/python -c '' 2>/dev/null || { rm -rf .venv; "$python" -m venv .venv; }
say "Installing what requirements.lock lists into .venv (about a minute) ..."
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
# Compiled here, so that running Bidwright writes nothing beside its state directory.
.venv/bin/python -m compileall -q "$PWD"/core "$PWD"/catalog "$PWD"/configurator "$PWD"/pricing "$PWD"/storage "$PWD"/quoting \
  "$PWD"/provisioning "$PWD"/server "$PWD"/clients "$PWD"/playbooks "$PWD"/src/bidwright/__init__.py "$PWD"/src/bidwright/v1 \
  "$PWD"/src/bidwright/buf
