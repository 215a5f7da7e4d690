"""Streams on their way: CREATING, UPDATING and DELETING, on a broker that takes its time as Amazon does."""

import time

import pytest

from broker import Broker
from places import Stream
from refusals import refused
from wire import ACCOUNT

CHANGES = {
    "split_shard": {"ShardToSplit": "0", "NewStartingHashKey": "1000"},
    "merge_shards": {"ShardToMerge": "0", "AdjacentShardToMerge": "1"},
    "update_shard_count": {"TargetShardCount": 4, "ScalingType": "UNIFORM_SCALING"},
    "increase_stream_retention_period": {"RetentionPeriodHours": 48},
    "start_stream_encryption": {"EncryptionType": "KMS", "KeyId": "k"},
    "enable_enhanced_monitoring": {"ShardLevelMetrics": ["ALL"]},
}


@pytest.fixture(scope="module")
def slow(tmp_path_factory):
    """A broker on which every change takes a while."""
    broker = Broker(tmp_path_factory.mktemp("slow"), ORDERFLOW_STREAM_CONTROL_DELAY="300")
    yield broker
    assert broker.stop() == 0


@pytest.fixture
def kinesis(client, slow, fresh_region):
    """In a region of its own, for five streams at most are created in one at a time."""
    return client("kinesis", fresh_region, url=slow.url)


def status(stream: Stream) -> str | None:
    """None for a stream that is not there."""
    try:
        return stream.describe_stream_summary()["StreamDescriptionSummary"]["StreamStatus"]
    except stream.kinesis.exceptions.ResourceNotFoundException:
        return None


def wait_while(stream: Stream, state: str):
    deadline = time.monotonic() + 20
    while status(stream) == state:
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def young(kinesis, fresh_name):
    """A stream that is being created."""
    return Stream.create(kinesis, fresh_name, 2)


@pytest.fixture
def grown(young):
    wait_while(young, "CREATING")
    return young


def not_active(stream: Stream, state: str) -> str:
    return f"Stream {stream.name} under account {ACCOUNT} not ACTIVE, instead in state {state}"


def test_a_stream_that_is_being_created_has_no_shards_yet(young):
    description = young.description

    assert (description["StreamStatus"], description["Shards"]) == ("CREATING", [])
    assert young.describe_stream_summary()["StreamDescriptionSummary"]["OpenShardCount"] == 0
    assert young.list_shards()["Shards"] == []
    wait_while(young, "CREATING")
    assert (status(young), len(young.shards)) == ("ACTIVE", 2)


def test_a_stream_that_is_being_created_takes_no_records(young):
    words = f"Stream {young.name} under account {ACCOUNT} not found."

    with refused("ResourceNotFoundException", words):
        young.put(b"tea")
    with refused("ResourceNotFoundException", words):
        young.iterator()


@pytest.mark.parametrize("change", CHANGES)
def test_a_stream_that_is_being_created_is_not_changed(young, change):
    with refused("ResourceInUseException", not_active(young, "CREATING")):
        getattr(young, change)(**CHANGES[change])


@pytest.mark.parametrize("change", CHANGES)
def test_a_stream_that_is_changed_is_updating_and_goes_on_taking_records(grown, change):
    getattr(grown, change)(**CHANGES[change])

    assert status(grown) == "UPDATING"
    grown.put(b"tea")
    with refused("ResourceInUseException", not_active(grown, "UPDATING")):
        getattr(grown, change)(**CHANGES[change])
    wait_while(grown, "UPDATING")
    assert status(grown) == "ACTIVE"
    assert sum(len(grown.read("TRIM_HORIZON", shard["ShardId"])) for shard in grown.shards) == 1


def test_shards_end_when_the_update_does(grown):
    grown.split_shard(**CHANGES["split_shard"])
    assert len(grown.shards) == 2

    wait_while(grown, "UPDATING")

    assert len(grown.shards) == 4


def test_a_change_that_cannot_be_is_told_at_once(grown):
    with refused("InvalidArgumentException"):
        grown.split_shard(ShardToSplit="0", NewStartingHashKey="0")
    with refused("InvalidArgumentException"):
        grown.update_shard_count(TargetShardCount=5, ScalingType="UNIFORM_SCALING")

    assert status(grown) == "ACTIVE"


def test_a_stream_that_is_being_deleted_keeps_its_name_and_takes_no_records(kinesis, grown):
    grown.delete_stream()

    assert status(grown) == "DELETING"
    with refused("ResourceInUseException"):
        kinesis.create_stream(StreamName=grown.name, ShardCount=1)
    with refused("ResourceNotFoundException"):
        grown.put(b"tea")
    with refused("ResourceInUseException"):
        grown.delete_stream()
    wait_while(grown, "DELETING")
    assert not grown.exists
    kinesis.create_stream(StreamName=grown.name, ShardCount=1)


def test_waiters_of_the_sdk_see_a_stream_come_and_go(kinesis, young):
    kinesis.get_waiter("stream_exists").wait(
        StreamName=young.name, WaiterConfig={"Delay": 0.05, "MaxAttempts": 200}
    )
    young.delete_stream()
    kinesis.get_waiter("stream_not_exists").wait(
        StreamName=young.name, WaiterConfig={"Delay": 0.05, "MaxAttempts": 200}
    )


def test_what_a_stream_is_in_the_middle_of_outlives_a_kill(tmp_path, client):
    broker = Broker(tmp_path, ORDERFLOW_STREAM_CONTROL_DELAY="500")
    stream = Stream.create(client("kinesis", url=broker.url), "s", 1)
    broker.kill()

    broker.start()
    stream = Stream(client("kinesis", url=broker.url), "s")
    wait_while(stream, "CREATING")
    stream.put(b"1")
    stream.split_shard(**CHANGES["split_shard"])
    broker.kill()

    broker.start()
    stream = Stream(client("kinesis", url=broker.url), "s")
    wait_while(stream, "UPDATING")
    assert len(stream.shards) == 3
    assert stream.read() == [b"1"]
    stream.delete_stream()
    broker.kill()

    broker.start()
    stream = Stream(client("kinesis", url=broker.url), "s")
    wait_while(stream, "DELETING")
    assert not stream.exists
    assert broker.stop() == 0


def test_settings_and_shards_outlive_a_kill(tmp_path, client):
    broker = Broker(tmp_path)
    stream = Stream.create(client("kinesis", url=broker.url), "s", 2, Tags={"team": "tea"})

    def look(stream: Stream) -> dict:
        return {
            "description": stream.description,
            "summary": stream.describe_stream_summary()["StreamDescriptionSummary"],
            "tags": stream.list_tags_for_stream()["Tags"],
            "policy": stream.kinesis.get_resource_policy(ResourceARN=stream.arn)["Policy"],
        }

    arn = stream.arn
    policy = '{"Version": "2012-10-17", "Statement": []}'
    for operation, members in CHANGES.items():
        if operation != "merge_shards":
            getattr(stream, operation)(**members)
    stream.kinesis.put_resource_policy(ResourceARN=arn, Policy=policy)
    stream.kinesis.update_max_record_size(StreamARN=arn, MaxRecordSizeInKiB=4096)
    before = look(stream)
    assert before["policy"] == policy and before["summary"]["MaxRecordSizeInKiB"] == 4096
    broker.kill()

    broker.start()
    stream = Stream(client("kinesis", url=broker.url), "s")
    assert look(stream) == before
    with refused("LimitExceededException"):
        for number in range(10):
            stream.update_shard_count(TargetShardCount=3 + number % 2, ScalingType="UNIFORM_SCALING")
    assert broker.stop() == 0
