#include "cli/password_prompt.h"

#include <termios.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <istream>
#include <ostream>

namespace eyed::cli {
namespace {

termios terminal_before{};  // a signal handler can be handed nothing

/// Only calls that signal-safety(7) allows. The signal then does what it does by default.
void restore_terminal_and_end(int signal) {
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal_before);
    ::signal(signal, SIG_DFL);
    ::raise(signal);
}

/// The terminal of standard input without echo, as long as this lives; who ends the program
/// meanwhile (Ctrl-C) gets the echo back. One at a time.
class NoEcho {
  public:
    NoEcho() {
        if (::tcgetattr(STDIN_FILENO, &terminal_before) != 0) return;
        changed_ = true;
        for (std::size_t i = 0; i < kEnding.size(); ++i)
            handlers_[i] = ::signal(kEnding[i], restore_terminal_and_end);
        termios silent = terminal_before;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        silent.c_lflag |= ECHONL;
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    ~NoEcho() {
        if (!changed_) return;
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal_before);
        for (std::size_t i = 0; i < kEnding.size(); ++i)
            ::signal(kEnding[i], handlers_[i]);
    }
    NoEcho(const NoEcho&) = delete;
    NoEcho& operator=(const NoEcho&) = delete;

  private:
    static constexpr std::array kEnding{SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    std::array<void (*)(int), kEnding.size()> handlers_{};  ///< as they were
    bool changed_ = false;
};

Result<std::string> read_line(std::istream& in) {
    std::string line;
    if (!std::getline(in, line)) return failure(Code::kInvalidArgument, "no password was given");
    if (!line.empty() && line.back() == '\r') line.pop_back();
    return line;
}

}  // namespace

Result<std::string> read_new_password(const Start& start, PasswordFrom from) {
    if (from == PasswordFrom::kStandardInput) return read_line(start.in);
    if (!start.in_is_terminal)
        return failure(Code::kInvalidArgument,
                       "standard input is no terminal: give the password with --password-stdin");
    const NoEcho silence;
    start.err << "Password: " << std::flush;
    EYED_ASSIGN(std::string password, read_line(start.in));
    start.err << "Again: " << std::flush;
    EYED_ASSIGN(const std::string again, read_line(start.in));
    if (password != again) return failure(Code::kInvalidArgument, "the two passwords differ");
    return password;
}

}  // namespace eyed::cli
