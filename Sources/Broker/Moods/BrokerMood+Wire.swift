import Clockwork
import Wire

extension BrokerMood.Kind {
    /// Reads a mood from the wire.
    ///
    /// - Parameter operations: All that this broker answers.
    /// - Throws: `ValidationException`, with what is wrong.
    init(_ told: MoodDescription, operations: [String]) throws(WireError) {
        switch told.kind {
        case "throttle":
            let scope = try BrokerMood.Scope(told.operation, operations: operations)
            self = .throttle(scope, probability: try Self.probability(of: told))
        case "partial_batch": self = .partialBatch(probability: try Self.probability(of: told))
        case "redeliver": self = .redeliver(copies: try Self.figure(told.copies, 2...10, "Copies", of: told))
        case "shuffle": self = .shuffle
        case "expire_iterators": self = .expireIterators(age: try Self.age(of: told, 100...300_000))
        case "trim": self = .trim(age: try Self.age(of: told, 0...86_400_000))
        default:
            throw .invalid(
                """
                There is no mood "\(told.kind)". Choose throttle, partial_batch, redeliver, shuffle, \
                expire_iterators or trim.
                """)
        }
        guard description == told else {
            throw .invalid("A figure was given that does not belong to \"\(told.kind)\".")
        }
    }

    private static func probability(of told: MoodDescription) throws(WireError) -> Double {
        guard let probability = told.probability, probability > 0, probability <= 1 else {
            throw .invalid("The mood \"\(told.kind)\" needs a Probability above 0 and up to 1.")
        }
        return probability
    }

    private static func age(of told: MoodDescription, _ range: ClosedRange<Int>) throws(WireError) -> Duration
    {
        .milliseconds(try figure(told.ageMilliseconds, range, "AgeMilliseconds", of: told))
    }

    private static func figure(
        _ figure: Int?, _ range: ClosedRange<Int>, _ name: String, of told: MoodDescription
    ) throws(WireError) -> Int {
        guard let figure, range.contains(figure) else {
            throw .invalid(
                "The mood \"\(told.kind)\" needs \(name) from \(range.lowerBound) to \(range.upperBound).")
        }
        return figure
    }

    /// The mood as it crosses the wire.
    var description: MoodDescription {
        switch self {
        case .throttle(let scope, let probability):
            MoodDescription(kind: "throttle", operation: scope.description, probability: probability)
        case .partialBatch(let probability):
            MoodDescription(kind: "partial_batch", probability: probability)
        case .redeliver(let copies): MoodDescription(kind: "redeliver", copies: copies)
        case .shuffle: MoodDescription(kind: "shuffle")
        case .expireIterators(let age):
            MoodDescription(kind: "expire_iterators", ageMilliseconds: Int(age.milliseconds))
        case .trim(let age): MoodDescription(kind: "trim", ageMilliseconds: Int(age.milliseconds))
        }
    }
}

extension BrokerMood.Scope {
    fileprivate init(_ told: String?, operations: [String]) throws(WireError) {
        switch told {
        case nil: self = .everything
        case SQS.name?, Kinesis.name?: self = .service(told ?? "")
        case let name? where operations.contains(name): self = .operation(name)
        case let name?:
            throw .invalid(
                """
                There is no operation "\(name)". Name one such as SendMessage, or sqs or kinesis for all of a \
                service, or none for everything.
                """)
        }
    }

    fileprivate var description: String? {
        switch self {
        case .everything: nil
        case .service(let name), .operation(let name): name
        }
    }
}

extension BrokerMood {
    /// - Parameter uptime: As `TimeSource` tells it, which never jumps.
    func report(at uptime: Duration) -> MoodReport {
        MoodReport(
            name: name, mood: kind.description,
            endsInMilliseconds: Int(max(.zero, end - uptime).milliseconds), chances: chances, strikes: strikes
        )
    }
}

extension WireError {
    static func invalid(_ message: String) -> WireError { WireError("ValidationException", message) }
}
