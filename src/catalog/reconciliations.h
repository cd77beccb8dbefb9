#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "catalog/number_page.h"
#include "model/audit.h"
#include "model/money.h"

namespace eyed::catalog {

class Connection;

/// Comparisons of what we confirmed with the other side's file. Threads and errors: see Catalog.
class Reconciliations {
  public:
    explicit Reconciliations(Connection& connection) : connection_(connection) {}

    enum class Verdict : std::uint8_t {
        kMatched,
        kMissingHere,  ///< they say they paid, we know of no such cashback, or not that it was paid
        kMissingThere,  ///< we have it as confirmed, their file does not
        kDiffers,       ///< both have it, with another amount
        kUnreadable,    ///< a line of the file that says nothing usable
    };
    static constexpr std::size_t kVerdicts = 5;
    /// One line of the file, read.
    struct TheirLine {
        std::uint32_t line = 0;  ///< of the file, from 1
        std::string reference;   ///< their or our id; empty: none
        std::string document;    ///< eleven digits; empty: none
        std::optional<model::Money> amount;
        std::optional<Micros> at;
        std::string problem;  ///< why it cannot be used; empty: it can
    };
    static constexpr std::size_t kMostPayments = 200'000;
    struct New {
        std::string name;     ///< of the file
        Micros from;          ///< compared: what was confirmed at or after
        Micros to;            ///< … and before
        std::string mapping;  ///< JSON object: which column is what
        std::vector<TheirLine> lines;
        std::size_t most = kMostPayments;  ///< that are compared
    };
    struct Summary {
        ReconciliationId id;
        std::string name;
        Micros from;
        Micros to;
        Micros created_at;
        UserId user;
        std::string mapping;
        struct Part {
            std::uint64_t count = 0;
            model::Money theirs;
            model::Money ours;
        };
        Part parts[kVerdicts];  ///< by Verdict
    };
    /// Matches each line with one cashback and each cashback with one line: by reference (the
    /// delivery's message id, its UUID alone, or, of the same document, the cashback's id), then by
    /// document and amount and the nearest time, then by document and day (UTC), the nearest, which
    /// differs. Audited. kInvalidArgument, `to: …`: more payments than `most`.
    [[nodiscard]] Result<Summary> create(const New& file, const model::Change& change);
    /// kNotFound.
    [[nodiscard]] Result<Summary> by_id(ReconciliationId id);
    struct Found {
        std::vector<Summary> rows;
        std::uint64_t count = 0;
    };
    /// Newest first.
    [[nodiscard]] Result<Found> list(const NumberPage& page);

    struct Line {
        std::uint32_t number = 0;
        Verdict verdict = Verdict::kMatched;
        CashbackId cashback;
        std::optional<std::uint32_t> line;
        std::optional<model::Money> theirs;
        std::optional<model::Money> ours;
        std::optional<Micros> at;
        std::string document;
        std::string reference;
        std::string note;
    };
    struct FoundLines {
        std::vector<Line> rows;
        std::uint64_t count = 0;
    };
    /// kNotFound.
    [[nodiscard]] Result<FoundLines> lines(ReconciliationId id, std::optional<Verdict> verdict,
                                           const NumberPage& page);

  private:
    Connection& connection_;
};

/// `matched`, `missing_here`, `missing_there`, `differs`, `unreadable`.
std::string_view verdict_name(Reconciliations::Verdict verdict);
std::optional<Reconciliations::Verdict> verdict_named(std::string_view name);

}  // namespace eyed::catalog
