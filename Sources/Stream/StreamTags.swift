/// What tags a stream or a consumer can have.
///
/// Source: Amazon Kinesis API Reference, `AddTagsToStream`; words observed on Amazon by the authors of kinesalite.
public enum StreamTags {
    /// The most that a resource has.
    public static let most = 50

    /// Adds tags to those that are there.
    ///
    /// - Throws: `InvalidArgumentException` for characters that no tag has, and for more tags than there may be.
    public static func adding(
        _ given: [(key: String, value: String)], to tags: [String: String], of stream: String,
        account: String
    ) throws(StreamFault) -> [String: String] {
        let texts = given.flatMap { [$0.key, $0.value] }
        guard texts.allSatisfy({ $0.unicodeScalars.allSatisfy(isValid) }) else {
            throw .invalidArgument(
                """
                Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, _ . / = + \
                - % @.
                """)
        }
        let opening = "Failed to add tags to stream \(stream) under account \(account) because"
        guard !texts.contains(where: { $0.utf8.contains(UInt8(ascii: "%")) }) else {
            throw .invalidArgument(
                """
                \(opening) some tags contained illegal characters. The allowed characters are Unicode letters, \
                white-spaces, '_',',','/','=','+','-','@'.
                """)
        }
        let all = tags.merging(given.map { ($0.key, $0.value) }) { $1 }
        guard all.count <= most else {
            throw .invalidArgument(
                "\(opening) a given stream cannot have more than \(most) tags associated with it.")
        }
        return all
    }

    private static func isValid(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "_", ".", "/", "=", "+", "-", "%", "@", ":": return true
        default: break
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .nonspacingMark, .spacingMark, .decimalNumber, .letterNumber, .otherNumber, .spaceSeparator:
            return true
        default: return false
        }
    }
}
