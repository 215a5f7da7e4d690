import NIOPosix

/// Does things that have nothing to do with each other on threads of their own, and tells what came of each in their
/// order, however many threads there are.
///
/// Simulated streets block the thread that they are played on; these are nobody else's.
/// - Parameters:
///   - threads: How many things are done at once, 1 or more.
///   - heard: Answers whether to go on.
/// - Throws: `CancellationError` when interrupted; what `deed` throws.
func inOrder<Item: Sendable, Outcome: Sendable>(
    _ items: some Sequence<Item>, threads: Int, _ deed: @escaping @Sendable (Item) throws -> Outcome,
    heard: (Outcome) throws -> Bool
) async throws {
    let pool = NIOThreadPool(numberOfThreads: max(1, threads))
    pool.start()
    defer { pool.shutdownGracefully { _ in } }
    try await withThrowingTaskGroup(of: (Int, Outcome).self) { group in
        var rest = items.enumerated().makeIterator()
        func begin() {
            guard let (place, item) = rest.next() else { return }
            group.addTask { (place, try await pool.runIfActive { try deed(item) }) }
        }
        for _ in 0..<max(1, threads) * 2 { begin() }
        var (waiting, next) = ([Int: Outcome](), 0)
        while let (place, outcome) = try await group.next() {
            waiting[place] = outcome
            while let ripe = waiting.removeValue(forKey: next) {
                next += 1
                guard try heard(ripe) else { return }
            }
            begin()
        }
    }
}
