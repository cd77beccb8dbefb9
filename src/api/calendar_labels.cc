// /events_api/v1/locations and /events_api/v1/categories: the same routes twice.
#include <fmt/format.h>

#include <optional>

#include "api/calendar_flow.h"
#include "api/handlers.h"
#include "base/ascii.h"
#include "base/json_text.h"
#include "catalog/calendar_labels.h"
#include "catalog/catalog.h"

namespace eyed::api {

namespace {

using catalog::Categories;
using catalog::Locations;

/// What tells the two apart.
template <class Labels>
struct Kind;
template <>
struct Kind<Locations> {
    static constexpr std::string_view kResource = "locations";
    static Locations& of(Api& api) { return api.services.catalog.locations(); }
};
template <>
struct Kind<Categories> {
    static constexpr std::string_view kResource = "categories";
    static Categories& of(Api& api) { return api.services.catalog.categories(); }
};

struct LabelDraft {
    std::optional<std::string> name;
    std::optional<std::string> description;
};

void check_length(SentFields& fields, std::string_view field,
                  const std::optional<std::string>& text, std::size_t limit) {
    if (!text) return;
    if (!is_utf8(*text) || text->find('\0') != std::string::npos)
        fields.fail(field, "This is not text in UTF-8 without null characters.");
    else if (count_code_points(*text) > limit)
        fields.fail(field, fmt::format("Ensure this field has no more than {} characters.", limit));
}

enum class Name : std::uint8_t { kRequired, kOptional };

LabelDraft read_label(SentFields& fields, Name name) {
    LabelDraft draft;
    draft.name = fields.text("name");
    draft.description = fields.text_or_null("description");
    if (draft.name) {
        draft.name = trimmed(*draft.name);
        if (draft.name->empty()) fields.fail("name", "This field may not be blank.");
    } else if (name == Name::kRequired && !fields.has("name")) {
        fields.fail("name", "This field is required.");
    }
    check_length(fields, "name", draft.name, calendar::kMostLabelName);
    check_length(fields, "description", draft.description, calendar::kMostDescription);
    fields.finish({"id", "detail_url"});
    return draft;
}

template <class Labels, class Label>
http::Response label_response(const http::Request& request, const Label& label, int status) {
    const CalendarJson json(request);
    std::string body;
    json.label(label, Kind<Labels>::kResource, body);
    http::Response response = http::json(status, std::move(body));
    add_etag(label.revision, response);
    if (status == 201)
        response.headers.push_back(
            {"Location", json.link(Kind<Labels>::kResource, label.id.value)});
    return response;
}

template <class Labels>
Task<http::Response> list(Api& api, http::Request& request) {
    return answer_calendar(api, request, [&api, &request]() -> Result<http::Response> {
        auto query = read_calendar_query(api, request, ListOf::kLabels);
        if (!query) return std::move(query).error();
        const auto order =
            query->descending ? Labels::Order::kNameDescending : Labels::Order::kName;
        EYED_ASSIGN(const auto found, Kind<Labels>::of(api).list(query->text, order, query->page));
        const CalendarJson json(request);
        return numbered_page(request, query->page, found.count, found.rows,
                             [&](const auto& label, std::string& out) {
                                 json.label(label, Kind<Labels>::kResource, out);
                             });
    });
}

template <class Labels>
Task<http::Response> create(Api& api, http::Request& request) {
    return answer_calendar(api, request, [&api, &request]() -> Result<http::Response> {
        auto how = how_of(api, request);
        if (!how) return std::move(how).error();
        return with_object(request, [&](SentFields& fields) -> Result<http::Response> {
            LabelDraft draft = read_label(fields, Name::kRequired);
            if (!fields.errors().empty()) return field_errors(request, fields.errors());
            EYED_ASSIGN(const auto made,
                        Kind<Labels>::of(api).create(
                            {*std::move(draft.name), draft.description.value_or("")}, how->change));
            tell_log(api);
            return label_response<Labels>(request, made, 201);
        });
    });
}

template <class Labels>
Task<http::Response> get(Api& api, http::Request& request) {
    return answer_calendar(api, request, [&api, &request]() -> Result<http::Response> {
        const auto id = path_id<typename Labels::LabelId>(request);
        if (!id) return error(request, Code::kNotFound);
        EYED_ASSIGN(const auto label, Kind<Labels>::of(api).by_id(*id));
        return label_response<Labels>(request, label, 200);
    });
}

template <class Labels>
Task<http::Response> change(Api& api, http::Request& request, Name name) {
    return answer_calendar(api, request, [&api, &request, name]() -> Result<http::Response> {
        const auto id = path_id<typename Labels::LabelId>(request);
        if (!id) return error(request, Code::kNotFound);
        auto how = how_of(api, request);
        if (!how) return std::move(how).error();
        return with_object(request, [&](SentFields& fields) -> Result<http::Response> {
            const LabelDraft draft = read_label(fields, name);
            if (!fields.errors().empty()) return field_errors(request, fields.errors());
            const auto edit = [&](const auto& label) -> Result<typename Labels::Fields> {
                EYED_TRY(check_revision(how->revisions, label.revision));
                return typename Labels::Fields{draft.name.value_or(label.name),
                                               draft.description.value_or(label.description)};
            };
            EYED_ASSIGN(const auto changed, Kind<Labels>::of(api).change(*id, edit, how->change));
            tell_log(api);
            return label_response<Labels>(request, changed, 200);
        });
    });
}

template <class Labels>
Task<http::Response> remove(Api& api, http::Request& request) {
    return answer_calendar(api, request, [&api, &request]() -> Result<http::Response> {
        const auto id = path_id<typename Labels::LabelId>(request);
        if (!id) return error(request, Code::kNotFound);
        auto how = how_of(api, request);
        if (!how) return std::move(how).error();
        const auto check = [&](const auto& label) {
            return check_revision(how->revisions, label.revision);
        };
        EYED_TRY(Kind<Labels>::of(api).remove(*id, check, how->change));
        tell_log(api);
        return http::empty(204);
    });
}

}  // namespace

Task<http::Response> list_locations(Api& api, http::Request& request) {
    return list<Locations>(api, request);
}
Task<http::Response> create_location(Api& api, http::Request& request) {
    return create<Locations>(api, request);
}
Task<http::Response> get_location(Api& api, http::Request& request) {
    return get<Locations>(api, request);
}
Task<http::Response> replace_location(Api& api, http::Request& request) {
    return change<Locations>(api, request, Name::kRequired);
}
Task<http::Response> change_location(Api& api, http::Request& request) {
    return change<Locations>(api, request, Name::kOptional);
}
Task<http::Response> delete_location(Api& api, http::Request& request) {
    return remove<Locations>(api, request);
}
Task<http::Response> list_categories(Api& api, http::Request& request) {
    return list<Categories>(api, request);
}
Task<http::Response> create_category(Api& api, http::Request& request) {
    return create<Categories>(api, request);
}
Task<http::Response> get_category(Api& api, http::Request& request) {
    return get<Categories>(api, request);
}
Task<http::Response> replace_category(Api& api, http::Request& request) {
    return change<Categories>(api, request, Name::kRequired);
}
Task<http::Response> change_category(Api& api, http::Request& request) {
    return change<Categories>(api, request, Name::kOptional);
}
Task<http::Response> delete_category(Api& api, http::Request& request) {
    return remove<Categories>(api, request);
}

}  // namespace eyed::api
