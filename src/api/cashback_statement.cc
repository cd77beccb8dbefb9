#include "api/cashback_statement.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/ascii.h"
#include "base/csv.h"
#include "base/json_members.h"
#include "base/json_text.h"
#include "cashback/cpf.h"
#include "catalog/reconciliation_match.h"
#include "query/parameters.h"

namespace eyed::api {

namespace {

using TheirLine = catalog::Reconciliations::TheirLine;
using Record = std::vector<std::string>;
using Wanted = StatementForm::Column::Wanted;

constexpr std::size_t kMostReference = 255;
constexpr std::size_t kThousand = 3;  // digits that a sign parts

/// Where each column is; nullopt: there is none.
struct Columns {
    std::optional<std::size_t> reference;
    std::optional<std::size_t> document;
    std::optional<std::size_t> amount;
    std::optional<std::size_t> date;
};

std::optional<std::size_t> find_column(const Record& head, const StatementForm::Column& column,
                                       std::string_view parameter, cashback::Faults& faults) {
    const auto found = std::ranges::find_if(
        head, [&](const std::string& name) { return trimmed(name) == column.name; });
    if (found != head.end()) return static_cast<std::size_t>(found - head.begin());
    if (column.wanted == Wanted::kAlways)
        faults.push_back(
            {std::string(parameter), fmt::format("The file has no column “{}”.", column.name)});
    return std::nullopt;
}

Columns find_columns(const Record& head, const StatementForm& form, cashback::Faults& faults) {
    Columns columns;
    columns.reference = find_column(head, form.reference, "reference_column", faults);
    columns.document = find_column(head, form.document, "document_column", faults);
    StatementForm::Column amount = form.amount;
    amount.wanted = Wanted::kAlways;
    columns.amount = find_column(head, amount, "amount_column", faults);
    columns.date = find_column(head, form.date, "date_column", faults);
    if (!columns.reference && !columns.document && faults.empty())
        faults.push_back({"reference_column",
                          "Lines are matched by reference or document: name a column of either."});
    return columns;
}

/// Without the signs that part thousands, and with a point before the decimals; empty: they part
/// something else.
std::string plain_amount(std::string_view text, StatementForm::Decimal decimal) {
    const bool comma = decimal == StatementForm::Decimal::kComma;
    const char point = comma ? ',' : '.';
    const char parting = comma ? '.' : ',';
    const std::size_t end = std::min(text.find(point), text.size());
    std::string out;
    for (std::size_t i = 0; i < end; ++i) {
        if (text[i] != parting) {
            out += text[i];
            continue;
        }
        const bool parts = i > 0 && (end - i) % (kThousand + 1) == 0;
        if (!parts) return {};
    }
    if (end == text.size()) return out;
    return out + '.' + std::string(text.substr(end + 1));
}

/// Without `R$` and the spaces around it, of which spreadsheets write several kinds.
std::string_view without_currency(std::string_view text) {
    constexpr std::string_view kSign = "R$";
    if (!text.starts_with(kSign)) return text;
    text.remove_prefix(kSign.size());
    for (const std::string_view space : {" ", "\u00a0", "\u202f"})
        if (text.starts_with(space)) return text.substr(space.size());
    return text;
}

/// `DD/MM/YYYY`, and perhaps a time behind it, as ISO 8601; what is neither as it is.
std::string iso_of_day_first(std::string_view text) {
    constexpr std::size_t kDay = 10;  // characters, of which 2 and 5 are slashes
    const bool is_day = text.size() >= kDay && text[2] == '/' && text[5] == '/';
    if (!is_day) return {};
    return fmt::format("{}-{}-{}{}", text.substr(6, 4), text.substr(3, 2), text.substr(0, 2),
                       text.substr(kDay));
}

std::optional<Micros> read_time(std::string_view text, StatementForm::Dates dates) {
    return query::parse_instant(dates == StatementForm::Dates::kIso ? std::string(text)
                                                                    : iso_of_day_first(text));
}

/// The line of the first byte that is no UTF-8; nullopt: all is.
std::optional<std::size_t> line_without_utf8(std::string_view text) {
    if (is_utf8(text)) return std::nullopt;
    std::size_t line = 1;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = utf8_sequence_length(text.substr(at));
        if (length == 0) break;
        if (text[at] == '\n') ++line;
        at += length;
    }
    return line;
}

std::string_view cell(const Record& record, const std::optional<std::size_t>& column) {
    return column ? trimmed(record[*column]) : std::string_view();
}

/// Of a line that says whose it is, all is found again when that customer is erased; of another one
/// no reference but a message shows a document.
std::string kept_reference(std::string_view text, std::string_view document) {
    constexpr std::size_t kMessageDigits = 32;
    const bool is_message = catalog::plain_reference(text).size() == kMessageDigits;
    return document.empty() && !is_message ? cashback::with_masked_cpfs(text) : std::string(text);
}

void read_cells(const Record& record, const Columns& columns, const StatementForm& form,
                TheirLine& line) {
    const std::string_view amount = cell(record, columns.amount);
    const auto read =
        model::read_money(plain_amount(trimmed(without_currency(amount)), form.decimal));
    if (!read.fault) line.amount = read.amount;
    const std::string_view document = cell(record, columns.document);
    const auto digits = cashback::read_cpf(document);
    if (digits) line.document = *digits;
    const std::string_view date = cell(record, columns.date);
    line.at = read_time(date, form.dates);
    line.reference = kept_reference(cell(record, columns.reference), line.document);

    if (read.fault)
        line.problem = "The amount cannot be read.";
    else if (!document.empty() && !digits)
        line.problem = "The document is no CPF.";
    else if (!date.empty() && !line.at)
        line.problem = "The date cannot be read.";
    else if (line.reference.empty() && line.document.empty())
        line.problem = "It has neither reference nor document.";
}

TheirLine read_line(const Record& record, std::size_t width, const Columns& columns,
                    const StatementForm& form) {
    TheirLine line;
    const bool is_text =
        std::ranges::all_of(record, [](const std::string& field) { return !field.contains('\0'); });
    if (record.size() != width)
        line.problem = fmt::format("It has {} columns, the head has {}.", record.size(), width);
    else if (!is_text)
        line.problem = "It has null characters.";
    else if (cell(record, columns.reference).size() > kMostReference)
        line.problem = "The reference is over 255 bytes.";
    else
        read_cells(record, columns, form, line);
    return line;
}

std::string mapping_of(const Record& head, const Columns& columns, const StatementForm& form) {
    std::string out = "{";
    const auto append = [&](std::string_view name, const std::optional<std::size_t>& column) {
        append_key(name, out);
        if (column)
            append_json_string(trimmed(head[*column]), out);
        else
            out += "null";
    };
    append("reference", columns.reference);
    append("document", columns.document);
    append("amount", columns.amount);
    append("date", columns.date);
    append_text_member("separator", {&form.separator, 1}, out);
    append_text_member("decimal",
                       form.decimal == StatementForm::Decimal::kComma ? "comma" : "point", out);
    append_text_member("date_format", form.dates == StatementForm::Dates::kIso ? "iso" : "dmy",
                       out);
    return out += '}';
}

}  // namespace

ReadStatement read_statement(std::string_view csv, const StatementForm& form) {
    ReadStatement out;
    if (const auto line = line_without_utf8(csv)) {
        out.faults.push_back(
            {"file", fmt::format("Line {} is not text in UTF-8: save the file as “CSV UTF-8”, or "
                                 "convert it (iconv -f WINDOWS-1252 -t UTF-8).",
                                 *line)});
        return out;
    }
    CsvReader reader(csv, form.separator);
    Record head;
    if (!reader.next(head) && !reader.fault()) {
        out.faults.push_back({"file", "The file is empty."});
        return out;
    }
    const Columns columns = reader.fault() ? Columns{} : find_columns(head, form, out.faults);
    for (Record record; out.faults.empty() && reader.next(record);) {
        if (out.lines.size() == kMostStatementLines) {
            out.faults.push_back(
                {"file", fmt::format("It has more than {} lines.", kMostStatementLines)});
            break;
        }
        out.lines.push_back(read_line(record, head.size(), columns, form));
        out.lines.back().line = static_cast<std::uint32_t>(reader.line());
    }
    if (const auto& fault = reader.fault())
        out.faults.push_back({"file", fmt::format("Line {}, column {}: {}.", fault->place.line,
                                                  fault->place.column, fault->message)});
    if (out.faults.empty()) out.mapping = mapping_of(head, columns, form);
    return out;
}

}  // namespace eyed::api
