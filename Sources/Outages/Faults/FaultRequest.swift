import Clockwork
import Inspection

/// One fault that somebody asks for: where, what, how, for how long, and under which name.
///
/// There is no request that the catalogue does not know: whoever holds one need not check it again.
package struct FaultRequest: Hashable, Sendable {
    package let target: FaultTarget
    package let kind: FaultKind
    /// What was said, by name; what was not said has its default in ``subscript(_:)``.
    package let parameters: [String: String]
    /// It ends by itself after this.
    package let duration: Duration
    /// By which it is listed and cleared.
    package let name: String

    package static let defaultDuration = Duration.seconds(30)
    package static let durations: ClosedRange<Duration> = .milliseconds(1)...(.seconds(86_400))

    /// - Parameters:
    ///   - name: Nil is named after target and kind.
    /// - Throws: All that the catalogue does not know, or that does not go together. Words are counted as in
    ///   `TARGET KIND key=value …`.
    package init(
        target: FaultTarget, kind: FaultKind, parameters: [String: String] = [:],
        duration: Duration = FaultRequest.defaultDuration, name: String? = nil
    ) throws(WordMistakes) {
        try self.init(
            words: Self.words(target, kind, parameters, duration, name ?? Self.name(for: target, kind)))
    }

    /// Reads what stands behind `fault add`: `TARGET KIND [key=value …] [--for 20s] [--name N]`.
    ///
    /// - Throws: Everything that is wrong, word by word.
    package init(words: [String]) throws(WordMistakes) {
        var line = CommandWords(words, options: ["for", "name"])
        let target = Self.target(&line)
        let kind = Self.kind(&line)
        let parameters = kind.map { Self.parameters(of: $0, &line) } ?? [:]
        let duration = Self.duration(&line)
        let name = Self.name(&line)
        if let target, let kind { Self.check(target, kind, parameters, &line) }
        guard let target, let kind, line.mistakes.isEmpty else { throw WordMistakes(line.mistakes) }
        self.target = target
        self.kind = kind
        self.parameters = parameters
        self.duration = duration
        self.name = name ?? Self.name(for: target, kind)
    }

    /// What stands behind `fault add` to ask for the same.
    package var words: [String] { Self.words(target, kind, parameters, duration, name) }

    /// The value of a parameter, said or by default; nil when this kind has none of this name.
    package subscript(parameter: String) -> String? {
        parameters[parameter]
            ?? FaultCatalogue.parameters(of: kind).first { $0.name == parameter }?.fallback
    }

    package func integer(_ parameter: String) -> Int? { self[parameter].flatMap { Int($0) } }
    package func number(_ parameter: String) -> Double? { self[parameter].flatMap { Double($0) } }
    /// A length of time, negative when it goes backwards.
    package func span(_ parameter: String) -> Duration? { self[parameter].flatMap { TimeSpan.signed($0) } }

    /// Such as `oms-kill` and `shop-broker-down`.
    package static func name(for target: FaultTarget, _ kind: FaultKind) -> String {
        let place = target.description.replacing("->", with: "-").map {
            $0.isLetter || $0.isNumber ? $0 : "-"
        }
        return "\(String(place))-\(kind.rawValue)"
    }
}

// MARK: Words

extension FaultRequest {
    private static func words(
        _ target: FaultTarget, _ kind: FaultKind, _ parameters: [String: String], _ duration: Duration,
        _ name: String
    ) -> [String] {
        let known = FaultCatalogue.parameters(of: kind).map(\.name)
        let inOrder =
            known.filter { parameters[$0] != nil } + parameters.keys.filter { !known.contains($0) }.sorted()
        return [target.description, kind.rawValue] + inOrder.map { "\($0)=\(parameters[$0] ?? "")" }
            + ["--for", TimeSpan.word(for: duration)]
            + (name == self.name(for: target, kind) ? [] : ["--name", name])
    }

    private static func target(_ line: inout CommandWords) -> FaultTarget? {
        guard
            let word = line.standing(
                0, orElse: "Nothing is said to break. Name a target such as oms or shop->broker.")
        else { return nil }
        let target = FaultTarget(word.text)
        if target == nil {
            let advice = Spelling.advice(for: word.text, among: FaultTarget.known)
            line.mistake(word.place, "There is no target \(word.text). \(advice)")
        }
        return target
    }

    private static func kind(_ line: inout CommandWords) -> FaultKind? {
        guard let word = line.standing(1, orElse: "No fault is named. Name one such as kill or down.") else {
            return nil
        }
        let kind = FaultKind(rawValue: word.text)
        if kind == nil {
            let advice = Spelling.advice(for: word.text, among: FaultKind.allCases.map(\.rawValue))
            line.mistake(word.place, "There is no fault \(word.text). \(advice)")
        }
        return kind
    }

    private static func parameters(of kind: FaultKind, _ line: inout CommandWords) -> [String: String] {
        let known = FaultCatalogue.parameters(of: kind)
        var values: [String: String] = [:]
        for word in line.standing.dropFirst(2) {
            let parts = word.text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
                String.init)
            guard parts.count == 2 else {
                line.mistake(word.place, "\(word.text) is no parameter. Write it as key=value.")
                continue
            }
            guard let parameter = known.first(where: { $0.name == parts[0] }) else {
                let advice =
                    known.isEmpty ? "It has none." : Spelling.advice(for: parts[0], among: known.map(\.name))
                line.mistake(word.place, "\(kind.rawValue) has no parameter \(parts[0]). \(advice)")
                continue
            }
            if let objection = parameter.objection(to: parts[1]) {
                line.mistake(word.place, "\(parts[0]) cannot be \(parts[1]). \(objection)")
            }
            if values.updateValue(parts[1], forKey: parts[0]) != nil {
                line.mistake(word.place, "\(parts[0]) stands twice. Leave one out.")
            }
        }
        return values
    }

    private static func duration(_ line: inout CommandWords) -> Duration {
        guard let word = line["for"] else { return defaultDuration }
        guard let duration = TimeSpan.parsed(word.text), durations.contains(duration) else {
            line.mistake(
                word.place,
                "--for cannot be \(word.text). Use a length of time such as 500ms, 20s or 5m, up to 24h.")
            return defaultDuration
        }
        return duration
    }

    private static func name(_ line: inout CommandWords) -> String? {
        guard let word = line["name"] else { return nil }
        let isGood =
            (1...64).contains(word.text.count)
            && word.text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
        if !isGood {
            line.mistake(
                word.place, "--name cannot be \(word.text). Use up to 64 letters, digits, dots, _ and -.")
        }
        return word.text
    }

    /// What no word shows by itself.
    private static func check(
        _ target: FaultTarget, _ kind: FaultKind, _ parameters: [String: String], _ line: inout CommandWords
    ) {
        guard kind.fits(target) else {
            line.mistake(
                line.standing[0].place,
                "\(kind.rawValue) cannot happen to \(target). It takes \(kind.targetsInWords).")
            return
        }
        for parameter in FaultCatalogue.parameters(of: kind)
        where parameter.unsaid == .mustBeSaid && parameters[parameter.name] == nil {
            line.mistake(
                line.standing[1].place,
                "\(kind.rawValue) needs \(parameter.name)=…: \(parameter.meaning)")
        }
        if kind == .crashAt, let point = parameters["point"], FaultCatalogue.crashPoints.contains(point),
            case .process(let process) = target, process.role != FaultCatalogue.role(ofCrashPoint: point)
        {
            line.mistake(
                line.standing[0].place,
                "\(point) is no point of \(target). Name \(FaultCatalogue.role(ofCrashPoint: point)).")
        }
    }
}
