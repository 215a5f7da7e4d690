import Clockwork
import JSON

/// Reads operations and outputs from AWS JSON, as forgiving as Amazon and no more.
///
/// Unknown members and members that are null count as absent. A whole number with a fraction is rounded down and one
/// beyond its range is clamped; an `Int` is the models' Integer and has 32 bits, an `Int64` is their Long.
/// Source: observed on the services.
public enum AWSJSONDecoder {
    /// - Throws: ``TypeMismatch``, or a private error for missing members that ``WireService`` puts into words.
    public static func decode<Value: Decodable>(_ type: Value.Type, from json: JSONValue) throws -> Value {
        do {
            return try DocumentDecoder(value: .json(json)).decode(type)
        } catch let missing as MissingMember {
            throw MissingMembers(paths: try missing.andOthers(of: type, in: json))
        }
    }
}

extension MissingMember {
    /// All that is missing. `Codable` ends at the first, so that one is filled in, and all is read again.
    ///
    /// - Throws: ``TypeMismatch`` where that comes to light behind what is missing: Amazon looks at types first.
    fileprivate func andOthers<Value: Decodable>(
        of type: Value.Type, in json: JSONValue
    ) throws -> [[String]] {
        var (json, paths, filler) = (json, [path], JSONValue.string(""))
        while let last = paths.last, paths.count < MissingMembers.most {
            json = json.filled(at: last[...], with: filler)
            do {
                _ = try DocumentDecoder(value: .json(json)).decode(type)
                return paths
            } catch let next as MissingMember {
                paths.append(next.path)
                filler = ""
            } catch let mismatch as TypeMismatch {
                guard mismatch.path == last else { throw mismatch }
                guard let blank = mismatch.wanted.blank else { return paths }
                filler = blank
            } catch {
                return paths  // the filler was no good, and nothing is known beyond it
            }
        }
        return paths
    }
}

extension TypeMismatch.Wanted {
    /// A value of the type that says nothing; nil for a structure, whose own members would be told as missing.
    fileprivate var blank: JSONValue? {
        switch self {
        case .string, .blob: return .string("")
        case .integer, .long, .double, .timestamp: return .integer(0)
        case .boolean: return .bool(false)
        case .list: return .array([])
        case .map: return .object(JSONObject())
        case .structure: return nil
        }
    }
}

extension JSONValue {
    /// This value with another one at the end of a way through it.
    fileprivate func filled(at path: ArraySlice<String>, with filler: JSONValue) -> JSONValue {
        guard let step = path.first else { return filler }
        switch self {
        case .object(var object):
            object[step] = (object[step] ?? .null).filled(at: path.dropFirst(), with: filler)
            return .object(object)
        case .array(var items):
            guard let place = Int(step), items.indices.contains(place) else { return self }
            items[place] = items[place].filled(at: path.dropFirst(), with: filler)
            return .array(items)
        default:
            return self
        }
    }
}
