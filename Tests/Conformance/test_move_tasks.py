"""Move tasks: dead letters go back to where they came from, or elsewhere, and nothing is lost or doubled on the way."""

import base64
import json
import sqlite3
import time
import uuid

import pytest

from broker import Broker
from places import Queue
from refusals import out_of_range, refused
from wire import ACCOUNT, REGION, SQS

GONE = "The resource that you specified for the {} parameter doesn't exist."
FORMAT = "You must use this format to specify the {}: arn:<partition>:<service>:<region>:<account-id>:<resource-id>"
NOBODY = f"arn:aws:sqs:{REGION}:{ACCOUNT}:nobody-made-this"


def policy(target: Queue, most: int = 1) -> dict:
    return {"RedrivePolicy": json.dumps({"deadLetterTargetArn": target.arn, "maxReceiveCount": most})}


class Graveyard:
    """A queue and its dead-letter queue."""

    def __init__(self, queue: Queue, dead: Queue):
        self.queue, self.dead, self.sqs = queue, dead, dead.sqs
        self.arn = dead.arn

    def bury(self, *bodies: str, **parameters):
        """Sends messages and lets each be received too often."""
        for body in bodies:
            self.queue.send(body, **parameters)
            self.queue.receive_one(VisibilityTimeout=0)
            assert self.queue.receive() == []

    def start(self, **parameters) -> str:
        return self.sqs.start_message_move_task(SourceArn=self.arn, **parameters)["TaskHandle"]

    def tasks(self, most: int = 10) -> list[dict]:
        return self.sqs.list_message_move_tasks(SourceArn=self.arn, MaxResults=most).get("Results", [])

    def wait(self, *statuses: str) -> dict:
        """The latest task, once it has one of these statuses."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            task = self.tasks(1)[0]
            if task["Status"] in statuses:
                return task
            time.sleep(0.01)
        raise AssertionError(task)

    def move(self, **parameters) -> dict:
        self.start(**parameters)
        return self.wait("COMPLETED", "FAILED")


@pytest.fixture
def graveyard(make_queue):
    dead = make_queue()
    return Graveyard(make_queue(**policy(dead)), dead)


@pytest.fixture
def fifo_graveyard(make_fifo):
    dead = make_fifo()
    return Graveyard(make_fifo(**policy(dead)), dead)


@pytest.fixture
def waiting_task(graveyard):
    """A task that runs for as long as the test likes: the only letter is in a receiver's hands."""
    graveyard.bury("held")
    graveyard.held = graveyard.dead.receive_one(VisibilityTimeout=60)
    graveyard.handle = graveyard.start()
    return graveyard


EVERYTHING = {"MessageSystemAttributeNames": ["All"], "MessageAttributeNames": ["All"]}

# ListDeadLetterSourceQueues


def test_the_sources_of_a_dead_letter_queue_are_listed_by_url(make_queue):
    dead = make_queue()
    sources = [make_queue(**policy(dead)) for _ in range(3)]

    assert dead.list_dead_letter_source_queues()["queueUrls"] == sorted(queue.url for queue in sources)


def test_a_queue_without_sources_answers_an_empty_object(caller, queue):
    assert caller.call(SQS, "ListDeadLetterSourceQueues", {"QueueUrl": queue.url}).body == b"{}"


def test_sources_come_in_pages(make_queue):
    dead = make_queue()
    sources = sorted(make_queue(**policy(dead)).url for _ in range(3))

    first = dead.list_dead_letter_source_queues(MaxResults=2)
    second = dead.list_dead_letter_source_queues(MaxResults=2, NextToken=first["NextToken"])

    assert first["queueUrls"] + second["queueUrls"] == sources
    assert "NextToken" not in second


def test_without_a_limit_no_further_page_of_sources_is_told(graveyard):
    assert "NextToken" not in graveyard.dead.list_dead_letter_source_queues()


def test_a_source_whose_policy_is_taken_away_is_one_no_more(graveyard):
    graveyard.queue.set_queue_attributes(Attributes={"RedrivePolicy": ""})

    assert "queueUrls" not in graveyard.dead.list_dead_letter_source_queues()


@pytest.mark.parametrize("most", [0, 1001])
def test_a_page_of_sources_has_1_to_1000(queue, most):
    with refused("InvalidParameterValue", out_of_range(most, "MaxResults", "Must be between 1 and 1000.")):
        queue.list_dead_letter_source_queues(MaxResults=most)


def test_the_sources_of_a_queue_that_is_not_there_are_refused(sqs):
    with refused("AWS.SimpleQueueService.NonExistentQueue"):
        sqs.list_dead_letter_source_queues(QueueUrl="http://127.0.0.1/000000000000/nobody-made-this")


# Starting


def test_a_task_is_named_by_its_id_and_its_source(graveyard):
    named = json.loads(base64.b64decode(graveyard.start()))

    assert (list(named), named["sourceArn"]) == (["taskId", "sourceArn"], graveyard.arn)
    assert str(uuid.UUID(named["taskId"])) == named["taskId"]


@pytest.mark.parametrize("operation", ["start_message_move_task", "list_message_move_tasks"])
@pytest.mark.parametrize("arn", ["tea", "arn:aws:sqs:us-east-1:tea", "arn:aws:sns:us-east-1:000000000000:tea", ""])
def test_a_source_that_is_no_arn_is_refused(sqs, operation, arn):
    with refused("InvalidParameterValue", FORMAT.format("SourceArn")):
        getattr(sqs, operation)(SourceArn=arn)


@pytest.mark.parametrize("operation", ["start_message_move_task", "list_message_move_tasks"])
@pytest.mark.parametrize(
    "arn", [NOBODY, "arn:aws:sqs:us-east-1:123456789012:queue-1", f"arn:aws:sqs:eu-west-3:{ACCOUNT}:queue-1"]
)
def test_a_source_that_is_not_there_is_not_found(sqs, queue, operation, arn):
    with refused("ResourceNotFoundException", GONE.format("SourceArn"), status=404):
        getattr(sqs, operation)(SourceArn=arn.replace("queue-1", queue.name))


@pytest.mark.parametrize("operation", ["StartMessageMoveTask", "ListMessageMoveTasks"])
def test_a_source_must_be_given(caller, operation):
    answer = caller.call(SQS, operation, {})

    assert (answer.status, answer.code) == (400, "MissingParameter")
    assert answer.json["message"] == "The request must contain the parameter SourceArn."


def test_a_source_must_be_a_dead_letter_queue(sqs, graveyard):
    with refused("InvalidParameterValue", "Source queue must be configured as a Dead Letter Queue."):
        sqs.start_message_move_task(SourceArn=graveyard.queue.arn)


def test_a_destination_that_is_not_there_is_not_found(graveyard):
    with refused("ResourceNotFoundException", GONE.format("DestinationArn"), status=404):
        graveyard.start(DestinationArn=NOBODY)


def test_a_destination_that_is_no_arn_is_refused(graveyard):
    with refused("InvalidParameterValue", FORMAT.format("DestinationArn")):
        graveyard.start(DestinationArn="tea")


def test_a_destination_of_another_kind_is_refused(graveyard, fifo):
    with refused("InvalidParameterValue"):
        graveyard.start(DestinationArn=fifo.arn)


def test_a_destination_that_is_the_source_is_refused(graveyard):
    with refused("InvalidParameterValue"):
        graveyard.start(DestinationArn=graveyard.arn)


@pytest.mark.parametrize("rate", [0, -1, 501])
def test_a_task_moves_1_to_500_messages_a_second(graveyard, rate):
    words = out_of_range(rate, "MaxNumberOfMessagesPerSecond", "Must be between 1 and 500, if provided.")
    with refused("InvalidParameterValue", words):
        graveyard.start(MaxNumberOfMessagesPerSecond=rate)


def test_a_source_that_is_no_dead_letter_queue_is_told_before_a_destination_that_is_missing(sqs, queue):
    with refused("InvalidParameterValue", "Source queue must be configured as a Dead Letter Queue."):
        sqs.start_message_move_task(SourceArn=queue.arn, DestinationArn=NOBODY)


def test_a_destination_that_is_missing_is_told_before_a_rate_out_of_range(graveyard):
    with refused("ResourceNotFoundException", status=404):
        graveyard.start(DestinationArn=NOBODY, MaxNumberOfMessagesPerSecond=0)


def test_a_source_has_one_active_task_at_a_time(waiting_task):
    with refused(
        "InvalidParameterValue",
        "There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
    ):
        waiting_task.start()


def test_a_source_may_have_another_task_once_the_last_has_ended(graveyard):
    graveyard.move()

    assert graveyard.move()["Status"] == "COMPLETED"


# The move


def test_dead_letters_go_back_where_they_came_from(make_queue):
    dead = make_queue()
    yards = [Graveyard(make_queue(**policy(dead)), dead) for _ in range(2)]
    for number, yard in enumerate(yards):
        yard.bury(f"of {number}")

    task = yards[0].move()

    assert (task["Status"], task["ApproximateNumberOfMessagesMoved"]) == ("COMPLETED", 2)
    assert [yard.queue.receive_bodies() for yard in yards] == [["of 0"], ["of 1"]]
    assert dead.counts == (0, 0, 0)


def test_dead_letters_go_to_the_destination_where_one_is_given(graveyard, make_queue):
    other = make_queue()
    graveyard.bury("tea")
    graveyard.dead.send("sent straight to the dead")

    graveyard.move(DestinationArn=other.arn)

    assert sorted(other.receive_bodies()) == ["sent straight to the dead", "tea"]
    assert graveyard.queue.receive() == []


def test_what_was_sent_straight_to_the_dead_letter_queue_has_no_origin_and_stays(graveyard):
    graveyard.dead.send("straight")
    graveyard.bury("tea")

    task = graveyard.move()

    assert (task["ApproximateNumberOfMessagesToMove"], task["ApproximateNumberOfMessagesMoved"]) == (2, 1)
    assert graveyard.queue.receive_bodies() == ["tea"]
    assert graveyard.dead.receive_bodies() == ["straight"]


def test_a_moved_message_keeps_its_content_and_counts_as_new(graveyard):
    attributes = {"colour": {"DataType": "String", "StringValue": "green"}}
    graveyard.bury("tea", MessageAttributes=attributes)
    before = graveyard.dead.receive_one(VisibilityTimeout=0, **EVERYTHING)
    time.sleep(0.01)

    graveyard.move()

    after = graveyard.queue.receive_one(VisibilityTimeout=0, **EVERYTHING)
    for kept in ("Body", "MD5OfBody", "MessageAttributes", "MD5OfMessageAttributes"):
        assert after[kept] == before[kept]
    assert after["MessageId"] != before["MessageId"]
    assert after["Attributes"]["ApproximateReceiveCount"] == "1"
    assert int(after["Attributes"]["SentTimestamp"]) > int(before["Attributes"]["SentTimestamp"])
    assert "DeadLetterQueueSourceArn" not in after["Attributes"]


def test_a_moved_message_may_be_received_as_often_as_any_other_before_it_is_dead_again(make_queue):
    dead = make_queue()
    yard = Graveyard(make_queue(**policy(dead, 2)), dead)
    yard.queue.send("tea")
    received = [yard.queue.receive_bodies(VisibilityTimeout=0) for _ in range(3)]
    yard.move()

    assert received == [["tea"], ["tea"], []]
    assert [yard.queue.receive_bodies(VisibilityTimeout=0) for _ in range(3)] == [["tea"], ["tea"], []]
    assert dead.receive_bodies() == ["tea"]


def test_the_old_name_and_the_new_one_are_tied_in_the_window(broker, graveyard):
    graveyard.bury("tea")
    old = graveyard.dead.receive_one(VisibilityTimeout=0)["MessageId"]
    handle = graveyard.start()
    graveyard.wait("COMPLETED")
    new = graveyard.queue.receive_one(VisibilityTimeout=0)["MessageId"]

    with sqlite3.connect(f"file:{broker.directory}/broker.db?mode=ro", uri=True) as ledger:
        moves = ledger.execute(
            "SELECT message_id, from_queue, to_queue, task_id FROM message_moves WHERE former_message_id = ?", [old]
        ).fetchall()

    task_id = json.loads(base64.b64decode(handle))["taskId"]
    assert moves == [(new, graveyard.dead.name, graveyard.queue.name, task_id)]


def test_the_oldest_letter_goes_first(graveyard):
    graveyard.bury(*"123456789")

    graveyard.start(MaxNumberOfMessagesPerSecond=2)

    assert graveyard.queue.receive_bodies(1, WaitTimeSeconds=5) == ["1"]
    assert graveyard.queue.receive_bodies(1, WaitTimeSeconds=5) == ["2"]


def test_a_task_moves_no_more_messages_a_second_than_it_may(graveyard):
    graveyard.bury(*"123456")
    begun = time.monotonic()

    graveyard.move(MaxNumberOfMessagesPerSecond=5)

    assert time.monotonic() - begun >= 1.0


def test_whoever_waits_for_a_moved_message_is_served(graveyard, waiting):
    graveyard.bury("tea")
    poll = waiting(graveyard.queue)

    graveyard.start()

    assert poll.read_bodies() == ["tea"]


def test_a_letter_in_flight_is_waited_for(graveyard):
    graveyard.bury("held", "free")
    held = graveyard.dead.receive_one(VisibilityTimeout=60)
    graveyard.start()

    first = graveyard.queue.receive_bodies(WaitTimeSeconds=5)
    running = graveyard.tasks(1)[0]
    graveyard.dead.hide(held, 0)
    graveyard.wait("COMPLETED")

    assert (first, running["Status"]) == (["free"], "RUNNING")
    assert graveyard.queue.receive_bodies() == ["held"]


def test_a_letter_that_its_receiver_deletes_is_not_moved(waiting_task):
    waiting_task.dead.delete(waiting_task.held)

    task = waiting_task.wait("COMPLETED")

    assert task["ApproximateNumberOfMessagesMoved"] == 0
    assert waiting_task.queue.receive() == []


def test_a_letter_that_comes_after_the_start_is_left_to_another_task(waiting_task):
    waiting_task.bury("late")

    waiting_task.dead.hide(waiting_task.held, 0)
    waiting_task.wait("COMPLETED")

    assert waiting_task.queue.receive_bodies() == ["held"]
    assert waiting_task.dead.receive_bodies() == ["late"]


def test_many_letters_are_moved_each_once(graveyard, make_queue):
    bodies = {f"letter {number}" for number in range(1_500)}
    everyone = sorted(bodies)
    for first in range(0, len(everyone), 10):
        entries = [{"Id": str(place), "MessageBody": body} for place, body in enumerate(everyone[first : first + 10])]
        graveyard.dead.send_message_batch(Entries=entries)
    other = make_queue()

    task = graveyard.move(DestinationArn=other.arn)

    received = []
    while batch := other.receive_bodies():
        received += batch
    assert (task["ApproximateNumberOfMessagesToMove"], task["ApproximateNumberOfMessagesMoved"]) == (1_500, 1_500)
    assert sorted(received) == everyone
    assert graveyard.dead.counts == (0, 0, 0)


def test_a_moved_message_is_delayed_as_its_queue_says(graveyard, make_queue):
    slow = make_queue(DelaySeconds="60")
    graveyard.bury("tea")

    graveyard.move(DestinationArn=slow.arn)

    assert slow.counts == (0, 0, 1)


# FIFO


def test_a_group_goes_back_in_its_order_and_keeps_its_name(fifo_graveyard):
    fifo_graveyard.bury("1", "2", "3", MessageGroupId="g")

    fifo_graveyard.move()

    messages = fifo_graveyard.queue.receive(**EVERYTHING)
    assert [message["Body"] for message in messages] == ["1", "2", "3"]
    assert {message["Attributes"]["MessageGroupId"] for message in messages} == {"g"}


def test_a_group_whose_oldest_letter_is_in_flight_waits_for_it(fifo_graveyard):
    for body, group in (("a1", "a"), ("a2", "a"), ("b1", "b")):
        fifo_graveyard.bury(body, MessageGroupId=group)
    held = fifo_graveyard.dead.receive_one(VisibilityTimeout=60)
    fifo_graveyard.start()

    first = fifo_graveyard.queue.receive_bodies(WaitTimeSeconds=5)
    fifo_graveyard.dead.hide(held, 0)
    fifo_graveyard.wait("COMPLETED")

    assert (held["Body"], first) == ("a1", ["b1"])
    assert fifo_graveyard.queue.receive_bodies() == ["a1", "a2"]


def test_a_move_is_no_repetition_of_the_send_that_the_queue_remembers(fifo_graveyard):
    fifo_graveyard.bury("tea", MessageGroupId="g", MessageDeduplicationId="d")

    fifo_graveyard.move()

    repeated = fifo_graveyard.queue.send("tea", MessageGroupId="g", MessageDeduplicationId="d")
    message = fifo_graveyard.queue.receive_one(VisibilityTimeout=0)
    assert message["Body"] == "tea"
    assert message["MessageId"] != repeated["MessageId"]
    assert fifo_graveyard.queue.counts == (1, 0, 0)


def test_a_moved_message_stands_against_a_repetition_of_its_deduplication_id(fifo_graveyard, make_fifo):
    other = make_fifo()
    fifo_graveyard.dead.send("tea", MessageGroupId="g", MessageDeduplicationId="d")
    fifo_graveyard.move(DestinationArn=other.arn)

    other.send("tea again", MessageGroupId="g", MessageDeduplicationId="d")

    assert other.receive_bodies() == ["tea"]


def test_a_move_is_not_swallowed_by_an_equal_deduplication_id(fifo_graveyard, make_fifo):
    other = make_fifo()
    other.send("first", MessageGroupId="g", MessageDeduplicationId="d")
    fifo_graveyard.dead.send("second", MessageGroupId="g", MessageDeduplicationId="d")

    fifo_graveyard.move(DestinationArn=other.arn)

    assert other.receive_bodies() == ["first", "second"]


# Listing


def test_a_queue_without_tasks_answers_an_empty_object(caller, queue):
    assert caller.call(SQS, "ListMessageMoveTasks", {"SourceArn": queue.arn}).body == b"{}"


def test_a_task_is_told_in_full_while_it_runs(waiting_task, make_queue):
    waiting_task.sqs.cancel_message_move_task(TaskHandle=waiting_task.handle)
    waiting_task.wait("CANCELLED")
    other = make_queue()
    before = time.time() * 1_000
    handle = waiting_task.start(DestinationArn=other.arn, MaxNumberOfMessagesPerSecond=7)

    [task] = waiting_task.tasks(1)

    assert abs(task.pop("StartedTimestamp") - before) < 5_000
    assert task == {
        "TaskHandle": handle,
        "Status": "RUNNING",
        "SourceArn": waiting_task.arn,
        "DestinationArn": other.arn,
        "MaxNumberOfMessagesPerSecond": 7,
        "ApproximateNumberOfMessagesMoved": 0,
        "ApproximateNumberOfMessagesToMove": 1,
    }


def test_what_was_not_given_is_not_told_nor_a_handle_after_the_end(graveyard):
    assert set(graveyard.move()) == {
        "Status",
        "SourceArn",
        "ApproximateNumberOfMessagesMoved",
        "ApproximateNumberOfMessagesToMove",
        "StartedTimestamp",
    }


def test_tasks_are_listed_newest_first_and_one_unless_more_are_asked_for(graveyard):
    started = [(graveyard.move(MaxNumberOfMessagesPerSecond=rate)) for rate in (1, 2, 3)]

    assert graveyard.tasks(10) == started[::-1]
    assert graveyard.tasks(2) == started[:0:-1]
    assert graveyard.sqs.list_message_move_tasks(SourceArn=graveyard.arn)["Results"] == started[-1:]


def test_the_latest_ten_tasks_are_kept(graveyard):
    for rate in range(1, 13):
        graveyard.move(MaxNumberOfMessagesPerSecond=rate)

    assert [task["MaxNumberOfMessagesPerSecond"] for task in graveyard.tasks()] == list(range(12, 2, -1))


@pytest.mark.parametrize("most", [0, 11])
def test_one_to_ten_tasks_are_listed(graveyard, most):
    words = out_of_range(most, "MaxResults", "Must be between 1 and 10, if provided.")
    with refused("InvalidParameterValue", words):
        graveyard.tasks(most)


# Cancelling


def test_a_cancelled_task_moves_nothing_more(graveyard):
    graveyard.bury(*"123456789")
    handle = graveyard.start(MaxNumberOfMessagesPerSecond=2)
    first = graveyard.queue.receive_bodies(1, WaitTimeSeconds=5)

    answer = graveyard.sqs.cancel_message_move_task(TaskHandle=handle)
    task = graveyard.wait("CANCELLED")

    assert answer["ApproximateNumberOfMessagesMoved"] == task["ApproximateNumberOfMessagesMoved"] >= 1
    assert "TaskHandle" not in task
    left = graveyard.dead.counts[0]
    assert (first, left) == (["1"], 9 - task["ApproximateNumberOfMessagesMoved"])
    time.sleep(1)
    assert graveyard.dead.counts[0] == left


def test_after_a_cancellation_another_task_may_start(waiting_task):
    waiting_task.sqs.cancel_message_move_task(TaskHandle=waiting_task.handle)
    waiting_task.wait("CANCELLED")

    waiting_task.start()

    assert [task["Status"] for task in waiting_task.tasks()] == ["RUNNING", "CANCELLED"]


@pytest.mark.parametrize("handle", ["tea", "dGVh", base64.b64encode(b'{"taskId":"x"}').decode(), ""])
def test_a_handle_that_is_none_is_refused(sqs, handle):
    with refused("InvalidParameterValue", "Value for parameter TaskHandle is invalid."):
        sqs.cancel_message_move_task(TaskHandle=handle)


def handle_of(arn: str) -> str:
    return base64.b64encode(json.dumps({"taskId": str(uuid.uuid4()), "sourceArn": arn}).encode()).decode()


def test_a_handle_whose_source_is_gone_is_not_found(sqs):
    with refused("ResourceNotFoundException", GONE.format("SourceArn"), status=404):
        sqs.cancel_message_move_task(TaskHandle=handle_of(NOBODY))


def test_a_task_that_nobody_started_is_not_found(waiting_task):
    with refused("ResourceNotFoundException", "Task does not exist.", status=404):
        waiting_task.sqs.cancel_message_move_task(TaskHandle=handle_of(waiting_task.arn))


def test_a_task_that_has_ended_is_not_found(graveyard):
    handle = graveyard.start()
    graveyard.wait("COMPLETED")

    with refused("ResourceNotFoundException", "Task does not exist.", status=404):
        graveyard.sqs.cancel_message_move_task(TaskHandle=handle)


# Failing


def test_a_task_fails_whose_destination_is_deleted_on_the_way(graveyard, make_queue):
    other = make_queue()
    graveyard.bury(*"1234")
    graveyard.start(DestinationArn=other.arn, MaxNumberOfMessagesPerSecond=1)
    other.receive_bodies(1, WaitTimeSeconds=5)

    other.delete_queue()

    task = graveyard.wait("FAILED")
    assert task["FailureReason"] == "AWS.SimpleQueueService.NonExistentQueue"
    assert graveyard.dead.counts[0] == 4 - task["ApproximateNumberOfMessagesMoved"]


def test_a_task_fails_at_a_letter_whose_origin_is_deleted(graveyard, make_queue):
    keeps_it_a_dead_letter_queue = make_queue(**policy(graveyard.dead))
    graveyard.bury("tea")
    graveyard.queue.delete_queue()

    task = graveyard.move()

    assert (task["Status"], task["FailureReason"]) == ("FAILED", "AWS.SimpleQueueService.NonExistentQueue")
    assert graveyard.dead.receive_bodies() == ["tea"]
    assert keeps_it_a_dead_letter_queue.counts == (0, 0, 0)


def test_the_tasks_of_a_deleted_queue_go_with_it(waiting_task):
    name = waiting_task.dead.name
    waiting_task.dead.delete_queue()

    again = Queue.create(waiting_task.sqs, name, {})

    assert "Results" not in waiting_task.sqs.list_message_move_tasks(SourceArn=again.arn)


# Death


@pytest.mark.parametrize("rate", [{}, {"MaxNumberOfMessagesPerSecond": 500}])
def test_a_task_goes_on_after_sigkill_and_nothing_is_lost_or_doubled(tmp_path, client, rate):
    broker = Broker(tmp_path)
    sqs = client("sqs", url=broker.url)
    dead = Queue.create(sqs, "dead", {})
    other = Queue.create(sqs, "other", {})
    yard = Graveyard(Queue.create(sqs, "orders", policy(dead)), dead)
    bodies = [f"letter {number}" for number in range(1_000)]
    for first in range(0, len(bodies), 10):
        entries = [{"Id": str(place), "MessageBody": body} for place, body in enumerate(bodies[first : first + 10])]
        dead.send_message_batch(Entries=entries)
    yard.start(DestinationArn=other.arn, **rate)
    try:
        for _ in range(3):
            time.sleep(0.05)
            broker.kill()
            broker.start()
            sqs = client("sqs", url=broker.url)  # on another port
            yard = Graveyard(Queue(sqs, yard.queue.url), Queue(sqs, dead.url))
        task = yard.wait("COMPLETED")
        other = Queue(yard.sqs, other.url)

        received = []
        while batch := other.receive(10):
            received += [(message["MessageId"], message["Body"]) for message in batch]
        assert task["ApproximateNumberOfMessagesMoved"] == 1_000
        assert sorted(body for _, body in received) == sorted(bodies)
        assert len({name for name, _ in received}) == 1_000
        assert yard.dead.counts == (0, 0, 0)
    finally:
        broker.stop()
