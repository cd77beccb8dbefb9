#include "api/verdicts.h"

#include <vector>

#include "api/errors.h"
#include "base/json_members.h"
#include "base/json_text.h"
#include "model/reason.h"

namespace eyed::api {

using ingest::Decoded;
using ingest::Fault;
using ingest::Item;

namespace {

/// DRF's name for what is wrong with no field in particular.
constexpr std::string_view kNonField = "non_field_errors";

http::Response whole_refusal(const http::Request& request, const Decoded& decoded) {
    const Code code =
        decoded.whole == Decoded::Whole::kTooMany ? Code::kTooLarge : Code::kInvalidArgument;
    return error(request, Error{code, decoded.detail});
}

void append_rejected(const Decoded& decoded, const Item& item, std::string& out) {
    out += "{\"status\":\"rejected\"";
    const auto faults = decoded.faults_of(item);
    if (!faults.empty()) {
        const Fault& fault = faults.front();
        append_member_if_any("field", fault.field, out);
        append_member_if_any("pointer", fault.pointer, out);
        append_member_if_any("reason", model::reason_name(fault.reason), out);
        append_member_if_any("message", fault.message, out);
    }
    out += '}';
}

void append_item(const Decoded& decoded, const Item& item, std::string& out) {
    if (item.state == Item::State::kRejected) {
        append_rejected(decoded, item, out);
        return;
    }
    out += item.state == Item::State::kDuplicate ? R"({"status":"duplicate","id":)"
                                                 : R"({"status":"accepted","id":)";
    append_number(item.id, out);
    out += '}';
}

}  // namespace

bool refused(const Decoded& decoded) {
    return decoded.whole != Decoded::Whole::kTaken || decoded.items.empty() ||
           decoded.items.front().state == Item::State::kRejected;
}

http::Response refusal(const http::Request& request, const Decoded& decoded) {
    if (decoded.whole != Decoded::Whole::kTaken || decoded.items.empty())
        return whole_refusal(request, decoded);
    const auto faults = decoded.faults_of(decoded.items.front());
    if (style_of(request.path) == ErrorStyle::kProblem) {
        std::vector<Flaw> flaws;
        for (const Fault& fault : faults)
            flaws.push_back(
                {fault.field, fault.pointer, model::reason_name(fault.reason), fault.message});
        const ErrorKind& kind = rejected_event();
        const std::string_view text =
            faults.empty() ? kind.text : std::string_view(faults.front().message);
        return problem(request, kind, text, flaws);
    }
    std::vector<FieldError> errors;
    for (const Fault& fault : faults)
        errors.push_back(
            {fault.field.empty() ? std::string(kNonField) : fault.field, fault.message});
    return field_errors(request, errors);
}

http::Response single_verdict(const http::Request& request, const Decoded& decoded) {
    const Item& item = decoded.items.front();
    if (item.state == Item::State::kRejected) return refusal(request, decoded);
    std::string body;
    append_item(decoded, item, body);
    return http::json(item.state == Item::State::kDuplicate ? 200 : 201, std::move(body));
}

http::Response batch_verdict(const Decoded& decoded) {
    std::string body;
    body.reserve(96 + decoded.items.size() * 40);
    body += "{\"accepted\":";
    append_number(decoded.accepted, body);
    body += ",\"duplicates\":";
    append_number(decoded.duplicates, body);
    body += ",\"rejected\":";
    append_number(decoded.rejected, body);
    body += ",\"results\":[";
    for (const Item& item : decoded.items) {
        if (&item != decoded.items.data()) body += ',';
        append_item(decoded, item, body);
    }
    body += "]}";
    return http::json(decoded.rejected == 0 ? 200 : 207, std::move(body));
}

}  // namespace eyed::api
