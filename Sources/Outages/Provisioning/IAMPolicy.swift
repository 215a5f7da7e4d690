import JSON
import Wire

/// A role's access policy in the language of Amazon's IAM.
///
/// It is made of the very sentences that our own broker goes by. What only our own servers know is left out; of a batch
/// Amazon asks whether its single operation is allowed.
///
/// Source: AWS Service Authorization Reference, "Actions, resources, and condition keys for Amazon SQS" and "… Amazon
/// Kinesis Data Streams".
package struct IAMPolicy: Hashable, Sendable {
    package struct Statement: Hashable, Sendable {
        package var actions: [String]
        package var resources: [String]
    }

    package let statements: [Statement]

    /// - Parameters:
    ///   - blueprint: What there is; a resource that is not among it is left out.
    ///   - account: Twelve digits.
    package init(_ policy: AccessPolicy, on blueprint: Blueprint, in region: AmazonRegion, account: String) {
        statements = policy.statements.flatMap { statement in
            [SQS.name, Kinesis.name].compactMap { service -> Statement? in
                let actions = Self.actions(of: service, among: statement.actions)
                let resources = blueprint.resources.filter { $0.service == service }.map(\.text).filter {
                    name in
                    statement.resources.contains { $0 == "*" || $0 == name }
                }
                guard !actions.isEmpty, !resources.isEmpty else { return nil }
                return Statement(
                    actions: actions,
                    resources: resources.map { region.arn(of: $0, in: service, account: account) })
            }
        }
    }

    private static func actions(of service: String, among actions: [String]) -> [String] {
        var known: [String] = []
        for action in actions where action.hasPrefix("\(service):") && action != ourOwn {
            let single = action.hasSuffix("Batch") ? String(action.dropLast("Batch".count)) : action
            if !known.contains(single) { known.append(single) }
        }
        return known
    }

    private static let ourOwn = "\(Kinesis.name):\(AwaitRecords.name)"

    /// As IAM reads it.
    package var json: JSONValue {
        [
            "Version": "2012-10-17",
            "Statement": .array(
                statements.map { statement in
                    [
                        "Effect": "Allow", "Action": .array(statement.actions.map(JSONValue.string)),
                        "Resource": .array(statement.resources.map(JSONValue.string)),
                    ]
                }),
        ]
    }
}

extension ResourceName {
    fileprivate var service: String? {
        switch self {
        case .queue: SQS.name
        case .stream, .consumer: Kinesis.name
        case .account, .courier, .checkout, .partner, .broker: nil
        }
    }
}

extension KeyRing {
    /// What each role may do at Amazon, where it may do anything there, in the order of the street.
    package func iamPolicies(
        on blueprint: Blueprint, in region: AmazonRegion, account: String
    ) -> [(holder: Holder, policy: IAMPolicy)] {
        Holder.allCases.filter { $0 != .developer }.compactMap { holder in
            let policy = IAMPolicy(self[holder].policy, on: blueprint, in: region, account: account)
            return policy.statements.isEmpty ? nil : (holder, policy)
        }
    }
}
