"""Consumers: registered on a stream, told, listed, and removed with it or by themselves."""

import time

import pytest

from broker import Broker
from places import Stream
from pushes import consumer
from refusals import refused, violation
from wire import ACCOUNT, KINESIS, REGION, Caller


def register(stream, name, **parameters):
    return stream.kinesis.register_stream_consumer(StreamARN=stream.arn, ConsumerName=name, **parameters)["Consumer"]


def names(stream, **parameters) -> list[str]:
    answer = stream.kinesis.list_stream_consumers(StreamARN=stream.arn, **parameters)
    return [consumer["ConsumerName"] for consumer in answer["Consumers"]]


def test_a_consumer_is_told_by_its_arn_or_by_its_names(stream):
    registered = register(stream, "reader", Tags={"team": "tea"})

    second = int(registered["ConsumerCreationTimestamp"].timestamp())
    assert registered["ConsumerARN"] == f"{stream.arn}/consumer/reader:{second}"
    assert registered["ConsumerStatus"] == "CREATING" and abs(second - time.time()) < 60
    by_arn = stream.kinesis.describe_stream_consumer(ConsumerARN=registered["ConsumerARN"])["ConsumerDescription"]
    by_name = stream.kinesis.describe_stream_consumer(StreamARN=stream.arn, ConsumerName="reader")
    assert by_arn == by_name["ConsumerDescription"]
    assert by_arn == registered | {"ConsumerStatus": "ACTIVE", "StreamARN": stream.arn}


def test_a_name_is_taken_once_on_each_stream(make_stream):
    one, other = make_stream(), make_stream()
    register(one, "reader")
    register(other, "reader")

    words = f"Consumer reader under stream {one.arn} already exists for account {ACCOUNT}."
    with refused("ResourceInUseException", words):
        register(one, "reader")


def test_a_stream_has_at_most_20_consumers(stream):
    for number in range(20):
        register(stream, f"c{number:02}")

    with refused("LimitExceededException"):
        register(stream, "one-too-many")
    assert stream.describe_stream_summary()["StreamDescriptionSummary"]["ConsumerCount"] == 20

    stream.kinesis.deregister_stream_consumer(StreamARN=stream.arn, ConsumerName="c07")
    register(stream, "in-its-place")


def test_consumers_are_listed_page_by_page(stream):
    for name in ["d", "a", "c", "b"]:
        register(stream, name)

    first = stream.kinesis.list_stream_consumers(StreamARN=stream.arn, MaxResults=3)
    rest = stream.kinesis.list_stream_consumers(StreamARN=stream.arn, NextToken=first["NextToken"])

    assert [consumer["ConsumerName"] for consumer in first["Consumers"] + rest["Consumers"]] == ["a", "b", "c", "d"]
    assert "NextToken" not in rest
    assert all(consumer.keys().isdisjoint({"StreamARN"}) for consumer in first["Consumers"])
    assert names(stream, StreamCreationTimestamp=stream.description["StreamCreationTimestamp"]) == ["a", "b", "c", "d"]
    with refused("ResourceNotFoundException"):
        names(stream, StreamCreationTimestamp=1)


def test_a_consumer_that_is_removed_is_gone(stream):
    arn = consumer(stream)

    stream.kinesis.deregister_stream_consumer(ConsumerARN=arn)

    assert names(stream) == []
    for operation in (stream.kinesis.describe_stream_consumer, stream.kinesis.deregister_stream_consumer):
        with refused("ResourceNotFoundException", f"Consumer reader, account {ACCOUNT} not found."):
            operation(ConsumerARN=arn)


def test_names_and_arns_have_to_agree(make_stream):
    one, other = make_stream(), make_stream()
    arn = consumer(one)

    describe = one.kinesis.describe_stream_consumer
    assert describe(ConsumerARN=arn, StreamARN=one.arn, ConsumerName="reader")
    for wrong in ({"StreamARN": other.arn}, {"ConsumerName": "writer"}):
        with refused("InvalidArgumentException"):
            describe(ConsumerARN=arn, **wrong)
    for half in ({}, {"StreamARN": one.arn}, {"ConsumerName": "reader"}):
        with refused("InvalidArgumentException"):
            describe(**half)
    with refused("ResourceNotFoundException"):
        describe(ConsumerARN=arn[:-10] + "1000000000")
    with refused("ValidationException"):
        describe(ConsumerARN=one.arn)


@pytest.mark.parametrize("name", ["", "a b", "a:b", "x" * 129])
def test_a_name_has_the_letters_of_a_name(stream, name):
    with refused("ValidationException"):
        register(stream, name)


def test_a_consumer_needs_a_stream(kinesis):
    arn = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/nowhere"
    with refused("ResourceNotFoundException", f"Stream nowhere under account {ACCOUNT} not found."):
        kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="reader")
    pattern = "Member must satisfy regular expression pattern: arn:aws.*:kinesis:.*:\\d{12}:stream/\\S+"
    with refused("ValidationException", violation("nowhere", "streamARN", pattern)):
        kinesis.register_stream_consumer(StreamARN="nowhere", ConsumerName="reader")


def test_a_stream_with_consumers_is_deleted_only_on_purpose(stream):
    register(stream, "reader")

    with refused("ResourceInUseException"):
        stream.delete_stream()
    with refused("ResourceInUseException"):
        stream.delete_stream(EnforceConsumerDeletion=False)
    stream.delete_stream(EnforceConsumerDeletion=True)

    assert not stream.exists
    Stream.create(stream.kinesis, stream.name, 1)
    assert names(stream) == []


def test_consumers_outlive_a_crash(tmp_path):
    broker = Broker(tmp_path)
    arn = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/s"
    with Caller(broker.address) as caller:
        caller.call(KINESIS, "CreateStream", {"StreamName": "s", "ShardCount": 1})
        caller.call(KINESIS, "RegisterStreamConsumer", {"StreamARN": arn, "ConsumerName": "stays"})
        caller.call(KINESIS, "RegisterStreamConsumer", {"StreamARN": arn, "ConsumerName": "goes"})
        caller.call(KINESIS, "DeregisterStreamConsumer", {"StreamARN": arn, "ConsumerName": "goes"})
        before = caller.call(KINESIS, "ListStreamConsumers", {"StreamARN": arn}).json

    broker.kill()
    broker.start()

    with Caller(broker.address) as caller:
        assert caller.call(KINESIS, "ListStreamConsumers", {"StreamARN": arn}).json == before
    assert [told["ConsumerName"] for told in before["Consumers"]] == ["stays"]
    assert broker.stop() == 0
