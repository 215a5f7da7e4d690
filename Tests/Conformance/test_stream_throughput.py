"""How much a shard takes and tells in a second, and how often one may call, on a broker that keeps Amazon's bounds."""

import pytest

from broker import Broker
from places import Stream
from refusals import refused
from wire import ACCOUNT

EXCEEDED = "ProvisionedThroughputExceededException"
HALF_MIB = b"x" * (512 * 1024 - 1)


@pytest.fixture(scope="module")
def strict(tmp_path_factory):
    broker = Broker(tmp_path_factory.mktemp("strict"), "--throttle")
    yield broker
    assert broker.stop() == 0


@pytest.fixture
def kinesis(client, strict, fresh_region):
    """Calls are counted by region, so that no test stands in the way of another."""
    return client("kinesis", url=strict.url, region=fresh_region)


def rate_exceeded(stream: Stream, shard: int = 0) -> str:
    return f"Rate exceeded for shard shardId-{shard:012} in stream {stream.name} under account {ACCOUNT}."


def test_a_shard_takes_a_mib_a_second_and_refuses_single_records_beyond(stream):
    answer = stream.put_records(Records=[{"Data": HALF_MIB, "PartitionKey": "k"}] * 3)

    assert answer["FailedRecordCount"] == 1
    *taken, refused_one = answer["Records"]
    assert [set(record) for record in taken] == [{"ShardId", "SequenceNumber"}] * 2
    assert refused_one == {"ErrorCode": EXCEEDED, "ErrorMessage": rate_exceeded(stream)}
    assert len(stream.read(limit=10)) == 2


def test_a_single_record_beyond_is_refused_as_a_whole(stream):
    stream.put_records(Records=[{"Data": HALF_MIB, "PartitionKey": "k"}] * 2)

    with refused(EXCEEDED, rate_exceeded(stream)):
        stream.put(HALF_MIB)


def test_a_shard_takes_a_thousand_records_a_second(stream):
    failed = sum(
        stream.put_records(Records=[{"Data": b"t", "PartitionKey": "k"}] * 500)["FailedRecordCount"] for _ in range(8)
    )

    assert 0 < failed <= 3000


def test_each_shard_has_bounds_of_its_own(make_stream):
    stream = make_stream(2)
    entries = [{"Data": HALF_MIB, "PartitionKey": "k", "ExplicitHashKey": key} for key in ("0", str(2**127))] * 3

    answer = stream.put_records(Records=entries)

    assert answer["FailedRecordCount"] == 2
    messages = [record["ErrorMessage"] for record in answer["Records"] if "ErrorMessage" in record]
    assert messages == [rate_exceeded(stream, 0), rate_exceeded(stream, 1)]


def test_a_large_record_goes_through_and_others_wait_for_it(make_stream):
    stream = make_stream(1, MaxRecordSizeInKiB=10_240)

    stream.put(b"x" * (5 << 20))

    with refused(EXCEEDED, rate_exceeded(stream)):
        stream.put(b"tea")


def test_a_shard_is_read_five_times_a_second(stream):
    iterator = stream.iterator()

    with refused(EXCEEDED, rate_exceeded(stream)):
        for _ in range(50):
            stream.kinesis.get_records(ShardIterator=iterator)


def test_a_shard_gives_five_iterators_a_second(stream):
    with refused(EXCEEDED, rate_exceeded(stream)):
        for _ in range(50):
            stream.iterator()


@pytest.mark.parametrize(
    "operation, most",
    [("describe_limits", 1), ("list_streams", 5), ("describe_stream", 10), ("describe_stream_summary", 20)],
)
def test_an_account_calls_an_operation_so_often_a_second(kinesis, fresh_name, operation, most):
    Stream.create(kinesis, fresh_name, 1)  # and let it be: to look whether it is there is a call, too
    on_stream = {"StreamName": fresh_name} if operation.startswith("describe_stream") else {}
    calls = 0

    with refused("LimitExceededException", f"Rate exceeded for account {ACCOUNT}."):
        while calls < 20 * most:
            getattr(kinesis, operation)(**on_stream)
            calls += 1

    assert calls >= most


def test_calls_of_another_region_count_for_themselves(client, strict, kinesis, fresh_name):
    with refused("LimitExceededException"):
        for _ in range(200):
            kinesis.list_streams()

    assert client("kinesis", url=strict.url, region=f"region-{fresh_name}").list_streams()["StreamNames"] == []


def test_after_a_large_answer_the_next_calls_are_refused(make_stream):
    stream = make_stream(1, MaxRecordSizeInKiB=10_240)
    stream.put(b"x" * (9 << 20))
    assert len(stream.read()) == 1

    with refused(EXCEEDED, rate_exceeded(stream)):
        stream.read()


def test_a_split_shard_takes_twice_as_much(stream):
    entries = [{"Data": HALF_MIB, "PartitionKey": "k", "ExplicitHashKey": key} for key in ("0", str(2**127))] * 2
    stream.split_shard(ShardToSplit="0", NewStartingHashKey=str(2**127))

    assert stream.put_records(Records=entries)["FailedRecordCount"] == 0


def test_a_broker_is_not_bounded_unless_it_is_told_to_be(client, broker, fresh_name):
    stream = Stream.create(client("kinesis", url=broker.url), fresh_name, 1)

    assert stream.put_records(Records=[{"Data": HALF_MIB, "PartitionKey": "k"}] * 16)["FailedRecordCount"] == 0
    for _ in range(20):
        stream.read(limit=1)
    stream.delete_stream()
