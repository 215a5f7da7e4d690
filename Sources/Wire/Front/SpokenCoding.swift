import JSON

/// Which coding a request is in, and how it is answered in the same one.
extension WireService {
    static func speaks(_ mediaType: String) -> Bool {
        mediaType == contentType || mediaType == contentTypeOfCBOR
    }

    static func coding(of request: WireRequest) -> WireCoding {
        guard let contentTypeOfCBOR else { return .json }
        return request.mediaType == contentTypeOfCBOR ? .cbor : .json
    }

    static func contentType(of coding: WireCoding) -> String {
        coding == .cbor ? contentTypeOfCBOR ?? contentType : contentType
    }

    /// An error as the service tells it in JSON, written down in the coding that the caller speaks.
    static func response(to error: WireError, in coding: WireCoding) -> WireResponse {
        var response = response(to: error)
        guard coding == .cbor, case .json(let json)? = WireCoding.json.read(response.body) else {
            return response
        }
        response.headers["content-type"] = contentType(of: coding)
        response.body = [[UInt8].cborOpenMap]
        for member in json.object?.members ?? [] {
            response.body.appendCBOR(member.name)
            response.body.appendCBOR(member.value.string ?? "")
        }
        response.body.append([UInt8].cborBreak)
        return response
    }
}
