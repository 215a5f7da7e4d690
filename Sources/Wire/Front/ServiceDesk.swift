/// The operations of one service that a server knows, each with the closure that answers it.
///
///     var desk = ServiceDesk<SQS>()
///     desk.on(SendMessage.self) { message, caller in try await queues.send(message, for: caller) }
public struct ServiceDesk<Service: WireService>: Sendable {
    typealias Answer = @Sendable (WireDocument, Caller) async throws -> [UInt8]

    private var answers: [String: Answer] = [:]
    private let admit: (@Sendable (_ operation: String) throws(WireError) -> Void)?

    public init() {
        admit = nil
    }

    /// - Parameter admit: Asked before an operation that the caller's policy has allowed; throws what the caller should
    ///   hear instead.
    package init(admitting admit: (@Sendable (_ operation: String) throws(WireError) -> Void)?) {
        self.admit = admit
    }

    /// Answers an operation.
    ///
    /// The caller's policy has allowed ``Operation/resource`` before `handle` is asked.
    /// - Parameter handle: Throws `WireError` for what the caller should hear; anything else is an internal failure.
    public mutating func on<Op: Operation>(
        _ operation: Op.Type, _ handle: @escaping @Sendable (Op, Caller) async throws -> Op.Output
    ) where Op.Service == Service {
        let name = Op.name
        let action = "\(Service.name):\(name)"
        answers[name] = { [admit] document, caller in
            let operation = try Self.read(Op.self, named: name, from: document)
            if let resource = operation.resource { try caller.require(action, on: resource) }
            try admit?(name)
            let output = try await handle(operation, caller)
            return Op.Output.self == NoOutput.self ? [] : try document.coding.write(output)
        }
    }

    /// The names of all operations this desk answers, sorted.
    public var operations: [String] { answers.keys.sorted() }

    func answer(for operation: Substring) -> Answer? { answers[String(operation)] }

    private static func read<Op: Operation>(
        _ type: Op.Type, named name: String, from document: WireDocument
    ) throws(WireError) -> Op where Op.Service == Service {
        do {
            return try document.decode(type)
        } catch let mismatch as TypeMismatch {
            throw Service.error(for: mismatch)
        } catch let missing as MissingMembers {
            throw Service.error(forMissing: missing.paths.map { $0.joined(separator: ".") }, in: name)
        } catch let error as WireError {
            throw error
        } catch {
            throw WireError("InternalFailure", "\(error)", status: 500)
        }
    }
}
