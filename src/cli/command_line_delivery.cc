// The commands of what leaves the program.
#include <memory>

#include "cli/command_line_parts.h"

namespace eyed::cli {
namespace {

using Act = Destinations::Act;

std::shared_ptr<Destinations> add(CLI::App& group, const char* name, const char* help, Act act,
                                  CommandLine& out) {
    auto* command = group.add_subcommand(name, help);
    auto asked = std::make_shared<Destinations>();
    asked->act = act;
    add_server(*command, asked->remote);
    if (act == Act::kCreate)
        command->add_option("name", asked->texts["name"], "Its name")->required();
    else if (act != Act::kList)
        command->add_option("destination", asked->which, "Its number or name")->required();
    command->callback([asked, &out] { out.command = *asked; });
    return asked;
}

/// What may be set of one, new or old.
void add_settings(CLI::App& command, Destinations& asked) {
    const auto text = [&](const char* flag, const char* name, const char* help) {
        return command.add_option(flag, asked.texts[name], help);
    };
    const auto number = [&](const char* flag, const char* name, const char* help) {
        command.add_option(flag, asked.numbers[name], help);
    };
    const auto list = [&](const char* flag, const char* name, const char* help) {
        command.add_option(flag, asked.lists[name], help)->allow_extra_args(false);
    };
    auto* to = text("--to", "url", "The URL that it is sent to");
    if (asked.act == Act::kCreate) to->required();
    text("--method", "method", "POST, PUT or PATCH (default: POST)");
    command
        .add_option("--header", asked.headers,
                    "A further header field, `Name: value`, repeatable; they replace all there are")
        ->allow_extra_args(false);
    command.add_option("--headers", asked.headers_file,
                       "File with further header fields, a JSON object: others see a command's "
                       "flags, and not this");
    text("--content-type", "content_type", "Of the body (default: application/json)");
    command.add_option("--template", asked.template_file,
                       "File with the body's template (default: the event itself); '' for none");
    text("--success", "success", "Statuses that say it was taken (default: 2xx)");
    text("--unknown", "unknown", "Statuses that leave it open, such as 502,504");
    auto* is_signed = command.add_flag_callback(
        "--signed", [&asked] { asked.is_signed = true; }, "Sign as Standard Webhooks (default)");
    command.add_flag_callback(
               "--unsigned", [&asked] { asked.is_signed = false; }, "Do not sign")
        ->excludes(is_signed);
    text("--timeout", "timeout", "Of one request (default: 15s)");
    number("--rate", "rate_per_second", "Requests a second at most; 0: without limit");
    number("--concurrency", "concurrency", "Requests at once (default: 10)");
    text("--ordering", "ordering", "free, or by_key: one session's events in order")
        ->check(CLI::IsMember({"free", "by_key"}));
    command.add_option("--schedule", asked.schedule,
                       "Waits between attempts, such as 5s,5m,2h; empty: one attempt");
    text("--on-unknown", "on_unknown", "repeat, look_up or hold what may have been taken")
        ->check(CLI::IsMember({"repeat", "look_up", "hold"}));
    text("--lookup-url", "lookup_url", "Asked what became of it; {id} in it is the message's id");
    text("--lookup-delay", "lookup_delay", "Before it is asked (default: 1m)");
    number("--breaker-failures", "breaker_failures",
           "Consecutive failures that suspend it; 0: never");
    list("--category", "categories", "Events of this category, repeatable; '' for all");
    list("--event-name", "names", "Events of this name, repeatable; '' for all");
    list("--application", "applications", "Events of this application, repeatable; '' for all");
    command
        .add_option("--where", asked.data,
                    "Events with /pointer in data, or /pointer=value there, repeatable; '' for all")
        ->allow_extra_args(false);
}

void add_destination(CLI::App& app, CommandLine& out) {
    auto* group = app.add_subcommand("destination", "Say where events are forwarded to")
                      ->require_subcommand(1);
    const auto command = [&](const char* name) { return group->get_subcommand(name); };

    const auto listing = add(*group, "list", "List destinations", Act::kList, out);
    command("list")
        ->add_option("--state", listing->texts["state"], "active, paused or disabled")
        ->check(CLI::IsMember({"active", "paused", "disabled"}));
    command("list")
        ->add_option("--kind", listing->texts["kind"], "webhook, cashback or takeback")
        ->check(CLI::IsMember({"webhook", "cashback", "takeback"}));
    command("list")->add_option("--search", listing->texts["q"], "Within the name");
    add(*group, "show", "Show one destination", Act::kShow, out);

    const auto creating =
        add(*group, "create", "Make a destination; its secret is shown once", Act::kCreate, out);
    add_settings(*command("create"), *creating);
    command("create")->add_flag("--from-beginning", creating->from_beginning,
                                "All events that the log has, too, not only those to come");
    const auto setting = add(*group, "set", "Change a destination", Act::kSet, out);
    command("set")->add_option("--name", setting->texts["name"], "Its new name");
    add_settings(*command("set"), *setting);

    for (const auto& [name, help, act] :
         {std::tuple("pause", "Send nothing for now: what is due waits", Act::kPause),
          std::tuple("resume", "Send again, what waits first", Act::kResume),
          std::tuple("disable", "Send nothing until it is resumed", Act::kDisable)}) {
        const auto stating = add(*group, name, help, act, out);
        command(name)->add_option("--reason", stating->texts["reason"], "For whoever asks why");
    }
    const auto rotating = add(*group, "rotate-secret", "Make a new signing secret, shown once",
                              Act::kRotateSecret, out);
    command("rotate-secret")
        ->add_option("--overlap", rotating->texts["overlap"],
                     "How long the old ones sign beside it (default: 1d)");
    add(*group, "test", "Send a sample event once, and show what came back", Act::kTest, out);
    const auto removing =
        add(*group, "remove", "Remove a destination with its deliveries", Act::kRemove, out);
    command("remove")->add_flag("--yes", removing->yes, "Do not ask");
}

/// `--flag` for a filter of the API.
void add_filter(CLI::App& command, std::map<std::string, std::string>& filter, const char* name,
                const char* help) {
    command.add_option(std::string("--") + name, filter[name], help);
}

void add_number_filter(CLI::App& command, std::map<std::string, std::string>& filter,
                       const char* name, const char* help) {
    command.add_option(std::string("--") + name, filter[name], help)->check(whole_number());
}

void add_delivery_filters(CLI::App& command, Deliveries& asked) {
    add_number_filter(command, asked.filter, "destination", "To the destination of this number");
    add_filter(command, asked.filter, "state",
               "pending, sending, delivered, unknown, dead, cancelled, or several with commas");
    add_number_filter(command, asked.filter, "event", "Of the event of this number");
    add_number_filter(command, asked.filter, "status", "Whose last answer had this status");
    add_filter(command, asked.filter, "from", "Made at or after (ISO 8601)");
    add_filter(command, asked.filter, "to", "Made before (ISO 8601)");
}

void add_delivery(CLI::App& app, CommandLine& out) {
    using Act = Deliveries::Act;
    auto* group =
        app.add_subcommand("delivery", "See, retry and settle deliveries")->require_subcommand(1);
    const auto add = [&](const char* name, const char* help, Act act) {
        auto* command = group->add_subcommand(name, help);
        auto asked = std::make_shared<Deliveries>();
        asked->act = act;
        add_server(*command, asked->remote);
        if (act != Act::kList) {
            auto* id = command->add_option("id", asked->id, "Number of the delivery");
            id->check(whole_number());
            if (act != Act::kRetry) id->required();
        }
        command->callback([asked, &out] { out.command = *asked; });
        return std::pair(command, asked);
    };
    const auto [list, listing] = add("list", "List deliveries, newest first", Act::kList);
    add_delivery_filters(*list, *listing);
    add_number_filter(*list, listing->filter, "cashback", "Of the cashback of this number");
    list->add_option("--limit", listing->limit, "At most (default: 100)")->check(whole_number());
    add("show", "Show one delivery and its attempts", Act::kShow);
    const auto [retry, retrying] =
        add("retry", "Send one again, or all dead ones that a filter finds", Act::kRetry);
    add_delivery_filters(*retry, *retrying);
    retry->add_option("--limit", retrying->limit, "At most (default: 1000)")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{10'000}));
    retry->add_flag("--all", retrying->all, "Every dead delivery, without a filter");
    retry->add_flag("--dry-run", retrying->dry_run, "Tell how many there are");
    const auto [cancel, cancelling] = add("cancel", "Do not send one", Act::kCancel);
    cancel->add_flag("--yes", cancelling->yes, "Do not ask");
    const auto [resolve, resolving] =
        add("resolve", "Say whether one of unknown outcome was taken", Act::kResolve);
    resolve->add_option("outcome", resolving->outcome, "delivered or not_delivered")
        ->required()
        ->check(CLI::IsMember({"delivered", "not_delivered"}));
    resolve->add_option("--note", resolving->note, "How that is known");
}

void add_attempt(CLI::App& app, CommandLine& out) {
    using Act = Attempts::Act;
    auto* group = app.add_subcommand("attempt", "See each try to deliver")->require_subcommand(1);
    const auto add = [&](const char* name, const char* help, Act act) {
        auto* command = group->add_subcommand(name, help);
        auto asked = std::make_shared<Attempts>();
        asked->act = act;
        add_server(*command, asked->remote);
        command->callback([asked, &out] { out.command = *asked; });
        return std::pair(command, asked);
    };
    const auto [list, listing] = add("list", "List attempts, newest first", Act::kList);
    add_number_filter(*list, listing->filter, "delivery", "Of the delivery of this number");
    add_number_filter(*list, listing->filter, "destination", "To the destination of this number");
    list->add_option("--outcome", listing->filter["outcome"], "delivered, failed or unknown")
        ->check(CLI::IsMember({"delivered", "failed", "unknown"}));
    add_filter(*list, listing->filter, "from", "Begun at or after (ISO 8601)");
    add_filter(*list, listing->filter, "to", "Begun before (ISO 8601)");
    list->add_option("--limit", listing->limit, "At most (default: 100)")->check(whole_number());
    const auto [show, showing] = add("show", "Show one attempt", Act::kShow);
    show->add_option("id", showing->id, "Number of the attempt")->required()->check(whole_number());
}

}  // namespace

void add_delivery_commands(CLI::App& app, CommandLine& out) {
    add_destination(app, out);
    add_delivery(app, out);
    add_attempt(app, out);
}

}  // namespace eyed::cli
