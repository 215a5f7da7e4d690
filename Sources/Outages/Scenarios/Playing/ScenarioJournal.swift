import Clockwork
import Inspection
import JSON

/// What is written down of a scenario's run: Chaos Toolkit's journal, and beside it what only we know.
///
/// Source: Chaos Toolkit, "The journal", version 1.
package struct ScenarioJournal: Sendable {
    package let scenario: Scenario
    package let record: ScenarioRecord
    package let verdict: DemoVerdict
    package let startedAt: Timestamp
    package let endedAt: Timestamp
    package let seed: UInt64

    package init(
        _ scenario: Scenario, record: ScenarioRecord, verdict: DemoVerdict, startedAt: Timestamp,
        endedAt: Timestamp, seed: UInt64
    ) {
        self.scenario = scenario
        self.record = record
        self.verdict = verdict
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.seed = seed
    }

    package var json: JSONValue {
        let isDeviated = !record.deviations.isEmpty
        return [
            "experiment": scenario.experiment,
            "start": .string(startedAt.description), "end": .string(endedAt.description),
            "duration": .number(String((endedAt - startedAt).fractionalSeconds)),
            "status": .string(verdict.invalid != nil ? "failed" : isDeviated ? "deviated" : "completed"),
            "deviated": .bool(isDeviated),
            "steady_states": [
                "before": Self.states(record.steadyStates.before),
                "during": .array(record.steadyStates.during.map(\.json)),
                "after": Self.states(record.steadyStates.after),
            ],
            "run": .array(record.method.map(\.json)),
            "rollbacks": .array(record.rollbacks.map(\.json)),
            "orderflow": ours,
        ]
    }

    private static func states(_ probes: [ActivityRun]) -> JSONValue {
        [
            "steady_state_met": .bool(probes.allSatisfy(\.isAsWanted)),
            "probes": .array(probes.map(\.json)),
        ]
    }

    private var ours: JSONValue {
        var object = JSONObject()
        object["format"] = JSONValue(Staging.format)
        object["expect"] = .string(scenario.staging.expect.rawValue)
        object["seed"] = JSONValue(Int64(bitPattern: seed))
        for member in verdict.json.object?.members ?? [] { object[member.name] = member.value }
        object["files"] = [
            "faults.ndjson", "samples.ndjson", "events.ndjson", "verdict.json", "scenario.yaml",
        ]
        return .object(object)
    }
}

extension ActivityRun {
    package var json: JSONValue {
        var output: JSONValue = .null
        if let result {
            output = [
                "status": JSONValue(result.status), "stdout": .string(result.stdout),
                "stderr": .string(result.stderr),
            ]
        }
        return [
            "activity": [
                "type": .string(activity.role.rawValue), "name": .string(activity.name),
                "provider": [
                    "type": "process", "path": "orderflow",
                    "arguments": .array(activity.arguments.map(JSONValue.string)),
                ],
            ],
            "start": .string(startedAt.description), "end": .string((startedAt + span).description),
            "duration": .number(String(span.fractionalSeconds)),
            "status": .string(isAsWanted ? "succeeded" : "failed"), "output": output,
            "tolerance_met": .bool(isAsWanted),
        ]
    }
}
