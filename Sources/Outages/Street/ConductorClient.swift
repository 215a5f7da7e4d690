import AsyncHTTPClient
import Clockwork
import Wire

extension StreetSettings {
    /// A client by which whoever looks after the street speaks to its queue service or its stream service.
    package func conductorClient<Service: WireService>(
        of service: Service.Type, http: HTTPClient, surroundings: Surroundings,
        retries: RetryPolicy = RetryPolicy(), attemptLimit: Duration = .seconds(10)
    ) -> NetworkClient<Service> {
        SigningClient(
            service,
            over: NetworkTransport(
                endpoint: Service.self == SQS.self ? queueURLBase : streamURLBase, http: http),
            credentials: credentials(of: .conductor, for: service), region: region,
            surroundings: surroundings, retries: retries, attemptLimit: attemptLimit)
    }

    /// Asks the queue service what it holds, and does not wait for long; nil where the queue is ours.
    package func inquiry(http: HTTPClient, surroundings: Surroundings) -> QueueInquiry? {
        QueueInquiry(
            of: self,
            queue: conductorClient(
                of: SQS.self, http: http, surroundings: surroundings, retries: .never,
                attemptLimit: .seconds(3)), time: surroundings.time)
    }
}
