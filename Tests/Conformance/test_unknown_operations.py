"""Operations that the broker does not have: refused as Amazon refuses what it does not know, never done in silence."""

import botocore.session
import pytest

from wire import KINESIS, SQS, Request

PLAYED = {
    SQS: """
        CreateQueue DeleteQueue GetQueueUrl ListQueues GetQueueAttributes SetQueueAttributes PurgeQueue
        TagQueue UntagQueue ListQueueTags AddPermission RemovePermission
        SendMessage SendMessageBatch ReceiveMessage DeleteMessage DeleteMessageBatch
        ChangeMessageVisibility ChangeMessageVisibilityBatch
        ListDeadLetterSourceQueues StartMessageMoveTask ListMessageMoveTasks CancelMessageMoveTask
    """.split(),
    KINESIS: """
        CreateStream DeleteStream DescribeStream DescribeStreamSummary ListStreams ListShards
        PutRecord PutRecords GetShardIterator GetRecords
        SplitShard MergeShards UpdateShardCount UpdateStreamMode UpdateStreamWarmThroughput UpdateMaxRecordSize
        IncreaseStreamRetentionPeriod DecreaseStreamRetentionPeriod StartStreamEncryption StopStreamEncryption
        EnableEnhancedMonitoring DisableEnhancedMonitoring
        AddTagsToStream RemoveTagsFromStream ListTagsForStream TagResource UntagResource ListTagsForResource
        PutResourcePolicy GetResourcePolicy DeleteResourcePolicy
        DescribeLimits DescribeAccountSettings UpdateAccountSettings
        RegisterStreamConsumer DescribeStreamConsumer ListStreamConsumers DeregisterStreamConsumer SubscribeToShard
    """.split(),
}
MODELS = {service: botocore.session.get_session().get_service_model(service.name) for service in PLAYED}
UNKNOWN = [
    pytest.param(service, name, id=f"{service.name}-{name}")
    for service, model in MODELS.items()
    for name in model.operation_names
    if name not in PLAYED[service]
]
NAMED = {
    "QueueUrl": "{queue.url}",
    "SourceArn": "{queue_arn}",
    "StreamName": "{stream.name}",
    "StreamARN": "{stream_arn}",
    "ResourceARN": "{stream_arn}",
}


def smallest(shape, name: str = ""):
    """The smallest value that a shape of the service model allows."""
    match shape.type_name:
        case "structure":
            wanted = [*shape.required_members, *(set(NAMED) & set(shape.members))]
            return {member: smallest(shape.members[member], member) for member in wanted}
        case "list":
            return [smallest(shape.member)] * max(1, shape.metadata.get("min", 1))
        case "map":
            return {"k": smallest(shape.value)}
        case "string":
            return NAMED.get(name) or (shape.enum[0] if shape.enum else "x" * max(1, shape.metadata.get("min", 1)))
        case "integer" | "long":
            return max(1, shape.metadata.get("min", 1))
        case "boolean":
            return True
        case "timestamp":
            return 1_700_000_000
        case "blob":
            return "dGVh"
    raise AssertionError(f"no value for a {shape.type_name}")


def on_the_spot(value, queue, stream):
    """Names the queue and the stream at hand where the value has a place for them."""
    match value:
        case dict():
            return {name: on_the_spot(item, queue, stream) for name, item in value.items()}
        case list():
            return [on_the_spot(item, queue, stream) for item in value]
        case str() if value in NAMED.values():
            return value.format(queue=queue, queue_arn=queue.arn, stream=stream, stream_arn=stream.arn)
    return value


def is_unknown(answer, service) -> bool:
    if service is SQS:
        kind = "com.amazon.coral.service#UnknownOperationException"
        return (answer.status, answer.code, answer.json["__type"]) == (400, "InvalidAction", kind)
    return (answer.status, answer.code) == (400, "UnknownOperationException")


@pytest.mark.parametrize(("service", "operation"), UNKNOWN)
def test_an_operation_that_is_not_played_is_unknown(caller, queue, stream, service, operation):
    shape = MODELS[service].operation_model(operation).input_shape
    members = on_the_spot(smallest(shape) if shape else {}, queue, stream)
    before = (queue.attributes, stream.description)

    answer = caller.call(service, operation, members)

    assert is_unknown(answer, service)
    assert (queue.attributes, stream.description) == before


@pytest.mark.parametrize("service", PLAYED, ids=lambda service: service.name)
def test_every_operation_that_is_played_stands_in_the_service_model(service):
    assert set(PLAYED[service]) <= set(MODELS[service].operation_names)


@pytest.mark.parametrize(
    "operation",
    """
    CreateQueue DescribeQueue ListQueues UpdateQueue DeleteQueue ReceiveQueueRecords AcknowledgeQueueRecords
    UpdateQueueRecordsVisibility ReceiveDeadLetterQueueRecords AcknowledgeDeadLetterQueueRecords
    UpdateDeadLetterQueueRecordsVisibility RestoreDeadLetterQueueRecords
    CreateChannel DescribeChannel ListChannels UpdateChannel DeleteChannel
    """.split(),
)
def test_queues_and_channels_on_a_stream_are_unknown(caller, operation):
    assert is_unknown(caller.call(KINESIS, operation, {}), KINESIS)


@pytest.mark.parametrize("service", PLAYED, ids=lambda service: service.name)
@pytest.mark.parametrize("operation", ["", "Tea", "listqueues", "ListStreams ", "SendMessage.More", "../x"])
def test_what_is_no_operation_at_all_is_unknown(caller, service, operation):
    answer = caller.call(service, operation, {})

    assert is_unknown(answer, service)


@pytest.mark.parametrize("prefix", ["AmazonSQS_2", "Kinesis_20131203", "DynamoDB_20120810", ""])
def test_a_service_that_is_not_played_has_no_operations(caller, prefix):
    request = Request(KINESIS, "ListStreams", {})
    request["X-Amz-Target"] = f"{prefix}.ListStreams"

    assert is_unknown(caller.send(caller.sign(request)), KINESIS)


@pytest.mark.parametrize("service", PLAYED, ids=lambda service: service.name)
def test_an_unknown_operation_is_told_without_a_signature_too(caller, service):
    request = Request(service, "Tea", {}, headers=[("Host", caller.address)])

    assert is_unknown(caller.send(request), service)
