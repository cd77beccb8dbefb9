#include <fmt/format.h>

#include <ostream>

#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/context.h"

namespace eyed::cli {
namespace {

struct Runner {
    const Context& context;
    const Serve& serve;

    Result<int> operator()(const ServeCommand&) const { return serve(context.loaded); }
    Result<int> operator()(const ConfigCommand&) const { return print_config(context); }
    Result<int> operator()(const UserCreate& command) const {
        return create_user(context, command);
    }
    Result<int> operator()(const UserList&) const { return list_users(context); }
    Result<int> operator()(const UserPasswd& command) const {
        return set_password(context, command);
    }
    Result<int> operator()(const UserSetState& command) const {
        return set_user_state(context, command);
    }
    Result<int> operator()(const UserSetRole& command) const {
        return set_user_role(context, command);
    }
    Result<int> operator()(const ApplicationList&) const { return list_applications(context); }
    Result<int> operator()(const ApplicationCreate& command) const {
        return create_application(context, command);
    }
    Result<int> operator()(const ApplicationGrant& command) const {
        return grant_application(context, command);
    }
    Result<int> operator()(const AuditList& command) const { return list_audit(context, command); }
    Result<int> operator()(const TokenCreate& command) const {
        return create_token(context, command);
    }
    Result<int> operator()(const TokenList& command) const { return list_tokens(context, command); }
    Result<int> operator()(const TokenRevoke& command) const {
        return revoke_token(context, command);
    }
    Result<int> operator()(const Export& command) const { return export_events(context, command); }
    Result<int> operator()(const Import& command) const { return import_events(context, command); }
    Result<int> operator()(const TypeList& command) const { return list_types(context, command); }
    Result<int> operator()(const TypeShow& command) const { return show_type(context, command); }
    Result<int> operator()(const TypeSet& command) const { return set_type(context, command); }
    Result<int> operator()(const TypeInfer& command) const { return infer_type(context, command); }
    Result<int> operator()(const TypeBacktest& command) const {
        return backtest_type(context, command);
    }
    Result<int> operator()(const Propagate& command) const {
        return propagate_events(context, command);
    }
    Result<int> operator()(const Rejections& command) const {
        return run_rejections(context, command);
    }
    Result<int> operator()(const Destinations& command) const {
        return run_destinations(context, command);
    }
    Result<int> operator()(const Deliveries& command) const {
        return run_deliveries(context, command);
    }
    Result<int> operator()(const Attempts& command) const { return run_attempts(context, command); }
    Result<int> operator()(const Verify& command) const { return verify(context, command); }
    Result<int> operator()(const Rebuild& command) const { return rebuild(context, command); }
};

int told(const Start& start, const Error& error) {
    start.err << "eyed: " << error.detail << std::endl;
    return error.code == Code::kInvalidArgument ? kUsage : kFailed;
}

Result<int> run_command(const Start& start, const Serve& serve) {
    EYED_ASSIGN(const auto arguments, config::part_arguments(start.arguments));
    EYED_ASSIGN(const auto line, parse_command_line(arguments.rest, start.environment));
    if (!line.text.empty()) {
        start.out << line.text << std::flush;
        return kDone;
    }
    EYED_ASSIGN(const auto loaded, config::load(arguments, start.environment));
    const Context context{start, loaded, line.style};
    auto code = std::visit(Runner{context, serve}, line.command);
    start.out.flush();
    if (code && !start.out)
        return failure(Code::kIo, "standard output does not take what was written");
    return code;
}

}  // namespace

int run(const Start& start, const Serve& serve) {
    const auto code = run_command(start, serve);
    return code ? *code : told(start, code.error());
}

}  // namespace eyed::cli
