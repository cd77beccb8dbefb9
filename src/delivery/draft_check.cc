#include "delivery/draft_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "base/ascii.h"
#include "base/json_text.h"
#include "delivery/body.h"
#include "delivery/json_pointer.h"
#include "delivery/outlet.h"
#include "delivery/schedule.h"
#include "delivery/signature.h"

namespace eyed::delivery {
namespace {

constexpr std::size_t kMostName = 75;
constexpr std::size_t kMostHeaderName = 100;
constexpr std::size_t kMostContentType = 100;
constexpr std::size_t kMostFilterText = 200;
constexpr std::size_t kMostPointer = 500;
constexpr std::size_t kMostEquals = 1000;
constexpr std::string_view kMask = "***";

/// What the program, or libcurl, says itself; and what would change what the request is.
constexpr std::string_view kOwnHeaders[] = {"host",
                                            "content-length",
                                            "content-type",
                                            "transfer-encoding",
                                            "connection",
                                            "keep-alive",
                                            "expect",
                                            "te",
                                            "trailer",
                                            "upgrade",
                                            "user-agent",
                                            "proxy-connection",
                                            "proxy-authorization",
                                            "idempotency-key",
                                            "webhook-id",
                                            "webhook-timestamp",
                                            "webhook-signature"};

/// RFC 9110 §5.6.2.
bool is_token(std::string_view text) {
    static constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               kMarks.find(c) != std::string_view::npos;
    });
}

bool is_visible(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

bool is_text(std::string_view text) {
    return is_utf8(text) && std::ranges::none_of(text, [](char c) {
               return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
           });
}

std::string lower(std::string_view text) {
    std::string small(text);
    std::ranges::transform(small, small.begin(), ascii_lower);
    return small;
}

std::string header_fault(const HeaderField& field, std::set<std::string>& names) {
    const std::string name = lower(field.name);
    if (!is_token(name) || name.size() > kMostHeaderName)
        return fmt::format("{} is not the name of a header field.", shortened(name, 40));
    if (std::ranges::find(kOwnHeaders, name) != std::end(kOwnHeaders))
        return fmt::format("{} is not for you to set.", field.name);
    if (!names.insert(name).second) return fmt::format("{} is there twice.", field.name);
    if (field.value.size() > kMostHeaderValue)
        return fmt::format("The value of {} is longer than {} bytes.", field.name,
                           kMostHeaderValue);
    if (!is_visible(field.value) || trimmed(field.value) != field.value)
        return fmt::format(
            "The value of {} must be ASCII without control characters, and without "
            "spaces at its ends.",
            field.name);
    return {};
}

std::string origin_of(const std::string& url) {
    const auto target = parse_target(with_id(url, "0"));
    return target ? target->origin : std::string();
}

/// Brings a draft into fields, and gathers what is wrong with it.
class Check {
  public:
    Check(const DestinationDraft& draft, const DraftParts& parts, model::DestinationFields& fields)
        : draft_(draft), parts_(parts), fields_(fields), before_(fields) {}

    Result<Faults> run(model::DestinationKind kind) {
        if (kind != model::DestinationKind::kWebhook) refuse_settings();
        names_and_urls();
        EYED_TRY(headers());
        request();
        pace();
        retries();
        EYED_TRY(filter());
        return std::move(faults_);
    }

  private:
    void fault(const std::string& field, std::string message) {
        if (message.empty()) return;
        const bool is_new =
            std::ranges::none_of(faults_, [&](const Fault& one) { return one.field == field; });
        if (is_new) faults_.push_back({field, std::move(message)});
    }
    template <class Value>
    void take_number(const std::string& field, const std::optional<Value>& wanted, Value least,
                     Value most, Value& into) {
        if (!wanted) return;
        if (*wanted < least || *wanted > most) {
            if constexpr (std::is_arithmetic_v<Value>)
                fault(field, fmt::format("This must be {} to {}.", least, most));
            else
                fault(field,
                      fmt::format("This must be {} to {} s.", seconds(least), seconds(most)));
            return;
        }
        into = *wanted;
    }
    template <class Duration>
    static double seconds(Duration duration) {
        return std::chrono::duration<double>(duration).count();
    }

    /// Of a destination of cashback.
    void refuse_settings() {
        const auto refuse = [this](const char* field, bool is_given) {
            if (is_given) fault(field, "The settings cashback.target_… make it, and say this.");
        };
        refuse("name", draft_.name.has_value());
        refuse("url", draft_.url.has_value());
        refuse("method", draft_.method.has_value());
        refuse("headers", draft_.headers.has_value());
        refuse("content_type", draft_.content_type.has_value());
        refuse("body_template", draft_.body_template.has_value());
        refuse("success", draft_.success.has_value());
        refuse("unknown", draft_.unknown.has_value());
        refuse("signed", draft_.is_signed.has_value());
        refuse("breaker_failures", draft_.breaker_failures.has_value());
        refuse("timeout", draft_.timeout.has_value());
        refuse("concurrency", draft_.concurrency.has_value());
        refuse("schedule", draft_.schedule.has_value());
        refuse("on_unknown", draft_.on_unknown.has_value());
        refuse("lookup_url", draft_.lookup_url.has_value());
        refuse("lookup_delay", draft_.lookup_delay.has_value());
        refuse("filter", draft_.categories || draft_.names || draft_.applications || draft_.data);
    }

    void names_and_urls() {
        if (draft_.name) {
            const std::string name(trimmed(*draft_.name));
            if (!is_text(name) || name.empty() || count_code_points(name) > kMostName)
                fault("name", fmt::format("This must be 1 to {} characters.", kMostName));
            fields_.name = name;
        } else if (fields_.name.empty()) {
            fault("name", "This field is required.");
        }
        if (draft_.url) {
            take_url("url", *draft_.url, fields_.url);
            if (const auto target = parse_target(fields_.url)) fields_.url = target->url;
        } else if (fields_.url.empty()) {
            fault("url", "This field is required.");
        }
        if (draft_.lookup_url) {
            take_url("lookup_url", *draft_.lookup_url, fields_.lookup_url);
        }
    }

    /// Where it is as it is shown, with `***` for what is secret, it stays as it is.
    void take_url(const std::string& field, const std::string& wanted, std::string& into) {
        if (!into.empty() && wanted == masked_url(into)) return;
        const std::size_t mark = wanted.find('?');
        if (mark != std::string::npos && wanted.find(kMask, mark) != std::string::npos)
            fault(field, "*** stands for what is not shown: give the value itself.");
        else if (field == "url")
            fault(field, url_fault(wanted, parts_.policy));
        else if (!wanted.empty())
            fault(field, lookup_url_fault(wanted, parts_.policy));
        into = wanted;
    }

    /// The values are secrets of whoever wrote them: who changes where they go must know them.
    bool goes_elsewhere() const {
        const std::set<std::string> known{"", origin_of(before_.url),
                                          origin_of(before_.lookup_url)};
        return !known.contains(origin_of(fields_.url)) ||
               !known.contains(origin_of(fields_.lookup_url));
    }

    Status headers() {
        EYED_ASSIGN(const auto kept, open_headers(parts_.vault, fields_.sealed_headers));
        if (!kept.empty() && goes_elsewhere()) {
            const bool keeps = !draft_.headers ||
                               std::ranges::any_of(*draft_.headers, [](const HeaderField& field) {
                                   return field.value == kMask;
                               });
            if (keeps)
                fault("headers", "The requests would go to another host: give all values anew.");
        }
        if (!draft_.headers) return {};
        std::vector<HeaderField> wanted = *draft_.headers;
        if (wanted.size() > kMostHeaders)
            fault("headers", fmt::format("There may be {} at most.", kMostHeaders));
        std::set<std::string> names;
        for (HeaderField& field : wanted) {
            fault("headers", header_fault(field, names));
            if (field.value != kMask) continue;
            const auto same = std::ranges::find_if(kept, [&field](const HeaderField& one) {
                return equal_ignoring_case(one.name, field.name);
            });
            if (same == kept.end())
                fault("headers", fmt::format("{} has no value yet that *** could keep.",
                                             shortened(field.name, 40)));
            else
                field.value = same->value;
        }
        if (faults_.empty()) fields_.sealed_headers = seal_headers(parts_.vault, wanted);
        return {};
    }

    void request() {
        if (draft_.method) {
            if (*draft_.method != "POST" && *draft_.method != "PUT" && *draft_.method != "PATCH")
                fault("method", "This must be POST, PUT or PATCH.");
            fields_.method = *draft_.method;
        }
        if (draft_.content_type) {
            const std::string_view type = *draft_.content_type;
            const std::string_view essence = trimmed(type.substr(0, type.find(';')));
            const std::size_t slash = essence.find('/');
            if (type.size() > kMostContentType || !is_visible(type) ||
                slash == std::string_view::npos || !is_token(essence.substr(0, slash)) ||
                !is_token(essence.substr(slash + 1)))
                fault("content_type", "This is no media type.");
            fields_.content_type = type;
        }
        if (draft_.body_template) {
            if (!draft_.body_template->empty())
                if (const Status checked = check_template(*draft_.body_template); !checked)
                    fault("body_template", checked.error().detail);
            fields_.body_template = *draft_.body_template;
        }
        statuses("success", draft_.success, fields_.success);
        if (fields_.success.empty()) fault("success", "There must be one status at least.");
        statuses("unknown", draft_.unknown, fields_.unknown);
        if (draft_.is_signed) fields_.is_signed = *draft_.is_signed;
        if (draft_.secret)
            if (const auto key = secret_bytes(*draft_.secret); !key)
                fault("secret", key.error().detail);
    }

    void statuses(const std::string& field, const std::optional<std::string>& text,
                  std::vector<model::StatusRange>& into) {
        if (!text) return;
        auto read = read_statuses(*text);
        if (!read) {
            fault(field, "This must be statuses from 200 to 599, as 2xx, 200-204 or 201,304.");
            return;
        }
        into = std::move(*read);
    }

    void pace() {
        take_number("timeout", draft_.timeout, kShortestTimeout, kLongestTimeout, fields_.timeout);
        take_number("rate_per_second", draft_.rate_per_second, 0U, kMostRate,
                    fields_.rate_per_second);
        take_number("concurrency", draft_.concurrency, 1U, kMostConcurrency, fields_.concurrency);
        take_number("breaker_failures", draft_.breaker_failures, 0U, kMostBreakerFailures,
                    fields_.breaker_failures);
        if (draft_.ordering) fields_.ordering = *draft_.ordering;
    }

    void retries() {
        using std::chrono::seconds;
        if (draft_.schedule) {
            if (draft_.schedule->size() > kMostRetries)
                fault("schedule", fmt::format("There may be {} retries at most.", kMostRetries));
            if (std::ranges::any_of(*draft_.schedule, [](seconds wait) {
                    return wait < seconds(0) || wait > kLongestWait;
                }))
                fault("schedule", "Each wait must be 0 s to 7 days.");
            fields_.schedule = *draft_.schedule;
        }
        take_number("lookup_delay", draft_.lookup_delay, seconds(0), kLongestWait,
                    fields_.lookup_delay);
        if (draft_.on_unknown) fields_.on_unknown = *draft_.on_unknown;
        if (fields_.on_unknown == model::OnUnknown::kLookUp && fields_.lookup_url.empty())
            fault("lookup_url", "This field is required to look deliveries up.");
    }

    void texts(const std::string& field, const std::optional<std::vector<std::string>>& wanted,
               std::vector<std::string>& into) {
        if (!wanted) return;
        if (wanted->size() > kMostFilterEntries)
            fault(field, fmt::format("There may be {} at most.", kMostFilterEntries));
        for (const std::string& text : *wanted)
            if (text.empty() || !is_text(text) || text.size() > kMostFilterText)
                fault(field, fmt::format("Each must be 1 to {} bytes.", kMostFilterText));
        into = *wanted;
    }

    Status filter() {
        texts("categories", draft_.categories, fields_.filter.categories);
        texts("names", draft_.names, fields_.filter.names);
        std::vector<std::string> applications;
        texts("applications", draft_.applications, applications);
        if (draft_.applications) {
            fields_.filter.applications.clear();
            for (const std::string& name : applications) {
                const auto found = parts_.application(name);
                if (!found && found.error().code != Code::kNotFound)
                    return std::unexpected(found.error());
                if (found)
                    fields_.filter.applications.push_back(*found);
                else
                    fault("applications",
                          fmt::format("There is no application {}.", shortened(name, 80)));
            }
        }
        if (draft_.data) data(*draft_.data);
        return {};
    }

    void data(const std::vector<model::EventFilter::DataPath>& paths) {
        if (paths.size() > kMostDataPaths)
            fault("data", fmt::format("There may be {} at most.", kMostDataPaths));
        for (const model::EventFilter::DataPath& path : paths) {
            if (!is_utf8(path.pointer) || !is_json_pointer(path.pointer) ||
                path.pointer.size() > kMostPointer)
                fault("data", "A pointer must be a JSON pointer, as /items/0/price.");
            boost::system::error_code error;
            if (!path.equals.empty()) boost::json::parse(path.equals, error);
            if (error || path.equals.size() > kMostEquals)
                fault("data", fmt::format("What a value equals must be JSON of at most {} bytes.",
                                          kMostEquals));
        }
        fields_.filter.data = paths;
    }

    const DestinationDraft& draft_;
    const DraftParts& parts_;
    model::DestinationFields& fields_;
    const model::DestinationFields before_;
    Faults faults_;
};

}  // namespace

std::string url_fault(const std::string& url, const AddressPolicy& policy) {
    const auto target = parse_target(url);
    if (!target) return target.error().detail;
    if (target->is_literal && !policy.allows(target->host))
        return fmt::format(
            "{} is not an address of the public Internet, and not in "
            "delivery.allow_networks.",
            target->host);
    return {};
}

std::string lookup_url_fault(const std::string& url, const AddressPolicy& policy) {
    if (url.find("{id}") == std::string::npos)
        return "This must hold {id}, where the delivery's id stands.";
    const std::string first = with_id(url, "a");
    if (std::string fault = url_fault(first, policy); !fault.empty()) return fault;
    if (origin_of(first) != origin_of(with_id(url, "b"))) return "{id} must stand behind the host.";
    return {};
}

Result<Faults> apply_draft(const DestinationDraft& draft, model::DestinationKind kind,
                           const DraftParts& parts, model::DestinationFields& fields) {
    return Check(draft, parts, fields).run(kind);
}

}  // namespace eyed::delivery
