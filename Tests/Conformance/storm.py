"""A crowd that works while its broker dies again and again, and writes down what it is told."""

import http.client
import itertools
import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from bookkeeping import Book, Sent, Sighting
from broker import Broker
from places import Queue
from wire import SQS, Answer, Caller, Service

LEASE = 2  # seconds for which a receiver hides what it got
PATIENCE = 30  # seconds after which something is taken to hang


class Storm:
    """The broker's lives, one after the other, and how much was acknowledged in all of them."""

    def __init__(self, broker: Broker, dice: random.Random):
        self.broker = broker
        self.dice = dice
        self.book = Book()
        self.life = 0
        self.is_over = False
        self.acknowledged = 0
        self.died_over = Counter()  # calls that a death left without an answer, by operation
        self.moves_survived = 0
        self.news = threading.Condition()

    def rage(self, deaths: int, crowd: list):
        """Lets everyone work, and kills the broker each time so and so many more calls have been acknowledged."""
        with ThreadPoolExecutor(len(crowd)) as pool:
            working = [pool.submit(work, Worker(self)) for work in crowd]
            try:
                for _ in range(deaths):
                    self.await_calls(self.dice.randint(20, 200), unless=lambda: any(work.done() for work in working))
                    self.broker.kill()
                    self.broker.start(port=self.broker.port)
                    self.tell(lambda: setattr(self, "life", self.life + 1))
            finally:
                self.tell(lambda: setattr(self, "is_over", True))
            for work in working:
                work.result()

    def await_calls(self, number: int, unless=lambda: False):
        """Waits until so many more calls have been acknowledged, by whomever."""
        goal = self.acknowledged + number
        self.hear(lambda: self.acknowledged >= goal or self.is_over or unless())

    def hear(self, expected):
        with self.news:
            assert self.news.wait_for(expected, PATIENCE), f"nothing came in {PATIENCE} s"

    def tell(self, change):
        with self.news:
            change()
            self.news.notify_all()

    def note_acknowledged(self):
        self.acknowledged += 1

    def note_death(self, operation: str):
        self.died_over[operation] += 1


class Worker:
    """One caller on a connection of its own, which it makes anew in each life of the broker."""

    def __init__(self, storm: Storm):
        self.storm = storm
        self.book = storm.book
        self.caller = None
        self.life = None

    def call(self, operation: str, service: Service = SQS, **members) -> Answer | None:
        """What the broker answers; nothing when it died over it, and by then it lives again."""
        if self.life != self.storm.life or self.caller is None:
            self.life = self.storm.life
            self.caller = Caller(self.storm.broker.address, timeout=PATIENCE)
        try:
            answer = self.caller.call(service, operation, members)
        except (http.client.HTTPException, OSError):
            self.caller.close()
            self.caller = None
            self.storm.tell(lambda: self.storm.note_death(operation))
            self.storm.hear(lambda: self.storm.life > self.life)
            return None
        assert answer.status in (200, 400), answer  # 400: a receipt that is too old, or a move that runs already
        if answer.status == 200:
            self.storm.tell(self.storm.note_acknowledged)
        return answer

    # What a worker does until the storm is over

    def send(self, queue: Queue, name: str):
        """A standard queue would take a repetition for another message, so what nobody answered is not sent again."""
        for number in itertools.count():
            if self.storm.is_over:
                return
            body = f"{name}-{number}"
            self.book.attempted.add(body)
            answer = self.call("SendMessage", QueueUrl=queue.url, MessageBody=body)
            if answer:
                self.book.sent.append(Sent(queue.name, body, answer.json["MessageId"]))

    def send_in_groups(self, queue: Queue, name: str, groups: int):
        """Sends again until there is an answer, or the next of the group would come before it."""
        for number in itertools.count():
            if self.storm.is_over:
                return
            body, group = f"{name}-{number}", f"{name}-group-{number % groups}"
            identity = {"MessageGroupId": group, "MessageDeduplicationId": body}
            self.book.attempted.add(body)
            while not (answer := self.call("SendMessage", QueueUrl=queue.url, MessageBody=body, **identity)):
                pass
            told = answer.json
            self.book.sent.append(Sent(queue.name, body, told["MessageId"], group, int(told["SequenceNumber"])))

    def receive(self, queue: Queue, seed: int):
        """Deletes some of what it gets, gives some back, and forgets some."""
        dice = random.Random(seed)
        while not self.storm.is_over:
            began = time.monotonic()
            for message, receipt in self.batch(queue, most=dice.randint(1, 10), lease=LEASE):
                fate = dice.random()
                if fate < 0.5:
                    self.book.given_up.add(message.id)
                    answer = self.call("DeleteMessage", QueueUrl=queue.url, ReceiptHandle=receipt)
                    # Later than that it may have been somebody else's, and the delete not meant for it.
                    if answer and answer.status == 200 and time.monotonic() < began + LEASE:
                        self.book.deleted[message.id] = self.book.now()
                elif fate < 0.85:
                    again = {"ReceiptHandle": receipt, "VisibilityTimeout": 0}
                    self.call("ChangeMessageVisibility", QueueUrl=queue.url, **again)

    def batch(self, queue: Queue, most: int, lease: int) -> list[tuple[Sighting, str]]:
        """Messages with their receipts, hidden for a while."""
        asked = self.book.now()
        answer = self.call(
            "ReceiveMessage",
            QueueUrl=queue.url,
            MaxNumberOfMessages=most,
            WaitTimeSeconds=1,
            VisibilityTimeout=lease,
            MessageSystemAttributeNames=["All"],
        )
        messages = answer.json.get("Messages", []) if answer else []
        return [(self.book.saw(queue.name, message, asked), message["ReceiptHandle"]) for message in messages]

    def move_back(self, arn: str):
        """Starts one move task after the other, a few messages at a time, so that deaths come in the middle of them."""
        life = self.storm.life
        while not self.storm.is_over:
            listed = self.call("ListMessageMoveTasks", SourceArn=arn)
            if listed and life != self.life:
                life = self.life
                runs = any(task["Status"] == "RUNNING" for task in listed.json.get("Results", []))
                self.storm.moves_survived += runs
            self.call("StartMessageMoveTask", SourceArn=arn, MaxNumberOfMessagesPerSecond=40)
            self.storm.await_calls(20)

    # Once the storm is over

    def drain(self, queues: list[Queue], dead: list[str]) -> list[Sighting]:
        """Takes out everything that is left, until there is nothing any more and nothing moves."""
        left = []
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            full = [queue for queue in queues if self.count(queue)]
            if not full and not any(self.is_moving(arn) for arn in dead):
                return left
            for queue in full:
                while batch := self.batch(queue, most=10, lease=600):
                    left += [message for message, _ in batch]
                    entries = [{"Id": str(n), "ReceiptHandle": receipt} for n, (_, receipt) in enumerate(batch)]
                    answer = self.call("DeleteMessageBatch", QueueUrl=queue.url, Entries=entries)
                    assert not answer.json.get("Failed"), answer
        raise AssertionError(f"after {PATIENCE} s there is still something in {[queue.name for queue in full]}")

    def count(self, queue: Queue) -> int:
        answer = self.call("GetQueueAttributes", QueueUrl=queue.url, AttributeNames=["All"])
        kinds = ("", "NotVisible", "Delayed")
        return sum(int(answer.json["Attributes"][f"ApproximateNumberOfMessages{kind}"]) for kind in kinds)

    def is_moving(self, arn: str) -> bool:
        tasks = self.call("ListMessageMoveTasks", SourceArn=arn).json.get("Results", [])
        return any(task["Status"] == "RUNNING" for task in tasks)
