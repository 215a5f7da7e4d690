/// Why a text is not JSON, or not JSON that we are willing to read.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Reason: Hashable, Sendable {
        case endOfText
        case unexpected(UInt8)
        case invalidEscape
        case controlCharacterInString
        case invalidUTF8
        case numberMalformed
        case repeatedMember(String)
        case tooDeep(limit: Int)
        case tooWide(limit: Int)
        case moreAfterValue
    }

    public let reason: Reason
    /// Bytes from the beginning of the text.
    public let offset: Int

    public var description: String {
        let what =
            switch reason {
            case .endOfText: "the text ends in the middle of a value"
            case .unexpected(let byte) where (0x21...0x7E).contains(byte):
                "'\(Character(UnicodeScalar(byte)))' does not belong here"
            case .unexpected(let byte): "the byte \(byte) does not belong here"
            case .invalidEscape: "an escape in a string is not one that JSON knows"
            case .controlCharacterInString: "a control character in a string is not escaped"
            case .invalidUTF8: "a string is not UTF-8"
            case .numberMalformed: "a number is not written as JSON writes numbers"
            case .repeatedMember: "a member is named twice in one object"
            case .tooDeep(let limit): "values are nested deeper than \(limit) levels"
            case .tooWide(let limit): "an object has more than \(limit) members"
            case .moreAfterValue: "there is more after the value"
            }
        return "Not readable as JSON: \(what) (byte \(offset))."
    }
}
