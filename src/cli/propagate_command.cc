#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <ostream>
#include <thread>
#include <vector>

#include "base/uuid.h"
#include "cli/context.h"
#include "cli/interrupts.h"
#include "cli/progress.h"
#include "cli/propagate_pacer.h"
#include "cli/propagate_packer.h"
#include "cli/propagate_plan.h"
#include "cli/propagate_report.h"
#include "cli/propagate_sender.h"
#include "cli/propagate_source.h"

namespace eyed::cli {
namespace {

/// What all senders hold at most, of parcels.
constexpr std::size_t kHeldBytes = std::size_t{256} << 20U;

Packer::Options packing(const PropagatePlan& plan) {
    Packer::Options options;
    options.shape = plan.batch == 1 ? Packer::Shape::kObjects : Packer::Shape::kArrays;
    options.run = to_string(random_uuid());
    options.bytes = std::min(options.bytes, kHeldBytes / plan.concurrency);
    return options;
}

/// Where the senders' threads meet: each takes the next parcel here, and tells what became of it.
class Propagation {
  public:
    Propagation(const Context& context, const PropagatePlan& plan, PropagateSource& source)
        : plan_(plan),
          quiet_(context.style == Style::kQuiet),
          unit_(source.unit()),
          packer_(source, packing(plan)),
          progress_(context.start.err, [this] { return status(); }) {}

    /// Waits for readiness, and sends until it is over or interrupted.
    Status run();
    const PropagateReport& report() const { return report_; }
    std::chrono::nanoseconds took() const { return took_; }
    Pace pace();

  private:
    struct Turn {
        Parcel parcel;
        std::chrono::nanoseconds due{0};
    };
    using Sender = std::unique_ptr<PropagateSender>;
    /// A parcel without events: it is over.
    Result<Turn> next_turn();
    Status work(PropagateSender& sender);
    Result<std::vector<Sender>> make_senders();
    std::string status();
    void tell(const std::string& line);
    void tell_delivery(const Delivery& delivery, const Parcel& parcel);
    std::string place_of_refusal(const Delivery& delivery, const Parcel& parcel) const;

    /// Lines that a fast propagation writes on what goes wrong; the rest is only counted.
    static constexpr int kMostLines = 20;

    const PropagatePlan& plan_;
    const bool quiet_;
    const char* const unit_;  ///< `line` or `item`
    const SystemClock clock_;
    Interrupts interrupts_;
    std::mutex turns_;  ///< guards packer_ and pacer_
    Packer packer_;
    std::optional<Pacer> pacer_;
    PropagateReport report_;
    std::atomic<bool> sending_{false};
    std::atomic<int> lines_{0};
    std::atomic<std::chrono::nanoseconds> start_{};
    std::chrono::nanoseconds took_{0};
    Progress progress_;  ///< last: its thread asks status()
};

std::string Propagation::status() {
    const bool shown = !quiet_ && sending_ && plan_.tells == PropagatePlan::Tells::kFailures;
    return shown ? report_.status_line(clock_.steady() - start_.load(), pace()) : std::string();
}

Pace Propagation::pace() {
    const std::lock_guard lock(turns_);
    return pacer_ && pacer_->is_behind() ? Pace::kBehind : Pace::kKept;
}

void Propagation::tell(const std::string& line) {
    if (quiet_) return;
    if (sending_ && plan_.tells == PropagatePlan::Tells::kFailures) {
        const int before = lines_++;
        if (before == kMostLines) progress_.say("What else goes wrong is only counted.");
        if (before >= kMostLines) return;
    }
    progress_.say(line);
}

/// `line 3: `, of the event that the server names, or else of the parcel's first one.
std::string Propagation::place_of_refusal(const Delivery& delivery, const Parcel& parcel) const {
    const std::size_t index = delivery.refused_at.value_or(0);
    if (delivery.refused == 0 || index >= parcel.numbers.size()) return {};
    const bool one = delivery.refused_at || parcel.events == 1;
    return fmt::format("{} {}{}: ", unit_, parcel.numbers[index],
                       one ? "" : fmt::format(" and {} others", parcel.events - 1));
}

void Propagation::tell_delivery(const Delivery& delivery, const Parcel& parcel) {
    const bool all = delivery.refused == 0 && delivery.failed == 0;
    if (all && plan_.tells != PropagatePlan::Tells::kEachSending) return;
    std::string line;
    if (delivery.accepted > 0) line += fmt::format("accepted {}", delivery.accepted);
    if (delivery.refused > 0)
        line += fmt::format("{}refused {}", line.empty() ? "" : ", ", delivery.refused);
    if (delivery.failed > 0) line += fmt::format("failed {}", delivery.failed);
    if (delivery.status != 0) line += fmt::format(": {}", delivery.status);
    if (!delivery.detail.empty())
        line += fmt::format("{}{}{}", delivery.status == 0 ? ": " : " ",
                            place_of_refusal(delivery, parcel), delivery.detail);
    tell(line);
}

Result<Propagation::Turn> Propagation::next_turn() {
    const std::lock_guard lock(turns_);
    const std::uint32_t room = pacer_->room(plan_.batch);
    if (room == 0) return Turn{};
    Turn turn;
    EYED_ASSIGN(turn.parcel, packer_.next(room));
    if (turn.parcel.events == 0) return Turn{};
    const auto due = pacer_->take(turn.parcel.events);
    if (!due) return Turn{};
    turn.due = *due;
    return turn;
}

Status Propagation::work(PropagateSender& sender) {
    const std::stop_token stop = interrupts_.token();
    for (;;) {
        EYED_ASSIGN(const Turn turn, next_turn());
        if (turn.parcel.events == 0) return {};
        if (const auto early = turn.due - clock_.steady(); early.count() > 0) wait_for(early, stop);
        if (stop.stop_requested()) return {};
        const Delivery delivery = sender.send(turn.parcel);
        report_.add(delivery);
        tell_delivery(delivery, turn.parcel);
    }
}

Result<std::vector<Propagation::Sender>> Propagation::make_senders() {
    std::vector<Sender> senders;
    for (std::uint32_t i = 0; i < plan_.concurrency; ++i) {
        const auto notice = [this](const std::string& why) {
            if (sending_) report_.count_retry();
            tell(why);
        };
        EYED_ASSIGN(auto sender, PropagateSender::create(plan_, interrupts_.token(), notice));
        senders.push_back(std::move(sender));
    }
    return senders;
}

Status Propagation::run() {
    EYED_ASSIGN(const auto senders, make_senders());
    EYED_ASSIGN(const bool ready, senders.front()->wait_until_ready());
    if (!ready) return {};
    start_ = clock_.steady();
    pacer_.emplace(clock_, Pacer::Options{plan_.interval, plan_.count, plan_.duration});
    sending_ = true;
    std::vector<Status> ended(senders.size());
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < senders.size(); ++i)
            threads.emplace_back([&, i] {
                ended[i] = work(*senders[i]);
                if (!ended[i]) interrupts_.stop();  // the file cannot be read any more
            });
    }
    sending_ = false;
    took_ = clock_.steady() - start_.load();
    for (Status& one : ended)
        EYED_TRY(std::move(one));
    return {};
}

void tell(const Context& context, Propagation& propagation) {
    auto& out = context.start.out;
    const PropagateReport& report = propagation.report();
    const Pace pace = propagation.pace();
    if (context.style == Style::kJson) {
        out << report.json(propagation.took(), pace) << '\n';
    } else if (context.style == Style::kQuiet) {
        out << report.accepted() << '\n';
    } else {
        out << report.text(propagation.took(), pace);
    }
}

}  // namespace

Result<int> propagate_events(const Context& context, const Propagate& command) {
    EYED_ASSIGN(const PropagatePlan plan, make_plan(command));
    EYED_ASSIGN(const auto source,
                PropagateSource::open({plan.file, plan.order, plan.ends, plan.seed}));
    Propagation propagation(context, plan, *source);
    const Status ended = propagation.run();
    if (!ended && propagation.report().accepted() == 0 && ended.error().code != Code::kTimeout)
        return std::unexpected(ended.error());
    tell(context, propagation);
    if (!ended) return std::unexpected(ended.error());
    return propagation.report().all_accepted() ? kDone : kFailed;
}

}  // namespace eyed::cli
