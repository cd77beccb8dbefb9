#include "config/load.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <map>

#include "config/settings_table.h"
#include "config/toml_file.h"
#include "config/values.h"

namespace eyed::config {
namespace {

/// Levenshtein distance, for "did you mean".
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row[b.size()];
}

/// The error of a name that no setting has. `spelled` gives a row's name as the source writes it.
template <class Spelled>
std::unexpected<Error> unknown(std::string_view source, std::string_view name, Spelled spelled) {
    std::string best;
    std::size_t least = 4;  // further off is no help
    for (const Row& row : settings_table()) {
        const std::string candidate = spelled(row);
        const auto far = distance(name, candidate);
        if (far < least) {
            least = far;
            best = candidate;
        }
    }
    const auto hint = best.empty() ? std::string("`eyed config` lists all settings")
                                   : fmt::format("did you mean {}?", best);
    return failure(Code::kInvalidArgument,
                   fmt::format("{}: there is no setting {}; {}", source, name, hint));
}

std::string flag_name(const Row& row) {
    return fmt::format("--{}", row.name);
}

bool is_setting_flag(std::string_view name) {
    return find_row(name) != nullptr || name.find('.') != std::string_view::npos;
}

Result<std::vector<Given>> from_environment(const std::vector<std::string>& environment) {
    std::vector<Given> values;
    for (const auto& entry : environment) {
        const auto equals = std::min(entry.find('='), entry.size());
        const auto variable = entry.substr(0, equals);
        if (!variable.starts_with("EYED_") || variable == "EYED_CONFIG" ||
            variable == kTokenVariable || variable.starts_with("EYED_TEST_"))
            continue;
        const auto table = settings_table();
        const auto row = std::ranges::find(table, variable, variable_name);
        if (row == table.end()) return unknown("environment", variable, variable_name);
        values.push_back(
            {std::string(row->name), entry.substr(std::min(equals + 1, entry.size())), variable});
    }
    return values;
}

/// A variable that is not ours by name, for a setting that `given` does not have; nullopt: not set.
std::optional<Given> from_foreign_variable(std::string_view variable, std::string_view setting,
                                           const std::vector<std::string>& environment,
                                           const std::vector<Given>& given) {
    if (std::ranges::find(given, setting, &Given::name) != given.end()) return std::nullopt;
    for (const auto& entry : environment) {
        const auto equals = std::min(entry.find('='), entry.size());
        if (std::string_view(entry).substr(0, equals) == variable && equals + 1 < entry.size())
            return Given{std::string(setting), entry.substr(equals + 1), std::string(variable)};
    }
    return std::nullopt;
}

/// They say the least: whatever else gives the setting wins, and then they may hold anything. What
/// ALGORITHM says is of the secret beside it, and of no other.
void add_foreign_variables(const std::vector<std::string>& environment, std::vector<Given>& given) {
    const auto secret = from_foreign_variable("SECRET_KEY", "auth.jwt_secret", environment, given);
    if (!secret) return;
    const auto algorithm =
        from_foreign_variable("ALGORITHM", "auth.jwt_algorithm", environment, given);
    given.push_back(*secret);
    if (algorithm) given.push_back(*algorithm);
}

std::string config_path(const Arguments& arguments, const std::vector<std::string>& environment) {
    if (arguments.config) return *arguments.config;
    constexpr std::string_view kVariable = "EYED_CONFIG=";
    for (const auto& entry : environment)
        if (entry.starts_with(kVariable)) return entry.substr(kVariable.size());
    return {};
}

Status check_together(const Settings& settings) {
    if (settings.tls.certificate.empty() != settings.tls.key.empty())
        return failure(Code::kInvalidArgument,
                       fmt::format("{} is set without {}: TLS needs both",
                                   settings.tls.key.empty() ? "tls.certificate" : "tls.key",
                                   settings.tls.key.empty() ? "tls.key" : "tls.certificate"));
    if (is_key_file_text(settings.auth.jwt_secret))
        return failure(Code::kInvalidArgument,
                       "auth.jwt_secret is the text of a key file: a public key belongs into "
                       "auth.jwt_public_key, and a private key nowhere here");
    return {};
}

/// The value of a secret is not told even when it is refused.
Error not_allowed(const Given& given, const Row& row) {
    const std::string value = is_secret(row) ? "that" : fmt::format("\"{}\"", given.value);
    return {Code::kInvalidArgument, fmt::format("{}: {} cannot be {}: it must be {}", given.source,
                                                given.name, value, allowed(row))};
}

}  // namespace

Result<Arguments> part_arguments(const std::vector<std::string>& arguments) {
    Arguments parted;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string& argument = arguments[i];
        if (argument == "--") {
            parted.rest.insert(parted.rest.end(), arguments.begin() + static_cast<long>(i),
                               arguments.end());
            break;
        }
        const auto equals = std::min(argument.find('='), argument.size());
        const auto flag = argument.substr(0, equals);
        const auto name = flag.starts_with("--") ? flag.substr(2) : std::string();
        if (name.empty() || (name != "config" && !is_setting_flag(name))) {
            parted.rest.push_back(argument);
            continue;
        }
        const Row* row = find_row(name);
        if (row == nullptr && name != "config") return unknown("flags", flag, flag_name);
        std::string value;
        if (equals < argument.size()) {
            value = argument.substr(equals + 1);
        } else if (row != nullptr && std::holds_alternative<SwitchKind>(row->kind)) {
            value = "true";
        } else if (i + 1 < arguments.size()) {
            value = arguments[++i];
        } else {
            return failure(Code::kInvalidArgument,
                           fmt::format("{} needs a value: {}", flag,
                                       row == nullptr ? "a file" : allowed(*row)));
        }
        if (row == nullptr) {
            parted.config = std::move(value);
        } else {
            parted.settings.push_back({name, std::move(value), flag});
        }
    }
    return parted;
}

std::vector<std::string> process_environment() {
    std::vector<std::string> entries;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry)
        entries.emplace_back(*entry);
    return entries;
}

Result<Loaded> load(const Arguments& arguments, const std::vector<std::string>& environment) {
    std::vector<Given> given;
    if (const auto path = config_path(arguments, environment); !path.empty()) {
        EYED_ASSIGN(const auto file, read_toml(path));
        given.insert(given.end(), file.begin(), file.end());
    }
    EYED_ASSIGN(const auto variables, from_environment(environment));
    given.insert(given.end(), variables.begin(), variables.end());
    given.insert(given.end(), arguments.settings.begin(), arguments.settings.end());
    add_foreign_variables(environment, given);

    Loaded loaded{default_settings(), {}};
    std::map<std::string_view, Effective> set;
    for (const Given& one : given) {
        const Row* row = find_row(one.name);
        if (row == nullptr)
            return unknown(one.source, one.name, [](const Row& r) { return std::string(r.name); });
        if (!set_value(*row, one.value, loaded.settings))
            return std::unexpected(not_allowed(one, *row));
        set[row->name] = {one.name, one.value, one.source};
    }
    EYED_TRY(check_together(loaded.settings));
    for (const Row& row : settings_table()) {
        const auto found = set.find(row.name);
        loaded.effective.push_back(
            found != set.end()
                ? found->second
                : Effective{std::string(row.name), std::string(row.fallback), "default"});
        if (is_secret(row)) loaded.effective.back().shown = Effective::Shown::kNever;
    }
    return loaded;
}

}  // namespace eyed::config
