#include "cli/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/version.h"
#include "cli/command_line_parts.h"
#include "config/load.h"

namespace eyed::cli {
namespace {

constexpr const char* kFooter =
    "Settings are flags of every command: --data DIR, --listen HOST:PORT, --config FILE, --demo "
    "and\n"
    "--section.name VALUE. `eyed config` lists them all and says where each value comes from.";

bool is_whole(const std::string& word) {
    const auto digits = [](unsigned char c) { return c >= '0' && c <= '9'; };
    return std::ranges::all_of(word, digits) && word.find_first_not_of('0') != std::string::npos;
}

model::Role role_of(const std::string& word) {
    if (word == "member") return model::Role::kMember;
    if (word == "staff") return model::Role::kStaff;
    if (word == "superuser") return model::Role::kSuperuser;
    throw CLI::ValidationError("role", "must be member, staff or superuser");
}

void add_user(CLI::App& app, CommandLine& out) {
    auto* user =
        app.add_subcommand("user", "Create, list and deactivate users")->require_subcommand(1);
    auto* create = user->add_subcommand("create", "Create a user and their application");
    auto creating = std::make_shared<UserCreate>();
    create->add_option("name", creating->name, "Name to log in with")->required();
    auto* superuser =
        create->add_flag("--superuser", creating->superuser, "May read and manage everything");
    create->add_flag("--staff", creating->staff, "Reads every application; changes event types")
        ->excludes(superuser);
    create->add_flag("--password-stdin", creating->password_stdin,
                     "Read the password from standard input");
    create->callback([creating, &out] { out.command = *creating; });

    user->add_subcommand("list", "List users")->callback([&out] { out.command = UserList{}; });

    const auto add_state = [user, &out](const char* name, const char* help, UserSetState::To to) {
        auto* command = user->add_subcommand(name, help);
        auto changing = std::make_shared<UserSetState>();
        changing->to = to;
        command->add_option("name", changing->name, "Whom")->required();
        command->callback([changing, &out] { out.command = *changing; });
    };
    add_state("deactivate", "Refuse a user's logins, tokens and sessions",
              UserSetState::To::kInactive);
    add_state("activate", "Take a deactivated user's logins, tokens and sessions again",
              UserSetState::To::kActive);

    auto* role = user->add_subcommand("role", "Say what a user may do");
    auto raising = std::make_shared<UserSetRole>();
    role->add_option("name", raising->name, "Whom")->required();
    role->add_option_function<std::string>(
            "role", [raising](const std::string& word) { raising->role = role_of(word); },
            "member, staff or superuser")
        ->required();
    role->callback([raising, &out] { out.command = *raising; });

    auto* passwd = user->add_subcommand("passwd", "Set a user's password");
    auto setting = std::make_shared<UserPasswd>();
    passwd->add_option("name", setting->name, "Whose")->required();
    passwd->add_flag("--password-stdin", setting->password_stdin,
                     "Read the password from standard input");
    passwd->callback([setting, &out] { out.command = *setting; });
}

void add_application(CLI::App& app, CommandLine& out) {
    auto* application =
        app.add_subcommand("application", "Create and list applications, and what they read")
            ->require_subcommand(1);
    application->add_subcommand("list", "List applications")->callback([&out] {
        out.command = ApplicationList{};
    });
    auto* create = application->add_subcommand("create", "Create an application");
    auto creating = std::make_shared<ApplicationCreate>();
    create->add_option("name", creating->name, "Its name")->required();
    create->add_option("--owner", creating->owner,
                       "The user whose it is (default: the installation's)");
    create->callback([creating, &out] { out.command = *creating; });

    const auto add_grant = [application, &out](const char* name, const char* help,
                                               ApplicationGrant::To to) {
        auto* command = application->add_subcommand(name, help);
        auto granting = std::make_shared<ApplicationGrant>();
        granting->to = to;
        command->add_option("name", granting->name, "Which")->required();
        command->callback([granting, &out] { out.command = *granting; });
    };
    add_grant("grant", "Let its keys read every application", ApplicationGrant::To::kAll);
    add_grant("withdraw", "Let its keys read its own events alone", ApplicationGrant::To::kOwn);
}

void add_audit(CLI::App& app, CommandLine& out) {
    auto* command = app.add_subcommand("audit", "Show who changed what, newest first");
    auto listing = std::make_shared<AuditList>();
    command->add_option("--kind", listing->kind,
                        "Of this kind: user, application, key, event_type, setting, feed");
    command->add_option("--action", listing->action, "Such as created, role_changed, revoked");
    command->add_option("--user", listing->user, "Changed by this user");
    command->add_option("--from", listing->from, "At or after (ISO 8601)");
    command->add_option("--to", listing->to, "Before (ISO 8601)");
    command->add_option("--limit", listing->limit, "Lines at most (default: 100)")
        ->check(CLI::Range(1U, 100'000U));
    command->callback([listing, &out] { out.command = *listing; });
}

void add_token(CLI::App& app, CommandLine& out) {
    auto* token =
        app.add_subcommand("token", "Create, list and revoke keys")->require_subcommand(1);
    auto* create = token->add_subcommand("create", "Create a key; its secret is shown once");
    auto creating = std::make_shared<TokenCreate>();
    create->add_option("--user", creating->user, "Whose")->required();
    create->add_option("--application", creating->application,
                       "Which application it sends as and reads, anybody's, made if there is none "
                       "(default: a personal key, which may what the user may)");
    create
        ->add_option("--scope", creating->scopes,
                     "What it may do, repeatable (default: all there is; of an application, all "
                     "but cashback)")
        ->check(CLI::IsMember({"ingest", "read", "manage", "cashback"}));
    create->add_option("--name", creating->name, "For lists");
    create->add_option("--expires", creating->expires, "After a duration such as 90d");
    create->callback([creating, &out] { out.command = *creating; });

    auto* list = token->add_subcommand("list", "List keys");
    auto listing = std::make_shared<TokenList>();
    list->add_option("--user", listing->user, "Of this user only");
    list->callback([listing, &out] { out.command = *listing; });

    auto* revoke = token->add_subcommand("revoke", "Revoke a key, or a user's default token");
    auto revoking = std::make_shared<TokenRevoke>();
    auto* id = revoke->add_option("id", revoking->id, "Number of the key, see `eyed token list`")
                   ->check(whole_number("must be a key's number, see `eyed token list`"));
    auto* of = revoke->add_option("--user", revoking->user,
                                  "The default token of this user: a login then gives another");
    id->excludes(of);
    revoke->callback([revoking, &out] {
        if (!revoking->id && revoking->user.empty())
            throw CLI::RequiredError("a key's number or --user");
        out.command = *revoking;
    });
}

void add_remote(CLI::App& command, Remote& remote) {
    auto* url = command.add_option("--url", remote.url,
                                   "Of a running server; else the data directory is used");
    command.add_option("--token", remote.token, kTokenHelp)->needs(url);
}

void add_export(CLI::App& app, CommandLine& out) {
    auto* command = app.add_subcommand("export", "Write events to a file");
    auto exporting = std::make_shared<Export>();
    add_remote(*command, exporting->remote);
    command->add_option("--format", exporting->format, "ndjson, csv or parquet (default: ndjson)")
        ->check(CLI::IsMember({"ndjson", "csv", "parquet"}));
    command->add_option("--output,-o", exporting->output, "File (default: standard output)");
    command->add_option("--category", exporting->category, "Of this category");
    command->add_option("--name", exporting->name, "Of this name");
    command->add_option("--session", exporting->session, "Of this session (UUID)");
    command->add_option("--application", exporting->application, "Of this application");
    command->add_option("--from", exporting->from, "At or after (ISO 8601)");
    command->add_option("--to", exporting->to, "Before (ISO 8601)");
    command->add_option("--min-id", exporting->min_id, "From this id on");
    command->add_option("--max-id", exporting->max_id, "Up to this id");
    command->callback([exporting, &out] { out.command = *exporting; });
}

void add_import(CLI::App& app, CommandLine& out) {
    auto* command = app.add_subcommand("import", "Send the events of a file; may be run again");
    auto importing = std::make_shared<Import>();
    command->add_option("file", importing->file, "NDJSON, or CSV with a header row")->required();
    add_remote(*command, importing->remote);
    command->add_option("--format", importing->format, "ndjson or csv (default: by the name)")
        ->check(CLI::IsMember({"ndjson", "csv"}));
    command->add_option("--application", importing->application,
                        "Whose events they are, without --url (default: import)");
    command->add_option("--batch", importing->batch, "Events at once (default: 5000)")
        ->check(CLI::Range(1U, 10'000U));
    command->add_flag("--restart", importing->restart, "Begin at the front again");
    command->callback([importing, &out] { out.command = *importing; });
}

void add_type_words(CLI::App& command, TypeWords& type) {
    command.add_option("category", type.category, "Of the event type")->required();
    command.add_option("name", type.name, "Of the event type")->required();
}

void add_type_rules(CLI::App& command, TypeRules& rules) {
    auto* example = command.add_option("--example", rules.example, "File with an example");
    auto* schema =
        command.add_option("--schema", rules.schema, "File with a JSON Schema (draft 7)");
    example->excludes(schema);
}

void add_type_changes(CLI::App& type, CommandLine& out) {
    auto* set = type.add_subcommand("set", "Say what its events must look like");
    auto setting = std::make_shared<TypeSet>();
    add_server(*set, setting->remote);
    add_type_words(*set, setting->type);
    add_type_rules(*set, setting->rules);
    set->add_option("--mode", setting->mode, "off, observe or enforce")
        ->check(CLI::IsMember({"off", "observe", "enforce"}));
    set->add_option("--description", setting->description, "What it is for");
    set->callback([setting, &out] {
        if (setting->rules.example.empty() && setting->rules.schema.empty() &&
            setting->mode.empty() && !setting->description)
            throw CLI::RequiredError("--example, --schema, --mode or --description");
        out.command = *setting;
    });
}

void add_type_trials(CLI::App& type, CommandLine& out) {
    auto* infer = type.add_subcommand("infer", "Propose a structure from its stored events");
    auto inferring = std::make_shared<TypeInfer>();
    add_server(*infer, inferring->remote);
    add_type_words(*infer, inferring->type);
    infer->add_option("--limit", inferring->limit, "Newest events to read (default: 1000)")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{10'000}));
    infer->add_option("--as", inferring->as, "Propose an example or a schema (default: example)")
        ->check(CLI::IsMember({"example", "schema"}));
    infer->callback([inferring, &out] { out.command = *inferring; });

    auto* backtest = type.add_subcommand("backtest", "Count the stored events that would fail");
    auto trying = std::make_shared<TypeBacktest>();
    add_server(*backtest, trying->remote);
    add_type_words(*backtest, trying->type);
    add_type_rules(*backtest, trying->rules);
    backtest->add_option("--limit", trying->limit, "Newest events to try (default: all)")
        ->check(whole_number());
    backtest->callback([trying, &out] { out.command = *trying; });
}

void add_type(CLI::App& app, CommandLine& out) {
    auto* type = app.add_subcommand("type", "List event types and say what their events look like")
                     ->require_subcommand(1);
    auto* list = type->add_subcommand("list", "List event types");
    auto listing = std::make_shared<TypeList>();
    add_server(*list, listing->remote);
    list->add_option("--category", listing->category, "Of this category");
    list->add_option("--mode", listing->mode, "Of this mode")
        ->check(CLI::IsMember({"off", "observe", "enforce"}));
    list->add_option("--search", listing->search, "Within category or name");
    list->callback([listing, &out] { out.command = *listing; });

    auto* show = type->add_subcommand("show", "Show one event type");
    auto showing = std::make_shared<TypeShow>();
    add_server(*show, showing->remote);
    add_type_words(*show, showing->type);
    show->callback([showing, &out] { out.command = *showing; });
    add_type_changes(*type, out);
    add_type_trials(*type, out);
}

void add_propagate(CLI::App& app, CommandLine& out) {
    auto* command =
        app.add_subcommand("propagate", "Send events of a file to a server, again and again");
    auto sending = std::make_shared<Propagate>();
    command->add_option("file", sending->file, "JSON events: an array, or one a line")->required();
    command->add_option("--to", sending->to, "Server, or a whole URL to send to")->required();
    command->add_option("--token", sending->token,
                        "Sent as a Bearer (default: EYED_TOKEN of the environment)");
    auto* every = command->add_option("--every", sending->every,
                                      "Time between two sendings, such as 5s, 0.5 or 200ms");
    command->add_option("--rate", sending->rate, "Events in a time, such as 2000/s or 30/m")
        ->excludes(every);
    command->add_option("--count", sending->count, "Stop after so many events")
        ->check(whole_number());
    command->add_option("--duration", sending->duration,
                        "Stop after a time, of waiting for the server or of sending");
    command->add_flag("--in-order", sending->in_order,
                      "From front to end, once without --count or --duration (default: at random)");
    command->add_option("--concurrency", sending->concurrency, "Connections (default: 1)")
        ->check(CLI::Range(1U, 1'000U));
    command->add_option("--batch", sending->batch, "Events in a request (default: 1)")
        ->check(CLI::Range(1U, 10'000U));
    command->add_option("--retries", sending->retries, "Of one request (default: 10)")
        ->check(CLI::Range(0U, 1'000U));
    command->add_option("--timeout", sending->timeout, "Of one request (default: 30s)");
    command->add_option("--seed", sending->seed, "Choose the same events again");
    command->callback([sending, &out] { out.command = *sending; });
}

/// The filters that list, summary, replay and discard have in common.
void add_rejection_filters(CLI::App& command, Rejections& asked) {
    const auto text = [&](const char* flag, const char* name, const char* help) {
        command.add_option(flag, asked.texts[name], help);
    };
    const auto number = [&](const char* flag, const char* name, const char* help) {
        command.add_option(flag, asked.numbers[name], help)->check(whole_number());
    };
    text("--reason", "reason", "With this reason, such as structure_missing");
    text("--category", "category", "Of this category");
    text("--name", "name", "Of this name");
    text("--dialect", "dialect", "Sent in this dialect, such as the_eye");
    text("--application", "application", "Of this application");
    text("--event-id", "event_id", "With this event_id");
    text("--text", "q", "With this text in the message");
    text("--from", "from", "Received at or after (ISO 8601)");
    text("--to", "to", "Received before (ISO 8601)");
    number("--key", "key", "Sent with the key of this number");
    number("--type-version", "type_version", "Refused by this version of the event type");
    number("--min-id", "min_id", "From this id on");
    number("--max-id", "max_id", "Up to this id");
}

void add_rejections(CLI::App& app, CommandLine& out) {
    auto* rejections = app.add_subcommand("rejections", "See, replay and discard what was refused")
                           ->require_subcommand(1);
    using Act = Rejections::Act;
    const auto add = [&](const char* name, const char* help, Act act) {
        auto* command = rejections->add_subcommand(name, help);
        auto asked = std::make_shared<Rejections>();
        asked->act = act;
        command->add_option("--url", asked->remote.url, "Of the running server")->required();
        command->add_option("--token", asked->remote.token, kTokenHelp);
        add_rejection_filters(*command, *asked);
        command->callback([asked, &out] { out.command = *asked; });
        return std::pair(command, asked);
    };
    const auto state = [](CLI::App& command, Rejections& asked) {
        command.add_option("--state", asked.texts["state"], "open, replayed, duplicate, discarded")
            ->check(CLI::IsMember({"open", "replayed", "duplicate", "discarded"}));
    };
    const auto ids = [](CLI::App& command, Rejections& asked) {
        command.add_option("--id", asked.ids, "This one, repeatable")->check(whole_number());
    };
    const auto limit = [](CLI::App& command, Rejections& asked, const char* help) {
        command.add_option("--limit", asked.limit, help)->check(whole_number());
    };

    const auto [list, listing] = add("list", "List refusals, newest first", Act::kList);
    state(*list, *listing);
    limit(*list, *listing, "At most (default: 100)");
    const auto [summary, summing] =
        add("summary", "Count refusals by reason and type", Act::kSummary);
    state(*summary, *summing);
    limit(*summary, *summing, "Groups at most (default: 100)");
    const auto [replay, replaying] =
        add("replay", "Take in the open refusals that pass today's rules", Act::kReplay);
    ids(*replay, *replaying);
    limit(*replay, *replaying, "Refusals at most (default: all)");
    replay->add_flag("--dry-run", replaying->dry_run, "Tell what would come of it");
    const auto [discard, discarding] =
        add("discard", "Put away open refusals that are not wanted", Act::kDiscard);
    ids(*discard, *discarding);
    limit(*discard, *discarding, "Refusals at most (default: all)");
    discard->add_flag("--all", discarding->all, "Every open refusal, without a filter");
    discard->add_flag("--yes", discarding->yes, "Do not ask");
}

void add_others(CLI::App& app, CommandLine& out) {
    app.add_subcommand("serve", "Run the server")->callback([&out] {
        out.command = ServeCommand{};
    });
    app.add_subcommand("config", "Print all settings and where they come from")->callback([&out] {
        out.command = ConfigCommand{};
    });
    auto* verify = app.add_subcommand("verify", "Check the log, and the store against it");
    auto verifying = std::make_shared<Verify>();
    verify->add_flag("--repair", verifying->repair,
                     "Put damaged files of the log aside and go on without what cannot be read");
    verify->callback([verifying, &out] { out.command = *verifying; });

    auto* rebuild = app.add_subcommand("rebuild", "Recreate the store from the log");
    auto rebuilding = std::make_shared<Rebuild>();
    rebuild->add_flag("--accept-loss", rebuilding->accept_loss,
                      "Even if the log no longer has all its records");
    rebuild->callback([rebuilding, &out] { out.command = *rebuilding; });
}

/// The first word that names no command where one stands; empty when all do.
std::string unknown_command(const CLI::App& app, const std::vector<std::string>& words) {
    const CLI::App* at = &app;
    for (const std::string& word : words) {
        if (word.starts_with('-')) continue;
        const std::vector<const CLI::App*> commands = at->get_subcommands({});
        if (commands.empty()) return {};  // arguments follow
        const auto named = std::ranges::find(commands, word, &CLI::App::get_name);
        if (named == commands.end()) return word;
        at = *named;
    }
    return {};
}

std::string token_of(const std::vector<std::string>& environment) {
    const std::string begin = fmt::format("{}=", config::kTokenVariable);
    for (const std::string& entry : environment)
        if (entry.starts_with(begin)) return entry.substr(begin.size());
    return {};
}

Status set_token(std::string& token, const std::vector<std::string>& environment) {
    if (token.empty()) token = token_of(environment);
    if (!token.empty()) return {};
    return failure(Code::kInvalidArgument,
                   fmt::format("a token for the server is needed: give --token, or set {}",
                               config::kTokenVariable));
}

/// Of commands that ask a server. What works on the data directory needs no token.
struct TokenSetter {
    const std::vector<std::string>& environment;

    Status operator()(Propagate& command) const { return set_token(command.token, environment); }
    template <class Other>
    Status operator()(Other& command) const {
        if constexpr (requires { command.remote; })
            if (!command.remote.url.empty()) return set_token(command.remote.token, environment);
        return {};
    }
};

}  // namespace

CLI::Validator whole_number(const std::string& fault) {
    return {[fault](const std::string& word) { return is_whole(word) ? "" : fault; }, "", ""};
}

void add_server(CLI::App& command, Remote& remote) {
    command.add_option("--url", remote.url, "Of a running server")->required();
    command.add_option("--token", remote.token, kTokenHelp);
}

Result<CommandLine> parse_command_line(const std::vector<std::string>& rest,
                                       const std::vector<std::string>& environment) {
    CommandLine line;
    CLI::App app("eyed collects events, keeps them, and finds them again.", "eyed");
    app.require_subcommand(1)->fallthrough()->footer(kFooter);
    app.set_version_flag("--version", fmt::format("eyed {}", kVersion));
    bool json = false;
    bool quiet = false;
    auto* json_flag = app.add_flag("--json", json, "Print the result as JSON");
    app.add_flag("--quiet", quiet, "Print nothing but the result")->excludes(json_flag);
    add_others(app, line);
    add_user(app, line);
    add_application(app, line);
    add_token(app, line);
    add_audit(app, line);
    add_export(app, line);
    add_import(app, line);
    add_type(app, line);
    add_propagate(app, line);
    add_rejections(app, line);
    add_delivery_commands(app, line);
    for (auto* command : app.get_subcommands({})) {
        command->fallthrough();
        for (auto* inner : command->get_subcommands({}))
            inner->fallthrough();
    }
    if (const std::string unknown = unknown_command(app, rest); !unknown.empty())
        return failure(Code::kInvalidArgument,
                       fmt::format("there is no command '{}': eyed --help lists them", unknown));
    std::vector<std::string> reversed(rest.rbegin(), rest.rend());  // as CLI11 wants it
    try {
        app.parse(reversed);
    } catch (const CLI::CallForHelp&) {
        line.text = app.help();  // of the command that was named
    } catch (const CLI::CallForVersion& version) {
        line.text = fmt::format("{}\n", version.what());
    } catch (const CLI::Error& error) {
        return failure(Code::kInvalidArgument, error.what());
    }
    if (line.text.empty()) EYED_TRY(std::visit(TokenSetter{environment}, line.command));
    line.style = json ? Style::kJson : quiet ? Style::kQuiet : Style::kHuman;
    return line;
}

}  // namespace eyed::cli
