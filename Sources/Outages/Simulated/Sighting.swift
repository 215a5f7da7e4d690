/// The places of the street, whoever plays them.
package enum StreetRole: String, Hashable, Sendable, CaseIterable {
    case broker, shop, oms, function, courier, partner
}

/// Something that must have happened at least once over many runs: a suite in which it never does is too tame.
package enum Sighting: Hashable, Sendable, CaseIterable {
    // What was done to the street.
    case killed(StreetRole)
    case crashedBeforeCommit(StreetRole)
    case crashedAfterCommit(StreetRole)
    case frozen(StreetRole)
    case stopped(StreetRole)
    case clockJumped(StreetRole)
    case allKilledAtOnce
    case requestLost, replyLost, requestRepeated, connectionCut, partition, partnerMoody
    case throttled, batchHalfRefused, handedOutTwice, shuffled, iteratorExpired

    // What came of it.
    case unknownResolved
    case repeatRecognised
    case conflictRecorded
    case orderRejected
    case cancelledEarly
    case poisonDeadLettered
    case eventPublishedTwice
    case batchHandledAgain
    case webhookSentAgain
    case partnerSawRepeat
    case relayLeaseTakenOver

    package static let allCases: [Sighting] =
        StreetRole.allCases.flatMap { role in
            [
                .killed(role), .crashedBeforeCommit(role), .crashedAfterCommit(role), .frozen(role),
                .stopped(role),
                .clockJumped(role),
            ]
        } + [
            .allKilledAtOnce, .requestLost, .replyLost, .requestRepeated, .connectionCut, .partition,
            .partnerMoody, .throttled, .batchHalfRefused, .handedOutTwice, .shuffled, .iteratorExpired,
            .unknownResolved, .repeatRecognised, .conflictRecorded, .orderRejected, .cancelledEarly,
            .poisonDeadLettered,
            .eventPublishedTwice, .batchHandledAgain, .webhookSentAgain, .partnerSawRepeat,
            .relayLeaseTakenOver,
        ]
}

extension Sighting: CustomStringConvertible {
    package var description: String {
        switch self {
        case .killed(let role): "\(role.rawValue) killed"
        case .crashedBeforeCommit(let role): "\(role.rawValue) crashed before a commit"
        case .crashedAfterCommit(let role): "\(role.rawValue) crashed after a commit"
        case .frozen(let role): "\(role.rawValue) frozen"
        case .stopped(let role): "\(role.rawValue) stopped in order"
        case .clockJumped(let role): "\(role.rawValue) clock jumped"
        case .allKilledAtOnce: "everything killed at once"
        case .requestLost: "request lost"
        case .replyLost: "reply lost"
        case .requestRepeated: "request repeated"
        case .connectionCut: "connection cut by a death"
        case .partition: "message swallowed by a partition"
        case .partnerMoody: "partner in a bad temper"
        case .throttled: "request throttled"
        case .batchHalfRefused: "batch refused in part"
        case .handedOutTwice: "message handed out twice at once"
        case .shuffled: "queue out of order"
        case .iteratorExpired: "iterator expired early"
        case .unknownResolved: "unknown outcome resolved"
        case .repeatRecognised: "repeat recognised by the OMS"
        case .conflictRecorded: "conflict recorded"
        case .orderRejected: "order rejected"
        case .cancelledEarly: "order cancelled before it came"
        case .poisonDeadLettered: "poison dead-lettered"
        case .eventPublishedTwice: "event published twice"
        case .batchHandledAgain: "batch handled again"
        case .webhookSentAgain: "webhook sent again"
        case .partnerSawRepeat: "repeat recognised by a partner"
        case .relayLeaseTakenOver: "relay lease taken over"
        }
    }
}

/// How often each thing was seen.
package struct Sightings: Hashable, Sendable {
    private var times: [Sighting: Int] = [:]

    package init() {}

    package subscript(sighting: Sighting) -> Int { times[sighting] ?? 0 }

    package mutating func note(_ sighting: Sighting, times count: Int = 1) {
        if count > 0 { times[sighting, default: 0] += count }
    }

    package mutating func add(_ other: Sightings) {
        for (sighting, count) in other.times { times[sighting, default: 0] += count }
    }

    /// In a fixed order.
    package var missing: [Sighting] { Sighting.allCases.filter { self[$0] == 0 } }
}
