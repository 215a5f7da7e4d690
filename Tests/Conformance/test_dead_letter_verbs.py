"""`orderflow dlq`: dead letters are looked at in the file, broker alive or dead; over the wire they are sent back,
corrected or discarded."""

import hashlib
import http.server
import json
import os
import subprocess
import threading

import boto3
import pytest

from broker import Broker
from built_program import binary
from places import Queue
from wire import DEVELOPER, REGION

NO_ID = "00000000-0000-4000-8000-000000000000"


class Yard:
    """A broker of its own with three letters: a sound one, one that is no order, and one that was sent straight."""

    def __init__(self, directory):
        self.broker = Broker(directory)
        self.dead = self.queue("orders-dead.fifo")
        policy = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": self.dead.arn, "maxReceiveCount": 1})}
        self.orders = self.queue("orders.fifo", **policy)
        sound = '{"order_number": "A-1"}'
        self.orders.send(sound, MessageGroupId="A-1")
        self.orders.send("tea", MessageGroupId="A-2")
        for _ in range(2):
            self.orders.receive(VisibilityTimeout=0)
        self.dead.send(sound.replace("A-1", "A-3"), MessageGroupId="A-3")

    def queue(self, name: str, **attributes) -> Queue:
        kind = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
        sqs = boto3.client(
            "sqs",
            endpoint_url=self.broker.url,
            region_name=REGION,
            aws_access_key_id=DEVELOPER.id,
            aws_secret_access_key=DEVELOPER.secret,
        )
        return Queue.create(sqs, name, {**kind, **attributes})

    def run(self, *words, text=None, **environment) -> subprocess.CompletedProcess:
        """Runs the verb on a text or bytes; what it says is text."""
        given = text.encode() if isinstance(text, str) else text
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("ORDERFLOW", "AWS_"))}
        command = [binary(), "dlq", *words, "--data", self.broker.directory]
        answer = subprocess.run(command, input=given, capture_output=True, timeout=60, env=clean | environment)
        answer.stdout, answer.stderr = answer.stdout.decode(), answer.stderr.decode()
        return answer

    def json(self, *words):
        answer = self.run(*words, "--json")
        assert answer.returncode == 0, answer.stderr
        return json.loads(answer.stdout)


@pytest.fixture(params=["alive", "dead"])
def looked_at(request, yard):
    """The same for those who look, whether the broker is alive or not."""
    if request.param == "dead":
        yard.broker.kill()
    return yard


@pytest.fixture
def yard(tmp_path):
    yard = Yard(tmp_path)
    yield yard
    if yard.broker.process.poll() is None:
        yard.broker.stop()


def test_letters_are_listed_with_their_reason_and_origin(looked_at):
    letters = looked_at.json("list")

    assert {(letter["order_number"], letter["reason"], letter["origin"]) for letter in letters} == {
        ("A-1", "received_too_often", "orders.fifo"),
        ("A-2", "unreadable_json", "orders.fifo"),
        ("A-3", "sent_straight", None),
    }


def test_letters_are_counted_by_reason(looked_at):
    groups = looked_at.json("list", "--group")

    assert sorted((group["reason"], group["letters"]) for group in groups) == [
        ("received_too_often", 1),
        ("sent_straight", 1),
        ("unreadable_json", 1),
    ]


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        (["--reason", "unreadable_json"], ["A-2"]),
        (["--grep", "A-3"], ["A-3"]),
        (["--queue", "orders-dead.fifo", "--grep", "tea"], ["A-2"]),
        (["--reason", "too_long"], []),
    ],
)
def test_only_some_letters_are_listed_where_some_are_asked_for(yard, words, numbers):
    assert [letter["order_number"] for letter in yard.json("list", *words)] == numbers


def test_letters_come_in_pages(yard):
    everyone = yard.json("list")
    first = yard.json("list", "--limit", "2")

    assert first + yard.json("list", "--after", first[-1]["message_id"]) == everyone


def test_a_letter_is_shown_with_its_body(looked_at):
    [letter] = looked_at.json("list", "--reason", "unreadable_json")

    shown = looked_at.run("show", letter["message_id"])

    assert shown.returncode == 0 and "unreadable_json" in shown.stdout and shown.stdout.endswith("tea\n")


def test_looking_at_letters_counts_no_receive(yard):
    yard.json("list")
    [letter] = yard.json("list", "--reason", "sent_straight")
    yard.run("show", letter["message_id"])

    assert yard.json("list", "--reason", "sent_straight")[0]["receive_count"] == 0


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["list", "--queue", "nobody"], 4),
        (["show", NO_ID], 4),
        (["redrive"], 2),
        (["redrive", NO_ID], 4),
        (["redrive", NO_ID, "--all"], 2),
        (["redrive", NO_ID, "--timeout", "1s"], 2),
        (["redrive", "--all", "--rate", "501/s"], 2),
        (["redrive", "--all", "--rate", "fast"], 2),
        (["redrive", "--all", "--queue", "nobody"], 4),
        (["redrive", "--all", "--queue", "orders.fifo"], 1),
        (["list", "--group", "--reason", "tea"], 2),
        (["list", "--group", "--discarded"], 2),
        (["edit", NO_ID, "--body", "-"], 4),
        (["edit", "--body", "-"], 2),
        (["discard", NO_ID, "--reason", "gone"], 4),
        (["discard", NO_ID], 2),
        (["discard", NO_ID, "--reason", " "], 2),
        (["discard", "--reason", "gone"], 2),
        (["discard", NO_ID, "--all", "--reason", "gone"], 2),
        (["discard", "--all", "--queue", "nobody", "--yes", "--reason", "gone"], 4),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_with_its_status_and_words(yard, words, status):
    answer = yard.run(*words)

    assert (answer.returncode, answer.stdout) == (status, "")
    assert answer.stderr.strip()


def test_a_redrive_sends_letters_back_and_tells_how_many(yard):
    outcome = yard.json("redrive", "--all")

    assert outcome == {"status": "COMPLETED", "moved": 2, "to_move": 3, "failure_reason": None}
    assert len(yard.orders.receive(VisibilityTimeout=0)) == 2
    assert [letter["reason"] for letter in yard.json("list")] == ["sent_straight"]


def test_chosen_letters_are_sent_back_and_others_are_not(yard):
    [letter] = yard.json("list", "--reason", "unreadable_json")

    outcome = yard.json("redrive", letter["message_id"])

    [received] = yard.orders.receive(VisibilityTimeout=0)
    assert received["Body"] == "tea"
    renaming = {"former_message_id": letter["message_id"], "message_id": received["MessageId"], "queue": "orders.fifo"}
    assert outcome == {"moved": [renaming], "left": []}
    assert sorted(letter["reason"] for letter in yard.json("list")) == ["received_too_often", "sent_straight"]


def test_letters_of_one_reason_are_sent_back_and_others_are_not(yard):
    outcome = yard.json("redrive", "--reason", "received_too_often", "--rate", "500/s")

    assert len(outcome["moved"]) == 1
    assert sorted(letter["reason"] for letter in yard.json("list")) == ["sent_straight", "unreadable_json"]


def test_a_chosen_letter_in_a_receivers_hands_is_left_and_named(yard):
    held = yard.dead.receive_one(VisibilityTimeout=60)

    answer = yard.run("redrive", held["MessageId"])

    assert (answer.returncode, held["MessageId"] in answer.stderr) == (1, True)
    assert yard.orders.receive() == []


def test_chosen_letters_are_not_moved_by_whoever_may_not(yard):
    [letter] = yard.json("list", "--reason", "unreadable_json")
    shop = {"AWS_ACCESS_KEY_ID": "shop", "AWS_SECRET_ACCESS_KEY": "local-shop-secret"}

    answer = yard.run("redrive", letter["message_id"], **shop)

    assert (answer.returncode, "AccessDenied" in answer.stderr) == (1, True)
    assert len(yard.json("list")) == 3


def test_a_dry_run_of_chosen_letters_counts_those(yard):
    counted = yard.json("redrive", "--reason", "unreadable_json", "--dry-run")

    assert [count["letters"] for count in counted] == [1]


def test_a_dry_run_counts_and_moves_nothing(looked_at):
    counted = looked_at.json("redrive", "--all", "--dry-run")

    assert counted == [{"queue": "orders-dead.fifo", "would_go_to": "orders.fifo", "letters": 2}]
    assert len(looked_at.json("list")) == 3


def test_a_letter_that_died_again_tells_what_it_was_called_before(yard):
    [old] = yard.json("list", "--reason", "unreadable_json")
    yard.run("redrive", "--all")
    for _ in range(2):
        yard.orders.receive(VisibilityTimeout=0)

    [new] = yard.json("list", "--reason", "unreadable_json")
    shown = yard.json("show", new["message_id"])

    assert (old["redriven"], new["redriven"]) == (0, 1)
    assert [(move["former_message_id"], move["message_id"]) for move in shown["moves"]] == [
        (old["message_id"], new["message_id"])
    ]


def test_a_redrive_that_does_not_end_in_time_says_so_and_goes_on(yard):
    held = yard.dead.receive_one(VisibilityTimeout=60)

    answer = yard.run("redrive", "--all", "--timeout", "300ms")
    yard.dead.hide(held, 0)

    assert (answer.returncode, "goes on by itself" in answer.stderr) == (1, True)
    assert yard.dead.list_dead_letter_source_queues()["queueUrls"]


def test_a_redrive_without_a_broker_cannot_be_told(yard):
    yard.broker.kill()

    assert yard.run("redrive", "--all").returncode == 3


# Correcting


def test_a_letter_is_corrected_and_sent_back_and_tells_what_it_was(yard):
    [letter] = yard.json("list", "--reason", "unreadable_json")

    answer = yard.run("edit", letter["message_id"], "--body", "-", text="green tea")

    assert answer.returncode == 0, answer.stderr
    [received] = yard.orders.receive(VisibilityTimeout=0)
    assert received["Body"] == "green tea"
    assert answer.stdout == f"{letter['message_id']} is corrected, and {received['MessageId']} in orders.fifo\n"
    yard.orders.receive(VisibilityTimeout=0)
    [move] = yard.json("show", received["MessageId"])["moves"]
    assert (move["former_message_id"], move["edited_by"], move["former_body"]) == (letter["message_id"], "test", "tea")
    assert "corrected by test" in yard.run("show", received["MessageId"]).stdout


def test_a_letter_is_corrected_in_an_editor(yard):
    [letter] = yard.json("list", "--reason", "unreadable_json")

    answer = yard.run("edit", letter["message_id"], EDITOR="sed -i 's/tea/green tea/;$a\\'")

    assert answer.returncode == 0, answer.stderr
    assert [received["Body"] for received in yard.orders.receive(VisibilityTimeout=0)] == ["green tea"]


@pytest.mark.parametrize(
    ("text", "status", "words"),
    [
        ("tea", 2, "same as before"),
        ("", 2, "dlq discard"),
        ("te\x01a", 1, "Invalid characters"),
        ("x" * (1 << 20) + "x", 1, "shorter than 1048576 bytes"),
        (b"\xff", 2, "UTF-8"),
    ],
    ids=["same", "empty", "forbidden", "too large", "no text"],
)
def test_a_letter_that_is_corrected_to_what_cannot_be_stays_as_it_is(yard, text, status, words):
    [letter] = yard.json("list", "--reason", "unreadable_json")

    answer = yard.run("edit", letter["message_id"], "--body", "-", text=text)

    assert (answer.returncode, words in answer.stderr) == (status, True), answer.stderr
    assert yard.json("list", "--reason", "unreadable_json") == [letter]
    assert yard.orders.receive() == []


@pytest.mark.parametrize(
    ("editor", "words"), [("false", "ended with 1"), ("true", "same as before"), ("", "set EDITOR")], ids=str
)
def test_an_editor_that_changes_nothing_sends_nothing(yard, editor, words):
    [letter] = yard.json("list", "--reason", "unreadable_json")

    answer = yard.run("edit", letter["message_id"], EDITOR=editor, VISUAL="")

    assert answer.returncode in (1, 2) and words in answer.stderr
    assert yard.json("list", "--reason", "unreadable_json") == [letter]


def test_a_letter_that_nobody_put_aside_has_no_way_back(yard):
    [letter] = yard.json("list", "--reason", "sent_straight")

    answer = yard.run("edit", letter["message_id"], "--body", "-", text="bent")

    assert (answer.returncode, "no other queue" in answer.stderr) == (1, True)


# Discarding


def test_a_letter_is_discarded_with_a_reason_that_stays_on_record(yard):
    [letter] = yard.json("list", "--reason", "unreadable_json")

    answer = yard.run("discard", letter["message_id"], "--reason", "No order, says the shop.")
    yard.broker.kill()

    assert (answer.returncode, answer.stdout) == (0, f"{letter['message_id']} is discarded\n")
    assert yard.json("list", "--reason", "unreadable_json") == []
    [discard] = yard.json("list", "--discarded")
    assert discard["message_id"] == letter["message_id"]
    assert (discard["queue"], discard["order_number"]) == ("orders-dead.fifo", "A-2")
    assert (discard["discarded_by"], discard["reason"]) == ("test", "No order, says the shop.")
    assert discard["body_sha256"] == hashlib.sha256(b"tea").hexdigest()


def test_letters_of_one_kind_are_discarded_once_that_is_meant(yard):
    words = ["discard", "--code", "received_too_often", "--reason", "A test's order."]

    counted, asked = yard.json(*words, "--dry-run"), yard.run(*words)
    lay_there = yard.json("list")
    outcome = yard.json(*words, "--yes")

    assert counted == [{"queue": "orders-dead.fifo", "letters": 1}]
    assert (asked.returncode, "1 letter " in asked.stderr, len(lay_there)) == (2, True, 3)
    assert (len(outcome["discarded"]), outcome["left"]) == (1, [])
    assert sorted(letter["reason"] for letter in yard.json("list")) == ["sent_straight", "unreadable_json"]


def test_all_letters_are_discarded_but_one_that_a_receiver_has(yard):
    held = yard.dead.receive_one(VisibilityTimeout=60)

    answer = yard.run("discard", "--all", "--yes", "--reason", "Spring cleaning.")

    assert (answer.returncode, held["MessageId"] in answer.stderr) == (1, True)
    assert [letter["message_id"] for letter in yard.json("list")] == [held["MessageId"]]
    assert len(yard.json("list", "--discarded")) == 2


@pytest.mark.parametrize("words", [["edit", "--body", "-"], ["discard", "--reason", "Not mine to discard."]], ids=str)
def test_letters_stay_as_they_are_for_whoever_may_not(yard, words):
    [letter] = yard.json("list", "--reason", "unreadable_json")
    shop = {"AWS_ACCESS_KEY_ID": "shop", "AWS_SECRET_ACCESS_KEY": "local-shop-secret"}

    answer = yard.run(words[0], letter["message_id"], *words[1:], text="green tea", **shop)

    assert (answer.returncode, "AccessDenied" in answer.stderr) == (1, True)
    assert len(yard.json("list")) == 3


class Stranger(http.server.BaseHTTPRequestHandler):
    """A server that speaks SQS and knows nothing of ours, as Amazon's."""

    def do_POST(self):
        body = b'{"__type":"com.amazon.coral.service#UnknownOperationException"}'
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(400)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.mark.parametrize(
    "words", [["edit", "--body", "-"], ["discard", "--reason", "Not wanted."], ["redrive"]], ids=lambda words: words[0]
)
def test_a_server_that_is_not_ours_is_told_apart(yard, words):
    [letter] = yard.json("list", "--reason", "unreadable_json")
    with http.server.HTTPServer(("127.0.0.1", 0), Stranger) as stranger:
        threading.Thread(target=stranger.serve_forever, daemon=True).start()
        elsewhere = f"http://127.0.0.1:{stranger.server_port}"

        answer = yard.run(
            words[0], letter["message_id"], *words[1:], "--endpoint-url", elsewhere, text="green tea"
        )
        stranger.shutdown()

    assert (answer.returncode, "dlq redrive --all" in answer.stderr) == (1, True), answer.stderr
