#include "config/toml_file.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace eyed::config {
namespace {

std::string where(const std::string& path, const toml::node& node) {
    return fmt::format("{}:{}", path, node.source().begin.line);
}

/// A scalar as one would write it in a flag.
Result<std::string> scalar_text(const std::string& name, const toml::node& node,
                                const std::string& path) {
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* number = node.as_integer()) return std::to_string(number->get());
    if (const auto* flag = node.as_boolean()) return std::string(flag->get() ? "true" : "false");
    return failure(Code::kInvalidArgument,
                   fmt::format("{}: {} must be a text, a whole number, true or false, or a list of "
                               "texts",
                               where(path, node), name));
}

Status flatten(const toml::table& table, const std::string& prefix, const std::string& path,
               std::vector<Given>& out) {
    for (const auto& [key, node] : table) {
        const auto name = prefix + std::string(key.str());
        if (const auto* inner = node.as_table()) {
            EYED_TRY(flatten(*inner, name + ".", path, out));
            continue;
        }
        std::string value;
        if (const auto* list = node.as_array()) {
            for (const auto& item : *list) {
                EYED_ASSIGN(const std::string text, scalar_text(name, item, path));
                value += (value.empty() ? "" : ",") + text;
            }
        } else {
            EYED_ASSIGN(value, scalar_text(name, node, path));
        }
        out.push_back({name, std::move(value), where(path, node)});
    }
    return {};
}

}  // namespace

Result<std::vector<Given>> read_toml(const std::string& path) {
    std::ifstream file(path);
    std::stringstream content;
    if (file) content << file.rdbuf();
    if (!file || file.bad())
        return failure(Code::kInvalidArgument, fmt::format("the config file {} cannot be read: {}",
                                                           path, std::strerror(errno)));
    std::vector<Given> values;
    try {
        const auto table = toml::parse(content.str(), path);
        EYED_TRY(flatten(table, "", path, values));
    } catch (const toml::parse_error& error) {
        return failure(Code::kInvalidArgument,
                       fmt::format("{}:{}: not TOML: {}", path, error.source().begin.line,
                                   error.description()));
    }
    return values;
}

}  // namespace eyed::config
