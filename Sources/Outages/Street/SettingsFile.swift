import Clockwork
import Function
import JSON
import Wire

extension StreetSettings {
    /// These settings as a settings file has them: JSON, which is YAML too.
    ///
    /// The conductor writes them down with the ports it has chosen, and every process of the street reads them from there,
    /// so that all of them mean the same street.
    package var file: JSONValue {
        var partnerSection: JSONValue = ["names": .array(partners.map { .string($0.name) })]
        if case .object(var object) = partnerSection {
            for partner in partners {
                object[partner.name] = [
                    "host": .string(partner.address.host), "port": JSONValue(partner.address.port),
                    "secret": .string(partner.secret.text),
                ]
            }
            partnerSection = .object(object)
        }
        let file: JSONValue = [
            "data": .string(data), "region": .string(region), "anonymous": .bool(isAnonymous),
            "wiring": .string(wiring.rawValue), "amazon": .bool(isOnAmazon),
            "broker": brokerSection, "courier": courierSection, "function": functionSection,
            "partners": partnerSection,
            "queue": queueSection, "stream": streamSection, "oms": omsSection,
            "keys": keySection, "retries": ["schedule": .string(retrySchedule.rawValue)], "shop": shop.file,
        ]
        guard let arrows, case .object(var object) = file else { return file }
        object["arrows"] = arrows.file
        return .object(object)
    }

    private var brokerSection: JSONValue {
        [
            "host": .string(broker.host), "port": JSONValue(broker.port),
            "ballast": JSONValue(ballastBytes >> 20), "moods": .bool(permitsMoods),
        ]
    }

    private var omsSection: JSONValue {
        [
            "host": .string(oms.host), "port": JSONValue(oms.port), "workers": JSONValue(workers),
            "consumer": .string(consumer.rawValue),
        ]
    }

    private var courierSection: JSONValue {
        [
            "host": .string(courier.host), "port": JSONValue(courier.port),
            "concurrency": JSONValue(courierConcurrency),
        ]
    }

    private var functionSection: JSONValue {
        var section = JSONObject()
        section["reader"] = reader.map { .string($0.rawValue) }
        section["consumer"] = .string(consumerName)
        section["pollInterval"] = JSONValue(pollInterval.milliseconds)
        return .object(section)
    }

    private var queueSection: JSONValue {
        var section = JSONObject()
        section["kind"] = .string(queueKind.rawValue)
        section["visibilityTimeout"] = JSONValue(visibilityTimeout.components.seconds)
        section["quietSpan"] = JSONValue(quietSpan.components.seconds)
        section["maxReceiveCount"] = JSONValue(maxReceiveCount)
        section["endpoint"] = queueEndpoint.map(JSONValue.string)
        return .object(section)
    }

    private var streamSection: JSONValue {
        var section = JSONObject()
        section["shards"] = JSONValue(shards)
        section["controlDelay"] = JSONValue(controlDelay.milliseconds)
        section["throttle"] = .bool(throttlesStreams)
        section["endpoint"] = streamEndpoint.map(JSONValue.string)
        return .object(section)
    }

    private var keySection: JSONValue {
        var section = JSONObject()
        section["names"] = .array(keys.others.map { .string($0.credentials.accessKeyID) })
        for holder in KeyRing.Holder.allCases { section[holder.rawValue] = keys[holder].file }
        for key in keys.others { section[key.credentials.accessKeyID] = key.file }
        return .object(section)
    }
}

extension AccessKey {
    fileprivate var file: JSONValue {
        [
            "id": .string(credentials.accessKeyID), "secret": .string(credentials.secretAccessKey),
            "allow": .array(policy.statements.map { .string($0.description) }),
        ]
    }
}

extension StreetArrows {
    fileprivate var file: JSONValue {
        var section = JSONObject()
        section["desk"] = desk.file
        for (name, listener) in listeners.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            section[name.key] = listener.file
        }
        return .object(section)
    }
}

extension StreetSettings.Address {
    fileprivate var file: JSONValue { ["host": .string(host), "port": JSONValue(port)] }
}
