"""The measurements hold what they say, at the smallest size: figures themselves are no matter for a test."""

import json
import subprocess

from built_program import binary


def bench(directory, *arguments):
    """Runs a measurement and reads its lines."""
    done = subprocess.run(
        [binary(), "bench", *arguments, "--directory", directory, "--json"],
        capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert list(directory.iterdir()) == [], "a measurement leaves nothing behind"
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_measurement_of_pushes_tells_of_every_record_that_was_put(tmp_path):
    lines = bench(tmp_path, "push", "--rate", "100", "--seconds", "1")

    assert [line["what"] for line in lines] == [
        "sent late", "put to its acknowledgement", "put to consumer", "acknowledgement to consumer",
        "plain SQLite, one durable write"]
    assert all(line["records"] == 100 for line in lines)
    acknowledged, pushed = lines[1], lines[2]
    assert 0 < acknowledged["p50_ms"] <= acknowledged["p99_ms"] <= acknowledged["slowest_ms"]
    assert 0 < pushed["p50_ms"] <= pushed["p99_ms"] <= pushed["slowest_ms"]


def test_a_measurement_of_trims_removes_every_record_and_fills_their_room_again(tmp_path):
    [line] = bench(tmp_path, "trim", "--records", "20000", "--bytes", "1000", "--seconds", "1")

    assert line["trimmed"] == 20_000
    assert line["puts_before"] > 100 and line["puts_during"] > 0
    assert line["during_slowest_ms"] > 0
    assert line["free_mib"] > 20, "the room of 20 MB of records is free"
    assert line["file_mib"] <= line["refilled_mib"] <= line["file_mib"] + 4
