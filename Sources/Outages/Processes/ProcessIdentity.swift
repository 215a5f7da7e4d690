#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif
#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A process by which it can be told from a later one that was given the same number.
package struct ProcessIdentity: Hashable, Sendable {
    package var number: Int32
    /// When it began, in the kernel's ticks since the machine started; nil where the kernel does not say.
    ///
    /// Source: Linux, `proc_pid_stat(5)`, `starttime`.
    package var began: Int64?

    package init(number: Int32, began: Int64?) {
        self.number = number
        self.began = began
    }

    package init(of number: Int32) {
        self.init(number: number, began: KernelEntry(of: number)?.began)
    }

    /// True while this very process is there. One that has ended and has not been mourned by its parent is not.
    package var isAlive: Bool {
        guard number > 0, kill(number, 0) == 0 || errno == EPERM else { return false }
        guard let entry = KernelEntry(of: number) else { return began == nil }
        return !entry.isDefunct && (began == nil || began == entry.began)
    }

    /// True while it stands still, by SIGSTOP.
    package var isStopped: Bool { isAlive && KernelEntry(of: number)?.isStopped == true }

    /// - Returns: False when it is gone, or not ours to end.
    package func signal(_ signal: Int32) -> Bool { isAlive && kill(number, signal) == 0 }

    /// What the kernel says of a process.
    private struct KernelEntry {
        let isDefunct: Bool
        let isStopped: Bool
        let began: Int64?

        /// - Returns: Nil when there is no such process, or where the kernel does not say.
        init?(of number: Int32) {
            // The program's name may hold anything; what follows its last bracket is fields only.
            guard let text = try? String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8),
                let bracket = text.lastIndex(of: ")")
            else { return nil }
            let fields = text[text.index(after: bracket)...].split(separator: " ")
            guard fields.count > 19 else { return nil }
            isDefunct = fields[0] == "Z" || fields[0] == "X"
            isStopped = fields[0] == "T"
            began = Int64(fields[19])
        }
    }
}
