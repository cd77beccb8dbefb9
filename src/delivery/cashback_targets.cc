#include <fmt/format.h>

#include <algorithm>

#include "catalog/catalog.h"
#include "catalog/destinations.h"
#include "delivery/draft_check.h"
#include "delivery/service.h"
#include "delivery/signature.h"

namespace eyed::delivery {
namespace {

using CashbackTarget = Service::CashbackTarget;

constexpr std::string_view kNoUrl = "The settings have no URL for it.";

/// What the settings make of the destination that pays, or takes back.
model::DestinationFields wanted_fields(const CashbackTarget& target, model::DestinationKind kind,
                                       model::DestinationFields fields) {
    const bool pays = kind == model::DestinationKind::kCashback;
    fields.name = pays ? "cashback" : "takeback";
    fields.url = pays ? target.url : target.reversal_url;
    fields.method = "POST";
    fields.content_type = "application/json";
    fields.body_template.clear();
    // What pays says so by 201 alone.
    fields.success = {pays ? model::StatusRange{201, 201} : model::StatusRange{200, 299}};
    fields.unknown = read_statuses(target.unknown_statuses).value_or(fields.unknown);
    if (pays) fields.unknown.insert(fields.unknown.end(), {{200, 200}, {202, 299}});
    fields.timeout = target.timeout;
    fields.concurrency = target.concurrency;
    fields.schedule = target.schedule;
    fields.lookup_url = target.lookup_url;
    fields.lookup_delay = target.lookup_delay;
    fields.on_unknown = target.is_idempotent        ? model::OnUnknown::kRepeat
                        : target.lookup_url.empty() ? model::OnUnknown::kHold
                                                    : model::OnUnknown::kLookUp;
    return fields;
}

bool same(const std::vector<HeaderField>& a, const std::vector<HeaderField>& b) {
    return std::ranges::equal(a, b, [](const HeaderField& x, const HeaderField& y) {
        return x.name == y.name && x.value == y.value;
    });
}

Error refused(const Faults& faults) {
    return {Code::kInvalidArgument,
            fmt::format("{}: {}", faults.front().field, faults.front().message)};
}

Status check_settings(const CashbackTarget& target, const AddressPolicy& policy) {
    Faults faults;
    const auto check = [&faults](const char* field, std::string fault) {
        if (!fault.empty()) faults.push_back({field, std::move(fault)});
    };
    if (!target.url.empty()) check("cashback.target_url", url_fault(target.url, policy));
    if (!target.lookup_url.empty())
        check("cashback.target_lookup_url", lookup_url_fault(target.lookup_url, policy));
    if (!target.reversal_url.empty())
        check("cashback.target_reversal_url", url_fault(target.reversal_url, policy));
    if (!read_statuses(target.unknown_statuses))
        faults.push_back({"cashback.target_unknown_statuses",
                          "It is statuses such as 408,500-599, parted by commas."});
    if (!faults.empty()) return std::unexpected(refused(faults));
    return {};
}

/// Makes one of the two, or brings it up to date; without a change nothing is written.
class TargetKeeper {
  public:
    TargetKeeper(Service::Parts& parts, const CashbackTarget& target, const model::Change& change)
        : parts_(parts), destinations_(parts.catalog.destinations()), change_(change) {
        if (!target.authorization.empty())
            headers_.push_back({"Authorization", target.authorization});
    }

    Status keep(const CashbackTarget& target, model::DestinationKind kind) {
        auto there = destinations_.by_kind(kind);
        if (!there && there.error().code != Code::kNotFound) return std::unexpected(there.error());
        const bool pays = kind == model::DestinationKind::kCashback;
        if (!there && !pays && target.reversal_url.empty()) return {};
        if (!there) {
            there = make(target, kind);
            if (!there) return std::unexpected(there.error());
        }
        const model::DestinationFields fields = wanted_fields(target, kind, there->fields);
        EYED_TRY(bring_up_to_date(*there, fields));
        return set_state(*there, fields.url.empty());
    }

  private:
    Result<model::Destination> make(const CashbackTarget& target, model::DestinationKind kind) {
        catalog::Destinations::New wanted{.kind = kind,
                                          .fields = wanted_fields(target, kind, {}),
                                          .sealed_secrets = {},
                                          .cursor = {}};
        wanted.fields.is_signed = false;
        wanted.fields.sealed_headers = seal_headers(parts_.vault, headers_);
        wanted.sealed_secrets =
            seal_secrets(parts_.vault, {{make_secret(), change_.at, std::nullopt}});
        return destinations_.create(wanted, change_);
    }
    Status bring_up_to_date(const model::Destination& there, model::DestinationFields fields) {
        const auto kept = open_headers(parts_.vault, there.fields.sealed_headers);
        if (fields == there.fields && kept && same(*kept, headers_)) return {};
        if (!kept || !same(*kept, headers_))
            fields.sealed_headers = seal_headers(parts_.vault, headers_);
        const auto edit = [&fields](model::Destination& destination) -> Status {
            destination.fields = fields;
            return {};
        };
        EYED_TRY(destinations_.change(there.id, std::nullopt, edit, "changed", change_));
        return {};
    }
    Status set_state(const model::Destination& there, bool has_no_url) {
        using enum model::DestinationState;
        if (has_no_url && there.state == kActive)
            EYED_TRY(destinations_.set_state(there.id, kPaused, std::string(kNoUrl), change_));
        if (!has_no_url && there.state == kPaused && there.reason == kNoUrl)
            EYED_TRY(destinations_.set_state(there.id, kActive, "", change_));
        return {};
    }

    Service::Parts& parts_;
    catalog::Destinations& destinations_;
    const model::Change& change_;
    std::vector<HeaderField> headers_;
};

}  // namespace

Status Service::keep_cashback_targets(const CashbackTarget& target, const model::Change& change) {
    EYED_TRY(check_settings(target, parts_.policy));
    TargetKeeper keeper(parts_, target, change);
    EYED_TRY(keeper.keep(target, model::DestinationKind::kCashback));
    EYED_TRY(keeper.keep(target, model::DestinationKind::kTakeback));
    parts_.changed();
    return {};
}

}  // namespace eyed::delivery
