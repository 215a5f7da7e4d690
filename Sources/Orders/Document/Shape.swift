/// What a part of a document looks like.
///
/// One description serves both ends: ``ShapeJudge`` holds documents against it, and `JSONSchema.swift` writes
/// it down as JSON Schema, so that what we publish is what we do.
package indirect enum Shape: Sendable {
    /// Text of so many characters (Unicode scalars), written like the pattern.
    case text(ClosedRange<Int>, TextPattern)
    /// Exactly one of these texts.
    case oneOf([String])
    /// A whole number; never a float, never a text.
    case integer(ClosedRange<Int64>)
    case truth
    /// The same shape, or null.
    case nullable(Shape)
    case list(
        of: Shape, count: ClosedRange<Int>, tooFew: Reason.Code = .outOfRange, tooMany: Reason.Code = .tooLong
    )
    /// These members; members of other names are allowed and not looked at.
    case object([Member])
    /// A shape that is used in several places and has a name.
    case named(String, Shape)

    package struct Member: Sendable {
        package let name: String
        package let shape: Shape
        package let isRequired: Bool

        package static func required(_ name: String, _ shape: Shape) -> Member {
            Member(name: name, shape: shape, isRequired: true)
        }

        package static func optional(_ name: String, _ shape: Shape) -> Member {
            Member(name: name, shape: shape, isRequired: false)
        }
    }
}

extension Shape {
    static func text(_ characters: ClosedRange<Int>) -> Shape { .text(characters, .plain) }
    /// Text whose pattern says how long it is.
    static func text(_ pattern: TextPattern) -> Shape { .text(0...Int.max, pattern) }
}
