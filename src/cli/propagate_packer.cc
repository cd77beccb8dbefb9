#include "cli/propagate_packer.h"

#include <fmt/format.h>

namespace eyed::cli {

Result<bool> Packer::fetch() {
    if (holds_) return true;
    EYED_ASSIGN(holds_, source_.next(held_));
    return holds_;
}

void Packer::add(Parcel& parcel) {
    parcel.body += parcel.events == 0 ? (options_.shape == Shape::kArrays ? "[" : "") : ",";
    parcel.body += held_.text;
    if (held_.form == FileEvent::Form::kEvent && held_.id == FileEvent::Id::kNone) {
        parcel.body.pop_back();  // its brace; it has a field, so that a comma is right
        parcel.body += fmt::format(",\"event_id\":\"{}-{}\"}}", options_.run, ++number_);
    }
    ++parcel.events;
    parcel.numbers.push_back(held_.number);
    holds_ = false;
}

Result<Parcel> Packer::next(std::uint32_t most) {
    if (options_.shape == Shape::kObjects) most = 1;
    Parcel parcel;
    while (parcel.events < most && parcel.body.size() < options_.bytes) {
        EYED_ASSIGN(const bool more, fetch());
        if (!more) break;
        if (parcel.events == 0) parcel.form = held_.form;
        if (held_.form != parcel.form) break;
        add(parcel);
    }
    if (parcel.events == 0) return parcel;
    if (options_.shape == Shape::kArrays) parcel.body += ']';
    if (parcel.form == FileEvent::Form::kMessage)
        parcel.idempotency_key = fmt::format("{}-{}", options_.run, ++number_);
    return parcel;
}

}  // namespace eyed::cli
