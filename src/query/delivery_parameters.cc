#include "query/delivery_parameters.h"

#include "query/page_reader.h"

namespace eyed::query {
namespace {

using catalog::Deliveries;

/// Names parted by commas.
bool take_states(Reader& reader, const Parameter& given, std::vector<model::DeliveryState>& out) {
    std::string_view rest = given.value;
    do {
        const std::size_t comma = std::min(rest.find(','), rest.size());
        const auto state = model::delivery_state_named(rest.substr(0, comma));
        if (!state)
            return reader.fail(given.name,
                               "The state must be pending, sending, delivered, unknown, dead or "
                               "cancelled, or several of them parted by commas.");
        out.push_back(*state);
        rest.remove_prefix(std::min(comma + 1, rest.size()));
    } while (!rest.empty());
    return true;
}

bool take_status(Reader& reader, const Parameter& given, std::optional<int>& out) {
    std::optional<std::uint16_t> status;
    reader.id(given, status);
    if (!status) return true;
    if (*status > 999) return reader.fail(given.name, "A status has three digits.");
    out = *status;
    return true;
}

bool take_delivery_filter(Reader& reader, const Parameter& given, Deliveries::Filter& out) {
    if (given.name == "destination") return reader.id(given, out.destination);
    if (given.name == "state") return take_states(reader, given, out.states);
    if (given.name == "event") return reader.id(given, out.event);
    if (given.name == "cashback") return reader.id(given, out.cashback);
    if (given.name == "from") return reader.instant(given, out.from);
    if (given.name == "to") return reader.instant(given, out.to);
    return given.name == "status" && take_status(reader, given, out.last_status);
}

}  // namespace

DestinationsQuery native_destinations(std::string_view query, ParameterErrors& errors) {
    DestinationsQuery out;
    Reader reader(Style::kNative, errors);
    PageReader page(reader, ListKind::kDestinations, PageReader::Orders::kIdAndName);
    reader.read(query, [&](const Parameter& given) {
        if (given.name == "state")
            return reader.one_of(given, model::DestinationState::kDisabled,
                                 model::destination_state_name, out.filter.state);
        if (given.name == "kind")
            return reader.one_of(given, model::DestinationKind::kTakeback,
                                 model::destination_kind_name, out.filter.kind);
        if (given.name != "q") return page.take(given);
        out.filter.text = given.value;
        return true;
    });
    out.page = page.finish();
    return out;
}

DeliveriesQuery native_deliveries(std::string_view query, ParameterErrors& errors) {
    DeliveriesQuery out;
    Reader reader(Style::kNative, errors);
    PageReader page(reader, ListKind::kDeliveries, PageReader::Orders::kNewestFirst);
    reader.read(query, [&](const Parameter& given) {
        return take_delivery_filter(reader, given, out.filter) || page.take(given);
    });
    out.page = page.finish();
    return out;
}

AttemptsQuery native_attempts(std::string_view query, ParameterErrors& errors) {
    AttemptsQuery out;
    Reader reader(Style::kNative, errors);
    PageReader page(reader, ListKind::kAttempts, PageReader::Orders::kNewestFirst);
    reader.read(query, [&](const Parameter& given) {
        if (given.name == "delivery") return reader.id(given, out.filter.delivery);
        if (given.name == "destination") return reader.id(given, out.filter.destination);
        if (given.name == "outcome")
            return reader.one_of(given, model::AttemptOutcome::kUnknown,
                                 model::attempt_outcome_name, out.filter.outcome);
        if (given.name == "from") return reader.instant(given, out.filter.from);
        if (given.name == "to") return reader.instant(given, out.filter.to);
        return page.take(given);
    });
    out.page = page.finish();
    return out;
}

Deliveries::Filter retried_deliveries(const std::vector<Parameter>& members,
                                      ParameterErrors& errors) {
    Deliveries::Filter out;
    Reader reader(Style::kNative, errors);
    reader.read(members,
                [&](const Parameter& given) { return take_delivery_filter(reader, given, out); });
    return out;
}

}  // namespace eyed::query
