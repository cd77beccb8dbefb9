#include "ingest/decoded.h"

#include <algorithm>

#include "base/check.h"

namespace eyed::ingest {

std::span<const Fault> Decoded::faults_of(const Item& item) const {
    return std::span(faults).subspan(item.first_fault, item.faults);
}

void Decoded::clear() {
    shape = Shape::kSingle;
    whole = Whole::kTaken;
    good = Good::kTaken;
    detail.clear();
    syntax = {};
    batch.clear();
    items.clear();
    faults.clear();
    new_types.clear();
    accepted = duplicates = rejected = 0;
    body = {};
}

void keep_refused(Decoded& decoded) {
    const auto refused = [](const Item& item) { return item.faults != 0; };
    if (std::ranges::none_of(decoded.items, refused)) return;
    log::Batch kept;
    std::vector<Item> items;
    for (std::size_t i = 0; i < decoded.items.size(); ++i) {
        if (!refused(decoded.items[i])) continue;
        const auto rejection =
            log::decode_rejection(decoded.batch.body(decoded.batch.entries()[i]));
        EYED_CHECK(rejection.has_value());
        kept.add(*rejection);
        items.push_back(decoded.items[i]);
        items.back().new_type = kNone;
    }
    decoded.batch = std::move(kept);
    decoded.items = std::move(items);
    decoded.new_types.clear();
}

}  // namespace eyed::ingest
