#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/settings.h"

namespace eyed::config {

/// The kinds of settings: where the value goes, and what is allowed. The functions are captureless.
struct TextKind {
    std::string& (*at)(Settings&);
    enum class Empty { kAllowed, kRefused } empty = Empty::kAllowed;
};
/// A text that is never shown.
struct SecretKind {
    std::string& (*at)(Settings&);
};
struct SwitchKind {
    bool& (*at)(Settings&);
};
struct IntegerKind {
    std::uint32_t& (*at)(Settings&);
    std::uint32_t min = 0;
    std::uint32_t max = 0;
};
struct BytesKind {
    std::uint64_t& (*at)(Settings&);
    std::uint64_t min = 0;
    std::uint64_t max = 0;
};
struct DurationKind {
    std::chrono::microseconds& (*at)(Settings&);
    std::chrono::microseconds min{0};
    std::chrono::microseconds max{0};
    enum class Zero { kRefused, kAllowed } zero = Zero::kRefused;  ///< beside min..max
};
struct ChoiceKind {
    std::vector<std::string_view> names;
    void (*set)(Settings&, std::size_t);  ///< index into names
};
/// Texts parted by commas; each must be an origin, or `*` alone.
struct OriginsKind {
    std::vector<std::string>& (*at)(Settings&);
};
/// Some of `names`, parted by commas; at least one.
struct NamesKind {
    std::vector<std::string_view> names;
    std::vector<std::string>& (*at)(Settings&);
};
/// Networks such as 10.0.0.0/8, parted by commas.
struct NetworksKind {
    std::vector<Network>& (*at)(Settings&);
};
/// Durations parted by commas: `most` at most, none is allowed.
struct DurationsKind {
    std::vector<std::chrono::microseconds>& (*at)(Settings&);
    std::chrono::microseconds min{0};
    std::chrono::microseconds max{0};
    std::size_t most = 0;
};
struct EndpointKind {};  ///< `listen`: host and port
using Kind =
    std::variant<TextKind, SecretKind, SwitchKind, IntegerKind, BytesKind, DurationKind, ChoiceKind,
                 OriginsKind, NamesKind, NetworksKind, DurationsKind, EndpointKind>;

/// One setting. The table is the only place that knows its name, bounds, default and meaning.
struct Row {
    std::string_view name;  ///< dotted
    Kind kind;
    std::string_view fallback;  ///< the default, as one would write it
    std::string_view doc;
};
std::span<const Row> settings_table();
/// nullptr: there is none.
const Row* find_row(std::string_view name);

/// Whether its value may never be shown.
bool is_secret(const Row& row);
/// `EYED_STORE_MEMORY`.
std::string variable_name(const Row& row);
/// What is allowed, for errors and the reference: `a size from 64MiB to 1TiB, such as 512MiB`.
std::string allowed(const Row& row);
/// Puts the value in; false when it is not allowed.
bool set_value(const Row& row, std::string_view text, Settings& settings);

}  // namespace eyed::config
