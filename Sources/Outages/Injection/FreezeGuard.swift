import Clockwork
import Logging
import Subprocess
import SystemPackage

/// Sees to it that a frozen process goes on in any case: a small process of its own lets it go when the time is over, or
/// when we die, for who stands still cannot notice either.
struct FreezeGuard: Sendable {
    let program: String
    let lifeline: Lifeline

    /// The verb by which our own program stands guard: `guard PID --for-ms N`.
    package static let verb = "guard"

    /// Starts a guard. It stands before this returns, so the process may be frozen now.
    func stand(over process: Int32, for span: Duration) async throws {
        let input = try lifeline.inputForChild()
        let (heard, says) = try FileDescriptor.pipe()
        let arguments = [Self.verb, "\(process)", "--for-ms", "\(span.milliseconds)"]
        // Not a child of anything: it outlives whoever asks, and ends with its time or with us.
        Task { [program] in
            _ = try? await Subprocess.run(
                .path(FilePath(program)), arguments: Arguments(arguments),
                input: .fileDescriptor(input, closeAfterSpawningProcess: true),
                output: .fileDescriptor(says, closeAfterSpawningProcess: true), error: .discarded
            ) { _ in }
        }
        defer { try? heard.close() }
        var word: UInt8 = 0
        let count = try withUnsafeMutableBytes(of: &word) { try heard.read(into: $0) }
        guard count == 1 else {
            throw FaultFailure.impossible(
                "No guard could be set over process \(process), so it is not frozen.")
        }
    }
}
