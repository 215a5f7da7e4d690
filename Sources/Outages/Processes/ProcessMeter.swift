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

/// What a process weighs, as the kernel counts it.
package enum ProcessMeter {
    /// This very process.
    package static var ownProcess: Int32 { getpid() }

    /// Bytes of memory that are resident because of these processes, pages that they share counted once.
    ///
    /// The sum of proportional set sizes. Source: Linux, `proc_pid_smaps_rollup(5)`.
    package static func residentBytes(of processes: [Int32]) -> Int64 {
        processes.reduce(0) { sum, process in
            sum
                + (field("Pss", in: "/proc/\(process)/smaps_rollup") ?? residentBytes(of: process) ?? 0)
        }
    }

    /// Bytes of memory that a process has resident, shared ones too; nil once it is gone.
    ///
    /// Source: Linux, `proc_pid_status(5)`.
    package static func residentBytes(of process: Int32) -> Int64? {
        field("VmRSS", in: "/proc/\(process)/status")
    }

    /// How long a process has kept a core busy, the kernel's work for it included; zero once it is gone.
    ///
    /// Source: Linux, `proc_pid_stat(5)`: the 14th and 15th field, in ticks.
    package static func processorTime(of process: Int32) -> Duration {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            let name = text.lastIndex(of: ")")
        else { return .zero }
        // The second field is a name that may hold spaces; the third stands behind it.
        let fields = text[text.index(after: name)...].split(separator: " ")
        guard fields.count > 12, let user = Int64(fields[11]), let system = Int64(fields[12]) else {
            return .zero
        }
        return .seconds(user + system) / sysconf(Int32(_SC_CLK_TCK))
    }

    /// Bytes that the files below a directory take up.
    package static func diskBytes(of directory: String) -> Int64 {
        guard let names = try? FileManager.default.subpathsOfDirectory(atPath: directory) else { return 0 }
        return names.reduce(0) { sum, name in
            var information = stat()
            guard stat("\(directory)/\(name)", &information) == 0, information.st_mode & S_IFMT == S_IFREG
            else {
                return sum
            }
            return sum + Int64(information.st_blocks) * 512
        }
    }

    /// A field that the kernel writes as `Name:   123 kB`.
    private static func field(_ name: String, in path: String) -> Int64? {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        for line in text.split(separator: "\n") where line.hasPrefix("\(name):") {
            return line.split(separator: " ").compactMap { Int64($0) }.first.map { $0 * 1_024 }
        }
        return nil
    }
}
