#include "api/if_match.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "base/ascii.h"

namespace eyed::api {

namespace {

/// Of one ETag. The W/ that a proxy puts before it when it compresses is passed over.
std::optional<std::uint64_t> revision_in(std::string_view tag) {
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag.size() < 3 || tag.front() != '"' || tag.back() != '"') return std::nullopt;
    tag = tag.substr(1, tag.size() - 2);
    std::uint64_t revision = 0;
    const auto [end, error] = std::from_chars(tag.data(), tag.data() + tag.size(), revision);
    if (error != std::errc() || end != tag.data() + tag.size()) return std::nullopt;
    return revision;
}

Revisions revisions_in(std::string_view tags) {
    constexpr std::size_t kMost = 20;
    std::vector<std::uint64_t> revisions;
    while (!tags.empty()) {
        const std::size_t comma = std::min(tags.find(','), tags.size());
        const auto revision = revision_in(trimmed(tags.substr(0, comma)));
        if (!revision || revisions.size() == kMost) return std::nullopt;
        revisions.push_back(*revision);
        tags.remove_prefix(std::min(comma + 1, tags.size()));
    }
    return revisions;
}

}  // namespace

std::expected<Revisions, FieldError> revisions_of(const http::Request& request) {
    const std::string_view tags = request.header("If-Match");
    if (tags.empty() || tags == "*") return Revisions();
    Revisions revisions = revisions_in(tags);
    if (revisions) return revisions;
    return std::unexpected(
        FieldError{"If-Match", "ETags as they were given, such as \"12\", or *.", {}});
}

Status check_revision(const Revisions& revisions, std::uint64_t revision) {
    if (!revisions || std::ranges::find(*revisions, revision) != revisions->end()) return {};
    return failure(Code::kPreconditionFailed,
                   "It was changed since you read it: read it again, then change it with its new "
                   "ETag.");
}

void add_etag(std::uint64_t revision, http::Response& response) {
    response.headers.push_back({"ETag", fmt::format("\"{}\"", revision)});
}

}  // namespace eyed::api
