#include "query/account_parameters.h"

#include "query/page_reader.h"

namespace eyed::query {
namespace {

bool take_role(Reader& reader, const Parameter& given, std::optional<model::Role>& out) {
    out = model::role_named(given.value);
    return out || reader.fail(given.name, "The role must be member, staff or superuser.");
}

bool take_active(Reader& reader, const Parameter& given,
                 std::optional<catalog::Users::State>& out) {
    if (given.value != "true" && given.value != "false")
        return reader.fail(given.name, "This must be true or false.");
    out = given.value == "true" ? catalog::Users::State::kActive : catalog::Users::State::kInactive;
    return true;
}

bool take_state(Reader& reader, const Parameter& given, std::optional<catalog::Keys::State>& out) {
    for (const catalog::Keys::State state : model::kKeyStates)
        if (model::key_state_name(state) == given.value) out = state;
    return out || reader.fail(given.name, "The state must be valid, refused, expired or revoked.");
}

bool take_subject(Reader& reader, const Parameter& given, std::optional<std::int64_t>& out) {
    std::optional<EventId> id;  // any number of 0 or more
    reader.id(given, id);
    if (id) out = static_cast<std::int64_t>(id->value);
    return true;
}

}  // namespace

UsersQuery native_users(std::string_view query, ParameterErrors& errors) {
    UsersQuery out;
    Reader reader(Style::kNative, errors);
    PageReader page(reader, ListKind::kUsers, PageReader::Orders::kIdAndName);
    reader.read(query, [&](const Parameter& given) {
        if (given.name == "role") return take_role(reader, given, out.filter.role);
        if (given.name == "active") return take_active(reader, given, out.filter.state);
        if (given.name != "q") return page.take(given);
        out.filter.search = given.value;
        return true;
    });
    out.page = page.finish();
    return out;
}

ApplicationsQuery native_applications(std::string_view query, ParameterErrors& errors) {
    ApplicationsQuery out;
    Reader reader(Style::kNative, errors);
    PageReader page(reader, ListKind::kApplications, PageReader::Orders::kIdAndName);
    reader.read(query, [&](const Parameter& given) {
        if (given.name == "q")
            out.search = given.value;
        else if (given.name == "owner")
            out.owner = given.value;
        else
            return page.take(given);
        return true;
    });
    out.page = page.finish();
    return out;
}

KeysQuery native_keys(std::string_view query, ParameterErrors& errors) {
    KeysQuery out;
    Reader reader(Style::kNative, errors);
    PageReader page(reader, ListKind::kKeys, PageReader::Orders::kIdAlone);
    reader.read(query, [&](const Parameter& given) {
        if (given.name == "state") return take_state(reader, given, out.state);
        if (given.name == "application")
            out.application = given.value;
        else if (given.name == "user")
            out.user = given.value;
        else
            return page.take(given);
        return true;
    });
    out.page = page.finish();
    return out;
}

AuditQuery native_audit(std::string_view query, ParameterErrors& errors) {
    AuditQuery out;
    Reader reader(Style::kNative, errors);
    PageReader page(reader, ListKind::kAudit, PageReader::Orders::kNewestFirst);
    reader.read(query, [&](const Parameter& given) {
        if (given.name == "from") return reader.instant(given, out.filter.from);
        if (given.name == "to") return reader.instant(given, out.filter.to);
        if (given.name == "subject_id") return take_subject(reader, given, out.filter.subject_id);
        auto* text = given.name == "kind"     ? &out.filter.kind
                     : given.name == "action" ? &out.filter.action
                     : given.name == "user"   ? &out.user
                                              : nullptr;
        if (!text) return page.take(given);
        *text = given.value;
        return true;
    });
    out.page = page.finish();
    return out;
}

}  // namespace eyed::query
