// Uses SQS and Kinesis with Amazon's SDK for Go, version 2, and ends with an error as soon as one does not do as Amazon.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	kinesistypes "github.com/aws/aws-sdk-go-v2/service/kinesis/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

var ctx, cancel = context.WithTimeout(context.Background(), 30*time.Second)

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func demand(holds bool, format string, arguments ...interface{}) {
	if !holds {
		log.Fatalf(format, arguments...)
	}
}

func main() {
	defer cancel()
	config := aws.Config{
		Region:      "us-east-1",
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
		EndpointResolverWithOptions: aws.EndpointResolverWithOptionsFunc(
			func(service, region string, options ...interface{}) (aws.Endpoint, error) {
				url := "http://" + os.Getenv("BROKER")
				return aws.Endpoint{URL: url, SigningRegion: region, HostnameImmutable: true}, nil
			}),
	}
	useQueue(sqs.NewFromConfig(config))
	client := kinesis.NewFromConfig(config)
	shard := useStream(client)
	useFanOut(client, shard)
	fmt.Println("done")
}

func useQueue(client *sqs.Client) {
	queue, err := client.CreateQueue(ctx, &sqs.CreateQueueInput{
		QueueName: aws.String("gopher.fifo"), Attributes: map[string]string{"FifoQueue": "true"}})
	must(err)
	// The SDK holds the digests of body and attributes against its own.
	_, err = client.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl: queue.QueueUrl, MessageBody: aws.String("good day"), MessageGroupId: aws.String("g"),
		MessageDeduplicationId: aws.String("1"),
		MessageAttributes: map[string]sqstypes.MessageAttributeValue{
			"colour": {DataType: aws.String("String"), StringValue: aws.String("blue")}}})
	must(err)
	received, err := client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: queue.QueueUrl, WaitTimeSeconds: 5, MessageAttributeNames: []string{"All"}})
	must(err)
	demand(len(received.Messages) == 1, "%d messages were received", len(received.Messages))
	message := received.Messages[0]
	demand(*message.Body == "good day" && *message.MessageAttributes["colour"].StringValue == "blue", "%v", message)
	_, err = client.DeleteMessage(ctx, &sqs.DeleteMessageInput{
		QueueUrl: queue.QueueUrl, ReceiptHandle: message.ReceiptHandle})
	must(err)
}

// Puts ten records, splits their shard, puts ten more, and reads all of them along the lineage. Returns a shard that is
// open.
func useStream(client *kinesis.Client) string {
	name := aws.String("gopher")
	_, err := client.CreateStream(ctx, &kinesis.CreateStreamInput{StreamName: name, ShardCount: aws.Int32(1)})
	must(err)
	put(client, 0)
	parent := "shardId-000000000000"
	_, err = client.SplitShard(ctx, &kinesis.SplitShardInput{
		StreamName: name, ShardToSplit: aws.String(parent),
		NewStartingHashKey: aws.String("170141183460469231731687303715884105728")})
	must(err)
	must(kinesis.NewStreamExistsWaiter(client).Wait(ctx, &kinesis.DescribeStreamInput{StreamName: name}, 20*time.Second))
	put(client, 10)

	seen := map[string]bool{}
	children := read(client, parent, seen)
	demand(len(seen) == 10, "%d records before the split", len(seen))
	demand(len(children) == 2, "%d children", len(children))
	for _, child := range children {
		demand(len(child.ParentShards) == 1 && child.ParentShards[0] == parent, "%v", child.ParentShards)
		read(client, *child.ShardId, seen)
	}
	demand(len(seen) == 20, "%d records in all", len(seen))
	return *children[0].ShardId
}

func put(client *kinesis.Client, first int) {
	var entries []kinesistypes.PutRecordsRequestEntry
	for number := first; number < first+10; number++ {
		text := fmt.Sprint("record ", number)
		entries = append(entries, kinesistypes.PutRecordsRequestEntry{Data: []byte(text), PartitionKey: aws.String(text)})
	}
	answer, err := client.PutRecords(ctx, &kinesis.PutRecordsInput{StreamName: aws.String("gopher"), Records: entries})
	must(err)
	demand(*answer.FailedRecordCount == 0, "%d records failed", *answer.FailedRecordCount)
}

// Reads a shard to its end, or until nothing is left to read. Returns the shards that go on where it ended.
func read(client *kinesis.Client, shard string, seen map[string]bool) []kinesistypes.ChildShard {
	place, err := client.GetShardIterator(ctx, &kinesis.GetShardIteratorInput{
		StreamName: aws.String("gopher"), ShardId: aws.String(shard),
		ShardIteratorType: kinesistypes.ShardIteratorTypeTrimHorizon})
	must(err)
	iterator := place.ShardIterator
	for iterator != nil {
		answer, err := client.GetRecords(ctx, &kinesis.GetRecordsInput{ShardIterator: iterator})
		must(err)
		for _, record := range answer.Records {
			demand(!seen[string(record.Data)], "%s came twice", record.Data)
			seen[string(record.Data)] = true
		}
		if answer.ChildShards != nil {
			return answer.ChildShards
		}
		if len(answer.Records) == 0 && *answer.MillisBehindLatest == 0 {
			return nil
		}
		iterator = answer.NextShardIterator
	}
	return nil
}

// Subscribes to a shard and waits for a record that is put meanwhile.
func useFanOut(client *kinesis.Client, shard string) {
	stream, err := client.DescribeStreamSummary(ctx, &kinesis.DescribeStreamSummaryInput{StreamName: aws.String("gopher")})
	must(err)
	consumer, err := client.RegisterStreamConsumer(ctx, &kinesis.RegisterStreamConsumerInput{
		StreamARN: stream.StreamDescriptionSummary.StreamARN, ConsumerName: aws.String("listener")})
	must(err)
	subscription, err := client.SubscribeToShard(ctx, &kinesis.SubscribeToShardInput{
		ConsumerARN: consumer.Consumer.ConsumerARN, ShardId: aws.String(shard),
		StartingPosition: &kinesistypes.StartingPosition{Type: kinesistypes.ShardIteratorTypeLatest}})
	must(err)
	events := subscription.GetStream()
	_, err = client.PutRecord(ctx, &kinesis.PutRecordInput{
		StreamName: aws.String("gopher"), Data: []byte("pushed"), PartitionKey: aws.String("k"),
		ExplicitHashKey: aws.String("1")})
	must(err)
	for event := range events.Events() {
		records := event.(*kinesistypes.SubscribeToShardEventStreamMemberSubscribeToShardEvent).Value.Records
		if len(records) > 0 {
			demand(string(records[0].Data) == "pushed", "%s was pushed", records[0].Data)
			must(events.Close())
			_, err = client.DeregisterStreamConsumer(ctx, &kinesis.DeregisterStreamConsumerInput{
				ConsumerARN: consumer.Consumer.ConsumerARN})
			must(err)
			return
		}
	}
	log.Fatal("the subscription ended: ", events.Err())
}
