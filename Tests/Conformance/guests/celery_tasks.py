"""Tasks as any Celery application has them; only the broker's address is ours."""

import os

from celery import Celery

address, output = os.environ["BROKER"], os.environ["OUTPUT"]

app = Celery("tasks", broker=f"sqs://test:test@{address}")
app.conf.update(
    broker_transport_options={
        "region": "us-east-1", "is_secure": False, "visibility_timeout": 2, "polling_interval": 0.1, "wait_time_seconds": 1
    },
    broker_connection_retry_on_startup=True,
    task_acks_late=True,
    task_default_queue="celery",
    worker_enable_remote_control=False,
    worker_prefetch_multiplier=1,
)


def note(line: str):
    with open(output, "a") as file:
        file.write(f"{line}\n")


@app.task
def double(number):
    note(f"double {number * 2}")


@app.task(bind=True, max_retries=3)
def hesitate(self):
    note(f"hesitate {self.request.retries}")
    if self.request.retries < 2:
        raise self.retry(countdown=0.1)


@app.task
def die_once():
    """Takes its worker along, the first time."""
    note("die_once")
    if open(output).read().count("die_once") == 1:
        os.kill(os.getpid(), 9)
