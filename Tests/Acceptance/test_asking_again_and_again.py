"""The verbs that scenarios ask every second: they read files, so they answer on a dead street as on a busy one."""

import json
import re

import pytest

from street import Street, until


@pytest.fixture(scope="module")
def busy(tmp_path_factory):
    """A street that sells for as long as these tests need."""
    street = Street(tmp_path_factory.mktemp("busy"), orders=100_000, rate=20)
    assert street.up().returncode == 0
    until(lambda: street.status()["pipeline"]["partners"][0]["delivered"] > 20)
    yield street
    street.down()


@pytest.mark.parametrize("name", ["shop-open", "freshness", "no-leftover"])
def test_what_holds_on_a_busy_street_says_so_with_its_numbers(busy, name):
    generous = {"shop-open": ("--max-p99-ms", "20000"), "freshness": ("--max-p95-ms", "20000")}.get(name, ())

    eyes = busy.run("check", name, *generous)
    program = busy.run("check", name, *generous, "--json")

    assert eyes.returncode == 0, eyes.stdout + eyes.stderr
    assert eyes.stdout.startswith(f"✔ {name}  ")
    assert program.returncode == 0
    assert program.stdout.startswith(f'{{"check":"{name}","held":true,')


def test_a_shop_whose_queue_is_slower_than_asked_for_is_not_open(busy):
    answer = busy.run("check", "shop-open", "--max-p99-ms", "1", "--window", "20s")

    assert answer.returncode == 1
    assert answer.stdout.startswith("✘ shop-open")


def test_isolation_cannot_be_told_where_no_partner_was_away(busy):
    assert busy.run("check", "isolation").returncode == 3


def test_a_name_that_is_none_is_told_the_nearest(busy):
    unknown = busy.run("check", "shop-opn", "--window", "5s")
    proven = busy.run("check", "no-loss")

    assert unknown.returncode == 2 and "Did you mean shop-open?" in unknown.stderr
    assert proven.returncode == 2 and "orderflow audit --require no-loss" in proven.stderr
    assert busy.run("check").returncode == 2


def test_waiting_ends_when_the_numbers_are_there(busy):
    answer = busy.run("wait", "stored>=20", "dead=0", "crm.delivered>0", "--json")

    assert answer.returncode == 0, answer.stdout + answer.stderr
    found = json.loads(answer.stdout)
    assert found["held"] and found["looks"] >= 3 and found["numbers"]["stored"] >= 20


def test_waiting_in_vain_tells_what_did_not_fit(busy):
    answer = busy.run("wait", "stored>=1000000", "dead=0", "--timeout", "500ms", "--poll", "100ms")

    assert answer.returncode == 1
    assert re.search(r"stored>=1000000 +it is \d+", answer.stdout)
    assert "dead" not in answer.stdout


def test_a_number_that_is_none_is_told_the_nearest(busy):
    answer = busy.run("wait", "in-flight=0")

    assert answer.returncode == 2
    assert "Did you mean in_flight?" in answer.stderr


def test_statistics_of_a_queue_fit_a_pattern(busy):
    one = busy.run("queue", "stats", "orders", "--json")
    every = busy.json("queue", "stats")

    assert re.search(r'^\{"queue":"orders\.fifo","waiting":\d+,"in_flight":\d+,"delayed":\d+,"dead":0,', one.stdout)
    assert {"orders.fifo", "orders-dead.fifo"} <= set(every)
    assert busy.run("queue", "stats").stdout.splitlines()[0].split()[:5] == [
        "queue", "waiting", "in_flight", "delayed", "dead",
    ]
    nobody = busy.run("queue", "stats", "order")
    assert nobody.returncode == 4 and "Did you mean orders.fifo?" in nobody.stderr


@pytest.mark.parametrize("name", ["notify", "courier", "courier.db", "crm", "partner-crm.db"])
def test_a_ledger_is_known_by_its_file_too(busy, name):
    answer = busy.run("schema", "db", "--ledger", name)

    assert answer.returncode == 0 and "CREATE TABLE" in answer.stdout


def test_a_killed_street_is_not_recovered_and_a_finished_one_leaves_nothing(make_street):
    street = make_street(orders=400)  # 4 s of selling, so it is killed in the middle of it
    street.up()
    until(lambda: street.status()["pipeline"]["stored"] > 5)
    street.kill_everything()
    assert street.run("check", "no-leftover").returncode == 0
    assert street.run("wait", "acknowledged=400", "--timeout", "400ms").returncode == 1

    street.up()
    rest = street.run("wait", "acknowledged>=400", "unsent=0", "waiting=0", "in_flight=0", "behind=0", "outbox=0",
                      "deliveries_pending=0")

    assert rest.returncode == 0, rest.stdout
    assert street.run("check", "recovered").returncode == 0
    street.down()
    assert street.run("check", "no-leftover").returncode == 0
    assert street.run("check", "shop-open", "--window", "100ms").returncode == 3  # nothing was tried any more
