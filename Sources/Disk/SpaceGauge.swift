import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Watches the room that is left where the data lies, and shuts the gate before there is none.
///
/// A role asks ``refusal`` before it takes anything new in. ``Disk/keepWatch(by:every:logger:)`` looks once a second.
package final class SpaceGauge: Sendable {
    private let marks: SpaceMarks
    private let ballast: Ballast
    private let measure: @Sendable () -> Int64?
    private let state = Mutex<State>(State())

    private struct State {
        var level = SpaceLevel.ample
        var free: Int64 = .max
    }

    /// - Parameters:
    ///   - directory: Where the data lies; the ballast lies there too.
    ///   - ballastBytes: What is held ready for the worst; 0 for nothing.
    ///   - measure: Tells the bytes that are free; nil when that cannot be known. Asks the file system by default.
    package init(
        directory: String, marks: SpaceMarks = SpaceMarks(), ballastBytes: Int64 = 64 << 20,
        measure: (@Sendable () -> Int64?)? = nil
    ) {
        self.marks = marks
        ballast = Ballast(path: "\(directory)/ballast", wantedBytes: ballastBytes)
        self.measure = measure ?? { Self.bytesFree(at: directory) }
    }

    package var level: SpaceLevel { state.withLock(\.level) }

    /// Why nothing new is taken in now, in words for the caller; nil while there is room.
    package var refusal: String? {
        state.withLock { state in
            guard state.level <= .shut else { return nil }
            return """
                The server has \(Self.mebibytes(state.free)) MiB of disk left and takes nothing new in below \
                \(Self.mebibytes(marks.gate)) MiB. Free some space, or try again later; receiving and deleting go on.
                """
        }
    }

    /// Measures, and lays in or gives back the ballast.
    ///
    /// - Returns: The level before and after.
    @discardableResult
    package func look() -> (before: SpaceLevel, after: SpaceLevel) {
        guard let free = measure() else { return (level, level) }
        let change = settle(at: marks.level(free: free), free: free)
        switch change.after {
        case .need: ballast.giveBack()
        case .ample: ballast.grow()
        case .shut, .scarce: break
        }
        return change
    }

    /// Takes note that a write found no room, whatever the file system says: the next look may open the gate again.
    package func ranOut() {
        settle(at: .need, free: min(measure() ?? 0, marks.need))
        ballast.giveBack()
    }

    @discardableResult
    private func settle(at level: SpaceLevel, free: Int64) -> (before: SpaceLevel, after: SpaceLevel) {
        state.withLock { state in
            defer { state = State(level: level, free: free) }
            return (state.level, level)
        }
    }

    private static func bytesFree(at path: String) -> Int64? {
        var information = statvfs()
        guard statvfs(path, &information) == 0 else { return nil }
        return Int64(information.f_bavail) * Int64(information.f_frsize)
    }

    private static func mebibytes(_ bytes: Int64) -> Int64 { bytes >> 20 }
}
