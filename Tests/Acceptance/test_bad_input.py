"""Whatever is put on the queue ends as a rejection with all its reasons, a conflict, a repeat or a dead letter."""

import copy
import json

import pytest

from built_program import REPOSITORY
from street import Street, until

SOUND = json.loads((REPOSITORY / "fixtures" / "documents" / "order-placed.json").read_text())


def order(number, **changes):
    document = copy.deepcopy(SOUND) | {"order_number": number, "idempotency_key": f"web:{number}"}
    for path, value in changes.items():
        *parents, name = path.split("__")
        target = document
        for parent in parents:
            target = target[int(parent)] if parent.isdigit() else target[parent]
        target[int(name) if name.isdigit() else name] = value
    return document


@pytest.fixture(scope="module")
def street(tmp_path_factory):
    """A street whose shop has no customers: what is on the queue comes from the tests."""
    street = Street(tmp_path_factory.mktemp("input"), orders=1, rate=1)
    assert street.up().returncode == 0
    yield street
    street.down()


def send(street, document, *words):
    body = document if isinstance(document, str) else json.dumps(document, ensure_ascii=False)
    return street.run("queue", "send", "orders.fifo", "-", *words, text=body)


def rejection_of(street, number):
    def look():
        found = [row for row in street.json("rejections", "list") if row["order_number"] == number]
        return found and street.json("rejections", "show", str(found[0]["rejection_id"]))

    return until(look)


REJECTED = {
    "float_money": ({"lines__0__unit_price_minor": 9.95}, {"wrong_type"}),
    "money_as_text": ({"lines__0__unit_price_minor": "995"}, {"wrong_type"}),
    "several_wrong_types_at_once": ({"currency": 7, "lines__0__quantity": "3"}, {"wrong_type"}),
    "unknown_currency": ({"currency": "XYZ"}, {"unknown_currency"}),
    "unknown_country": ({"shipping_address__country": "ZZ"}, {"unknown_country"}),
    "no_lines": ({"lines": []}, {"no_lines"}),
    "negative_money": ({"shipping__price_minor": -1}, {"out_of_range"}),
    "unknown_schema": ({"schema": "order.placed/9"}, {"unsupported_schema"}),
    "line_sum_off": ({"lines__0__total_minor": 2886}, {"line_total_mismatch", "items_total_mismatch"}),
    "total_off": ({"totals__total_minor": 1, "payment__amount_minor": 1}, {"total_mismatch"}),
    "payment_off": ({"payment__amount_minor": 1}, {"payment_mismatch"}),
    "line_numbers_off": ({"lines__1__line": 7}, {"line_numbers_not_sequential"}),
    "time_without_zone": ({"placed_at": "2026-11-22T21:14:03"}, {"invalid_format"}),
    "the_far_future": ({"placed_at": "2099-01-01T00:00:00Z"}, {"placed_in_future"}),
}


@pytest.mark.parametrize("name", REJECTED)
def test_a_readable_order_that_breaks_a_rule_is_rejected_with_its_reasons(street, name):
    changes, codes = REJECTED[name]
    number = "R-" + name.replace("_", "-")

    assert send(street, order(number, **changes)).returncode == 0

    rejection = rejection_of(street, number)
    assert codes <= {reason["code"] for reason in rejection["reasons"]}
    assert all(reason["path"].startswith("/") and reason["message"] for reason in rejection["reasons"])


UNREADABLE = {
    "no_json": "this is no order",
    "half_json": '{"order_number": "U-1", ',
    "a_list": "[1, 2, 3]",
    "a_number": "7",
    "no_order_number": '{"schema": "order.placed/1"}',
    "an_order_number_of_another_type": '{"order_number": 12}',
}


def test_what_is_no_order_is_a_dead_letter_after_its_receives_and_nothing_else(street):
    before = street.status()["pipeline"]
    for name, body in UNREADABLE.items():
        assert send(street, body, "--group", name, "--deduplication-id", name).returncode == 0, name

    until(lambda: street.status()["pipeline"]["dead_letters"] == before["dead_letters"] + len(UNREADABLE))

    letters = street.json("queue", "peek", "orders-dead.fifo")
    assert {letter["body"] for letter in letters} >= set(UNREADABLE.values())
    assert all(letter["receive_count"] == 3 for letter in letters)
    assert street.status()["pipeline"]["rejected"] >= before["rejected"]


def test_neighbours_of_the_unreadable_are_accepted(street):
    send(street, "still no order", "--group", "noise", "--deduplication-id", "noise")
    send(street, order("N-1"))

    until(lambda: street.run("orders", "show", "N-1").returncode == 0)


def test_the_same_number_with_other_content_is_a_conflict_and_changes_nothing(street):
    send(street, order("C-1"))
    until(lambda: street.run("orders", "show", "C-1").returncode == 0)
    before = street.run("orders", "show", "C-1", "--json").stdout

    other = order("C-1", note="changed my mind") | {"idempotency_key": "web:C-1-again"}
    assert send(street, other).returncode == 0

    assert {reason["code"] for reason in rejection_of(street, "C-1")["reasons"]} == {"conflict"}
    after = json.loads(street.run("orders", "show", "C-1", "--json").stdout)
    assert json.loads(before)["document"] == after["document"]


def test_the_same_order_written_another_way_is_a_repeat_and_no_conflict(street):
    send(street, order("P-1"))
    until(lambda: street.run("orders", "show", "P-1").returncode == 0)
    repeats = street.status()["pipeline"]["repeats"]

    turned = json.dumps(dict(reversed(order("P-1").items())), indent=4)
    assert send(street, turned, "--deduplication-id", "p-1-again").returncode == 0

    until(lambda: street.status()["pipeline"]["repeats"] == repeats + 1)
    assert not [row for row in street.json("rejections", "list") if row["order_number"] == "P-1"]


def test_an_order_too_large_for_the_queue_is_refused_by_it(street):
    answer = send(street, order("L-1", note="x" * (2 << 20)))

    assert answer.returncode == 1
    assert "InvalidParameterValue" in answer.stderr


def test_bytes_that_are_no_text_are_refused_before_they_are_sent(street, tmp_path):
    file = tmp_path / "order.json"
    file.write_bytes(b'{"order_number": "\xff\xfe"}')

    answer = street.run("queue", "send", "orders.fifo", file)

    assert answer.returncode == 2
    assert "UTF-8" in answer.stderr


def test_a_script_in_a_name_is_kept_as_it_is_and_told_without_its_commands(street):
    name = "<script>alert(1)</script>\u001b[31m'); DROP TABLE orders;--"
    send(street, order("X-1", customer__name=name))

    until(lambda: street.run("orders", "show", "X-1").returncode == 0)

    question = "SELECT customer_name FROM oms.orders WHERE order_number = 'X-1'"
    assert street.json("sql", question) == [{"customer_name": None}]
    assert street.json("sql", "--show-personal", question) == [{"customer_name": name}]
    assert "\u001b" not in street.run("orders", "show", "X-1").stdout
    assert "\u001b" not in street.run("orders", "list").stdout
