#include <fmt/format.h>

#include "config/load.h"
#include "config/settings_table.h"

namespace eyed::config {
namespace {

/// A vertical bar would end the table's cell.
std::string cell(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '|' || c == '*') out += '\\';
        out += c;
    }
    return out;
}

constexpr std::string_view kIntroduction = R"(# Settings

<!-- Made from src/config/settings_table.cc: EYED_UPDATE_DOCS=1 build/dev/config_test writes it. -->

Each setting has one dotted name and three ways to be given; a later one wins:

1. a TOML file, named by `--config FILE` or the variable `EYED_CONFIG`: `memory = "512MiB"` under `[store]`;
2. an environment variable: `EYED_STORE_MEMORY=512MiB`;
3. a flag: `--store.memory 512MiB` or `--store.memory=512MiB`. A switch needs no value: `--demo`.

A name that does not exist and a value that is not allowed stop the program with exit code 2 and a line that
says which, where it was given, and what is allowed. `eyed config` prints what holds and where it comes from.
Variables that begin with `EYED_TEST_` are left to tests.
)";

}  // namespace

std::string reference_page() {
    std::string page(kIntroduction);
    std::string_view section = "?";
    for (const Row& row : settings_table()) {
        const auto dot = row.name.find('.');
        const auto own =
            dot == std::string_view::npos ? std::string_view() : row.name.substr(0, dot);
        if (own != section) {
            section = own;
            page += fmt::format(
                "\n## {}\n\n| name | default | allowed | meaning |\n|---|---|---|---|\n",
                own.empty() ? "General" : own);
        }
        const auto fallback =
            row.fallback.empty() ? std::string("empty") : fmt::format("`{}`", row.fallback);
        page += fmt::format("| `{}` | {} | {} | {} |\n", row.name, fallback, cell(allowed(row)),
                            cell(row.doc));
    }
    return page;
}

}  // namespace eyed::config
