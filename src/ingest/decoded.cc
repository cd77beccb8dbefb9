#include "ingest/decoded.h"

namespace eyed::ingest {

std::span<const Fault> Decoded::faults_of(const Item& item) const {
    return std::span(faults).subspan(item.first_fault, item.faults);
}

void Decoded::clear() {
    shape = Shape::kSingle;
    whole = Whole::kTaken;
    detail.clear();
    batch.clear();
    items.clear();
    faults.clear();
    new_types.clear();
    accepted = duplicates = rejected = 0;
    body = {};
}

}  // namespace eyed::ingest
