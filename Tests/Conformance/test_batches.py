"""Batches: up to ten entries, each of which succeeds or fails by itself."""

import pytest

import digests
from refusals import refused

OPERATIONS = {
    "send_message_batch": {"MessageBody": "tea"},
    "delete_message_batch": {"ReceiptHandle": "garbage"},
    "change_message_visibility_batch": {"ReceiptHandle": "garbage", "VisibilityTimeout": 1},
}
ID_RULE = (
    "A batch entry id can only contain alphanumeric characters, hyphens and underscores. "
    "It can be at most 80 letters long."
)
PREFIX = "AWS.SimpleQueueService"
LIMIT = 1_048_576


@pytest.fixture(params=OPERATIONS)
def batch(request, queue):
    """Any of the three batch operations, as a function of the ids of its entries."""

    def call(*ids):
        return getattr(queue, request.param)(Entries=[{"Id": name, **OPERATIONS[request.param]} for name in ids])

    call.name = "".join(part.capitalize() for part in request.param.split("_"))
    return call


def entries(*bodies: str, **parameters) -> list[dict]:
    return [{"Id": f"id_{number}", "MessageBody": body, **parameters} for number, body in enumerate(bodies)]


def ids(results: list[dict]) -> list[str]:
    return [result["Id"] for result in results]


# The whole request


def test_a_batch_has_at_least_one_entry(batch):
    with refused(
        f"{PREFIX}.EmptyBatchRequest", f"There should be at least one {batch.name}RequestEntry in the request."
    ):
        batch()


def test_a_batch_has_at_most_ten_entries(batch):
    with refused(
        f"{PREFIX}.TooManyEntriesInBatchRequest", "Maximum number of entries per request are 10. You have sent 11."
    ):
        batch(*map(str, range(11)))


def test_a_batch_of_ten_entries_is_taken(batch):
    answer = batch(*map(str, range(10)))

    assert len(answer.get("Successful", []) + answer.get("Failed", [])) == 10


@pytest.mark.parametrize("bad", ["", "a b", "a.b", "ä", "x" * 81])
def test_an_entrys_id_is_1_to_80_letters_digits_hyphens_and_underscores(batch, bad):
    with refused(f"{PREFIX}.InvalidBatchEntryId", ID_RULE):
        batch("good", bad)


def test_an_entrys_id_may_be_80_letters_long(batch):
    answer = batch("x" * 80, "A-z_9")

    assert ids(answer.get("Successful", []) + answer.get("Failed", [])) == ["x" * 80, "A-z_9"]


def test_the_first_repeated_id_is_named(batch):
    with refused(f"{PREFIX}.BatchEntryIdsNotDistinct", "Id b repeated."):
        batch("a", "b", "c", "b", "a")


def test_a_bad_id_is_told_before_a_repeated_one(batch):
    with refused(f"{PREFIX}.InvalidBatchEntryId"):
        batch("a", "a", "a b")


def test_a_repeated_id_is_told_before_too_many(batch):
    with refused(f"{PREFIX}.BatchEntryIdsNotDistinct"):
        batch(*(["a"] * 11))


def test_messages_of_a_batch_have_1_mib_between_them(queue):
    queue.send_message_batch(Entries=entries("x" * (LIMIT // 2), "x" * (LIMIT // 2)))

    with refused(
        f"{PREFIX}.BatchRequestTooLong",
        f"Batch requests cannot be longer than {LIMIT} bytes. You have sent {LIMIT + 1} bytes.",
    ):
        queue.send_message_batch(Entries=entries("x" * (LIMIT // 2), "x" * (LIMIT // 2 + 1)))


def test_attributes_count_towards_the_length_of_a_batch(queue):
    attributes = {"ab": {"DataType": "String", "StringValue": "cd"}}

    with refused(f"{PREFIX}.BatchRequestTooLong"):
        queue.send_message_batch(Entries=entries("x" * (LIMIT - 9), MessageAttributes=attributes))


def test_one_message_too_long_for_all_makes_the_batch_too_long(queue):
    with refused(f"{PREFIX}.BatchRequestTooLong"):
        queue.send_message_batch(Entries=entries("tea", "x" * (LIMIT + 1)))

    assert queue.counts == (0, 0, 0)


def test_a_batch_too_long_is_told_before_a_repeated_id(queue):
    twins = [{"Id": "a", "MessageBody": "x" * LIMIT}, {"Id": "a", "MessageBody": "x"}]

    with refused(f"{PREFIX}.BatchRequestTooLong"):
        queue.send_message_batch(Entries=twins)


# Sending


def test_every_message_of_a_batch_is_answered_in_order_with_its_digests(queue):
    attributes = {"colour": {"DataType": "String", "StringValue": "green"}}
    batch = entries("tea", "coffee")
    batch[1]["MessageAttributes"] = attributes

    answer = queue.send_message_batch(Entries=batch)

    assert "Failed" not in answer
    plain, coloured = answer["Successful"]
    assert plain.keys() == {"Id", "MessageId", "MD5OfMessageBody"}
    assert (plain["Id"], plain["MD5OfMessageBody"]) == ("id_0", digests.of_body("tea"))
    assert coloured["MD5OfMessageAttributes"] == digests.of_attributes(attributes)
    assert [message["MessageId"] for message in queue.receive()] == [plain["MessageId"], coloured["MessageId"]]


def test_a_message_above_the_queues_own_limit_fails_alone(make_queue):
    queue = make_queue(MaximumMessageSize="1024")

    answer = queue.send_message_batch(Entries=entries("x" * 1_024, "x" * 1_025, "y" * 1_024))

    assert ids(answer["Successful"]) == ["id_0", "id_2"]
    assert answer["Failed"] == [
        {
            "Id": "id_1",
            "SenderFault": True,
            "Code": "InvalidParameterValue",
            "Message": "One or more parameters cannot be validated. "
            "Reason: Message must be shorter than 1024 bytes.",
        }
    ]


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ({"MessageBody": "\x00"}, "InvalidMessageContents"),
        ({"DelaySeconds": 901}, "InvalidParameterValue"),
        ({"MessageDeduplicationId": "d"}, "InvalidParameterValue"),
        ({"MessageGroupId": "a b"}, "InvalidParameterValue"),
        ({"MessageAttributes": {"AWS.a": {"DataType": "String", "StringValue": "v"}}}, "InvalidParameterValue"),
    ],
)
def test_one_bad_message_takes_no_neighbour_along(queue, bad, code):
    batch = entries("a", "b", "c")
    batch[1] |= bad

    answer = queue.send_message_batch(Entries=batch)

    assert ids(answer["Successful"]) == ["id_0", "id_2"]
    [failure] = answer["Failed"]
    assert (failure["Id"], failure["SenderFault"], failure["Code"]) == ("id_1", True, code)
    assert queue.receive_bodies() == ["a", "c"]


def test_a_batch_that_fails_altogether_is_answered_without_successes(queue):
    answer = queue.send_message_batch(Entries=entries("\x00", "\x01"))

    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert "Successful" not in answer
    assert ids(answer["Failed"]) == ["id_0", "id_1"]


def test_every_message_of_a_batch_has_its_own_delay(queue):
    batch = entries("later", "now")
    batch[0]["DelaySeconds"] = 900

    queue.send_message_batch(Entries=batch)

    assert queue.receive_bodies() == ["now"]


def test_a_fifo_batch_keeps_the_order_of_its_entries(fifo):
    bodies = [str(number) for number in range(10)]

    answer = fifo.send_message_batch(Entries=entries(*bodies, MessageGroupId="g"))

    numbers = [result["SequenceNumber"] for result in answer["Successful"]]
    assert numbers == sorted(set(numbers))
    assert fifo.receive_bodies() == bodies


def test_a_repeat_within_one_batch_is_stored_once(fifo):
    answer = fifo.send_message_batch(Entries=entries("tea", "tea", MessageGroupId="g"))

    first, second = answer["Successful"]
    assert first["MessageId"] == second["MessageId"]
    assert fifo.receive_bodies() == ["tea"]


def test_one_message_without_a_group_fails_the_whole_fifo_batch(fifo):
    batch = entries("a", "b", MessageGroupId="g")
    del batch[1]["MessageGroupId"]

    with refused("InvalidParameterValue", "The request must contain the parameter MessageGroupId."):
        fifo.send_message_batch(Entries=batch)

    assert fifo.counts == (0, 0, 0)


def test_one_message_without_a_deduplication_id_fails_the_whole_fifo_batch(make_fifo):
    queue = make_fifo(ContentBasedDeduplication="false")
    batch = entries("a", "b", MessageGroupId="g")
    batch[0]["MessageDeduplicationId"] = "d"

    with refused("InvalidParameterValue"):
        queue.send_message_batch(Entries=batch)

    assert queue.counts == (0, 0, 0)


def test_a_delayed_message_in_a_fifo_batch_fails_alone(fifo):
    batch = entries("a", "b", MessageGroupId="g")
    batch[0]["DelaySeconds"] = 5

    answer = fifo.send_message_batch(Entries=batch)

    assert (ids(answer["Failed"]), ids(answer["Successful"])) == (["id_0"], ["id_1"])


# Deleting and hiding


def test_a_batch_deletes_what_it_can(queue):
    queue.send_all("a", "b")
    first, second = queue.receive()
    handles = {"1": first["ReceiptHandle"], "2": "garbage", "3": second["ReceiptHandle"]}

    answer = queue.delete_message_batch(
        Entries=[{"Id": name, "ReceiptHandle": handle} for name, handle in handles.items()]
    )

    assert ids(answer["Successful"]) == ["1", "3"]
    [failure] = answer["Failed"]
    assert (failure["Id"], failure["SenderFault"], failure["Code"]) == ("2", True, "ReceiptHandleIsInvalid")
    assert queue.counts == (0, 0, 0)


def test_a_batch_that_deletes_all_tells_of_no_failures(queue):
    queue.send("tea")

    answer = queue.delete_message_batch(Entries=[{"Id": "1", "ReceiptHandle": queue.receive_one()["ReceiptHandle"]}])

    assert answer["Successful"] == [{"Id": "1"}]
    assert "Failed" not in answer


def test_a_batch_hides_every_message_as_long_as_it_says(queue):
    queue.send_all("a", "b")
    first, second = queue.receive()

    answer = queue.change_message_visibility_batch(
        Entries=[
            {"Id": "1", "ReceiptHandle": first["ReceiptHandle"], "VisibilityTimeout": 900},
            {"Id": "2", "ReceiptHandle": second["ReceiptHandle"], "VisibilityTimeout": 0},
        ]
    )

    assert ids(answer["Successful"]) == ["1", "2"]
    assert queue.receive_bodies() == ["b"]


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ({"ReceiptHandle": "garbage"}, "ReceiptHandleIsInvalid"),
        ({"VisibilityTimeout": 43_201}, "InvalidParameterValue"),
        ({"VisibilityTimeout": -1}, "InvalidParameterValue"),
    ],
)
def test_one_bad_entry_hides_no_less_of_the_others(queue, bad, code):
    queue.send_all("a", "b")
    first, second = queue.receive()
    batch = [
        {"Id": "1", "ReceiptHandle": first["ReceiptHandle"], "VisibilityTimeout": 10} | bad,
        {"Id": "2", "ReceiptHandle": second["ReceiptHandle"], "VisibilityTimeout": 0},
    ]

    answer = queue.change_message_visibility_batch(Entries=batch)

    assert ids(answer["Successful"]) == ["2"]
    [failure] = answer["Failed"]
    assert (failure["Id"], failure["SenderFault"], failure["Code"]) == ("1", True, code)


def test_a_deleted_message_in_a_batch_cannot_be_hidden(queue):
    queue.send("tea")
    message = queue.receive_one()
    queue.delete(message)

    answer = queue.change_message_visibility_batch(
        Entries=[{"Id": "1", "ReceiptHandle": message["ReceiptHandle"], "VisibilityTimeout": 10}]
    )

    assert ids(answer["Failed"]) == ["1"]
