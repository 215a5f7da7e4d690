"""Queues: their names, URLs and attributes."""

import json
import time

import pytest

from places import Queue
from refusals import NO_SUCH_QUEUE, refused
from wire import ACCOUNT, REGION

NUMBERS = {
    "VisibilityTimeout": (0, 43_200),
    "DelaySeconds": (0, 900),
    "MaximumMessageSize": (1_024, 1_048_576),
    "MessageRetentionPeriod": (60, 1_209_600),
    "ReceiveMessageWaitTimeSeconds": (0, 20),
    "KmsDataKeyReusePeriodSeconds": (60, 86_400),
}
EDGES = [(name, edge) for name, edges in NUMBERS.items() for edge in edges]
BEYOND = [
    (name, value) for name, (low, high) in NUMBERS.items() for value in (low - 1, high + 1, "", "one", f"{low}.5")
]
STANDARD_DEFAULTS = {
    "ApproximateNumberOfMessages": "0",
    "ApproximateNumberOfMessagesDelayed": "0",
    "ApproximateNumberOfMessagesNotVisible": "0",
    "DelaySeconds": "0",
    "MaximumMessageSize": "1048576",
    "MessageRetentionPeriod": "345600",
    "ReceiveMessageWaitTimeSeconds": "0",
    "SqsManagedSseEnabled": "true",
    "VisibilityTimeout": "30",
}
FIFO_DEFAULTS = {
    "FifoQueue": "true",
    "ContentBasedDeduplication": "false",
    "DeduplicationScope": "queue",
    "FifoThroughputLimit": "perQueue",
}
STANDARD_NAME_RULE = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
FIFO_NAME_RULE = (
    "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, "
    "must end with .fifo suffix and be 1 to 80 in length"
)


# Names and URLs


def test_a_queue_is_told_by_a_url_in_the_callers_own_words(sqs, broker, fresh_name):
    answer = sqs.create_queue(QueueName=fresh_name)

    assert answer["QueueUrl"] == f"http://127.0.0.1:{broker.port}/{ACCOUNT}/{fresh_name}"


def test_whoever_calls_localhost_is_told_a_url_of_localhost(client, broker, fresh_name):
    at_localhost = client("sqs", url=f"http://localhost:{broker.port}")

    answer = at_localhost.create_queue(QueueName=fresh_name)

    assert answer["QueueUrl"] == f"http://localhost:{broker.port}/{ACCOUNT}/{fresh_name}"


@pytest.mark.parametrize("name", ["q", "Q-9_z", "x" * 80, "-", "0"])
def test_a_name_has_1_to_80_letters_digits_hyphens_and_underscores(client, fresh_region, name):
    sqs = client("sqs", fresh_region)

    url = sqs.create_queue(QueueName=name)["QueueUrl"]

    assert sqs.get_queue_url(QueueName=name)["QueueUrl"] == url


@pytest.mark.parametrize("name", ["x" * 81, "a b", "a/b", "a.b", "ä", "a!", "a\n"])
def test_any_other_name_is_refused(sqs, name):
    with refused("InvalidParameterValue", STANDARD_NAME_RULE):
        sqs.create_queue(QueueName=name)


def test_an_empty_name_is_refused(sqs):
    with refused("InvalidParameterValue"):
        sqs.create_queue(QueueName="")


@pytest.mark.parametrize("name", ["q.fifo", "x" * 75 + ".fifo"])
def test_the_suffix_of_a_fifo_name_counts_among_its_80_characters(client, fresh_region, name):
    sqs = client("sqs", fresh_region)

    url = sqs.create_queue(QueueName=name, Attributes={"FifoQueue": "true"})["QueueUrl"]

    assert url.endswith(name)


@pytest.mark.parametrize("name", ["q", "q.FIFO", "x" * 76 + ".fifo", "a b.fifo", "a.b.fifo"])
def test_a_fifo_queue_needs_a_sound_name_with_its_suffix(sqs, name):
    with refused("InvalidParameterValue", FIFO_NAME_RULE):
        sqs.create_queue(QueueName=name, Attributes={"FifoQueue": "true"})


def test_the_suffix_alone_makes_no_fifo_queue(sqs):
    with refused("InvalidParameterValue"):
        sqs.create_queue(QueueName="suffix-only.fifo")


def test_names_are_case_sensitive(client, fresh_region):
    sqs = client("sqs", fresh_region)
    small, capital = (sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("orders", "Orders"))

    sqs.send_message(QueueUrl=small, MessageBody="tea")

    assert small != capital
    assert "Messages" not in sqs.receive_message(QueueUrl=capital)


@pytest.mark.parametrize(
    "form",
    [
        "{name}",
        "http://elsewhere.example:1234/000000000000/{name}",
        "https://sqs.us-east-1.amazonaws.com/000000000000/{name}",
        "https://queue.amazonaws.com/000000000000/{name}",
    ],
)
def test_of_a_queue_url_only_account_and_name_count(sqs, queue, form):
    answer = sqs.get_queue_attributes(QueueUrl=form.format(name=queue.name), AttributeNames=["QueueArn"])

    assert answer["Attributes"]["QueueArn"] == f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue.name}"


def test_a_queue_url_of_another_account_names_another_queue(sqs, broker, queue):
    with refused(NO_SUCH_QUEUE):
        sqs.send_message(QueueUrl=f"{broker.url}/111122223333/{queue.name}", MessageBody="tea")


def test_the_url_of_an_unknown_queue_is_refused(sqs):
    with refused(NO_SUCH_QUEUE, "The specified queue does not exist."):
        sqs.get_queue_url(QueueName="nobody-made-this")


def test_the_url_is_told_for_the_owners_own_account(sqs, queue):
    assert sqs.get_queue_url(QueueName=queue.name, QueueOwnerAWSAccountId=ACCOUNT)["QueueUrl"] == queue.url


def test_another_account_has_no_queue_of_that_name(sqs, queue):
    with refused(NO_SUCH_QUEUE):
        sqs.get_queue_url(QueueName=queue.name, QueueOwnerAWSAccountId="111122223333")


def test_the_url_is_refused_without_a_name(sqs):
    with refused("InvalidParameterValue"):
        sqs.get_queue_url()


def test_the_sdk_tells_a_missing_queue_as_the_exception_of_its_model(sqs):
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.get_queue_url(QueueName="nobody-made-this")


# Creating again


@pytest.mark.parametrize("given", [{}, {"DelaySeconds": "5"}, {"DelaySeconds": "5", "VisibilityTimeout": "60"}])
def test_creating_again_with_none_or_some_of_the_same_attributes_answers_the_same(make_queue, given):
    queue = make_queue(DelaySeconds="5", VisibilityTimeout="60")

    again = Queue.create(queue.sqs, queue.name, given)

    assert again.url == queue.url


def test_creating_again_names_the_attribute_that_differs(make_queue):
    queue = make_queue(DelaySeconds="5")

    with refused(
        "QueueAlreadyExists",
        "A queue already exists with the same name and a different value for attribute DelaySeconds",
    ):
        Queue.create(queue.sqs, queue.name, {"VisibilityTimeout": "30", "DelaySeconds": "6"})


def test_creating_again_compares_with_the_current_attributes(queue):
    queue.set_queue_attributes(Attributes={"DelaySeconds": "7"})

    assert Queue.create(queue.sqs, queue.name, {"DelaySeconds": "7"}).url == queue.url
    with refused("QueueAlreadyExists"):
        Queue.create(queue.sqs, queue.name, {"DelaySeconds": "0"})


def test_creating_again_takes_capital_booleans_for_the_same(make_queue):
    queue = make_queue(SqsManagedSseEnabled="false")

    assert Queue.create(queue.sqs, queue.name, {"SqsManagedSseEnabled": "False"}).url == queue.url


def test_creating_again_reads_a_redrive_policy_before_it_compares_it(make_queue):
    dead = make_queue()
    policy = {"deadLetterTargetArn": dead.arn, "maxReceiveCount": 3}
    queue = make_queue(RedrivePolicy=json.dumps(policy))

    again = json.dumps({"maxReceiveCount": "3", "deadLetterTargetArn": dead.arn}, indent=2)
    other = json.dumps({**policy, "maxReceiveCount": 4})

    assert Queue.create(queue.sqs, queue.name, {"RedrivePolicy": again}).url == queue.url
    with refused("QueueAlreadyExists"):
        Queue.create(queue.sqs, queue.name, {"RedrivePolicy": other})


def test_creating_again_with_a_bad_attribute_is_refused_for_that(queue):
    with refused("InvalidAttributeValue", "Invalid value for the parameter DelaySeconds."):
        Queue.create(queue.sqs, queue.name, {"DelaySeconds": "901"})


def test_creating_again_does_not_compare_tags(sqs, fresh_name):
    first = sqs.create_queue(QueueName=fresh_name, tags={"team": "tea"})

    again = sqs.create_queue(QueueName=fresh_name, tags={"team": "coffee"})

    assert again["QueueUrl"] == first["QueueUrl"]


@pytest.mark.parametrize(
    "tags",
    [{f"k{number}": "v" for number in range(51)}, {"k" * 129: "v"}, {"k": "v" * 257}, {"": "v"}],
    ids=["51 tags", "a long key", "a long value", "an empty key"],
)
def test_a_queue_is_made_with_at_most_50_sound_tags(sqs, fresh_name, tags):
    with refused("InvalidParameterValue"):
        sqs.create_queue(QueueName=fresh_name, tags=tags)


# Attributes


def test_a_fresh_standard_queue_has_the_documented_attributes(make_queue):
    before = int(time.time())

    attributes = make_queue().attributes

    moments = {attributes.pop("CreatedTimestamp"), attributes.pop("LastModifiedTimestamp")}
    assert all(before <= int(moment) <= time.time() for moment in moments)
    assert attributes.pop("QueueArn").startswith(f"arn:aws:sqs:{REGION}:{ACCOUNT}:queue-")
    assert attributes == STANDARD_DEFAULTS


def test_a_fresh_fifo_queue_has_four_attributes_more(make_queue):
    attributes = make_queue(FifoQueue="true").attributes

    for own in ("CreatedTimestamp", "LastModifiedTimestamp", "QueueArn"):
        del attributes[own]
    assert attributes == STANDARD_DEFAULTS | FIFO_DEFAULTS


@pytest.mark.parametrize(("name", "value"), EDGES)
def test_a_number_within_its_range_is_taken_at_creation_and_later(make_queue, name, value):
    created, changed = make_queue(**{name: str(value)}), make_queue()

    changed.set_queue_attributes(Attributes={name: str(value)})

    for queue in (created, changed):
        assert queue.get_queue_attributes(AttributeNames=[name])["Attributes"] == {name: str(value)}


@pytest.mark.parametrize(("name", "value"), BEYOND)
def test_a_number_beyond_its_range_is_refused_at_creation_and_later(sqs, queue, fresh_name, name, value):
    words = f"Invalid value for the parameter {name}."

    with refused("InvalidAttributeValue", words):
        sqs.create_queue(QueueName=fresh_name, Attributes={name: str(value)})
    with refused("InvalidAttributeValue", words):
        queue.set_queue_attributes(Attributes={name: str(value)})


@pytest.mark.parametrize("text", ["False", "FALSE", "false"])
def test_booleans_of_any_case_read_back_small(make_queue, text):
    assert make_queue(SqsManagedSseEnabled=text).attributes["SqsManagedSseEnabled"] == "false"


@pytest.mark.parametrize("text", ["yes", "1", ""])
def test_anything_else_is_no_boolean(queue, text):
    with refused("InvalidAttributeValue"):
        queue.set_queue_attributes(Attributes={"SqsManagedSseEnabled": text})


@pytest.mark.parametrize("name", ["Colour", "visibilitytimeout", "All"])
def test_an_unknown_attribute_is_refused_at_creation_and_later(sqs, queue, fresh_name, name):
    words = f"Unknown Attribute {name}."

    with refused("InvalidAttributeName", words):
        sqs.create_queue(QueueName=fresh_name, Attributes={name: "1"})
    with refused("InvalidAttributeName", words):
        queue.set_queue_attributes(Attributes={name: "1"})


@pytest.mark.parametrize(
    "name", ["QueueArn", "CreatedTimestamp", "LastModifiedTimestamp", "ApproximateNumberOfMessages"]
)
def test_what_the_service_tells_cannot_be_set(queue, name):
    with refused("InvalidAttributeName", f"Unknown Attribute {name}."):
        queue.set_queue_attributes(Attributes={name: "1"})


def test_an_unknown_name_is_told_before_a_bad_value(queue):
    with refused("InvalidAttributeName"):
        queue.set_queue_attributes(Attributes={"DelaySeconds": "901", "Colour": "green"})


def test_nothing_is_changed_when_one_attribute_is_bad(queue):
    with refused("InvalidAttributeValue"):
        queue.set_queue_attributes(Attributes={"VisibilityTimeout": "5", "DelaySeconds": "901"})

    assert queue.attributes["VisibilityTimeout"] == "30"


def test_a_change_is_told_by_the_time_of_the_last_one(queue):
    before = int(time.time())

    queue.set_queue_attributes(Attributes={"DelaySeconds": "1"})

    attributes = queue.attributes
    assert int(attributes["LastModifiedTimestamp"]) >= max(before, int(attributes["CreatedTimestamp"]))


def test_attributes_are_told_only_when_asked_for(queue):
    assert "Attributes" not in queue.get_queue_attributes()


def test_exactly_the_attributes_asked_for_are_told(queue):
    answer = queue.get_queue_attributes(AttributeNames=["QueueArn", "DelaySeconds"])

    assert answer["Attributes"].keys() == {"QueueArn", "DelaySeconds"}


def test_an_attribute_without_a_value_is_left_out(queue):
    assert "Attributes" not in queue.get_queue_attributes(AttributeNames=["RedrivePolicy", "Policy"])


@pytest.mark.parametrize("name", ["Colour", "FifoQueue", "ContentBasedDeduplication"])
def test_a_standard_queue_knows_no_such_attribute(queue, name):
    with refused("InvalidAttributeName", f"Unknown Attribute {name}."):
        queue.get_queue_attributes(AttributeNames=[name])


@pytest.mark.parametrize("value", ["true", "false"])
def test_a_standard_queue_has_no_content_based_deduplication(queue, value):
    with refused("InvalidAttributeName", "Unknown Attribute ContentBasedDeduplication."):
        queue.set_queue_attributes(Attributes={"ContentBasedDeduplication": value})


def test_a_standard_queue_is_not_even_created_as_not_fifo(sqs, fresh_name):
    with refused("InvalidAttributeName", "Unknown Attribute FifoQueue."):
        sqs.create_queue(QueueName=fresh_name, Attributes={"FifoQueue": "false"})


@pytest.mark.parametrize(
    ("name", "value"), [("DeduplicationScope", "queue"), ("FifoThroughputLimit", "perQueue")]
)
def test_high_throughput_is_for_fifo_queues_only(sqs, fresh_name, name, value):
    with refused("InvalidAttributeName", f"You can specify the {name} only when FifoQueue is set to true."):
        sqs.create_queue(QueueName=fresh_name, Attributes={name: value})


def test_a_fifo_queue_stays_one(fifo):
    fifo.set_queue_attributes(Attributes={"FifoQueue": "true"})

    with refused(
        "InvalidAttributeValue",
        "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.",
    ):
        fifo.set_queue_attributes(Attributes={"FifoQueue": "false"})


def test_throughput_per_group_needs_deduplication_per_group(make_fifo, fifo):
    fast = make_fifo(DeduplicationScope="messageGroup", FifoThroughputLimit="perMessageGroupId")

    assert fast.attributes["FifoThroughputLimit"] == "perMessageGroupId"
    with refused("InvalidAttributeValue"):
        fifo.set_queue_attributes(Attributes={"FifoThroughputLimit": "perMessageGroupId"})


def test_deduplication_per_group_does_without_throughput_per_group(make_fifo):
    queue = make_fifo(DeduplicationScope="messageGroup")

    assert queue.attributes["DeduplicationScope"] == "messageGroup"
    assert queue.attributes["FifoThroughputLimit"] == "perQueue"


def test_deduplication_per_queue_cannot_come_back_before_throughput_per_queue(make_fifo):
    queue = make_fifo(DeduplicationScope="messageGroup", FifoThroughputLimit="perMessageGroupId")

    with refused("InvalidAttributeValue"):
        queue.set_queue_attributes(Attributes={"DeduplicationScope": "queue"})
    queue.set_queue_attributes(Attributes={"DeduplicationScope": "queue", "FifoThroughputLimit": "perQueue"})

    assert queue.attributes["FifoThroughputLimit"] == "perQueue"


def test_throughput_per_group_cannot_be_created_without_deduplication_per_group(make_fifo):
    with refused("InvalidAttributeValue"):
        make_fifo(FifoThroughputLimit="perMessageGroupId")


@pytest.mark.parametrize(
    ("name", "value"), [("DeduplicationScope", "group"), ("FifoThroughputLimit", "perSecond")]
)
def test_an_unknown_word_of_high_throughput_is_refused(fifo, name, value):
    with refused("InvalidAttributeValue"):
        fifo.set_queue_attributes(Attributes={name: value})


def test_a_policy_is_kept_and_taken_away_by_an_empty_text(queue):
    policy = json.dumps({"Version": "2012-10-17", "Statement": []})

    queue.set_queue_attributes(Attributes={"Policy": policy})
    kept = queue.attributes["Policy"]
    queue.set_queue_attributes(Attributes={"Policy": ""})

    assert json.loads(kept) == json.loads(policy)
    assert "Policy" not in queue.attributes


@pytest.mark.parametrize(
    "policy",
    [
        "no JSON",
        "[]",
        json.dumps({"Version": "2012-10-17", "Statement": [{"Sid": str(number)} for number in range(21)]}),
        json.dumps({"Version": "2012-10-17", "Id": "x" * 8_192, "Statement": []}),
    ],
    ids=["no JSON", "a list", "21 statements", "over 8 KiB"],
)
def test_a_policy_is_an_object_of_at_most_20_statements_and_8_kib(queue, policy):
    with refused("InvalidAttributeValue"):
        queue.set_queue_attributes(Attributes={"Policy": policy})


def test_a_key_of_ones_own_turns_the_services_encryption_off(queue):
    queue.set_queue_attributes(Attributes={"KmsMasterKeyId": "alias/tea"})

    attributes = queue.attributes
    assert attributes["KmsMasterKeyId"] == "alias/tea"
    assert attributes["KmsDataKeyReusePeriodSeconds"] == "300"
    assert attributes["SqsManagedSseEnabled"] == "false"


def test_a_key_is_taken_away_by_an_empty_text(make_queue):
    queue = make_queue(KmsMasterKeyId="alias/tea")

    queue.set_queue_attributes(Attributes={"KmsMasterKeyId": ""})

    assert "KmsMasterKeyId" not in queue.attributes


def test_two_kinds_of_encryption_at_once_are_refused(queue, make_queue):
    both = {"KmsMasterKeyId": "alias/tea", "SqsManagedSseEnabled": "true"}

    with refused("InvalidAttributeName", words_of_one_encryption()):
        queue.set_queue_attributes(Attributes=both)
    with refused("InvalidAttributeName", words_of_one_encryption()):
        make_queue(**both)

    assert queue.attributes["SqsManagedSseEnabled"] == "true" and "KmsMasterKeyId" not in queue.attributes


def test_the_services_encryption_takes_the_place_of_a_key(make_queue):
    queue = make_queue(KmsMasterKeyId="alias/tea", SqsManagedSseEnabled="false", KmsDataKeyReusePeriodSeconds="60")
    before = queue.attributes

    queue.set_queue_attributes(Attributes={"SqsManagedSseEnabled": "true"})

    assert (before["KmsMasterKeyId"], before["KmsDataKeyReusePeriodSeconds"]) == ("alias/tea", "60")
    assert queue.attributes["SqsManagedSseEnabled"] == "true" and "KmsMasterKeyId" not in queue.attributes


def test_all_encryption_can_be_switched_off(queue):
    queue.set_queue_attributes(Attributes={"SqsManagedSseEnabled": "false"})

    assert queue.attributes["SqsManagedSseEnabled"] == "false"


def words_of_one_encryption():
    return (
        "You can use one type of server-side encryption (SSE) at one time. "
        "You can either enable KMS SSE or SQS SSE."
    )


# Listing


def test_queues_are_listed_by_name(client, fresh_region):
    sqs = client("sqs", fresh_region)
    urls = [sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("tea", "coffee", "Tea", "teapot")]

    answer = sqs.list_queues()

    assert answer["QueueUrls"] == sorted(urls)
    assert "NextToken" not in answer


def test_a_prefix_is_case_sensitive(client, fresh_region):
    sqs = client("sqs", fresh_region)
    for name in ("tea", "coffee", "Tea", "teapot"):
        sqs.create_queue(QueueName=name)

    urls = sqs.list_queues(QueueNamePrefix="tea")["QueueUrls"]

    assert [url.rsplit("/", 1)[-1] for url in urls] == ["tea", "teapot"]


def test_a_list_without_queues_has_no_member_for_them(client, fresh_region):
    assert "QueueUrls" not in client("sqs", fresh_region).list_queues(QueueNamePrefix="nobody")


def test_a_list_in_pages_tells_every_queue_once(client, fresh_region):
    sqs = client("sqs", fresh_region)
    urls = {sqs.create_queue(QueueName=f"q{number}")["QueueUrl"] for number in range(7)}

    pages = [page["QueueUrls"] for page in sqs.get_paginator("list_queues").paginate(MaxResults=3)]

    assert [len(page) for page in pages] == [3, 3, 1]
    assert {url for page in pages for url in page} == urls


def test_a_page_that_ends_the_list_has_no_token(client, fresh_region):
    sqs = client("sqs", fresh_region)
    for number in range(3):
        sqs.create_queue(QueueName=f"q{number}")

    assert "NextToken" not in sqs.list_queues(MaxResults=3)


@pytest.mark.parametrize("most", [0, -1, 1_001])
def test_a_page_has_1_to_1000_queues(sqs, most):
    with refused("InvalidParameterValue"):
        sqs.list_queues(MaxResults=most)


def test_every_region_is_a_world_of_its_own(client, queue, fresh_region):
    elsewhere = client("sqs", fresh_region)

    with refused(NO_SUCH_QUEUE):
        elsewhere.get_queue_url(QueueName=queue.name)
    assert Queue.create(elsewhere, queue.name, {}).arn == f"arn:aws:sqs:{fresh_region}:{ACCOUNT}:{queue.name}"


# Deleting and purging


def test_a_deleted_queue_is_gone_and_cannot_be_deleted_again(queue):
    queue.delete_queue()

    with refused(NO_SUCH_QUEUE):
        queue.sqs.get_queue_url(QueueName=queue.name)
    with refused(NO_SUCH_QUEUE):
        queue.delete_queue()


def test_a_deleted_name_can_be_taken_again_at_once_and_the_queue_is_empty(queue):
    queue.send("tea")
    queue.delete_queue()

    again = Queue.create(queue.sqs, queue.name, {"DelaySeconds": "1"})

    assert again.counts == (0, 0, 0)


def test_a_purge_removes_visible_hidden_and_delayed_messages(queue):
    queue.send_all("tea", "coffee")
    queue.send("milk", DelaySeconds=900)
    queue.receive(1)
    before = queue.counts

    queue.purge_queue()

    assert before == (1, 1, 1)
    assert queue.counts == (0, 0, 0)
    assert queue.receive() == []


def test_receipts_from_before_a_purge_mean_nothing_any_more(queue):
    queue.send("tea")
    message = queue.receive_one()

    queue.purge_queue()

    queue.delete(message)
    with refused("InvalidParameterValue"):
        queue.hide(message, 10)


def test_a_purge_lets_a_fifo_queue_forget_what_was_sent(fifo):
    first = fifo.send("tea", MessageGroupId="g")
    fifo.purge_queue()

    second = fifo.send("tea", MessageGroupId="g")

    assert second["MessageId"] != first["MessageId"]
    assert fifo.receive_bodies() == ["tea"]


def test_a_queue_can_be_purged_again_at_once(queue):
    queue.purge_queue()

    queue.purge_queue()


def test_the_counts_tell_visible_hidden_and_delayed_messages_apart(queue):
    queue.send_all("a", "b", "c")
    queue.send("d", DelaySeconds=900)

    queue.receive(2)

    assert queue.counts == (1, 2, 1)


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("delete_queue", {}),
        ("get_queue_attributes", {"AttributeNames": ["Colour"]}),
        ("set_queue_attributes", {"Attributes": {"Colour": "green"}}),
        ("purge_queue", {}),
        ("send_message", {"MessageBody": "tea", "DelaySeconds": 901}),
        ("send_message_batch", {"Entries": []}),
        ("receive_message", {"MaxNumberOfMessages": 11}),
        ("delete_message", {"ReceiptHandle": "garbage"}),
        ("delete_message_batch", {"Entries": []}),
        ("change_message_visibility", {"ReceiptHandle": "garbage", "VisibilityTimeout": 43_201}),
        ("change_message_visibility_batch", {"Entries": []}),
    ],
)
def test_a_missing_queue_is_told_before_anything_else_that_is_wrong(sqs, broker, operation, parameters):
    with refused(NO_SUCH_QUEUE, "The specified queue does not exist."):
        getattr(sqs, operation)(QueueUrl=f"{broker.url}/{ACCOUNT}/nobody-made-this", **parameters)


@pytest.mark.parametrize("url", ["", "http://127.0.0.1/", "/"])
def test_a_url_without_a_name_is_no_queue(sqs, url):
    with refused(NO_SUCH_QUEUE):
        sqs.send_message(QueueUrl=url, MessageBody="tea")


def test_a_request_without_a_queue_url_meets_no_queue(sqs):
    with refused(NO_SUCH_QUEUE):
        sqs.send_message(MessageBody="tea")
