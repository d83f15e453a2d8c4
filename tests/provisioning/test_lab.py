"""The lab: what would be run, written and refused, without root; where it is asked for, all of it for real."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Network
from pathlib import Path

import pytest
from click.testing import CliRunner
from lab_session import lab_of, require_lab_machine
from ruamel.yaml import YAML

from bidwright.core.errors import Conflicting, Forbidden, InvalidInput, NotFound, Unavailable
from bidwright.provisioning import lab_host, lab_inventory
from bidwright.provisioning.lab import Lab
from bidwright.provisioning.lab_base import PACKAGES, Cache, install_command, make_anonymous
from bidwright.provisioning.lab_boot import address_batch, cable_batch, container_command
from bidwright.provisioning.lab_cgroup import HostCgroup, cgroups_of
from bidwright.provisioning.lab_host import LabHost
from bidwright.provisioning.lab_limits import require_room
from bidwright.provisioning.lab_mirror import Source, sources_of
from bidwright.provisioning.lab_network import LabNetwork, bridge_batch, devices_of, free_subnet, tag_of
from bidwright.provisioning.lab_repository import LIST, apt_settings, wanted_packages
from bidwright.provisioning.lab_tools import TOOLS, environment, require_root, require_tools, run
from bidwright.server.main import bidwright

ROOT = Path(__file__).resolve().parents[2]
NETWORK = LabNetwork("a1b2c3", IPv4Network("10.77.4.0/24"))


def host_in(folder: Path, number: int = 1) -> LabHost:
    return LabHost(
        name=f"h{number}",
        folder=str(folder / f"h{number}"),
        tag="a1b2c3",
        address=f"10.77.4.{10 + number}/24",
        hardware_address=f"02:a1:b2:c3:00:0{number}",
        bridge="bwlaba1b2c3",
        device=f"bwa1b2c3h{number}",
    )


def with_key(host: LabHost, key: str) -> LabHost:
    """Give a host the one file that known_hosts is made from."""
    ssh = host.path / "upper/etc/ssh"
    ssh.mkdir(parents=True)
    (ssh / "ssh_host_ed25519_key.pub").write_text(f"ssh-ed25519 {key} {host.name}\n")
    return host


def test_only_root_may_use_the_lab() -> None:
    require_root(0)
    with pytest.raises(Forbidden, match="user 1000") as refused:
        require_root(1000)
    assert refused.value.reason == "LAB_NEEDS_ROOT"
    assert "sudo" in refused.value.fix


def test_missing_tools_are_all_named_with_one_command_that_installs_them() -> None:
    with pytest.raises(Unavailable, match=r"not here: debootstrap, nsenter, systemd-nspawn, unshare\.$") as refused:
        require_tools(lambda tool: None if tool in {"debootstrap", "nsenter", "systemd-nspawn", "unshare"} else tool)
    assert refused.value.reason == "LAB_TOOL_MISSING"
    assert refused.value.fix == "Run: apt-get install debootstrap systemd-container util-linux"
    assert refused.value.faults[0].fix == "Install the Debian package debootstrap."


def test_every_tool_that_commands_begin_with_is_checked_beforehand(tmp_path: Path) -> None:
    host = host_in(tmp_path)
    commands = (
        install_command(tmp_path, Source("http://mirror.example/debian", "bookworm", is_trusted=False)),
        lab_host.boot_command(host),
        container_command(host),
        lab_inventory.ssh_command(tmp_path, host, []),
    )
    assert {command[0] for command in commands} <= set(TOOLS)
    require_tools(lambda tool: f"/usr/bin/{tool}")


def test_a_tool_that_fails_is_named_with_its_last_words() -> None:
    script = "import sys; print('the disk is full', file=sys.stderr); sys.exit(3)"
    with pytest.raises(Unavailable, match="failed with code 3: the disk is full") as refused:
        run([sys.executable, "-c", script])
    assert refused.value.reason == "LAB_TOOL_FAILED"


def test_a_tool_that_hangs_is_ended() -> None:
    with pytest.raises(Unavailable, match=r"took longer than 0\.2 seconds"):
        run([sys.executable, "-c", "import time; time.sleep(60)"], timeout_s=0.2)


def test_hosts_and_tools_get_nothing_secret_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIDWRIGHT_REDIS_URL", "rediss://user:secret@host")
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
    assert "secret" not in " ".join(environment().values())
    assert environment()["http_proxy"] == "http://proxy.example:3128"
    assert environment()["PATH"].endswith(":/usr/sbin:/sbin")


def test_hosts_have_fixed_addresses_and_short_device_names() -> None:
    assert str(NETWORK.gateway) == "10.77.4.1"
    assert [str(NETWORK.address(number)) for number in (1, 2, 99)] == ["10.77.4.11", "10.77.4.12", "10.77.4.109"]
    assert NETWORK.hardware_address(99) == "02:a1:b2:c3:00:63"
    assert (NETWORK.bridge, NETWORK.device(99)) == ("bwlaba1b2c3", "bwa1b2c3h99")
    assert max(len(NETWORK.bridge), len(NETWORK.device(99))) <= 15  # the kernel's limit


def test_labs_in_different_directories_share_no_names() -> None:
    assert tag_of(Path("/srv/one/lab")) != tag_of(Path("/srv/two/lab"))
    assert len(tag_of(Path("/srv/one/lab"))) == 6


@pytest.mark.parametrize(
    ("used", "expected"),
    [
        ([], "10.77.0.0/24"),  # an empty machine
        (["192.0.2.0/24"], "10.77.0.0/24"),  # something else
        (["10.77.0.0/24", "10.77.2.0/24"], "10.77.1.0/24"),  # two other labs
        (["10.77.0.0/17"], "10.77.128.0/24"),  # a company network that covers half of the range
        (["10.77.0.9/32"], "10.77.1.0/24"),  # one address of a tunnel
    ],
)
def test_a_lab_takes_the_first_network_that_overlaps_with_no_route(used: list[str], expected: str) -> None:
    assert free_subnet(IPv4Network(network) for network in used) == IPv4Network(expected)


def test_a_machine_without_a_free_network_is_refused() -> None:
    with pytest.raises(Unavailable, match=r"10\.77\.0\.0/16 is in use"):
        free_subnet([IPv4Network("10.0.0.0/8")])


def test_bridge_and_cable_have_fixed_hardware_addresses_and_hosts_no_default_route(tmp_path: Path) -> None:
    assert bridge_batch(NETWORK).splitlines() == [
        "link add bwlaba1b2c3 address 02:a1:b2:c3:00:00 type bridge",
        "addr add 10.77.4.1/24 dev bwlaba1b2c3",
        "link set bwlaba1b2c3 up",
    ]
    host = host_in(tmp_path)
    assert cable_batch(host, 4711).splitlines() == [
        "link add bwa1b2c3h1 type veth peer name eth0 address 02:a1:b2:c3:00:01 netns 4711",
        "link set bwa1b2c3h1 master bwlaba1b2c3 up",
    ]
    assert address_batch(host).splitlines() == [
        "link set lo up",
        "addr add 10.77.4.11/24 brd + dev eth0",
        "link set eth0 up",
    ]


def test_a_host_boots_in_its_own_namespaces_and_cannot_open_disks_of_the_machine(tmp_path: Path) -> None:
    host = host_in(tmp_path)
    assert lab_host.boot_command(host)[:3] == ["unshare", "--net", "--mount"]
    command = container_command(host)
    assert {"--boot", "--network-namespace-path=/proc/self/ns/net", "--drop-capability=CAP_MKNOD"} <= set(command)
    assert "--bind-ro=repository:/srv/repo" in command


def test_the_mirror_is_the_one_that_apt_uses() -> None:
    lines = [
        "http://extra.example/tools/|bookworm|bookworm|stable|$(TRUSTED)",  # another vendor's component
        "http://mirror.example/debian/|bookworm-security|bookworm-security|main|no",
        "http://mirror.example/debian/|$(CODENAME)|bookworm|main|yes",  # never updated; trusted without signature
        "http://mirror.example/debian/|trixie|trixie|main|no",  # another release
    ]
    assert [source.line for source in sources_of(lines)] == [
        "deb [trusted=yes] http://mirror.example/debian/ bookworm main\n",
        "deb http://mirror.example/debian/ bookworm-security main\n",
    ]


def test_a_machine_whose_apt_knows_no_debian_12_is_refused() -> None:
    with pytest.raises(Unavailable, match="bookworm") as refused:
        sources_of(["http://mirror.example/debian/|trixie|trixie|main|no"])
    assert refused.value.reason == "LAB_NO_MIRROR"


def test_the_base_is_installed_where_a_kill_ends_everything_and_signatures_are_checked(tmp_path: Path) -> None:
    source = Source("http://mirror.example/debian/", "bookworm", is_trusted=False)
    command = install_command(tmp_path, source)
    assert {"--mount", "--pid", "--kill-child=KILL"} <= set(command[: command.index("debootstrap")])
    assert "--keyring=/usr/share/keyrings/debian-archive-keyring.gpg" in command
    assert command[-3:] == ["bookworm", str(tmp_path), "http://mirror.example/debian/"]


def test_the_base_has_no_identity(tmp_path: Path) -> None:
    left = "etc/ssh/ssh_host_rsa_key etc/resolv.conf etc/hostname var/cache/apt/archives/x.deb var/lib/apt/lists/x"
    for name in [*left.split(), "etc/apt/sources.list", "etc/systemd/system/x", "srv/x"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("of the machine")
    make_anonymous(tmp_path)
    assert not [name for name in left.split() if (tmp_path / name).exists()]
    assert (tmp_path / "etc/machine-id").read_text() == ""
    assert (tmp_path / "etc/apt/sources.list").read_text() == "deb [trusted=yes] file:/srv/repo ./\n"


def test_comments_and_repetitions_in_the_list_of_packages_do_not_count() -> None:
    assert wanted_packages("# web\nnginx  # 1.22\n\nhaproxy\nnginx\n") == ["haproxy", "nginx"]


def test_the_list_has_what_the_roles_on_hosts_install() -> None:
    roles = {
        "nftables unattended-upgrades chrony",  # baseline
        "nginx haproxy",  # website, load balancer
        "postgresql python3-psycopg2 redis-server",  # database, cache
        "bind9 dovecot-imapd postfix",  # DNS, mail
        "restic borgbackup prometheus-node-exporter",  # backup, monitoring
    }
    assert set(" ".join(roles).split()) <= set(wanted_packages(LIST.read_text(encoding="utf-8")))


def test_another_list_of_packages_means_another_repository_on_the_same_base(tmp_path: Path) -> None:
    one, two = Cache(tmp_path, ("nginx",)), Cache(tmp_path, ("haproxy", "nginx"))
    assert one.base == two.base
    assert one.repository != two.repository
    assert "openssh-server" in PACKAGES


@pytest.mark.skipif(shutil.which("apt-config") is None, reason="needs apt")
def test_apt_resolves_apart_from_this_machine_and_runs_none_of_its_hooks(tmp_path: Path) -> None:
    settings = tmp_path / "apt.conf"
    settings.write_text(apt_settings(tmp_path / "work", tmp_path / "base"), encoding="utf-8")
    said = subprocess.run(
        ["apt-config", "-c", str(settings), "dump"], check=True, capture_output=True, text=True
    ).stdout
    values = dict(line.rstrip(";").split(" ", 1) for line in said.splitlines())
    assert values["Dir::State::status"] == f'"{tmp_path}/base/var/lib/dpkg/status"'
    assert values["Dir::Cache::archives"] == f'"{tmp_path}/work/archives"'
    hooks = ("APT::Update::P", "DPkg::Pre", "DPkg::Post")
    assert not [name for name in values if name.startswith(hooks) and name.endswith("::")]


def test_ssh_and_ansible_accept_only_the_keys_that_the_lab_made(tmp_path: Path) -> None:
    lab = tmp_path / "my lab"
    hosts = [with_key(host_in(lab, 1), "AAAA1"), with_key(host_in(lab, 2), "AAAA2")]
    lab_inventory.write(lab, hosts)
    assert (lab / "known_hosts").read_text() == "10.77.4.11 ssh-ed25519 AAAA1\n10.77.4.12 ssh-ed25519 AAAA2\n"
    group = YAML(typ="safe").load((lab / "inventory.yml").read_text())["all"]["children"]["lab"]
    assert group["hosts"] == {"h1": {"ansible_host": "10.77.4.11"}, "h2": {"ansible_host": "10.77.4.12"}}
    assert group["vars"]["ansible_ssh_private_key_file"] == f"{lab}/id_ed25519"
    assert (group["vars"]["target_kind"], group["vars"]["ports"]) == ("host", "20000-20999")
    arguments = group["vars"]["ansible_ssh_common_args"]
    assert arguments.startswith(f"-F /dev/null -o 'UserKnownHostsFile=\"{lab}/known_hosts\"' ")
    assert "StrictHostKeyChecking=yes" in arguments


def test_words_after_the_host_reach_ssh_as_they_are(tmp_path: Path) -> None:
    command = lab_inventory.ssh_command(tmp_path, host_in(tmp_path), ["echo", "$HOME; -v"])
    assert command[0] == "ssh"
    assert command[-5:] == ["-i", f"{tmp_path}/id_ed25519", "root@10.77.4.11", "echo", "$HOME; -v"]


def test_more_hosts_than_the_machine_can_watch_files_for_are_refused(tmp_path: Path) -> None:
    limit, descriptors = tmp_path / "max_user_instances", tmp_path / "17" / "fd"
    descriptors.mkdir(parents=True)
    (descriptors / "4").symlink_to("anon_inode:inotify")
    (descriptors / "5").symlink_to("/dev/null")
    limit.write_text("25\n")
    require_room(3, tmp_path, limit)
    with pytest.raises(Unavailable) as refused:
        require_room(4, tmp_path, limit)
    assert refused.value.message == ("4 more hosts need 32 inotify instances; the machine allows 25, and 1 are in use.")
    assert "sysctl -w fs.inotify.max_user_instances=66" in refused.value.fix


def test_hosts_are_known_from_their_records_by_number(tmp_path: Path) -> None:
    lab = Lab.at(tmp_path)
    for number in (10, 2):
        host = host_in(tmp_path / "hosts", number)
        host.path.mkdir(parents=True)
        (host.path / "host.json").write_text(
            f'{{"name": "h{number}", "folder": "{host.path}", "tag": "a1b2c3", "address": "10.77.4.{10 + number}/24",'
            ' "hardware_address": "02:a1:b2:c3:00:02", "bridge": "b", "device": "d"}'
        )
    (tmp_path / "hosts/h3").mkdir()  # was being made when the power failed
    assert [(host.name, host.ip) for host in lab.hosts] == [("h2", "10.77.4.12"), ("h10", "10.77.4.20")]
    with pytest.raises(NotFound, match=r"no host 'h3'\. It has h2, h10"):
        lab.host("h3")


def test_an_unknown_host_of_no_lab_says_how_to_begin(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="not up") as refused:
        Lab.at(tmp_path).host("h1")
    assert refused.value.fix == "Run `bidwright lab up 3` first."


@pytest.mark.parametrize("count", [0, 100])
def test_a_lab_has_one_to_ninety_nine_hosts(tmp_path: Path, count: int) -> None:
    with pytest.raises(InvalidInput, match=f"1 to 99 hosts, not {count}"):
        Lab.at(tmp_path).up(count)


def test_commands_on_one_lab_take_turns(tmp_path: Path) -> None:
    lab = Lab.at(tmp_path)
    with lab._alone(), pytest.raises(Conflicting, match="at work on the lab") as refused, lab._alone():
        pass
    assert refused.value.reason == "LAB_BUSY"
    with lab._alone():
        pass


def test_a_host_that_was_never_switched_on_is_off_and_unsupervised(tmp_path: Path) -> None:
    host = host_in(tmp_path)
    host.path.mkdir()
    assert not host.is_on
    assert not lab_host.is_supervised(host)


def test_processes_of_a_host_are_found_in_all_its_control_groups_and_ended(tmp_path: Path) -> None:
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    for hierarchy in ("systemd", "unified"):
        (tmp_path / hierarchy / "bidwright-lab-a1b2c3-h1/payload/system.slice").mkdir(parents=True)
        (tmp_path / hierarchy / "cgroup.procs").write_text("1\n")
    deep = tmp_path / "unified/bidwright-lab-a1b2c3-h1/payload/system.slice/cgroup.procs"
    deep.write_text(f"{sleeper.pid}\n0\n")
    (cgroup,) = cgroups_of("a1b2c3", tmp_path)
    assert cgroup == HostCgroup("bidwright-lab-a1b2c3-h1", tmp_path)
    assert cgroup.processes() == {sleeper.pid}
    assert cgroup.first_process() is None  # it is no process 1 of anything
    cgroup.kill()
    assert sleeper.wait(10) == -signal.SIGKILL
    cgroup.kill()  # it is gone already: nothing happens


def test_a_machine_without_control_groups_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="no control groups") as refused:
        HostCgroup("bidwright-lab-a1b2c3-h1", tmp_path).join()
    assert refused.value.reason == "LAB_NO_CGROUPS"


def test_the_command_lists_nothing_where_there_is_no_lab_and_says_how_to_begin(tmp_path: Path) -> None:
    listed = CliRunner().invoke(bidwright, ["lab", "list", "--state-dir", str(tmp_path)])
    assert (listed.exit_code, listed.output) == (0, "")
    asked = CliRunner().invoke(bidwright, ["lab", "inventory", "--state-dir", str(tmp_path)])
    assert asked.exit_code == 1
    assert "bidwright lab up 3" in asked.output
    assert not any(tmp_path.iterdir())


def test_the_command_refuses_an_ordinary_user_before_it_writes_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    for words in (["up", "1"], ["down"], ["kill", "h1"], ["start", "h1"], ["reboot", "h1"], ["ssh", "h1"]):
        refused = CliRunner().invoke(bidwright, ["lab", words[0], "--state-dir", str(tmp_path), *words[1:]])
        assert refused.exit_code == 1
        assert "Run the same command as root" in refused.output
    assert not any(tmp_path.iterdir())


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A lab without hosts; skips where there cannot be any."""
    require_lab_machine()
    with lab_of(0, print) as lab:
        yield lab


def test_labs_that_come_up_at_once_take_networks_of_their_own(tmp_path: Path) -> None:
    require_lab_machine()
    labs = [Lab.at(tmp_path / str(number)) for number in range(6)]
    for one in labs:
        one.directory.mkdir()
    try:
        with ThreadPoolExecutor(len(labs)) as pool:
            networks = list(pool.map(Lab.connect, labs))
        assert len({network.subnet for network in networks}) == 6
        assert Lab.connect(labs[0]) == networks[0]
    finally:
        for one in labs:
            one.down()
    assert [devices_of(one.tag) for one in labs] == [[]] * 6


def test_a_lab_whose_network_was_taken_while_it_was_off_says_so(tmp_path: Path) -> None:
    require_lab_machine()
    off, other = Lab.at(tmp_path / "off"), Lab.at(tmp_path / "other")
    for one in (off, other):
        one.directory.mkdir()
    try:
        taken = other.connect().subnet
        (off.directory / "subnet").write_text(f"{taken}\n", encoding="ascii")
        with pytest.raises(Unavailable, match="is in use by something else"):
            off.connect()
    finally:
        off.down()
        other.down()


def said(lab: Lab, host: str, *words: str) -> str:
    command = lab.ssh_command(host, words)
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.strip()


@pytest.mark.slow
def test_hosts_boot_reboot_lose_power_and_leave_nothing(lab: Lab) -> None:
    assert [host.name for host in lab.up(2)] == ["h1", "h2"]
    assert said(lab, "h1", "hostname", ";", "id", "-u", ";", "ip", "route", "show", "default") == "h1\n0"
    assert said(lab, "h1", "systemctl", "is-system-running") == "running"
    assert said(lab, "h1", "cat", "/etc/machine-id") != said(lab, "h2", "cat", "/etc/machine-id")

    said(lab, "h1", "apt-get", "-qq", "update", "&&", "apt-get", "-qq", "-y", "install", "nftables")
    said(lab, "h1", "nft", "add", "table", "inet", "until_reboot")
    lab.reboot("h1")  # as on any machine, a firewall that no service loads is gone; files stay
    assert said(lab, "h1", "nft", "list", "tables") == ""

    said(lab, "h2", "echo", "kept", ">", "/root/file")
    lab.kill("h2")
    assert [host.is_on for host in lab.hosts] == [True, False]
    lab.start("h2")
    assert said(lab, "h2", "cat", "/root/file") == "kept"

    ansible = Path(sys.executable).with_name("ansible")
    pinged = subprocess.run(
        [ansible, "-i", lab.inventory, "lab", "-m", "ping"], check=False, capture_output=True, text=True, timeout=120
    )
    assert pinged.stdout.count('"ping": "pong"') == 2, pinged.stdout + pinged.stderr

    lab.down()
    assert not lab.directory.exists()
    assert not devices_of(lab.tag)
    assert not cgroups_of(lab.tag)
    assert (
        str(lab.directory)
        not in subprocess.run(["ps", "-eo", "args"], check=True, capture_output=True, text=True).stdout
    )
