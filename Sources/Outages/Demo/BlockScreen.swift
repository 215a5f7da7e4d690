import Clockwork
import Inspection
import Synchronization

/// One block of a terminal, painted again and again in place; its last state stays in the scrollback.
package final class BlockScreen: DemoScreen {
    private let write: @Sendable (String) -> Void
    private let isColoured: Bool
    private let lines = Mutex(0)

    /// - Parameter write: Writes to the terminal as it is, escapes included.
    package init(isColoured: Bool, write: @escaping @Sendable (String) -> Void) {
        self.isColoured = isColoured
        self.write = write
    }

    package func show(_ frame: DemoFrame) {
        let block = Self.block(frame, painted: paint)
        let before = lines.withLock { lines in
            defer { lines = block.count }
            return lines
        }
        let back = before > 0 ? "\u{1B}[\(before)F" : ""
        write(back + block.map { "\($0)\u{1B}[K\n" }.joined())
    }

    package func tell(_ event: Journal.Event) {}  // stands in the block

    package func conclude(_ verdict: DemoVerdict) {
        write("\n\(verdict.text)\n")
    }

    enum Paint: String {
        case good = "32"
        case bad = "31"
        case dim = "2"
        case bold = "1"
    }

    private func paint(_ text: String, _ paint: Paint) -> String {
        isColoured ? "\u{1B}[\(paint.rawValue)m\(text)\u{1B}[0m" : text
    }

    private static func block(_ frame: DemoFrame, painted: (String, Paint) -> String) -> [String] {
        let now = frame.now
        let rule = painted(String(repeating: "─", count: 107), .dim)
        let clock = "\(frame.runTime.runClock) / \(frame.length.runClock)"
        var lines = [
            " \(painted(frame.title, .bold))".padded(to: 96 + painted("", .bold).count) + clock,
            " \(rule)",
            "  " + painted(Columns.heads.map { $0.padded(to: 16) }.joined(), .dim),
        ]
        lines += Columns(frame, painted: painted).rows.map { "  \($0)" }
        lines.append("")
        lines.append("  acked/s   \(Sparkline.text(frame.history.acknowledged))")
        lines.append("  stored/s  \(Sparkline.text(frame.history.stored))")
        lines.append("  waiting   \(Sparkline.text(frame.history.waiting))")
        lines.append("  outage    \(painted(Sparkline.bands(frame.history.isBroken), .bad))")
        lines.append(" \(rule)")
        let lost =
            now.shop.acknowledged - now.orders.stored - now.orders.rejected - now.queue.waiting
            - now.queue.inFlight
        lines.append(
            """
              acknowledged \(now.shop.acknowledged) = stored \(now.orders.stored) + rejected \(now.orders.rejected) + \
            waiting \(now.queue.waiting) + in flight \(now.queue.inFlight)   \
            \(lost <= 0 ? painted("balanced", .good) : painted("\(lost) between two looks", .dim))
            """)
        lines.append("  \(frame.latestEvent ?? "")")
        return lines
    }
}

/// The six places of the pipeline side by side.
private struct Columns {
    static let heads = ["shop", "queue", "oms", "stream", "partners", ""]
    let rows: [String]

    init(_ frame: DemoFrame, painted: (String, BlockScreen.Paint) -> String) {
        let now = frame.now
        let oms: [String]
        if let absent = frame.absent.first(where: { $0.name == "oms" }) {
            oms = ["x killed", "\(absent.since.components.seconds) s ago", "\(now.orders.stored) stored"]
        } else {
            oms = [
                "\(now.orders.stored) stored", "\(now.orders.rejected) rejected",
                "\(now.orders.repeats) repeats",
            ]
        }
        let oldest = now.queue.oldestAgeMilliseconds.map { "oldest \($0 / 1_000).\($0 / 100 % 10) s" } ?? ""
        let columns = [
            [
                "\(now.shop.sent) sent", "\(now.shop.acknowledged) acked",
                "p99 \(now.shop.answerP99Milliseconds) ms",
            ],
            [
                "\(now.queue.waiting) waiting", "\(now.queue.inFlight) in flight",
                "\(now.queue.deadLetters) dead", oldest,
            ],
            oms + ["\(now.orders.conflicts) conflicts"],
            ["\(now.streamRecords) in", "\(now.orders.outbox) in outbox"],
        ]
        let partners = now.partners.map { partner in
            let mark = partner.pending > 0 ? "o" : "*"
            let age = partner.ageP95Milliseconds.map { "p95 \($0) ms" } ?? ""
            return "\(partner.name.padded(to: 10))\(mark) \(String(partner.delivered).padded(to: 5))\(age)"
        }
        rows = (0..<4).map { row in
            columns.map { ($0.indices.contains(row) ? $0[row] : "").padded(to: 16) }.joined()
                + (partners.indices.contains(row) ? partners[row] : "")
        }
    }
}

/// Numbers as a row of little bars.
enum Sparkline {
    private static let bars = Array("▁▂▃▄▅▆▇█")

    /// The latest values, at most 60, the highest as high as a bar gets.
    static func text(_ values: [Int]) -> String {
        let latest = values.suffix(60)
        let top = max(1, latest.max() ?? 1)
        return String(latest.map { bars[$0 * (bars.count - 1) / top] })
    }

    static func bands(_ values: [Bool]) -> String {
        String(values.suffix(60).map { $0 ? "▓" : " " })
    }
}
