import Clockwork
import Inspection
import Outages
import SystemPackage

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Looks at everything that a street leans on.
struct Examination {
    let settings: StreetSettings

    func findings() -> [Finding] {
        [street] + ports + [sqlite, writing, room, ledgers, clock, descriptors]
    }

    // MARK: The street

    private var street: Finding {
        let path = settings.data
        guard let record = RunDirectory(path).streetRecord else {
            return Finding("street", .well, "none has been left in \(path)")
        }
        if record.isKept {
            return Finding(
                "street", .doubtful,
                "one is up in \(path), kept by process \(record.keeper.number); `orderflow down --data \(path)` stops it"
            )
        }
        let strays = record.parts.filter { $0.process?.isAlive ?? false }
        guard !strays.isEmpty else {
            return Finding("street", .well, "the one in \(path) is down, and none of its processes is left")
        }
        let told = strays.map { "\($0.name) (\($0.process?.number ?? 0))" }.joined(separator: ", ")
        let numbers = strays.compactMap(\.process?.number).map { "\($0)" }.joined(separator: " ")
        return Finding(
            "street", .ill,
            "its keeper is gone, but these processes are left: \(told). End them: kill \(numbers)")
    }

    // MARK: Ports

    private var ports: [Finding] {
        let isUp = RunDirectory(settings.data).streetRecord?.isKept ?? false
        return settings.listeners.map { role, address in
            let subject = "port"
            if address.port == 0 { return Finding(subject, .well, "\(role) takes a free one") }
            if FreePorts.isFree(address.port) {
                return Finding(subject, .well, "\(address.port) is free for \(role)")
            }
            return isUp
                ? Finding(subject, .well, "\(address.port) is in use, by the street that is up")
                : Finding(
                    subject, .ill,
                    """
                    \(address.port) is in use, and \(role) wants it. Stop whoever has it (`ss -ltnp sport = :\(address.port)` \
                    tells), or set \(role.hasPrefix("partner-") ? "partners.\(role.dropFirst(8))" : role).port to another one or 0
                    """)
        }
    }

    // MARK: Files

    private var sqlite: Finding {
        guard let version = try? LedgerHealth.sqliteVersion() else {
            return Finding("sqlite", .ill, "the library does not answer. Install libsqlite3 again")
        }
        let parts = version.split(separator: ".").compactMap { Int($0) }
        let isRecent = !parts.lexicographicallyPrecedes([3, 37])
        return isRecent
            ? Finding("sqlite", .well, "\(version); each file has one writer, which alone checkpoints")
            : Finding("sqlite", .ill, "\(version) has no STRICT tables. Install 3.37 or later")
    }

    /// The data directory, or the nearest one above it that is there already.
    private var place: String {
        var path = settings.data
        while access(path, F_OK) != 0 {
            guard let slash = path.lastIndex(of: "/") else { return "." }
            path = String(path[..<slash])
            if path.isEmpty { return "/" }
        }
        return path
    }

    private var writing: Finding {
        let directory = place
        let path = "\(directory)/doctor.probe"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            return Finding(
                "disk", .ill,
                "nothing can be written in \(directory): \(Self.systemError). Choose another --data")
        }
        defer {
            close(descriptor)
            unlink(path)
        }
        let page = [UInt8](repeating: 0, count: 4_096)
        var spans: [Duration] = []
        let time = SystemTime()
        for _ in 0..<50 {
            let began = time.uptime
            guard pwrite(descriptor, page, page.count, 0) == page.count, fsync(descriptor) == 0 else {
                return Finding(
                    "disk", .ill, "a write in \(directory) fails: \(Self.systemError). Look at the disk")
            }
            spans.append(time.uptime - began)
        }
        let median = spans.sorted()[spans.count / 2]
        let words =
            "a write of 4 KiB in \(directory) is synced in \(median.microseconds) us (median of \(spans.count))"
        return median < .milliseconds(20)
            ? Finding("disk", .well, words)
            : Finding("disk", .doubtful, "\(words), which is slow: a lone commit takes as long")
    }

    private var room: Finding {
        var information = statvfs()
        guard statvfs(place, &information) == 0 else {
            return Finding("room", .doubtful, "the room in \(place) cannot be measured: \(Self.systemError)")
        }
        let free = (Int64(information.f_bavail) * Int64(information.f_frsize)) >> 20
        let words = "\(free) MiB are free in \(place)"
        switch free {
        case ..<128:
            return Finding("room", .ill, "\(words). Below 128 MiB the broker takes nothing new in: make room")
        case ..<512:
            return Finding("room", .doubtful, "\(words). Below 128 MiB the broker takes nothing new in")
        default: return Finding("room", .well, words)
        }
    }

    private var ledgers: Finding {
        do {
            guard access(settings.data, F_OK) == 0 else {
                return Finding(
                    "ledgers", .well, "there are none yet: \(settings.data) is made when a street opens")
            }
            let (files, problems) = try LedgerHealth.check(try Ledgers(in: settings.data))
            guard problems.isEmpty else {
                return Finding(
                    "ledgers", .ill,
                    "\(problems.joined(separator: "; ")). Move the file away and restore a copy; `sqlite3 FILE .recover` may save what is readable"
                )
            }
            return Finding(
                "ledgers", .well,
                files == 0 ? "there are none yet" : "\(files) files are whole, references and pages")
        } catch {
            return Finding("ledgers", .ill, "they cannot be read: \(error)")
        }
    }

    // MARK: The machine

    /// A wall clock that is far off makes signatures too old for Amazon and orders of the future.
    private var clock: Finding {
        let now = SystemTime().now
        return now < Timestamp(seconds: 1_767_225_600)
            ? Finding(
                "clock", .ill,
                "it shows \(now), which has passed. Set it: signatures are refused when it is off by 5 minutes"
            )
            : Finding("clock", .well, "\(now)")
    }

    private var descriptors: Finding {
        guard let limit = OpenFiles.limit else {
            return Finding("descriptors", .doubtful, "their limit cannot be read")
        }
        let most = limit.most > UInt64(Int64.max) ? "no limit" : "\(limit.most)"
        return limit.most >= 4_096
            ? Finding("descriptors", .well, "\(limit.now) now, \(most) at most")
            : Finding(
                "descriptors", .doubtful,
                "\(most) at most, and each caller of the broker takes one. Raise it: ulimit -n 4096")
    }

    private static var systemError: String { String(cString: strerror(errno)) }
}
