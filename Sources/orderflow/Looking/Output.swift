import ArgumentParser
import Inspection

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Where answers go: data to standard output, talk to standard error.
enum Output {
    /// Writes an answer. When nobody reads any more the process ends, quietly, as any other in a pipe does.
    static func write(_ text: String) {
        var text = text
        let isDone = text.withUTF8 { bytes in
            var written = 0
            while written < bytes.count {
                let rest = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[written...]))
                let count = writeBytes(STDOUT_FILENO, rest)
                guard count > 0 else { return false }
                written += count
            }
            return true
        }
        if !isDone { _exit(errno == EPIPE ? 128 + SIGPIPE : 74) }
    }

    /// Says something to the person at the terminal.
    static func remark(_ words: String) {
        Console.write("\(words)\n", to: STDERR_FILENO)
    }

    /// Columns of the terminal; nil when the answer goes elsewhere.
    static var width: Int? {
        guard isatty(STDOUT_FILENO) != 0 else { return nil }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// A word in a colour, on terminals that want any.
    static func painted(_ word: String, good isGood: Bool) -> String {
        guard width != nil, getenv("NO_COLOR") == nil, getenv("TERM").map({ String(cString: $0) }) != "dumb"
        else { return word }
        return "\u{1B}[\(isGood ? 32 : 31);1m\(word)\u{1B}[0m"
    }

    /// Ends the process after something that was thrown: its words, its status.
    static func end(after error: any Error, of root: any ParsableCommand.Type) -> Never {
        switch error {
        case let ending as Ending:
            if !ending.words.isEmpty { Ending.complain(ending.words) }
            exit(ending.status)
        case let error as LedgerError: fail(status(of: error), "\(error)")
        case let error as SQLFault: fail(2, "\(error)")
        case let error as any UsageFault: fail(2, "\(error)")
        case is CancellationError: exit(130)
        default: endAsTheParserWould(after: error, of: root)
        }
    }

    private static func status(of error: LedgerError) -> Int32 {
        switch error {
        case .noDirectory, .missing: 4
        case .unreadable: 3
        }
    }

    private static func fail(_ status: Int32, _ words: String) -> Never {
        Ending.complain(words)
        exit(status)
    }

    /// Help goes to standard output and is no failure; wrong usage has the status 2 here.
    private static func endAsTheParserWould(after error: any Error, of root: any ParsableCommand.Type)
        -> Never
    {
        let code = root.exitCode(for: error)
        let words = root.fullMessage(for: error)
        if code == .success {
            if !words.isEmpty { write("\(words)\n") }
            exit(0)
        }
        if !words.isEmpty { remark(words) }
        exit(code == .validationFailure ? 2 : code.rawValue)
    }
}

/// What is thrown for an argument that cannot be read.
protocol UsageFault: Error, CustomStringConvertible {}

extension SettingsFault: UsageFault {}
extension OrderQuery.Fault: UsageFault {}
extension OrderSearch.BadCursor: UsageFault {}
extension Listing.UnknownColumn: UsageFault {}

// Inside `Output`, `write` would mean its own method.
private func writeBytes(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    write(descriptor, bytes.baseAddress, bytes.count)
}
