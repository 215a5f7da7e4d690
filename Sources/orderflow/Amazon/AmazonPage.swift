import Inspection
import JSON
import Outages

/// A plan, or what became of one, for eyes.
struct AmazonPage {
    private let settings: StreetSettings

    init(_ settings: StreetSettings) {
        self.settings = settings
    }

    func text(of plan: ProvisioningPlan) -> String {
        let rows = plan.items.map { item in
            [item.kind.rawValue, item.name, item.standing.word, item.wantedText, item.purpose]
        }
        return """
            \(place), account \(plan.account ?? "not told")
            \(table(["what", "name", "standing", "needed", "purpose"], rows))\(differences(in: plan.items))\
            \(next(after: plan))

            """
    }

    func text(of deeds: [Provisioning.Deed]) -> String {
        let rows = deeds.map { [$0.item.kind.rawValue, $0.item.name, $0.kind.rawValue] }
        let left = deeds.filter { $0.kind == .left }.map(\.item)
        return "\(place)\n\(table(["what", "name", "done"], rows))\(differences(in: left))"
    }

    private var place: String {
        let (queue, stream) = (settings.queueURLBase, settings.streamURLBase)
        return "region \(settings.region), at \(queue)\(queue == stream ? "" : " and \(stream)")"
    }

    private func table(_ columns: [String], _ rows: [[String]]) -> String {
        Listing(columns: columns, rows: rows.map { $0.map(JSONValue.string) })
            .printed(as: .table, width: Output.width)
    }

    private func differences(in items: [ProvisioningPlan.Item]) -> String {
        items.flatMap { item -> [String] in
            guard case .differs(let differences) = item.standing else { return [] }
            return differences.map {
                "\(item.name): \($0)\($0.canBeChanged ? "" : "; orderflow cannot change that")\n"
            }
        }.joined()
    }

    private func next(after plan: ProvisioningPlan) -> String {
        guard !plan.isFulfilled else { return "All is there." }
        let missing = plan.items.count { $0.standing == .missing }
        let differing = plan.items.count { $0.standing != .missing && $0.standing != .asWanted }
        return [
            missing == 0 ? nil : "\(missing) missing: `orderflow aws apply` creates them.",
            differing == 0
                ? nil
                : "\(differing) as nobody wants them: `orderflow aws apply --update` changes what can be changed.",
        ].compactMap(\.self).joined(separator: " ")
    }
}

extension ProvisioningPlan.Item {
    fileprivate var wantedText: String { wanted.map { "\($0.name) \($0.value)" }.joined(separator: ", ") }

    fileprivate var json: JSONObject {
        var needed = JSONObject()
        for setting in wanted { needed[setting.name] = .string(setting.value) }
        var object = JSONObject()
        object["what"] = .string(kind.rawValue)
        object["name"] = .string(name)
        object["standing"] = .string(standing.word)
        object["needed"] = .object(needed)
        guard case .differs(let differences) = standing else { return object }
        object["differences"] = .array(
            differences.map {
                [
                    "name": .string($0.name), "found": .string($0.found), "wanted": .string($0.wanted),
                    "can_be_changed": .bool($0.canBeChanged),
                ]
            })
        return object
    }
}

extension ProvisioningPlan {
    func json(at settings: StreetSettings) -> JSONValue {
        [
            "region": .string(region), "account": JSONValue(account),
            "endpoints": [
                "sqs": .string(settings.queueURLBase), "kinesis": .string(settings.streamURLBase),
            ],
            "fulfilled": .bool(isFulfilled), "items": .array(items.map { .object($0.json) }),
        ]
    }
}

extension Provisioning.Deed {
    var json: JSONValue {
        var object = item.json
        object["done"] = .string(kind.rawValue)
        return .object(object)
    }
}
