import AuditLog
import Foundation
import HubCore
import Hummingbird
import Outcomes

/// The operators' API under `/api/v1`: calls with a bearer token, each judged for rights and recorded
/// before it is answered. `openapi.json` describes every call.
struct OperatorsAPI: Sendable {
    let hub: any OperatedHub

    func add(to router: Router<BasicRequestContext>) {
        router.get("openapi.json") { _, _ in
            Answer.json(.ok, text: [UInt8](PackageResources.openapi_json)).response
        }
        let api = router.group("api/v1")
        api.get("sessions") { request, _ in await answer(request, listSessions) }
        api.post("sessions/end") { request, _ in await answer(request, endSessions) }
        api.get("channels") { request, _ in await answer(request, listChannels) }
        api.post("channels/slow") { request, _ in await answer(request, slow) }
        api.post("channels/freeze") { request, _ in await answer(request, freeze) }
        api.post("channels/unfreeze") { request, _ in await answer(request, unfreeze) }
        api.get("roster") { request, _ in await answer(request, readRoster) }
        api.post("roster/enrol") { request, _ in await answer(request, enrol) }
        api.post("roster/withdraw") { request, _ in await answer(request, withdraw) }
        api.get("sanctions") { request, _ in await answer(request, listSanctions) }
        api.post("sanctions") { request, _ in await answer(request, impose) }
        api.post("sanctions/lift") { request, _ in await answer(request, lift) }
        api.post("tokens/revoke") { request, _ in await answer(request, revoke) }
        api.get("policies") { request, _ in await answer(request, readPolicies) }
        api.post("policies/activate") { request, _ in await answer(request, activate) }
        api.get("record") { request, _ in await answer(request, search) }
        api.get("record/:decision") { request, context in
            await answer(request) { call throws(CallFault) in
                try await readDecision(context.parameters.get("decision") ?? "", call)
            }
        }
    }

    /// A call whose token is good.
    struct Call {
        let actor: Operator
        let input: CallInput
    }

    /// Authenticates, reads what was sent, and carries the call out; a fault becomes its answer.
    private func answer(
        _ request: Request,
        _ body: (Call) async throws(CallFault) -> Answer
    ) async -> Response {
        do throws(CallFault) {
            let actor = try authenticate(request)
            let input =
                try request.method == .get
                ? CallInput(query: request.uri.query ?? "")
                : await CallInput(body: request)
            return try await body(Call(actor: actor, input: input)).response
        } catch {
            return error.answer.response
        }
    }

    private func authenticate(_ request: Request) throws(CallFault) -> Operator {
        let fields = request.headers[values: .authorization]
        guard fields.count == 1, fields[0].count > 7,
            fields[0].prefix(7).lowercased() == "bearer "
        else { throw CallFault(.tokenMissing) }
        switch hub.authenticate(bearer: String(fields[0].dropFirst(7))) {
        case .success(let actor): return actor
        case .failure(let refused): throw CallFault(refused.outcome)
        }
    }

    /// Judges a call and records it, refused or not.
    func record(_ operation: OperatorCall) async throws(CallFault) -> Decision {
        if operation.name.wantsReason, operation.reason?.isEmpty != false {
            throw CallFault(missing: "reason", "why: it is recorded")
        }
        switch await hub.carryOut(operation) {
        case .failure(let refused): throw CallFault(refused.outcome, refused.decision)
        case .success(let decision): return decision
        }
    }

    /// Asks the record; PostgreSQL being away is no fault of the caller.
    func ask(_ question: RecordQuestion) async throws(CallFault) -> String {
        do {
            return try await hub.ask(question)
        } catch {
            throw CallFault(
                .serviceUnavailable,
                "database_unavailable",
                "PostgreSQL can't be asked now, or it took more than 10 s: give 'since' and 'until'."
            )
        }
    }
}
