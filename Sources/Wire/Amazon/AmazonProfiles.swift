/// The shared files of all of Amazon's tools, `~/.aws/credentials` and `~/.aws/config`, read as profiles.
///
/// Source: AWS SDKs and Tools Reference Guide, "Using shared config and credentials files".
public struct AmazonProfiles: Hashable, Sendable {
    /// Settings by profile; a setting that has settings of its own is told with a dot, `sqs.endpoint_url`.
    private var profiles: [String: [String: String]] = [:]
    /// The same of sections that profiles refer to by name.
    private var services: [String: [String: String]] = [:]

    /// - Parameters:
    ///   - credentials: Text of the credentials file; what it says goes before what the other one says.
    ///   - config: Text of the config file.
    public init(credentials: String, config: String) {
        for (title, settings) in Self.sections(of: config) {
            let words = title.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
            switch (words.first, words.count) {
            case ("default", 1): merge(settings, into: "default")
            case ("profile", 2): merge(settings, into: words[1])
            case ("services", 2): services[words[1], default: [:]].merge(settings) { $1 }
            default: continue  // sections of other tools
            }
        }
        for (title, settings) in Self.sections(of: credentials) { merge(settings, into: title) }
    }

    private mutating func merge(_ settings: [String: String], into profile: String) {
        profiles[profile, default: [:]].merge(settings) { $1 }
    }

    func has(_ profile: String) -> Bool { profiles[profile] != nil }

    /// A setting of a profile, such as `region`.
    func setting(_ name: String, of profile: String) -> String? { profiles[profile]?[name] }

    /// Where a profile has a service spoken: what it says of this one goes before what it says of all.
    func endpoint(of service: String, for profile: String) -> String? {
        let ownServices = setting("services", of: profile).flatMap { services[$0] }
        return ownServices?["\(service).endpoint_url"] ?? setting("endpoint_url", of: profile)
    }

    private static func sections(of text: String) -> [(title: String, settings: [String: String])] {
        var sections: [(title: String, settings: [String: String])] = []
        var parent: String?
        for line in text.split(whereSeparator: \.isNewline) {
            let content = withoutRemark(line)
            guard let first = content.first, first != "#", first != ";" else { continue }
            if first == "[" {
                sections.append((trimmed(content.dropFirst().prefix { $0 != "]" }), [:]))
                parent = nil
                continue
            }
            guard let sign = content.firstIndex(of: "="), !sections.isEmpty else { continue }
            let name = trimmed(content[..<sign]).lowercased()
            let value = trimmed(content[content.index(after: sign)...])
            let isIndented = line.first == " " || line.first == "\t"
            if !isIndented { parent = value.isEmpty ? name : nil }
            let key = isIndented ? parent.map { "\($0).\(name)" } ?? name : name
            sections[sections.count - 1].settings[key] = value
        }
        return sections
    }

    /// A remark begins at the start of a line, or behind white space.
    private static func withoutRemark(_ line: Substring) -> String {
        var kept = line
        var before: Character = " "
        for (place, character) in zip(line.indices, line) {
            if character == "#" || character == ";", before == " " || before == "\t" {
                kept = line[..<place]
                break
            }
            before = character
        }
        return trimmed(kept)
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        let front = text.drop(while: \.isWhitespace)
        return String(front.reversed().drop(while: \.isWhitespace).reversed())
    }
}
