#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "catalog/deliveries.h"
#include "delivery/engine.h"
#include "delivery/outlet.h"
#include "delivery/schedule.h"
#include "delivery/transfers.h"
#include "delivery/waits.h"

namespace eyed::delivery {

/// The engine's inside: see docs/internals/delivery.md.
struct Engine::State {
    State(Parts used, Options wanted) : parts(std::move(used)), options(std::move(wanted)) {}

    Status open();
    void run();
    void finish();

    Parts parts;
    const Options options;
    Waits waits;
    std::thread thread;

    std::mutex mutex;  ///< guards what follows
    std::condition_variable wake;
    bool is_woken = true;
    bool is_changed = true;
    bool is_stopping = false;
    std::vector<TransferResult> results;

    mutable std::mutex figures_mutex;  ///< guards what follows
    std::map<DestinationId, Figures> figures;
    std::string problem;

  private:
    using Turn = catalog::Deliveries::Turn;
    using Want = catalog::Deliveries::Want;
    using SteadyTime = std::chrono::steady_clock::time_point;

    /// A delivery that is claimed and not written yet.
    struct UnderWay {
        DestinationId destination;
        model::Attempt attempt;
        CashbackId cashback;
        ReversalId reversal;
        Begun begun;            ///< this one among them
        std::size_t bytes = 0;  ///< of its body
        bool is_test = false;
    };
    /// What somebody told since the last time.
    struct Signals {
        bool is_woken = false;
        bool is_changed = false;
        bool is_stopping = false;
        std::vector<TransferResult> results;
    };

    Signals wait();
    SteadyTime wait_until() const;
    Status load();
    Status look();
    void count_open();
    Status step(const Signals& signals);

    void end(TransferResult result);
    Decision decide_on(const UnderWay& attempted, const Word& word, const Outlet& outlet,
                       Micros now);
    void note_due(Outlet& outlet, std::optional<Micros> next_at, Micros now);
    void count(Outlet& outlet, const model::Attempt& attempt);
    void feed_circuit(Outlet& outlet, bool failed, Micros now);
    void gone(Outlet& outlet, int status);
    void alert(const std::string& name, const Outlet& outlet);

    enum class Share : std::uint8_t { kCommon, kAll };
    std::size_t room(Share share, std::size_t taken) const;
    std::vector<Want> wants(Micros now);
    Status turn();
    void after_turn(std::span<const Want> wants, std::vector<catalog::Deliveries::Claimed> claimed,
                    Micros now);
    void begin(catalog::Deliveries::Claimed claimed, Micros now);
    void note_room(Outlet& outlet);

    void failed(const Error& error);
    void recovered();
    Outlet* outlet_of(DestinationId id);
    template <class Edit>
    void edit_figures(DestinationId id, Edit edit);

    // The thread's own.
    std::map<DestinationId, Outlet> outlets_;
    /// By a number of the attempt's own, which is the request's id: a lookup may still be under way
    /// when somebody decides about its delivery.
    std::unordered_map<std::uint64_t, UnderWay> under_way_;
    std::uint64_t last_number_ = 0;
    std::size_t bytes_ = 0;            ///< of bodies under way
    std::size_t largest_ = 64 * 1024;  ///< body of late
    DestinationId first_;              ///< whose turn it is to claim first
    bool must_load_ = false;           ///< destinations
    bool is_stopping_now_ = false;
    SteadyTime look_at_{};   ///< when to ask what is due
    SteadyTime count_at_{};  ///< when to ask how many are open
    SteadyTime back_off_until_{};
    std::chrono::milliseconds back_off_{0};
    std::mt19937_64 random_{std::random_device{}()};

    // To be written with the next turn; kept while turns fail.
    std::vector<catalog::Deliveries::Ended> ended_;
    std::map<DestinationId, catalog::Deliveries::Health> health_;
    std::vector<catalog::Deliveries::Disabled> disabled_;
    std::vector<catalog::Deliveries::Alert> alerts_;

    std::unique_ptr<Transfers> transfers_;  ///< last: its thread calls back
};

}  // namespace eyed::delivery
