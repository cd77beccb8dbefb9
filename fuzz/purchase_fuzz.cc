// rooms: cashback schema
// A purchase as a till may send it, and texts that may hold documents: what is taken keeps to its
// bounds, everything else has faults that name a field, and no document passes the mask.
#include <cstdint>
#include <string>

#include "base/check.h"
#include "cashback/cpf.h"
#include "cashback/purchase.h"
#include "model/cashback.h"

namespace {

using namespace eyed;

constexpr std::size_t kPadding = 64;
constexpr Micros kNow{1'795'000'000'000'000};

void check_purchase(std::string_view text) {
    std::string json(text);
    json.append(kPadding, ' ');
    const auto read = cashback::read_purchase(std::string_view(json).substr(0, text.size()),
                                              {.now = kNow, .future_tolerance = {}, .oldest = {}});
    if (!read.faults.empty()) {
        EYED_CHECK(read.faults.size() <= 101);
        for (const cashback::Fault& fault : read.faults)
            EYED_CHECK(!fault.message.empty());
        return;
    }
    EYED_CHECK(read.purchase.document.size() == 11);
    EYED_CHECK(cashback::read_cpf(read.purchase.document) == read.purchase.document);
    EYED_CHECK(read.purchase.sold_at <= kNow);
    EYED_CHECK(!read.purchase.lines.empty() && read.purchase.lines.size() <= cashback::kMostLines);
    model::Money sum;
    for (const model::PurchaseLine& line : read.purchase.lines) {
        EYED_CHECK(line.quantity >= 1 && line.value.minor > 0);
        sum += model::Money{line.value.minor * line.quantity};
    }
    EYED_CHECK(sum == read.purchase.total);
}

/// Digits that may be a document are none any more.
void check_mask(std::string_view text) {
    const std::string masked = cashback::with_masked_cpfs(text);
    EYED_CHECK(masked.size() <= text.size() + text.size() / 2 + 14);
    EYED_CHECK(cashback::with_masked_cpfs(masked) == masked);
    if (cashback::read_cpf(text))
        EYED_CHECK(masked == model::masked_cpf(*cashback::read_cpf(text)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check_purchase(text);
    check_mask(text);
    return 0;
}
