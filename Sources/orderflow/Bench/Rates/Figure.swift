import Clockwork
import Inspection
import JSON

/// One measured figure.
struct Figure {
    var name: String
    var perSecond: Double
    var unit: String
    var p50: Duration
    var p99: Duration
    /// What plain SQLite writes or reads per second in commits or queries of a like size; nil where it has no like.
    var limit: Double?

    static func listing(_ figures: [Figure]) -> Listing {
        Listing(
            columns: ["what", "per_second", "unit", "p50_ms", "p99_ms", "plain_sqlite_per_second", "share"],
            rows: figures.map { figure in
                [
                    .string(figure.name), JSONValue(Int(figure.perSecond)), .string(figure.unit),
                    .milliseconds(figure.p50),
                    .milliseconds(figure.p99),
                    JSONValue(figure.limit.map { Int($0) }),
                    figure.limit.map { .decimal(figure.perSecond / $0, places: 2) } ?? .null,
                ]
            })
    }
}

extension JSONValue {
    /// A number with so many digits behind the point.
    static func decimal(_ number: Double, places: Int) -> JSONValue {
        let unit = (0..<places).reduce(1.0) { unit, _ in unit * 10 }
        return .number("\((number * unit).rounded() / unit)")
    }

    static func milliseconds(_ span: Duration) -> JSONValue {
        .decimal(span.fractionalSeconds * 1_000, places: 2)
    }

    static func microseconds(_ span: Duration) -> JSONValue {
        .decimal(span.fractionalSeconds * 1_000_000, places: 1)
    }
}
