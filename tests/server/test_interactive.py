"""``bid configure --interactive`` against a running installation, its lines from a pipe."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Timer

from bench.installations import Installation


def _walk(installation: Installation, lines: str, *options: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"BIDWRIGHT_CONFIG": str(installation.state.client_settings)}
    command = [
        sys.executable,
        "-m",
        "bidwright.clients.cli.main",
        "configure",
        "web_hosting",
        "--interactive",
        *options,
    ]
    return subprocess.run(
        command, check=False, text=True, capture_output=True, input=lines, env=environment, timeout=120
    )


def test_a_walk_says_what_an_answer_forbids_why_and_what_it_costs_and_ends_in_a_design(
    installation: Installation, tmp_path: Path
) -> None:
    lines = "200\nskip\nskip\nnginx\nwhy web.apache_site\nprice dns.zone\nlist web\ndone\n"
    done = _walk(installation, lines, "--output", str(tmp_path / "design.json"))
    assert done.returncode == 0, done.stderr
    assert "How many people use the site at the same time? (users)" in done.stdout
    assert "no longer possible: " in done.stdout
    assert "web.apache_site is excluded." in done.stdout
    assert '  - the answer nginx to "Which web server must it be?" (web_server), which is the default' in done.stdout
    assert "Proven: nothing valid is cheaper." in done.stdout
    design = json.loads((tmp_path / "design.json").read_text())
    answers = {answer["name"]: answer for answer in design["configuration"]["needs"]}
    assert answers["users"]["integer"] == "200"
    assert answers["web_server"]["text"] == "nginx"


def test_a_clash_is_explained_and_undone_or_repaired(installation: Installation) -> None:
    lines = "\n\n\nnginx\ntake web.apache_site\n\nlist web\ntake web.apache_site\n1\nlist web\nquit\n"
    done = _walk(installation, lines)
    assert done.returncode == 3
    assert done.stdout.count("That does not go together.") == 2
    assert "What would mend it" in done.stdout
    assert "Ended without `done`: nothing was configured." in done.stderr


def test_undo_opens_again_what_an_answer_forbade_and_nonsense_is_told(installation: Installation) -> None:
    lines = "many\n\n\n\nnginx\nundo\ntake nothing.at_all\nlist nothing\nundo\nundo\nundo\nundo\nhelp\n"
    done = _walk(installation, lines)
    assert done.returncode == 3
    assert "open again: " in done.stdout
    assert "There is nothing to undo." in done.stderr
    assert "nothing.at_all" in done.stderr
    assert "What can be typed" in done.stdout


def test_an_early_answer_is_changed_at_any_time_and_the_price_follows(installation: Installation) -> None:
    lines = "200\n99.9\nusers=4000\nask availability\nshow\nquit\n"
    done = _walk(installation, lines)
    assert done.returncode == 3
    prices = [line for line in done.stdout.splitlines() if line.startswith("  by now ")]
    assert len(prices) == 6  # at the start, after each of the four changes, and with `show`
    assert "(+" in prices[2]  # a higher availability
    assert "(-" in prices[4]  # with its default again
    assert "To go on from here, add: -n users=4000" in done.stderr


def test_a_skipped_question_comes_again_with_back_and_names_nearly_right_are_told(installation: Installation) -> None:
    done = _walk(installation, "skip\nback\nusres=4\nlist wbe\ntake web.nginx_sit\nquit\n")
    assert done.stdout.count("How many people use the site at the same time? (users)") == 5
    assert "There is no need 'usres'. Did you mean 'users'?" in done.stderr
    assert "There is no family or need 'wbe' with options. Did you mean 'web'?" in done.stderr
    assert "'web.nginx_sit' is not a component. Did you mean 'web.nginx_site'?" in done.stderr


def test_a_family_is_listed_with_titles_states_and_prices(installation: Installation) -> None:
    done = _walk(installation, "web_server=nginx\nlist\nlist web\nlist with_database\nquit\n")
    rows = {line.split()[0]: line for line in done.stdout.splitlines() if line.startswith(("web.", "with_database="))}
    assert "\nweb              Websites " in done.stdout
    assert "Apache website" in rows["web.apache_site"]
    assert "excluded" in rows["web.apache_site"]
    assert "EUR" in rows["web.nginx_site_plus"]
    assert "EUR" in rows["with_database=yes"]


def test_what_fails_only_with_the_defaults_is_mended_before_the_walk_ends(installation: Installation) -> None:
    # Nothing costs less than a euro a month: no answer is wrong, and the budget is all that can be changed.
    done = _walk(installation, "done\n1\ndone\n", "--budget-monthly", "1")
    assert done.returncode == 0, done.stdout
    assert "What would mend it" in done.stdout
    assert "Proven: nothing valid is cheaper." in done.stdout


def test_json_of_a_walk_stands_alone_on_standard_output(installation: Installation) -> None:
    done = _walk(installation, "200\nlist web\ndone\n", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["solution"]["proof"]["is_optimal"] is True
    assert "How many people use the site at the same time? (users)" in done.stderr


def test_at_a_terminal_there_is_a_prompt_and_ctrl_c_loses_nothing(installation: Installation) -> None:
    keyboard, screen = os.openpty()
    environment = os.environ | {"BIDWRIGHT_CONFIG": str(installation.state.client_settings), "TERM": "dumb"}
    command = [sys.executable, "-m", "bidwright.clients.cli.main", "configure", "web_hosting", "--interactive"]
    with subprocess.Popen(
        command, stdin=screen, stdout=screen, stderr=screen, env=environment, start_new_session=True
    ) as walk:
        os.close(screen)
        seen = ""
        for awaited, typed in (("(users)", "300\r"), ("(availability)", None)):
            while awaited not in seen or not seen.endswith("> "):
                seen += os.read(keyboard, 4096).decode()
            if typed is not None:
                os.write(keyboard, typed.encode())
                seen = ""
        # Python shows the prompt a moment before it listens, and misses a signal in between; no person is that quick.
        time.sleep(1)
        walk.send_signal(signal.SIGINT)
        ending = Timer(30, walk.kill)
        ending.start()
        assert walk.wait() == 3
        ending.cancel()
        seen += os.read(keyboard, 4096).decode()
    os.close(keyboard)
    assert "To go on from here, add: -n users=300" in seen


def test_who_ends_early_is_told_what_to_add_to_the_command_and_what_to_leave_out(installation: Installation) -> None:
    lines = "users=500\ntake dns.zone\ndrop web.nginx_site\nbudget monthly=900\nquit\n"
    done = _walk(installation, lines, "-n", "users=400", "--pin", "web.nginx_site", "--budget-monthly", "800")
    told = done.stderr.replace("\n", " ")
    assert "leave out: -n users=400 --pin web.nginx_site --budget-monthly 800, and add: -n users=500" in told
    assert "--pin dns.zone --exclude web.nginx_site --budget-monthly 900" in told


def test_what_was_given_and_stays_is_not_to_be_added_again(installation: Installation) -> None:
    done = _walk(installation, "availability=99.9\nquit\n", "-n", "users=400", "--budget-monthly", "800")
    assert "nothing was configured. To go on from here, add: -n availability=99.9\n" in done.stderr


def test_a_budget_is_set_raised_and_lifted_in_the_walk(installation: Installation) -> None:
    lines = "200\nbudget monthly=1\n\nbudget monthly=900\nshow\nbudget monthly=\nbudget daily=1\nbudget\ndone\n"
    done = _walk(installation, lines)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("That does not go together.") == 1
    assert "Whatever is answered to what is still open, nothing valid costs less than" in done.stdout
    assert "not known at once" not in done.stdout
    assert "budget monthly" in done.stdout
    assert "900.00 EUR" in done.stdout
    assert "'daily=1': type budget KIND=AMOUNT; the kinds: monthly, one-time, total." in done.stderr
    assert "budget what? Type budget KIND=AMOUNT." in done.stderr


def test_a_default_in_the_way_is_named_where_the_price_would_stand(installation: Installation) -> None:
    # Apache is asked for as a component; the need's default is another web server.
    done = _walk(installation, "take web.apache_site\nwhy\ntake apache\nquit\n")
    assert 'the answer nginx to "Which web server must it be?" (web_server), which is the default' in done.stdout
    assert "why what? Type why OPTION." in done.stderr
    assert "must be a component: its family, a point and its name, such as compute.small." in done.stderr
