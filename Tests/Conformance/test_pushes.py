"""Enhanced fan-out: a shard's records are pushed to a consumer as they become durable."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import cbor
from broker import Broker
from pushes import MEDIA_TYPE, Frame, consumer
from refusals import refused
from wire import ACCOUNT, KINESIS, REGION, Caller, Key, Request

SHARD = "shardId-000000000000"


@pytest.fixture
def push(make_caller):
    """Subscribes on a connection of its own, and gives the frames behind the first."""
    opened = []

    def push(arn, kind="TRIM_HORIZON", shard=SHARD, content_type=None, **position):
        members = {"ConsumerARN": arn, "ShardId": shard, "StartingPosition": {"Type": kind} | position}
        caller = make_caller()
        if content_type:
            request = Request(KINESIS, "SubscribeToShard", cbor.write(members))
            request["Content-Type"] = content_type
        else:
            request = Request(KINESIS, "SubscribeToShard", members)
        caller.write(caller.sign(request))
        response = caller.connection.getresponse()
        assert (response.status, response.getheader("Content-Type")) == (200, MEDIA_TYPE)
        assert response.getheader("Transfer-Encoding") == "chunked"
        opened.append(response)
        beginning = Frame.read(response)
        assert beginning.kind == "initial-response"
        response.beginning = beginning
        return response

    yield push
    for response in opened:
        response.close()


def event(response) -> dict:
    frame = Frame.read(response)
    assert (frame.headers[":message-type"], frame.kind) == ("event", "SubscribeToShardEvent"), frame.payload
    assert frame.headers[":content-type"] == "application/json"
    return frame.json


def data(event) -> list[bytes]:
    return [record["Data"] for record in event["Records"]]


# By the SDK


def test_boto3_is_pushed_what_was_there_and_what_comes(stream):
    stream.put_all(b"one", b"two")
    arn = consumer(stream)
    position = {"Type": "TRIM_HORIZON"}

    answer = stream.kinesis.subscribe_to_shard(ConsumerARN=arn, ShardId=SHARD, StartingPosition=position)
    events = iter(answer["EventStream"])
    first = next(events)["SubscribeToShardEvent"]
    sent = stream.put(b"three", "key")
    second = next(events)["SubscribeToShardEvent"]
    answer["EventStream"].close()

    assert data(first) == [b"one", b"two"]
    [record] = second["Records"]
    assert (record["Data"], record["PartitionKey"]) == (b"three", "key")
    assert record["SequenceNumber"] == sent["SequenceNumber"]
    assert abs(record["ApproximateArrivalTimestamp"].timestamp() - time.time()) < 60
    assert second.keys() == {"Records", "ContinuationSequenceNumber", "MillisBehindLatest"}


def test_boto3_is_told_a_shards_children_at_its_end(stream):
    stream.put_all(b"one", b"two")
    arn = consumer(stream)
    horizon = {"Type": "TRIM_HORIZON"}
    answer = stream.kinesis.subscribe_to_shard(ConsumerARN=arn, ShardId=SHARD, StartingPosition=horizon)
    events = iter(answer["EventStream"])
    first = next(events)["SubscribeToShardEvent"]

    stream.split_shard(ShardToSplit=SHARD, NewStartingHashKey=str(2**127))
    *signs, last = [told["SubscribeToShardEvent"] for told in events]  # which ends by itself

    assert data(first) == [b"one", b"two"]
    assert all("ChildShards" not in told for told in [first, *signs])
    assert last["MillisBehindLatest"] == 0
    children = {child["ShardId"]: child for child in last["ChildShards"]}
    assert list(children) == ["shardId-000000000001", "shardId-000000000002"]
    assert all(child["ParentShards"] == [SHARD] for child in children.values())
    ranges = [child["HashKeyRange"] for child in children.values()]
    assert [(int(span["StartingHashKey"]), int(span["EndingHashKey"])) for span in ranges] == [
        (0, 2**127 - 1),
        (2**127, 2**128 - 1),
    ]


def test_boto3_is_told_what_is_wrong_before_the_stream_begins(stream):
    subscribe = stream.kinesis.subscribe_to_shard
    arn, latest = consumer(stream), {"Type": "LATEST"}

    with refused("ResourceNotFoundException", f"Consumer nobody, account {ACCOUNT} not found."):
        subscribe(ConsumerARN=arn.replace("reader", "nobody"), ShardId=SHARD, StartingPosition=latest)
    with refused("ResourceNotFoundException"):
        subscribe(ConsumerARN=arn, ShardId="shardId-000000000007", StartingPosition=latest)
    with refused("InvalidArgumentException"):
        subscribe(ConsumerARN=arn, ShardId=SHARD, StartingPosition={"Type": "AT_SEQUENCE_NUMBER"})
    with refused("ValidationException"):
        subscribe(ConsumerARN=arn, ShardId=SHARD, StartingPosition={"Type": "SOMEWHERE"})
    with refused("ValidationException"):
        subscribe(ConsumerARN="arn", ShardId=SHARD, StartingPosition=latest)


def test_a_dry_run_takes_nobodys_place(stream, push, caller):
    arn = consumer(stream)
    members = {"ConsumerARN": arn, "ShardId": SHARD, "StartingPosition": {"Type": "LATEST"}, "DryRun": True}

    assert caller.call(KINESIS, "SubscribeToShard", members).code == "DryRunOperationException"
    push(arn, "LATEST")


# Frame by frame


def test_the_first_frame_comes_at_once_byte_by_byte(stream, push):
    response = push(consumer(stream), "LATEST")

    assert response.beginning.headers == {
        ":message-type": "event",
        ":event-type": "initial-response",
        ":content-type": "application/json",
    }
    assert response.beginning.payload == b"{}"


def test_every_record_is_pushed_once_and_in_its_order(stream, push):
    response = push(consumer(stream), "LATEST")
    sent = [f"{number}".encode() for number in range(300)]

    with ThreadPoolExecutor(1) as pool:
        putting = pool.submit(stream.put_all, *sent)
        pushed = []
        while len(pushed) < len(sent):
            pushed += event(response)["Records"]
    numbers = putting.result()

    assert [record["SequenceNumber"] for record in pushed] == numbers


@pytest.mark.parametrize("kind", ["AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"])
def test_a_continuation_has_no_gap_and_no_repeat(stream, push, kind):
    stream.put_all(b"one", b"two")
    continuation = event(push(consumer(stream)))["ContinuationSequenceNumber"]
    stream.put(b"three")

    response = push(consumer(stream, "heir"), kind, SequenceNumber=continuation)

    assert stream.read(kind, StartingSequenceNumber=continuation) == [b"three"]
    assert len(event(response)["Records"]) == 1


def test_whoever_hears_nothing_hears_that_within_some_seconds(stream, push):
    [number] = stream.put_all(b"tea")
    response = push(consumer(stream), "LATEST")
    begin = time.monotonic()

    first, second = event(response), event(response)

    assert 8 < time.monotonic() - begin < 20
    assert first["Records"] == second["Records"] == []
    assert int(number) < int(first["ContinuationSequenceNumber"]) < int(second["ContinuationSequenceNumber"])
    assert first["MillisBehindLatest"] == 0


def test_an_event_holds_about_1_mib(stream, push):
    stream.put_all(*[bytes([65 + number]) * 400_000 for number in range(6)])

    response = push(consumer(stream))

    assert [len(event(response)["Records"]) for _ in range(3)] == [2, 2, 2]


def test_cbor_is_answered_with_events_in_cbor(stream, push):
    stream.put(bytes(range(256)))

    response = push(consumer(stream), content_type="application/x-amz-cbor-1.1")
    frame = Frame.read(response)

    assert cbor.read(response.beginning.payload) == {}
    assert frame.headers[":content-type"] == "application/x-amz-cbor-1.1"
    told = cbor.read(frame.payload)
    assert told["Records"][0]["Data"] == bytes(range(256))
    assert abs(told["Records"][0]["ApproximateArrivalTimestamp"].milliseconds / 1_000 - time.time()) < 60


# Whose turn it is


def test_two_consumers_are_pushed_the_same(stream, push):
    one, other = push(consumer(stream, "one"), "LATEST"), push(consumer(stream, "other"), "LATEST")

    stream.put(b"tea")

    assert event(one)["Records"] == event(other)["Records"] != []


def test_a_shard_is_not_taken_over_at_once(stream, push):
    arn = consumer(stream)
    push(arn, "LATEST")

    with refused("ResourceInUseException"):
        stream.kinesis.subscribe_to_shard(ConsumerARN=arn, ShardId=SHARD, StartingPosition={"Type": "LATEST"})


def test_a_shard_is_taken_over_after_five_seconds(stream, push):
    arn = consumer(stream)
    old = push(arn, "LATEST")
    assert event(old)["Records"] == []  # five seconds have passed

    new = push(arn, "LATEST")
    stream.put(b"tea")

    last = Frame.read(old)
    assert (last.headers[":message-type"], last.kind) == ("exception", "ResourceInUseException")
    assert last.json["message"] and Frame.read(old) is None
    assert len(event(new)["Records"]) == 1


@pytest.mark.parametrize("how", ["consumer", "stream"])
def test_a_subscription_ends_with_its_consumer_and_its_stream(stream, push, how):
    arn = consumer(stream)
    response = push(arn, "LATEST")

    if how == "consumer":
        stream.kinesis.deregister_stream_consumer(ConsumerARN=arn)
    else:
        stream.delete_stream(EnforceConsumerDeletion=True)

    last = Frame.read(response)
    assert (last.headers[":message-type"], last.kind) == ("exception", "ResourceNotFoundException")
    assert Frame.read(response) is None


def test_a_connection_serves_on_after_a_subscription(stream, make_caller):
    arn = consumer(stream)
    caller = make_caller()
    members = {"ConsumerARN": arn, "ShardId": SHARD, "StartingPosition": {"Type": "LATEST"}}
    caller.write(caller.sign(Request(KINESIS, "SubscribeToShard", members)))
    response = caller.connection.getresponse()
    stream.kinesis.deregister_stream_consumer(ConsumerARN=arn)
    response.read()

    assert caller.call(KINESIS, "ListStreams", {}).status == 200


def test_a_broker_that_stops_ends_subscriptions_in_order(tmp_path):
    broker = Broker(tmp_path)
    arn = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/s"
    with Caller(broker.address) as caller, Caller(broker.address) as subscriber:
        caller.call(KINESIS, "CreateStream", {"StreamName": "s", "ShardCount": 1})
        registered = caller.call(KINESIS, "RegisterStreamConsumer", {"StreamARN": arn, "ConsumerName": "r"}).json
        members = {
            "ConsumerARN": registered["Consumer"]["ConsumerARN"],
            "ShardId": SHARD,
            "StartingPosition": {"Type": "LATEST"},
        }
        subscriber.write(subscriber.sign(Request(KINESIS, "SubscribeToShard", members)))
        response = subscriber.connection.getresponse()
        assert Frame.read(response).kind == "initial-response"

        begin = time.monotonic()
        assert broker.stop() == 0
        assert time.monotonic() - begin < 5
        assert response.read() == b""  # the end of all chunks, and no cut connection


def test_a_key_needs_leave_for_this_very_consumer(stream, make_caller):
    arn = consumer(stream)
    relay = make_caller(key=Key.of("oms-relay"))
    members = {"ConsumerARN": arn, "ShardId": SHARD, "StartingPosition": {"Type": "LATEST"}}

    answer = relay.call(KINESIS, "SubscribeToShard", members)

    assert answer.code == "AccessDeniedException"
    assert f"stream/{stream.name}/consumer/reader:" in answer.json["message"]
