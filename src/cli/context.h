#pragma once

#include "base/result.h"
#include "cli/command_line.h"
#include "cli/commands.h"
#include "config/load.h"

namespace eyed::cli {

/// What every command is given: where to read and write, the settings, and how to tell.
struct Context {
    const Start& start;
    const config::Loaded& loaded;
    Style style = Style::kHuman;

    const config::Settings& settings() const { return loaded.settings; }
};

// One function a command, one file a group. An error is told by the caller: exit 1, or 2 when the
// code is kInvalidArgument. kDone and kFailed as the int.
Result<int> print_config(const Context& context);
Result<int> create_user(const Context& context, const UserCreate& command);
Result<int> list_users(const Context& context);
Result<int> set_password(const Context& context, const UserPasswd& command);
Result<int> set_user_state(const Context& context, const UserSetState& command);
Result<int> set_user_role(const Context& context, const UserSetRole& command);
Result<int> list_applications(const Context& context);
Result<int> create_application(const Context& context, const ApplicationCreate& command);
Result<int> grant_application(const Context& context, const ApplicationGrant& command);
Result<int> list_audit(const Context& context, const AuditList& command);
Result<int> create_token(const Context& context, const TokenCreate& command);
Result<int> list_tokens(const Context& context, const TokenList& command);
Result<int> revoke_token(const Context& context, const TokenRevoke& command);
Result<int> export_events(const Context& context, const Export& command);
Result<int> import_events(const Context& context, const Import& command);
Result<int> list_types(const Context& context, const TypeList& command);
Result<int> show_type(const Context& context, const TypeShow& command);
Result<int> set_type(const Context& context, const TypeSet& command);
Result<int> infer_type(const Context& context, const TypeInfer& command);
Result<int> backtest_type(const Context& context, const TypeBacktest& command);
Result<int> propagate_events(const Context& context, const Propagate& command);
Result<int> run_rejections(const Context& context, const Rejections& command);
Result<int> run_destinations(const Context& context, const Destinations& command);
Result<int> run_deliveries(const Context& context, const Deliveries& command);
Result<int> run_attempts(const Context& context, const Attempts& command);
Result<int> verify(const Context& context, const Verify& command);
Result<int> rebuild(const Context& context, const Rebuild& command);

}  // namespace eyed::cli
