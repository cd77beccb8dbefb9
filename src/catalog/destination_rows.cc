#include "catalog/destination_rows.h"

#include <array>
#include <chrono>
#include <utility>

#include "catalog/columns.h"
#include "catalog/destination_texts.h"

namespace eyed::catalog {
namespace {

constexpr const char* kColumns =
    "id, cursor, missed, failures, is_signed, timeout_ms, rate_per_second, concurrency, "
    "lookup_delay_s, breaker_failures, created_at, updated_at, revision, open_until, kind, name, "
    "state, reason, url, method, sealed_headers, content_type, body_template, success, unknown, "
    "sealed_secrets, ordering, schedule, on_unknown, lookup_url, filter";

/// A row on its way in or out; members in the order of kColumns.
struct Row {
    long long id = 0;
    long long cursor = 0;
    long long missed = 0;
    long long failures = 0;
    long long is_signed = 0;
    long long timeout_ms = 0;
    long long rate_per_second = 0;
    long long concurrency = 0;
    long long lookup_delay_s = 0;
    long long breaker_failures = 0;
    long long created_at = 0;
    long long updated_at = 0;
    long long revision = 0;
    NullableNumber open_until;
    std::string kind;
    std::string name;
    std::string state;
    std::string reason;
    std::string url;
    std::string method;
    std::string sealed_headers;
    std::string content_type;
    std::string body_template;
    std::string success;
    std::string unknown;
    std::string sealed_secrets;
    std::string ordering;
    std::string schedule;
    std::string on_unknown;
    std::string lookup_url;
    std::string filter;

    Row() = default;
    explicit Row(const model::Destination& destination);
    /// Without the id, which comes first.
    auto numbers() {
        return std::array{&cursor,           &missed,          &failures,    &is_signed,
                          &timeout_ms,       &rate_per_second, &concurrency, &lookup_delay_s,
                          &breaker_failures, &created_at,      &updated_at,  &revision};
    }
    auto texts() {
        return std::array{&kind,       &name,           &state,        &reason,        &url,
                          &method,     &sealed_headers, &content_type, &body_template, &success,
                          &unknown,    &sealed_secrets, &ordering,     &schedule,      &on_unknown,
                          &lookup_url, &filter};
    }
    Result<model::Destination> destination() const;
};

Row::Row(const model::Destination& destination)
    : id(destination.id.value),
      cursor(static_cast<long long>(destination.cursor.value)),
      missed(static_cast<long long>(destination.missed)),
      failures(destination.failures),
      is_signed(destination.fields.is_signed ? 1 : 0),
      timeout_ms(destination.fields.timeout.count()),
      rate_per_second(destination.fields.rate_per_second),
      concurrency(destination.fields.concurrency),
      lookup_delay_s(destination.fields.lookup_delay.count()),
      breaker_failures(destination.fields.breaker_failures),
      created_at(destination.created_at.value),
      updated_at(destination.updated_at.value),
      revision(static_cast<long long>(destination.revision)),
      open_until(destination.open_until),
      kind(model::destination_kind_name(destination.kind)),
      name(destination.fields.name),
      state(model::destination_state_name(destination.state)),
      reason(destination.reason),
      url(destination.fields.url),
      method(destination.fields.method),
      sealed_headers(destination.fields.sealed_headers),
      content_type(destination.fields.content_type),
      body_template(destination.fields.body_template),
      success(statuses_column(destination.fields.success)),
      unknown(statuses_column(destination.fields.unknown)),
      sealed_secrets(destination.sealed_secrets),
      ordering(model::ordering_name(destination.fields.ordering)),
      schedule(schedule_column(destination.fields.schedule)),
      on_unknown(model::on_unknown_name(destination.fields.on_unknown)),
      lookup_url(destination.fields.lookup_url),
      filter(filter_column(destination.fields.filter)) {
}

Result<model::Destination> Row::destination() const {
    model::Destination found;
    EYED_ASSIGN(found.fields.success, read_statuses_column(success));
    EYED_ASSIGN(found.fields.unknown, read_statuses_column(unknown));
    EYED_ASSIGN(found.fields.schedule, read_schedule_column(schedule));
    EYED_ASSIGN(found.fields.filter, read_filter_column(filter));
    found.id = DestinationId{id};
    found.kind = model::destination_kind_named(kind).value_or(model::DestinationKind::kWebhook);
    found.fields.name = name;
    found.fields.url = url;
    found.fields.method = method;
    found.fields.sealed_headers = sealed_headers;
    found.fields.content_type = content_type;
    found.fields.body_template = body_template;
    found.fields.is_signed = is_signed != 0;
    found.fields.timeout = std::chrono::milliseconds(timeout_ms);
    found.fields.rate_per_second = static_cast<std::uint32_t>(rate_per_second);
    found.fields.concurrency = static_cast<std::uint32_t>(concurrency);
    found.fields.ordering = model::ordering_named(ordering).value_or(model::Ordering::kFree);
    found.fields.on_unknown = model::on_unknown_named(on_unknown).value_or(model::OnUnknown::kHold);
    found.fields.lookup_url = lookup_url;
    found.fields.lookup_delay = std::chrono::seconds(lookup_delay_s);
    found.fields.breaker_failures = static_cast<std::uint32_t>(breaker_failures);
    found.sealed_secrets = sealed_secrets;
    found.state =
        model::destination_state_named(state).value_or(model::DestinationState::kDisabled);
    found.reason = reason;
    found.cursor = Position{static_cast<std::uint64_t>(cursor)};
    found.missed = static_cast<std::uint64_t>(missed);
    found.failures = static_cast<std::uint32_t>(failures);
    found.open_until = open_until.instant();
    found.created_at = Micros{created_at};
    found.updated_at = Micros{updated_at};
    found.revision = static_cast<std::uint64_t>(revision);
    return found;
}

/// All but the id.
void use_row(soci::statement& statement, Row& row) {
    for (auto* number : row.numbers())
        statement.exchange(soci::use(*number));
    statement.exchange(soci::use(row.open_until.value, row.open_until.indicator));
    for (auto* text : row.texts())
        statement.exchange(soci::use(*text));
}

}  // namespace

Result<std::vector<model::Destination>> select_destinations(soci::session& sql,
                                                            const Conditions& conditions,
                                                            const std::string& ending) {
    Row row;
    soci::statement statement(sql);
    statement.exchange(soci::into(row.id));
    for (auto* number : row.numbers())
        statement.exchange(soci::into(*number));
    statement.exchange(soci::into(row.open_until.value, row.open_until.indicator));
    for (auto* text : row.texts())
        statement.exchange(soci::into(*text));
    conditions.bind(statement);
    statement.alloc();
    statement.prepare(std::string("SELECT ") + kColumns + " FROM destinations " +
                      conditions.text() + ending);
    statement.define_and_bind();
    statement.execute();
    std::vector<model::Destination> found;
    while (statement.fetch()) {
        EYED_ASSIGN(auto destination, row.destination());
        found.push_back(std::move(destination));
    }
    return found;
}

Result<model::Destination> load_destination(soci::session& sql, DestinationId id) {
    Conditions one;
    one.add("id = ", static_cast<long long>(id.value));
    EYED_ASSIGN(auto found, select_destinations(sql, one));
    if (found.empty()) return failure(Code::kNotFound, "There is no such destination.");
    return std::move(found.front());
}

DestinationId insert_destination(soci::session& sql, const model::Destination& destination) {
    Row row(destination);
    const std::string columns(std::string(kColumns).substr(std::string("id, ").size()));
    std::string places = ":p0";
    for (std::size_t i = 1; i < row.numbers().size() + 1 + row.texts().size(); ++i)
        places += ", :p" + std::to_string(i);
    long long id = 0;
    soci::statement statement(sql);
    statement.exchange(soci::into(id));
    use_row(statement, row);
    statement.alloc();
    statement.prepare("INSERT INTO destinations (" + columns + ") VALUES (" + places +
                      ") RETURNING id");
    statement.define_and_bind();
    statement.execute(true);
    return DestinationId{id};
}

void update_destination(soci::session& sql, const model::Destination& destination) {
    Row row(destination);
    soci::statement statement(sql);
    prepare(statement,
            "UPDATE destinations SET name = :name, state = :state, reason = :reason, "
            "failures = :failures, open_until = :open_until, url = :url, method = :method, "
            "sealed_headers = :headers, content_type = :type, body_template = :template, "
            "success = :success, unknown = :unknown, is_signed = :is_signed, "
            "sealed_secrets = :secrets, timeout_ms = :timeout, rate_per_second = :rate, "
            "concurrency = :concurrency, ordering = :ordering, schedule = :schedule, "
            "on_unknown = :on_unknown, lookup_url = :lookup, lookup_delay_s = :delay, "
            "breaker_failures = :breaker, filter = :filter, updated_at = :at, "
            "revision = :revision WHERE id = :id",
            soci::use(row.name), soci::use(row.state), soci::use(row.reason),
            soci::use(row.failures), soci::use(row.open_until.value, row.open_until.indicator),
            soci::use(row.url), soci::use(row.method), soci::use(row.sealed_headers),
            soci::use(row.content_type), soci::use(row.body_template), soci::use(row.success),
            soci::use(row.unknown), soci::use(row.is_signed), soci::use(row.sealed_secrets),
            soci::use(row.timeout_ms), soci::use(row.rate_per_second), soci::use(row.concurrency),
            soci::use(row.ordering), soci::use(row.schedule), soci::use(row.on_unknown),
            soci::use(row.lookup_url), soci::use(row.lookup_delay_s),
            soci::use(row.breaker_failures), soci::use(row.filter), soci::use(row.updated_at),
            soci::use(row.revision), soci::use(row.id));
    statement.execute(true);
}

}  // namespace eyed::catalog
