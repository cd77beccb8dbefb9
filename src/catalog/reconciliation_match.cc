#include "catalog/reconciliation_match.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "base/ascii.h"
#include "base/hash.h"

namespace eyed::catalog {
namespace {

using Line = Reconciliations::Line;
using TheirLine = Reconciliations::TheirLine;
using Verdict = Reconciliations::Verdict;

/// Payments that are not matched yet, by time: the nearest is found in log n.
using ByTime = std::set<std::pair<std::int64_t, std::size_t>>;

std::size_t take_nearest(const ByTime& payments, std::optional<Micros> at) {
    if (!at) return payments.begin()->second;
    const auto behind = payments.lower_bound({at->value, 0});
    if (behind == payments.end()) return std::prev(behind)->second;
    if (behind == payments.begin()) return behind->second;
    const auto before = std::prev(behind);
    return at->value - before->first <= behind->first - at->value ? before->second : behind->second;
}

/// The nearest of the same day (UTC); nullopt: there is none.
std::optional<std::size_t> nearest_of_day(const ByTime& payments, Micros at) {
    constexpr std::int64_t kDay = 86'400'000'000;
    const std::int64_t begin = at.value - (at.value % kDay + kDay) % kDay;
    const auto first = payments.lower_bound({begin, 0});
    const auto end = payments.lower_bound({begin + kDay, 0});
    if (first == end) return std::nullopt;
    const auto behind = payments.lower_bound({at.value, 0});
    if (behind == first) return first->second;
    const auto before = std::prev(behind);
    const bool is_nearer = behind == end || at.value - before->first <= behind->first - at.value;
    return is_nearer ? before->second : behind->second;
}

using ByReference = std::unordered_map<std::string, std::size_t, StringHash, std::equal_to<>>;

class Matcher {
  public:
    Matcher(const std::vector<TheirLine>& theirs, const std::vector<OurPayment>& ours)
        : theirs_(theirs), ours_(ours), lines_(theirs.size()), is_matched_(ours.size()) {
        for (std::size_t i = 0; i < ours.size(); ++i) {
            by_message_.emplace(plain_reference(ours[i].message), i);
            by_id_.emplace(std::to_string(ours[i].cashback.value), i);
            if (ours[i].is_compared) add(i);
        }
    }

    std::vector<Line> match() {
        for (std::size_t i = 0; i < theirs_.size(); ++i)
            begin(i);
        for (const std::size_t i : std::exchange(open_, {}))
            match_by_reference(i);
        for (const std::size_t i : std::exchange(open_, {}))
            match_by_amount(i);
        for (const std::size_t i : std::exchange(open_, {}))
            match_by_day(i);
        add_missing_there();
        for (std::size_t i = 0; i < lines_.size(); ++i)
            lines_[i].number = static_cast<std::uint32_t>(i + 1);
        return std::move(lines_);
    }

  private:
    using Amount = std::pair<std::string, std::int64_t>;

    void add(std::size_t i) {
        const std::pair entry{ours_[i].at.value, i};
        if (ours_[i].document.empty()) return;
        by_amount_[{ours_[i].document, ours_[i].amount.minor}].insert(entry);
        by_document_[ours_[i].document].insert(entry);
    }
    void remove(std::size_t i) {
        is_matched_[i] = true;
        if (!ours_[i].is_compared || ours_[i].document.empty()) return;
        const std::pair entry{ours_[i].at.value, i};
        by_amount_[{ours_[i].document, ours_[i].amount.minor}].erase(entry);
        by_document_[ours_[i].document].erase(entry);
    }

    void begin(std::size_t i) {
        const TheirLine& their = theirs_[i];
        lines_[i] = {.verdict = Verdict::kMissingHere,
                     .line = their.line,
                     .theirs = their.amount,
                     .at = their.at,
                     .document = their.document,
                     .reference = their.reference};
        if (their.problem.empty()) return open_.push_back(i);
        lines_[i].verdict = Verdict::kUnreadable;
        lines_[i].note = their.problem;
    }

    /// The payment that the reference of a line names. A message is ours alone; a number of theirs
    /// may be the id of any cashback.
    std::optional<std::size_t> named_by(const TheirLine& their) const {
        const std::string reference = plain_reference(their.reference);
        if (reference.empty()) return std::nullopt;
        if (const auto found = by_message_.find(reference); found != by_message_.end()) {
            const std::string& document = ours_[found->second].document;
            const bool agrees =
                their.document.empty() || document.empty() || their.document == document;
            if (agrees) return found->second;
        }
        const auto found = by_id_.find(reference);
        const bool agrees = found != by_id_.end() && !their.document.empty() &&
                            ours_[found->second].document == their.document;
        return agrees ? std::optional(found->second) : std::nullopt;
    }

    void match_by_reference(std::size_t i) {
        const auto named = named_by(theirs_[i]);
        if (!named) return open_.push_back(i);
        const OurPayment& our = ours_[*named];
        lines_[i].cashback = our.cashback;
        lines_[i].document = our.document;  // of one who was erased: none
        if (!our.is_paid)
            lines_[i].note = "The cashback is " + our.state + ".";
        else if (is_matched_[*named])
            lines_[i].note = "Another line of the file is matched with this cashback.";
        else
            pair(i, *named, our.is_compared ? "" : "The cashback was confirmed at another time.");
    }

    void match_by_amount(std::size_t i) {
        const TheirLine& their = theirs_[i];
        if (!their.amount || their.document.empty()) return open_.push_back(i);
        const auto found = by_amount_.find({their.document, their.amount->minor});
        if (found == by_amount_.end() || found->second.empty()) return open_.push_back(i);
        pair(i, take_nearest(found->second, their.at), "");
    }

    /// A document alone says too little: its amounts differ from one purchase to the next.
    void match_by_day(std::size_t i) {
        const TheirLine& their = theirs_[i];
        const auto found = by_document_.find(their.document);
        if (!their.at || their.document.empty() || found == by_document_.end()) return;
        if (const auto nearest = nearest_of_day(found->second, *their.at)) pair(i, *nearest, "");
    }

    void pair(std::size_t i, std::size_t ours, std::string note) {
        Line& line = lines_[i];
        const OurPayment& our = ours_[ours];
        line.verdict = line.theirs == our.amount ? Verdict::kMatched : Verdict::kDiffers;
        line.cashback = our.cashback;
        line.ours = our.amount;
        line.note = std::move(note);
        if (!line.at) line.at = our.at;
        remove(ours);
    }

    void add_missing_there() {
        std::vector<std::size_t> missing;
        for (std::size_t i = 0; i < ours_.size(); ++i)
            if (ours_[i].is_compared && !is_matched_[i]) missing.push_back(i);
        std::ranges::sort(missing, {},
                          [&](std::size_t i) { return std::pair(ours_[i].at, ours_[i].cashback); });
        for (const std::size_t i : missing)
            lines_.push_back({.verdict = Verdict::kMissingThere,
                              .cashback = ours_[i].cashback,
                              .ours = ours_[i].amount,
                              .at = ours_[i].at,
                              .document = ours_[i].document,
                              .reference = ours_[i].message});
    }

    const std::vector<TheirLine>& theirs_;
    const std::vector<OurPayment>& ours_;
    std::vector<Line> lines_;
    std::vector<bool> is_matched_;
    std::vector<std::size_t> open_;  ///< lines that are not matched yet
    ByReference by_message_;
    ByReference by_id_;
    std::map<Amount, ByTime> by_amount_;
    std::map<std::string, ByTime> by_document_;
};

}  // namespace

std::string plain_reference(std::string_view reference) {
    constexpr std::string_view kPrefix = "msg_";
    reference = trimmed(reference);
    if (reference.starts_with(kPrefix)) reference.remove_prefix(kPrefix.size());
    std::string text;
    for (const char c : reference)
        if (c != '-') text += ascii_lower(c);
    return text;
}

std::vector<Line> match_payments(const std::vector<TheirLine>& theirs,
                                 const std::vector<OurPayment>& ours) {
    return Matcher(theirs, ours).match();
}

}  // namespace eyed::catalog
