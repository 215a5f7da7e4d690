/// What a number of the pipeline should be, as people write it: `waiting=0`, `stored>=100`.
package struct PipelineCondition: Hashable, Sendable {
    package let figure: PipelineFigure
    let comparison: Comparison
    let bound: Double
    /// As it was written.
    package let text: String

    enum Comparison: String, CaseIterable {
        case equal = "="
        case unequal = "!="
        case less = "<"
        case atMost = "<="
        case more = ">"
        case atLeast = ">="
    }

    /// - Throws: ``Fault`` with words for the person who wrote it.
    package init(_ text: String) throws(Fault) {
        let name = text.prefix { !"=!<>".contains($0) }
        let rest = text.dropFirst(name.count)
        let sign = rest.prefix { "=!<>".contains($0) }
        let number = rest.dropFirst(sign.count)
        guard !name.isEmpty, let comparison = Comparison(rawValue: String(sign)), let bound = Double(number),
            bound.isFinite
        else { throw .unreadable(text) }
        figure = try PipelineFigure(named: String(name))
        self.comparison = comparison
        self.bound = bound
        self.text = text
    }

    /// Whether it fits; a number that nobody knows fits nothing.
    package func holds(in snapshot: PipelineSnapshot) -> Bool {
        guard let value = snapshot.value(of: figure) else { return false }
        return switch comparison {
        case .equal: value == bound
        case .unequal: value != bound
        case .less: value < bound
        case .atMost: value <= bound
        case .more: value > bound
        case .atLeast: value >= bound
        }
    }

    /// Why a condition cannot be read.
    package enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
        case unreadable(String)
        case noSuchFigure(String, nearest: String?)

        package var description: String {
            switch self {
            case .unreadable(let text):
                "\(text) is no condition. Write a number's name, one of = != < <= > >=, and what it should be, such as waiting=0."
            case .noSuchFigure(let name, let nearest):
                "The pipeline has no number \(name)." + (nearest.map { " Did you mean \($0)?" } ?? "")
            }
        }
    }
}
