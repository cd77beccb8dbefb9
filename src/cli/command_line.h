#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "model/principal.h"

namespace eyed::cli {

/// How a command tells its result: for people, as JSON for machines, or the bare result alone.
enum class Style { kHuman, kJson, kQuiet };

struct ServeCommand {};
struct ConfigCommand {};
struct UserCreate {
    std::string name;
    bool superuser = false;
    bool staff = false;
    bool password_stdin = false;
};
struct UserList {};
struct UserPasswd {
    std::string name;
    bool password_stdin = false;
};
struct UserSetState {
    enum class To { kInactive, kActive };
    std::string name;
    To to = To::kInactive;
};
struct UserSetRole {
    std::string name;
    model::Role role = model::Role::kMember;
};
struct ApplicationList {};
struct ApplicationCreate {
    std::string name;
    std::string owner;  ///< empty: the installation's
};
struct ApplicationGrant {
    enum class To { kOwn, kAll };
    std::string name;
    To to = To::kAll;
};
struct AuditList {
    std::string kind;
    std::string action;
    std::string user;
    std::string from;
    std::string to;
    std::uint32_t limit = 100;
};
struct TokenCreate {
    std::string user;
    std::string application;
    std::vector<std::string> scopes;
    std::string name;
    std::string expires;  ///< a duration from now; empty: never
};
struct TokenList {
    std::string user;  ///< empty: everybody's
};
struct TokenRevoke {
    std::optional<std::int64_t> id;
    std::string user;  ///< renews this one's default token instead
};
struct Remote {
    std::string url;  ///< empty: offline, on the data directory
    std::string token;
};
struct Export {
    Remote remote;
    std::string format = "ndjson";
    std::string output = "-";
    std::string category;
    std::string name;
    std::string session;
    std::string application;
    std::string from;
    std::string to;
    std::uint64_t min_id = 0;
    std::uint64_t max_id = 0;
};
struct Import {
    Remote remote;
    std::string file;
    std::string format;  ///< empty: by the file's name
    std::string application = "import";
    std::uint32_t batch = 5000;
    bool restart = false;
};
/// An event type, as events name it.
struct TypeWords {
    std::string category;
    std::string name;
};
/// Files; one of them at most.
struct TypeRules {
    std::string example;
    std::string schema;
};
struct TypeList {
    Remote remote;
    std::string category;
    std::string mode;
    std::string search;
};
struct TypeShow {
    Remote remote;
    TypeWords type;
};
struct TypeSet {
    Remote remote;
    TypeWords type;
    TypeRules rules;
    std::string mode;
    std::optional<std::string> description;
};
struct TypeInfer {
    Remote remote;
    TypeWords type;
    std::uint64_t limit = 1000;
    std::string as = "example";  ///< or `schema`
};
struct TypeBacktest {
    Remote remote;
    TypeWords type;
    TypeRules rules;
    std::uint64_t limit = UINT64_MAX;
};
/// Texts are as given; cli/propagate_plan.h reads them.
struct Propagate {
    std::string file;
    std::string to;
    std::string token;
    std::string every;     ///< empty: not given
    std::string rate;      ///< empty: not given
    std::string duration;  ///< empty: not given
    std::optional<std::uint64_t> count;
    std::optional<std::uint32_t> concurrency;
    std::optional<std::uint32_t> batch;
    std::optional<std::uint64_t> seed;
    std::string timeout;  ///< empty: not given
    std::optional<std::uint32_t> retries;
    bool in_order = false;
};
/// `rejections list|summary|replay|discard`. Filters by the names that the API gives them.
struct Rejections {
    enum class Act { kList, kSummary, kReplay, kDiscard };
    Act act = Act::kList;
    Remote remote;
    std::map<std::string, std::string> texts;      ///< empty: not given
    std::map<std::string, std::uint64_t> numbers;  ///< 0: not given
    std::vector<std::uint64_t> ids;
    std::optional<std::uint64_t> limit;
    bool dry_run = false;
    bool all = false;
    bool yes = false;
};
/// `destination list|show|create|set|pause|resume|disable|rotate-secret|test|remove`. Members by
/// the names that the API gives them.
struct Destinations {
    enum class Act {
        kList,
        kShow,
        kCreate,
        kSet,
        kPause,
        kResume,
        kDisable,
        kRotateSecret,
        kTest,
        kRemove,
    };
    Act act = Act::kList;
    Remote remote;
    std::string which;                                        ///< id or name
    std::map<std::string, std::optional<std::string>> texts;  ///< none: not given
    std::map<std::string, std::optional<std::uint32_t>> numbers;
    std::map<std::string, std::vector<std::string>> lists;  ///< empty: not given
    std::vector<std::string> headers;                       ///< `Name: value`
    std::string headers_file;                               ///< a JSON object
    std::optional<std::string> template_file;               ///< empty: no template any more
    std::vector<std::string> data;                          ///< `/pointer` or `/pointer=value`
    std::optional<std::string> schedule;
    std::optional<bool> is_signed;
    bool from_beginning = false;
    bool yes = false;
};
/// `delivery list|show|retry|cancel|resolve`.
struct Deliveries {
    enum class Act { kList, kShow, kRetry, kCancel, kResolve };
    Act act = Act::kList;
    Remote remote;
    std::optional<std::uint64_t> id;
    std::map<std::string, std::string> filter;  ///< empty: not given
    std::optional<std::uint64_t> limit;
    std::string outcome;
    std::string note;
    bool dry_run = false;
    bool all = false;
    bool yes = false;
};
/// `attempt list|show`.
struct Attempts {
    enum class Act { kList, kShow };
    Act act = Act::kList;
    Remote remote;
    std::optional<std::uint64_t> id;
    std::map<std::string, std::string> filter;  ///< empty: not given
    std::optional<std::uint64_t> limit;
};
struct Verify {
    bool repair = false;
};
struct Rebuild {
    bool accept_loss = false;
};

using Command =
    std::variant<ServeCommand, ConfigCommand, UserCreate, UserList, UserPasswd, UserSetState,
                 TokenCreate, TokenList, TokenRevoke, Export, Import, Rejections, Propagate,
                 TypeList, TypeShow, TypeSet, TypeInfer, TypeBacktest, Verify, Rebuild, UserSetRole,
                 ApplicationList, ApplicationCreate, ApplicationGrant, AuditList, Destinations,
                 Deliveries, Attempts>;

struct CommandLine {
    Command command;
    Style style = Style::kHuman;
    std::string text;  ///< not empty: what was asked for is this text (help, version)
};

/// Reads what part_arguments() left over; a token that is not given is the environment's
/// EYED_TOKEN. kInvalidArgument: a sentence on what is wrong. command_line*.cc alone know CLI11.
[[nodiscard]] Result<CommandLine> parse_command_line(const std::vector<std::string>& rest,
                                                     const std::vector<std::string>& environment);

}  // namespace eyed::cli
