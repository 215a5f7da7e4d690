"""Everything that looks reads files, so it works while every process is dead."""

import pytest

from street import Street, until


@pytest.fixture(scope="module")
def dead(tmp_path_factory):
    """A street that was killed in the middle of its day."""
    street = Street(tmp_path_factory.mktemp("dead"), orders=400, rate=100)
    street.up()
    until(lambda: street.status()["pipeline"]["partners"][0]["delivered"] > 20)
    street.kill_everything()
    yield street
    street.down()


def test_orders_are_listed_and_shown(dead):
    first = dead.json("orders", "list", "--limit", "1")[0]

    shown = dead.json("orders", "show", first["order_number"])

    assert shown["order"]["order_number"] == first["order_number"]
    assert shown["lines"] and shown["deliveries"] is not None


def test_an_order_is_traced_from_shop_to_partners(dead):
    number = dead.json("orders", "list", "--sort", "accepted", "--limit", "500")[-1]["order_number"]

    trace = dead.run("orders", "trace", number)

    assert trace.returncode == 0, trace.stderr
    for hop in ("shop", "broker", "oms", "stream", "courier", "warehouse", "crm", "carrier"):
        assert f"  {hop} " in trace.stdout, trace.stdout


def test_orders_are_exported_with_their_lines(dead):
    answer = dead.run("orders", "export", "--format", "csv", "--with", "lines")

    assert answer.returncode == 0 and len(answer.stdout.splitlines()) > 20


@pytest.mark.parametrize(
    "words",
    [
        ("orders", "stats"),
        ("orders", "stats", "--by", "country"),
        ("rejections", "list"),
        ("rejections", "reasons"),
        ("queue", "list"),
        ("queue", "peek", "orders.fifo"),
        ("dlq", "list"),
        ("dlq", "list", "--group"),
        ("stream", "list"),
        ("stream", "tail"),
        ("partners", "list"),
        ("partners", "show", "crm"),
        ("sql", "SELECT count(*) FROM oms.orders JOIN shop.submissions USING (order_number)"),
        ("sql", "SELECT * FROM audit LIMIT 3"),
    ],
    ids=" ".join,
)
def test_every_window_opens(dead, words):
    answer = dead.run(*words)

    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.strip()


def test_the_audit_balances_though_nothing_is_at_rest(dead):
    audit = dead.json("audit")

    equation = audit["equation"]
    assert equation["lost"] == 0
    assert equation["acknowledged"] == sum(
        equation[place] for place in ("stored", "rejected", "waiting", "in_flight", "dead_letters", "discarded")
    )


def test_looking_changes_nothing(dead):
    before = {file.name: file.read_bytes() for file in dead.data.iterdir() if file.suffix in (".db", ".db-wal")}

    dead.run("audit")
    dead.run("orders", "list")

    assert before == {file.name: file.read_bytes() for file in dead.data.iterdir() if file.suffix in (".db", ".db-wal")}


def test_sql_writes_nothing(dead):
    answer = dead.run("sql", "DELETE FROM oms.orders")

    assert answer.returncode == 2
