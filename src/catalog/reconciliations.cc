#include "catalog/reconciliations.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <span>
#include <utility>

#include "catalog/audit_lines.h"
#include "catalog/columns.h"
#include "catalog/conditions.h"
#include "catalog/connection.h"
#include "catalog/reconciliation_match.h"
#include "catalog/reconciliation_payments.h"

namespace eyed::catalog {
namespace {

constexpr std::array<std::string_view, Reconciliations::kVerdicts> kNames{
    "matched", "missing_here", "missing_there", "differs", "unreadable"};
constexpr const char* kFinished = "counts <> ''";

std::string parts_text(const Reconciliations::Summary& summary) {
    std::string text;
    for (const auto& part : summary.parts)
        text += fmt::format("{}{} {} {}", text.empty() ? "" : " ", part.count, part.theirs.minor,
                            part.ours.minor);
    return text;
}

/// What parts_text() wrote.
void read_parts(const std::string& text, Reconciliations::Summary& summary) {
    const char* at = text.data();
    const char* end = at + text.size();
    const auto next = [&] {
        std::int64_t number = 0;
        while (at < end && *at == ' ')
            ++at;
        at = std::from_chars(at, end, number).ptr;
        return number;
    };
    for (auto& part : summary.parts) {
        part.count = static_cast<std::uint64_t>(next());
        part.theirs = {next()};
        part.ours = {next()};
    }
}

std::vector<Reconciliations::Summary> select_summaries(soci::session& sql,
                                                       const Conditions& conditions,
                                                       const std::string& ending = {}) {
    long long id = 0;
    long long from = 0;
    long long to = 0;
    long long created_at = 0;
    NullableNumber user;
    std::string name;
    std::string mapping;
    std::string counts;
    soci::statement statement(sql);
    for (auto* number : {&id, &from, &to, &created_at})
        statement.exchange(soci::into(*number));
    statement.exchange(soci::into(user.value, user.indicator));
    for (auto* text : {&name, &mapping, &counts})
        statement.exchange(soci::into(*text));
    conditions.bind(statement);
    statement.alloc();
    statement.prepare(
        "SELECT id, from_at, to_at, created_at, user_id, name, mapping, counts "
        "FROM reconciliations " +
        conditions.text() + ending);
    statement.define_and_bind();
    statement.execute();
    std::vector<Reconciliations::Summary> found;
    while (statement.fetch()) {
        found.push_back({.id = ReconciliationId{id},
                         .name = name,
                         .from = Micros{from},
                         .to = Micros{to},
                         .created_at = Micros{created_at},
                         .user = UserId{user.id()},
                         .mapping = mapping,
                         .parts = {}});
        read_parts(counts, found.back());
    }
    return found;
}

Result<Reconciliations::Summary> find(soci::session& sql, ReconciliationId id) {
    Conditions one;
    one.add("id = ", static_cast<long long>(id.value));
    one.add(kFinished);
    auto found = select_summaries(sql, one);
    if (found.empty()) return failure(Code::kNotFound, "There is no such reconciliation.");
    return std::move(found.front());
}

/// Whoever was erased since the lines were matched has no document any more.
void insert_lines(soci::session& sql, ReconciliationId id,
                  std::span<const Reconciliations::Line> lines) {
    const long long reconciliation = id.value;
    long long number = 0;
    std::string verdict;
    NullableNumber cashback;
    NullableNumber line;
    NullableMoney theirs;
    NullableMoney ours;
    NullableNumber at;
    NullableText document;
    std::string reference;
    std::string note;
    soci::statement statement(sql);
    statement.exchange(soci::use(reconciliation));
    statement.exchange(soci::use(number));
    statement.exchange(soci::use(verdict));
    for (NullableNumber* one :
         std::initializer_list<NullableNumber*>{&cashback, &line, &theirs, &ours, &at})
        statement.exchange(soci::use(one->value, one->indicator));
    prepare(statement,
            "INSERT INTO reconciliation_lines (reconciliation_id, number, verdict, cashback_id, "
            "line, theirs, ours, at, document, reference, note) VALUES (:id, :number, :verdict, "
            ":cashback, :line, :theirs, :ours, :at, "
            "CASE WHEN :cashback IS NULL THEN :document ELSE (SELECT document FROM customers "
            "WHERE id = (SELECT customer_id FROM cashbacks WHERE id = :cashback)) END, "
            ":reference, :note)",
            soci::use(document.value, document.indicator), soci::use(reference), soci::use(note));
    for (const Reconciliations::Line& one : lines) {
        number = one.number;
        verdict = verdict_name(one.verdict);
        cashback = NullableNumber(static_cast<long long>(one.cashback.value));
        line = NullableNumber(one.line);
        theirs = NullableMoney(one.theirs);
        ours = NullableMoney(one.ours);
        at = NullableNumber(one.at);
        document = NullableText(one.document.empty() ? std::nullopt : std::optional(one.document));
        reference = one.reference;
        note = one.note;
        statement.execute(true);
    }
}

/// With what its lines come to.
Reconciliations::Summary summarise(const Reconciliations::New& file,
                                   const std::vector<Reconciliations::Line>& lines,
                                   const model::Change& change) {
    Reconciliations::Summary summary{.id = {},
                                     .name = file.name,
                                     .from = file.from,
                                     .to = file.to,
                                     .created_at = change.at,
                                     .user = change.by.user,
                                     .mapping = file.mapping,
                                     .parts = {}};
    for (const Reconciliations::Line& line : lines) {
        auto& part = summary.parts[static_cast<std::size_t>(line.verdict)];
        ++part.count;
        if (line.theirs) part.theirs += *line.theirs;
        if (line.ours) part.ours += *line.ours;
    }
    return summary;
}

/// Without what its lines come to, which they are given at the end: until then nobody sees it.
ReconciliationId insert(soci::session& sql, const Reconciliations::Summary& summary) {
    const long long from = summary.from.value;
    const long long to = summary.to.value;
    const long long at = summary.created_at.value;
    NullableNumber user(static_cast<long long>(summary.user.value));
    long long id = 0;
    sql << "INSERT INTO reconciliations (name, from_at, to_at, created_at, user_id, mapping, "
           "counts) VALUES (:name, :from, :to, :at, :user, :mapping, '') RETURNING id",
        soci::use(summary.name), soci::use(from), soci::use(to), soci::use(at),
        soci::use(user.value, user.indicator), soci::use(summary.mapping), soci::into(id);
    return ReconciliationId{id};
}

/// What a program that died has left.
void remove_unfinished(soci::session& sql, Micros now) {
    constexpr std::chrono::hours kLongest{1};
    const long long before = (now - kLongest).value;
    sql << "DELETE FROM reconciliation_lines WHERE reconciliation_id IN "
           "(SELECT id FROM reconciliations WHERE counts = '' AND created_at < :before)",
        soci::use(before);
    sql << "DELETE FROM reconciliations WHERE counts = '' AND created_at < :before",
        soci::use(before);
}

void finish(soci::session& sql, const Reconciliations::Summary& summary,
            const model::Change& change) {
    const std::string counts = parts_text(summary);
    const long long id = summary.id.value;
    sql << "UPDATE reconciliations SET counts = :counts WHERE id = :id", soci::use(counts),
        soci::use(id);
    AuditDetails details;
    for (std::size_t i = 0; i < kNames.size(); ++i)
        details.json(kNames[i], std::to_string(summary.parts[i].count));
    append_audit(sql, {.at = change.at,
                       .actor = change.by,
                       .action = "created",
                       .kind = "reconciliation",
                       .subject_id = id,
                       .subject = summary.name,
                       .details = details.str()});
}

/// In steps, so that others get their turn.
Status keep(Connection& connection, Reconciliations::Summary& summary,
            std::span<const Reconciliations::Line> lines, const model::Change& change) {
    constexpr std::size_t kAtOnce = 5'000;
    EYED_ASSIGN(summary.id,
                connection.transact([&](soci::session& sql) -> Result<ReconciliationId> {
                    remove_unfinished(sql, change.at);
                    return insert(sql, summary);
                }));
    while (!lines.empty()) {
        const auto some = lines.first(std::min(lines.size(), kAtOnce));
        EYED_TRY(connection.transact([&](soci::session& sql) -> Status {
            insert_lines(sql, summary.id, some);
            return {};
        }));
        lines = lines.subspan(some.size());
    }
    return connection.transact([&](soci::session& sql) -> Status {
        finish(sql, summary, change);
        return {};
    });
}

std::vector<Reconciliations::Line> select_lines(soci::session& sql, const Conditions& conditions,
                                                const std::string& ending) {
    long long number = 0;
    NullableNumber cashback;
    NullableNumber line;
    NullableMoney theirs;
    NullableMoney ours;
    NullableNumber at;
    NullableText document;
    std::string verdict;
    std::string reference;
    std::string note;
    soci::statement statement(sql);
    statement.exchange(soci::into(number));
    for (NullableNumber* one :
         std::initializer_list<NullableNumber*>{&cashback, &line, &theirs, &ours, &at})
        statement.exchange(soci::into(one->value, one->indicator));
    statement.exchange(soci::into(document.value, document.indicator));
    for (auto* text : {&verdict, &reference, &note})
        statement.exchange(soci::into(*text));
    conditions.bind(statement);
    statement.alloc();
    statement.prepare(
        "SELECT number, cashback_id, line, theirs, ours, at, document, verdict, "
        "reference, note FROM reconciliation_lines " +
        conditions.text() + ending);
    statement.define_and_bind();
    statement.execute();
    std::vector<Reconciliations::Line> found;
    while (statement.fetch())
        found.push_back({static_cast<std::uint32_t>(number),
                         verdict_named(verdict).value_or(Reconciliations::Verdict::kUnreadable),
                         CashbackId{cashback.id()}, line.number(), theirs.money(), ours.money(),
                         at.instant(), document.text().value_or(""), reference, note});
    return found;
}

}  // namespace

Result<Reconciliations::Summary> Reconciliations::create(const New& file,
                                                         const model::Change& change) {
    // Compared without the lock: what is confirmed meanwhile is of the next one.
    EYED_ASSIGN(const auto ours, load_payments(connection_, file));
    const auto lines = match_payments(file.lines, ours);
    Summary summary = summarise(file, lines, change);
    EYED_TRY(keep(connection_, summary, lines, change));
    return summary;
}

Result<Reconciliations::Summary> Reconciliations::by_id(ReconciliationId id) {
    return connection_.run([&](soci::session& sql) { return find(sql, id); });
}

Result<Reconciliations::Found> Reconciliations::list(const NumberPage& page) {
    return connection_.run([&](soci::session& sql) -> Result<Found> {
        Conditions finished;
        finished.add(kFinished);
        return Found{select_summaries(sql, finished, " ORDER BY id DESC" + page_text(page)),
                     count_rows(sql, "reconciliations", finished)};
    });
}

Result<Reconciliations::FoundLines> Reconciliations::lines(ReconciliationId id,
                                                           std::optional<Verdict> verdict,
                                                           const NumberPage& page) {
    return connection_.run([&](soci::session& sql) -> Result<FoundLines> {
        EYED_TRY(find(sql, id));
        Conditions conditions;
        conditions.add("reconciliation_id = ", static_cast<long long>(id.value));
        if (verdict) conditions.add("verdict = ", std::string(verdict_name(*verdict)));
        return FoundLines{select_lines(sql, conditions, " ORDER BY number" + page_text(page)),
                          count_rows(sql, "reconciliation_lines", conditions)};
    });
}

std::string_view verdict_name(Reconciliations::Verdict verdict) {
    return kNames[static_cast<std::size_t>(verdict)];
}

std::optional<Reconciliations::Verdict> verdict_named(std::string_view name) {
    for (std::size_t i = 0; i < kNames.size(); ++i)
        if (kNames[i] == name) return static_cast<Reconciliations::Verdict>(i);
    return std::nullopt;
}

}  // namespace eyed::catalog
