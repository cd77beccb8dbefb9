#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cashback/purchase.h"
#include "catalog/reconciliations.h"

namespace eyed::api {

/// How the other side's file is written.
struct StatementForm {
    struct Column {
        std::string name;
        enum class Wanted : std::uint8_t { kIfThere, kAlways };
        Wanted wanted = Wanted::kIfThere;
    };
    Column reference{"reference"};
    Column document{"document"};
    Column amount{"amount"};
    Column date{"date"};
    char separator = ',';
    enum class Decimal : std::uint8_t { kPoint, kComma };
    Decimal decimal = Decimal::kPoint;
    enum class Dates : std::uint8_t { kIso, kDayFirst };
    Dates dates = Dates::kIso;
};

/// What the file says, line by line. Its first record names the columns. A line that says nothing
/// usable has its `problem`, and keeps the others from nothing.
struct ReadStatement {
    std::vector<catalog::Reconciliations::TheirLine> lines;
    std::string mapping;      ///< JSON object: which column is what
    cashback::Faults faults;  ///< of parameters, or of `file`: line and column; then no line counts
};
inline constexpr std::size_t kMostStatementLines = 100'000;

/// CSV (base/csv) in UTF-8. Times are read as parse_instant() does, or with `DD/MM/YYYY` for their
/// day; documents as CPFs; amounts as decimal text, where the other sign may part thousands and
/// `R$` may stand in front. Pure and linear.
ReadStatement read_statement(std::string_view csv, const StatementForm& form);

}  // namespace eyed::api
