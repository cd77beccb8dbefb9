#include "model/account.h"
#include "model/audit.h"
#include "model/calendar.h"
#include "model/dialect.h"
#include "model/event.h"
#include "model/event_type.h"
#include "model/reason.h"

namespace eyed::model {

std::string_view dialect_name(Dialect dialect) {
    switch (dialect) {
        case Dialect::kNative:
            return "native";
        case Dialect::kTheEye:
            return "the_eye";
        case Dialect::kEyeService:
            return "eye_service";
        case Dialect::kConsumer:
            return "consumer";
        case Dialect::kImport:
            return "import";
    }
    return "native";
}

std::string_view reason_name(Reason reason) {
    switch (reason) {
        case Reason::kMalformed:
            return "malformed";
        case Reason::kWrongShape:
            return "wrong_shape";
        case Reason::kMissingField:
            return "missing_field";
        case Reason::kWrongType:
            return "wrong_type";
        case Reason::kBlank:
            return "blank";
        case Reason::kTooLong:
            return "too_long";
        case Reason::kInvalidUuid:
            return "invalid_uuid";
        case Reason::kInvalidTimestamp:
            return "invalid_timestamp";
        case Reason::kTimestampInFuture:
            return "timestamp_in_future";
        case Reason::kTooDeep:
            return "too_deep";
        case Reason::kTooLarge:
            return "too_large";
        case Reason::kTooManyTypes:
            return "too_many_types";
        case Reason::kStructureMissing:
            return "structure_missing";
        case Reason::kStructureUnexpected:
            return "structure_unexpected";
        case Reason::kStructureType:
            return "structure_type";
        case Reason::kUnknownField:
            return "unknown_field";
        case Reason::kSchema:
            return "schema";
    }
    return "malformed";
}

std::string_view via_name(Via via) {
    switch (via) {
        case Via::kApi:
            return "api";
        case Via::kAdmin:
            return "admin";
        case Via::kCli:
            return "cli";
        case Via::kSetup:
            return "setup";
        case Via::kStart:
            return "start";
        case Via::kProgram:
            return "program";
    }
    return "api";
}

std::string_view scope_name(Scope scope) {
    switch (scope) {
        case Scope::kOpen:
            return "open";
        case Scope::kIngest:
            return "ingest";
        case Scope::kRead:
            return "read";
        case Scope::kManage:
            return "manage";
        case Scope::kCashback:
            return "cashback";
    }
    return "open";
}

std::optional<Scope> scope_named(std::string_view name) {
    for (const Scope scope : kGrantableScopes)
        if (scope_name(scope) == name) return scope;
    return std::nullopt;
}

std::vector<std::string_view> scope_names(Scopes scopes) {
    std::vector<std::string_view> names;
    for (const Scope scope : kGrantableScopes)
        if (scopes.has(scope)) names.push_back(scope_name(scope));
    return names;
}

std::string_view role_name(Role role) {
    switch (role) {
        case Role::kApplication:
            return "application";
        case Role::kMember:
            return "member";
        case Role::kStaff:
            return "staff";
        case Role::kSuperuser:
            return "superuser";
    }
    return "application";
}

std::optional<Role> role_named(std::string_view name) {
    for (const Role role : kPersonRoles)
        if (role_name(role) == name) return role;
    return std::nullopt;
}

KeyState state_of(const Key& key, Micros now) {
    if (key.revoked_at) return KeyState::kRevoked;
    if (key.expires_at && *key.expires_at <= now) return KeyState::kExpired;
    return key.dormant ? KeyState::kRefused : KeyState::kValid;
}

std::string_view key_state_name(KeyState state) {
    switch (state) {
        case KeyState::kValid:
            return "valid";
        case KeyState::kRefused:
            return "refused";
        case KeyState::kExpired:
            return "expired";
        case KeyState::kRevoked:
            return "revoked";
    }
    return "valid";
}

std::string_view mode_name(CheckMode mode) {
    switch (mode) {
        case CheckMode::kOff:
            return "off";
        case CheckMode::kObserve:
            return "observe";
        case CheckMode::kEnforce:
            return "enforce";
    }
    return "off";
}

std::optional<CheckMode> mode_named(std::string_view name) {
    for (const CheckMode mode : {CheckMode::kOff, CheckMode::kObserve, CheckMode::kEnforce})
        if (mode_name(mode) == name) return mode;
    return std::nullopt;
}

std::string_view rejection_state_name(RejectionState state) {
    switch (state) {
        case RejectionState::kOpen:
            return "open";
        case RejectionState::kReplayed:
            return "replayed";
        case RejectionState::kDuplicate:
            return "duplicate";
        case RejectionState::kDiscarded:
            return "discarded";
    }
    return "open";
}

std::string_view event_status_name(EventStatus status) {
    switch (status) {
        case EventStatus::kConfirmed:
            return "confirmed";
        case EventStatus::kTentative:
            return "tentative";
        case EventStatus::kCancelled:
            return "cancelled";
    }
    return "confirmed";
}

std::optional<EventStatus> event_status_named(std::string_view name) {
    for (const EventStatus status : kEventStatuses)
        if (event_status_name(status) == name) return status;
    return std::nullopt;
}

std::string_view attendee_state_name(AttendeeState state) {
    switch (state) {
        case AttendeeState::kRegistered:
            return "registered";
        case AttendeeState::kWaiting:
            return "waiting";
        case AttendeeState::kCancelled:
            return "cancelled";
    }
    return "registered";
}

std::optional<AttendeeState> attendee_state_named(std::string_view name) {
    for (const AttendeeState state : kAttendeeStates)
        if (attendee_state_name(state) == name) return state;
    return std::nullopt;
}

}  // namespace eyed::model
