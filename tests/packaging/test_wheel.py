"""What people install: one package with everything in it, a thin client, a demo from an empty directory."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator, Sequence
from email.parser import Parser
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "bidwright"
VERSION = "0.1.0"


def build(kind: str, source: Path, directory: Path) -> Path:
    """Build as `make wheel` does; the file."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(directory)]
    subprocess.run(command, check=True, cwd=source, capture_output=True, timeout=120)
    (built,) = directory.iterdir()
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", ROOT, tmp_path_factory.mktemp("dist"))


def names_in(wheel: Path) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


def source_files() -> Iterator[str]:
    """Every file that belongs into the package, as it is named there."""
    for top in PACKAGE.iterdir():
        folder = top.resolve()
        for file in folder.rglob("*") if folder.is_dir() else [folder]:
            if file.is_file() and "__pycache__" not in file.parts:
                yield str(Path("bidwright", top.name, file.relative_to(folder)))


def test_the_wheel_holds_every_file_of_the_package_and_nothing_else(wheel: Path) -> None:
    inside = {name for name in names_in(wheel) if not name.startswith(f"bidwright-{VERSION}.dist-info/")}
    assert inside == set(source_files())


@pytest.mark.parametrize(
    "name",
    [
        "server/main.py",  # code
        "v1/quote_pb2.py",  # the contract
        "buf/validate/validate_pb2.py",  # and what it imports
        "storage/commit.lua",  # changes of state
        "catalog/schemas/portfolio.json",  # shapes of portfolio files
        "portfolios/managed_hosting/portfolio.yaml",
        "portfolios/managed_hosting/prices/DE.csv",
        "playbooks/ansible.cfg",  # roles
        "playbooks/deliver.yml",
        "playbooks/plugins/filter/scram_verifier.py",
        "playbooks/roles/website/templates/nginx.conf.j2",
        "playbooks/roles/website/meta/argument_specs.yml",
        "playbooks/roles/valkey_cache/files/about.py",
    ],
)
def test_the_wheel_holds_what_each_part_needs(wheel: Path, name: str) -> None:
    assert f"bidwright/{name}" in names_in(wheel)


def test_the_wheel_has_one_top_level_name_and_no_tests_benches_or_compiled_files(wheel: Path) -> None:
    assert {name.partition("/")[0] for name in names_in(wheel)} == {"bidwright", f"bidwright-{VERSION}.dist-info"}
    parts = {part for name in names_in(wheel) for part in name.split("/")}
    assert parts & {"tests", "bench", "docs", "deploy", "var", "__pycache__"} == set()
    assert [name for name in names_in(wheel) if name.endswith(".pyc")] == []


def test_a_wheel_made_from_the_source_distribution_is_the_same(wheel: Path, tmp_path: Path) -> None:
    archive = build("sdist", ROOT, tmp_path / "sdist")
    subprocess.run(["tar", "-xzf", str(archive), "-C", str(tmp_path)], check=True, timeout=60)
    again = build("wheel", tmp_path / f"bidwright-{VERSION}", tmp_path / "dist")
    assert names_in(again) == names_in(wheel)


@pytest.fixture(scope="module")
def thin(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory of packages as `pip install bidwright` makes it: what the wheel needs without extras, linked."""
    metadata = zipfile.ZipFile(wheel).read(f"bidwright-{VERSION}.dist-info/METADATA").decode()
    site = tmp_path_factory.mktemp("thin")
    for name in sorted(_closure(Parser().parsestr(metadata).get_all("Requires-Dist", []))):
        for file in importlib.metadata.files(name) or []:
            if ".." not in file.parts and "__pycache__" not in file.parts:
                link = site / file
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(file.locate())
    shutil.unpack_archive(wheel, site, "zip")
    return site


def _closure(requirements: Sequence[str]) -> set[str]:
    """Names of all packages that these requirements install, without any extra."""
    found: set[str] = set()
    waiting = list(requirements)
    while waiting:
        requirement = Requirement(waiting.pop())
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        if requirement.name not in found:
            found.add(requirement.name)
            waiting += importlib.metadata.requires(requirement.name) or []
    return found


def run_thin(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python with the packages of the thin client only."""
    environment = {"PATH": os.defpath, "PYTHONPATH": str(site), "HOME": str(site), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-S", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True, env=environment, cwd=site, timeout=60)


def test_the_thin_client_is_small_and_knows_its_commands(thin: Path) -> None:
    assert not (thin / "ortools").exists()
    assert not (thin / "redis").exists()
    shown = run_thin(thin, "-m", "bidwright.clients.cli.main", "--help")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "configure" in shown.stdout


def test_client_core_and_contract_import_nothing_that_only_the_server_has(thin: Path) -> None:
    folders = ("clients", "core", "v1", "buf")
    files = [file for folder in folders for file in sorted((thin / "bidwright" / folder).rglob("*.py"))]
    modules = [".".join(file.relative_to(thin).with_suffix("").parts).removesuffix(".__init__") for file in files]
    assert len(modules) > 40
    done = run_thin(thin, "-c", "import importlib, sys; [importlib.import_module(m) for m in sys.argv[1:]]", *modules)
    assert (done.returncode, done.stderr) == (0, "")


def test_without_the_server_bidwright_says_in_one_line_how_to_get_it(thin: Path) -> None:
    commands = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    assert commands == {"bid": "bidwright.clients.cli.main:main", "bidwright": "bidwright.server.main:main"}
    done = run_thin(thin, "-c", "from bidwright.server.main import main; main()", "up")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("`bidwright` needs bidwright[server]")
    assert "pip install 'bidwright[server]'" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.fixture
def installed(wheel: Path, tmp_path: Path) -> Path:
    """Commands of a new virtual environment with the wheel and the packages of this one; nothing is downloaded."""
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True, timeout=120)
    python = environment / "bin" / "python"
    install = ["install", "--quiet", "--no-deps", "--no-index", "--disable-pip-version-check", str(wheel)]
    subprocess.run([sys.executable, "-m", "pip", "--python", str(python), *install], check=True, timeout=120)
    # Only now, so that pip does not take this environment's Bidwright for that of the new one.
    (packages,) = (environment / "lib").glob("python3*/site-packages")
    ours = [path for path in sys.path if path.endswith("site-packages")]
    (packages / "borrowed.pth").write_text("\n".join(ours) + "\n", encoding="utf-8")
    return python.parent


def run_installed(directory: Path, *command: str) -> str:
    """Run a command as a person would in this directory; what it printed."""
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "LANG") if name in os.environ}
    done = subprocess.run(
        command,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=directory,
        env=kept | {"HOME": str(directory), "COLUMNS": "200"},
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout


@pytest.mark.slow
def test_the_installed_wheel_runs_the_demo_in_an_empty_directory(installed: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    where = run_installed(empty, str(installed / "python"), "-c", "import bidwright; print(bidwright.__file__)")
    assert where.startswith(str(installed.parent))
    assert "no faults" in run_installed(empty, str(installed / "bidwright"), "portfolio", "check")
    try:
        said = run_installed(empty, str(installed / "bidwright"), "demo")
        assert "title: Tills of Example Retail: {{ 7 * 7 }} & more" in said
        assert "From needs to running services in" in said
        assert "quote.signed" in run_installed(empty, str(installed / "bid"), "events")
    finally:
        run_installed(empty, str(installed / "bidwright"), "down", "--all")
    assert [path.name for path in empty.iterdir()] == ["var"]
