"""Dead letters: messages that were received too often go to another queue."""

import json

import pytest

from places import Queue
from refusals import refused
from wire import ACCOUNT, REGION


def policy(target: str | Queue, count=1) -> dict:
    arn = target.arn if isinstance(target, Queue) else target
    return {"RedrivePolicy": json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": count})}


def permission(**words) -> dict:
    return {"RedriveAllowPolicy": json.dumps(words)}


# The policy


@pytest.mark.parametrize("count", [3, "3"], ids=["number", "text"])
def test_a_policy_reads_back_compact_and_with_a_number(make_queue, count):
    target = make_queue()
    spaced = json.dumps({"maxReceiveCount": count, "deadLetterTargetArn": target.arn}, indent=2)

    queue = make_queue(RedrivePolicy=spaced)

    assert queue.attributes["RedrivePolicy"] == f'{{"deadLetterTargetArn":"{target.arn}","maxReceiveCount":3}}'


@pytest.mark.parametrize("count", [1, 1_000])
def test_a_message_may_be_received_1_to_1000_times(make_queue, count):
    target = make_queue()

    queue = make_queue(**policy(target, count))

    assert json.loads(queue.attributes["RedrivePolicy"])["maxReceiveCount"] == count


@pytest.mark.parametrize("count", [0, 1_001, -1, "many", 1.5, None])
def test_any_other_count_is_refused(queue, make_queue, count):
    with refused("InvalidParameterValue"):
        queue.set_queue_attributes(Attributes=policy(make_queue(), count))


@pytest.mark.parametrize(
    "text",
    [
        "no JSON",
        "[]",
        "{}",
        '{"maxReceiveCount": 3}',
        json.dumps({"deadLetterTargetArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:q"}),
        json.dumps({"deadLetterTargetArn": "orders-dead", "maxReceiveCount": 3}),
        json.dumps({"deadLetterTargetArn": 7, "maxReceiveCount": 3}),
    ],
)
def test_a_policy_names_a_target_and_a_count(queue, text):
    with refused("InvalidParameterValue"):
        queue.set_queue_attributes(Attributes={"RedrivePolicy": text})


@pytest.mark.parametrize(
    "arn",
    [
        f"arn:aws:sqs:{REGION}:{ACCOUNT}:nobody-made-this",
        f"arn:aws:sqs:eu-north-1:{ACCOUNT}:{{name}}",
        f"arn:aws:sqs:{REGION}:111122223333:{{name}}",
    ],
    ids=["missing", "another region", "another account"],
)
def test_the_target_is_a_queue_of_the_same_account_and_region(queue, make_queue, arn):
    with refused("InvalidParameterValue"):
        queue.set_queue_attributes(Attributes=policy(arn.format(name=make_queue().name)))


def test_the_target_is_a_queue_of_the_same_kind(queue, fifo):
    with refused("InvalidParameterValue"):
        queue.set_queue_attributes(Attributes=policy(fifo))
    with refused("InvalidParameterValue"):
        fifo.set_queue_attributes(Attributes=policy(queue))


def test_a_queue_may_be_its_own_target(queue):
    queue.set_queue_attributes(Attributes=policy(queue))

    queue.send("tea")
    assert [queue.receive_bodies(VisibilityTimeout=0) for _ in range(3)] == [["tea"]] * 3


def test_a_policy_is_taken_away_by_an_empty_text(queue, make_queue):
    queue.set_queue_attributes(Attributes=policy(make_queue()))

    queue.set_queue_attributes(Attributes={"RedrivePolicy": ""})

    assert "RedrivePolicy" not in queue.attributes


# Who may be whose target


@pytest.mark.parametrize(
    "words",
    [
        {"redrivePermission": "sometimes"},
        {"redrivePermission": "byQueue"},
        {"redrivePermission": "byQueue", "sourceQueueArns": []},
        {"redrivePermission": "byQueue", "sourceQueueArns": ["no ARN"]},
        {
            "redrivePermission": "byQueue",
            "sourceQueueArns": [f"arn:aws:sqs:{REGION}:{ACCOUNT}:q{number}" for number in range(11)],
        },
        {"redrivePermission": "allowAll", "sourceQueueArns": [f"arn:aws:sqs:{REGION}:{ACCOUNT}:q"]},
        {"redrivePermission": "denyAll", "sourceQueueArns": [f"arn:aws:sqs:{REGION}:{ACCOUNT}:q"]},
        {},
    ],
)
def test_a_permission_that_says_nothing_sound_is_refused(queue, words):
    with refused("InvalidParameterValue"):
        queue.set_queue_attributes(Attributes=permission(**words))


def test_a_permission_reads_back_and_is_taken_away_by_an_empty_text(queue):
    queue.set_queue_attributes(Attributes=permission(redrivePermission="denyAll"))
    kept = queue.attributes["RedriveAllowPolicy"]

    queue.set_queue_attributes(Attributes={"RedriveAllowPolicy": ""})

    assert json.loads(kept) == {"redrivePermission": "denyAll"}
    assert "RedriveAllowPolicy" not in queue.attributes


def test_a_target_that_denies_all_is_refused(queue, make_queue):
    target = make_queue(**permission(redrivePermission="denyAll"))

    with refused("InvalidParameterValue"):
        queue.set_queue_attributes(Attributes=policy(target))


def test_a_target_that_allows_by_queue_takes_those_it_names(queue, make_queue):
    target = make_queue(**permission(redrivePermission="byQueue", sourceQueueArns=[queue.arn]))

    queue.set_queue_attributes(Attributes=policy(target))

    with refused("InvalidParameterValue"):
        make_queue(**policy(target))


# The move


@pytest.fixture
def target(make_queue):
    return make_queue()


def test_a_message_received_too_often_is_moved_instead_of_handed_out(make_queue, target):
    queue = make_queue(**policy(target, 2))
    queue.send("tea")

    received = [queue.receive_bodies(VisibilityTimeout=0) for _ in range(3)]

    assert received == [["tea"], ["tea"], []]
    assert queue.counts == (0, 0, 0)
    assert target.receive_bodies() == ["tea"]


def test_a_dead_letter_keeps_all_but_its_place(make_queue, target):
    queue = make_queue(**policy(target))
    attributes = {"colour": {"DataType": "String", "StringValue": "green"}}
    sent = queue.send("tea", MessageAttributes=attributes)
    everything = {"MessageSystemAttributeNames": ["All"], "MessageAttributeNames": ["All"]}
    before = queue.receive_one(VisibilityTimeout=0, **everything)
    queue.receive()

    dead = target.receive_one(**everything)

    assert dead["MessageId"] == sent["MessageId"]
    assert (dead["Body"], dead["MD5OfBody"]) == ("tea", before["MD5OfBody"])
    assert dead["MessageAttributes"] == attributes
    for kept in ("SenderId", "SentTimestamp", "ApproximateFirstReceiveTimestamp"):
        assert dead["Attributes"][kept] == before["Attributes"][kept]
    assert dead["Attributes"]["DeadLetterQueueSourceArn"] == queue.arn
    assert dead["Attributes"]["ApproximateReceiveCount"] == "2"


def test_a_receive_goes_on_behind_a_dead_letter(make_queue, target):
    queue = make_queue(**policy(target))
    queue.send("dead")
    queue.receive_one(VisibilityTimeout=0)
    queue.send("alive")

    assert queue.receive_bodies(1) == ["alive"]


def test_a_policy_set_later_counts_earlier_receives(queue, target):
    queue.send("tea")
    for _ in range(3):
        queue.receive_one(VisibilityTimeout=0)

    queue.set_queue_attributes(Attributes=policy(target, 3))

    assert queue.receive() == []
    assert target.receive_bodies() == ["tea"]


def test_whoever_waits_for_dead_letters_is_served(make_queue, target, waiting):
    queue = make_queue(**policy(target))
    queue.send("tea")
    queue.receive_one(VisibilityTimeout=0)
    poll = waiting(target)

    queue.receive()

    assert poll.read_bodies() == ["tea"]


def test_a_message_stays_where_its_dead_letter_queue_is_deleted(make_queue, target):
    queue = make_queue(**policy(target))
    queue.send("tea")
    queue.receive_one(VisibilityTimeout=0)

    target.delete_queue()

    assert "RedrivePolicy" in queue.attributes
    assert queue.receive_bodies() == ["tea"]


def test_a_dead_letter_unblocks_its_group_and_keeps_it(make_fifo):
    target = make_fifo()
    queue = make_fifo(**policy(target))
    queue.send("1", MessageGroupId="g")
    queue.receive_one(VisibilityTimeout=0)
    queue.send("2", MessageGroupId="g")

    assert queue.receive_bodies() == ["2"]
    dead = target.receive_one(MessageSystemAttributeNames=["All"])
    assert (dead["Body"], dead["Attributes"]["MessageGroupId"]) == ("1", "g")


def test_two_dead_letters_with_the_same_deduplication_id_do_not_swallow_each_other(make_fifo):
    target = make_fifo()
    sources = [make_fifo(**policy(target)) for _ in range(2)]
    for queue in sources:
        queue.send(queue.name, MessageGroupId="g", MessageDeduplicationId="d")
        queue.receive_one(VisibilityTimeout=0)
        queue.receive()

    assert sorted(target.receive_bodies()) == sorted(queue.name for queue in sources)
