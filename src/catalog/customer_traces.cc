#include "catalog/customer_traces.h"

#include <fmt/format.h>

namespace eyed::catalog {
namespace {

/// As it is written with dots and dash; what has no eleven digits as it is.
std::string formatted(const std::string& document) {
    constexpr std::size_t kDigits = 11;
    if (document.size() != kDigits) return document;
    return fmt::format("{}.{}.{}-{}", document.substr(0, 3), document.substr(3, 3),
                       document.substr(6, 3), document.substr(9));
}

/// An assignment after which a column shows the document in neither spelling.
std::string clean(const std::string& column) {
    return fmt::format("{0} = replace(replace({0}, :digits, '***'), :formatted, '***')", column);
}

}  // namespace

std::vector<std::string> trace_queries() {
    const std::string theirs = "cashback_id IN (SELECT id FROM cashbacks WHERE customer_id = :id)";
    return {
        "UPDATE attempts SET response = '', " + clean("error") + ", " + clean("request") +
            " WHERE delivery_id IN (SELECT id FROM deliveries WHERE " + theirs + ")",
        "UPDATE deliveries SET body = '', " + clean("last_error") + " WHERE " + theirs,
        "UPDATE cashback_reversals SET " + clean("reason") + " WHERE " + theirs,
        "UPDATE reconciliation_lines SET document = NULL, " + clean("reference") + ", " +
            clean("note") + " WHERE document = :digits OR " + theirs,
        "UPDATE cashbacks SET answer_body = '', " + clean("answer_error") +
            " WHERE customer_id = :id",
    };
}

void erase_traces(soci::session& sql, const model::Customer& customer) {
    const long long id = customer.id.value;
    const std::string with_signs = formatted(customer.document);
    for (const std::string& query : trace_queries()) {
        soci::statement statement(sql);
        statement.exchange(soci::use(id, "id"));
        statement.exchange(soci::use(customer.document, "digits"));
        statement.exchange(soci::use(with_signs, "formatted"));
        statement.alloc();
        statement.prepare(query);
        statement.define_and_bind();
        statement.execute(true);
    }
}

}  // namespace eyed::catalog
