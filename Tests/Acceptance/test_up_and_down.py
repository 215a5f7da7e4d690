"""The street is left running, looked at, killed and stopped."""

import json
import os
import signal

from street import is_alive, orderflow, until

ROLES = {"broker", "partner-warehouse", "partner-crm", "partner-carrier", "courier", "function", "oms", "shop"}


def test_up_starts_every_role_and_names_its_address(street):
    answer = street.up()

    assert answer.returncode == 0, answer.stderr
    assert "http://127.0.0.1:" in answer.stdout
    status = street.status()
    assert {part["name"] for part in status["processes"]} == ROLES
    assert all(part["condition"] == "running" for part in status["processes"])
    assert street.run("status").returncode == 0


def test_a_day_comes_to_rest_and_its_audit_holds(street):
    street.up()

    until(lambda: street.is_at_rest(orders=40))

    audit = street.run("audit")
    assert audit.returncode == 0 and "HELD" in audit.stdout
    assert "lost 0" in audit.stdout


def test_a_second_street_in_one_directory_is_refused(street):
    street.up()

    answer = street.up()

    assert answer.returncode == 75
    assert "orderflow down" in answer.stderr


def test_a_killed_role_is_started_again(street):
    street.up()
    first = street.processes()["oms"]

    os.kill(first, signal.SIGKILL)

    until(lambda: street.processes().get("oms", first) != first)
    assert {part["name"]: part["starts"] for part in street.status()["processes"]}["oms"] == 2


def test_down_ends_every_process_and_deletes_nothing(street):
    street.up()
    processes = street.processes()

    assert street.down().returncode == 0

    assert not any(is_alive(process) for process in processes.values())
    assert (street.data / "orders.db").exists()
    assert street.run("status").returncode == 1
    assert street.down().returncode == 4


def test_children_end_when_their_keeper_is_killed(street):
    street.up()
    processes = street.processes()

    os.kill(street.record()["keeper"]["pid"], signal.SIGKILL)

    until(lambda: not any(is_alive(process) for process in processes.values()), seconds=15)
    assert street.run("status").returncode == 1


def test_a_street_killed_as_a_whole_goes_on_where_it_stopped(street):
    street.up()
    until(lambda: street.status()["pipeline"]["stored"] > 5)

    street.kill_everything()
    assert street.up().returncode == 0

    until(lambda: street.is_at_rest(orders=40))
    audit = street.json("audit")
    assert audit["verdict"] == "held", audit


def test_the_doctor_finds_nothing_to_mend_on_a_closed_street(street):
    street.up()
    street.down()

    answer = street.run("doctor", "--config", street.settings)

    assert answer.returncode == 0, answer.stdout
    assert "8 files are whole" in answer.stdout


def test_the_doctor_says_which_port_is_taken(street):
    street.up()
    port = json.loads((street.data / "ports.json").read_text())["broker"]
    elsewhere = street.cwd / "elsewhere.yaml"
    elsewhere.write_text(f"broker: {{port: {port}}}\n")

    answer = orderflow("doctor", "--config", elsewhere, "--data", street.cwd / "other", cwd=street.cwd)

    assert answer.returncode == 1
    assert f"{port} is in use" in answer.stdout


def test_settings_that_cannot_be_are_refused_in_words(street):
    street.settings.write_text("queue: {kind: lifo}\n")

    answer = street.up()

    assert answer.returncode == 2
    assert "Use one of: fifo, standard" in answer.stderr
