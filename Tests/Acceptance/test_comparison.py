"""The same day with and without queue and stream, and what it came to."""

import json

from street import orderflow


def test_only_the_street_with_queue_and_stream_keeps_every_order(tmp_path):
    answer = orderflow("demo", "--compare", "--json", "--runs", tmp_path, cwd=tmp_path)

    assert answer.returncode == 0, answer.stdout + answer.stderr
    comparison = json.loads(answer.stdout.splitlines()[-1])
    assert comparison["kind"] == "comparison" and comparison["verdict"] == "held"
    coupled, retried, decoupled = comparison["wirings"]

    assert decoupled["placed"] == decoupled["orders"] == 127
    assert decoupled["turned_away"] == decoupled["stored_twice"] == decoupled["notifications_missed"] == 0
    assert decoupled["turned_away_values"] == []

    for column in (coupled, retried):
        assert column["orders"] == 127
        assert column["placed"] + column["turned_away"] == 127
        assert column["turned_away"] > 0
        assert column["turned_away_values"][0]["total_minor"] > 0
        # One order is in the books once, even where the shop has tried again.
        assert column["stored_twice"] == 0
        # The carrier was away, and nobody told it later.
        assert column["notifications_missed"] > 0

    (kept,) = tmp_path.glob("*-compare-7/comparison.json")
    assert json.loads(kept.read_text())["wirings"] == comparison["wirings"]
    for wiring in ("coupled", "coupled-with-retry", "decoupled"):
        (directory,) = tmp_path.glob(f"*-compare-7/{wiring}")
        stored = orderflow("sql", "SELECT count(*) AS orders FROM oms.orders", "--data", directory, "--format", "json")
        assert json.loads(stored.stdout)[0]["orders"] >= 1
