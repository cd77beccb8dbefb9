#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "model/calendar.h"

namespace eyed::catalog {

class Connection;
class Users;
class Applications;
class Keys;
class EventTypes;
class EndedSessions;
class Audit;
class RefreshTokens;
class KnownSettings;
class CalendarEvents;
class CalendarHistory;
class Attendees;
class Feeds;
class Outbox;
class Customers;
class Products;
class Cashbacks;
class Reconciliations;
class Destinations;
class Deliveries;
template <class Label>
class CalendarLabels;

/// Users, applications, keys, event types, the calendar, cashback and deliveries in SQL: SQLite in
/// WAL mode, each commit synced. The running server and command-line programs may have the same
/// file open. Thread-safe: one connection, one call at a time; every call may block on the disk, so
/// never from an io thread. Tables and migrations: docs/internals/catalog.md.
///
/// Errors of every repository: kUnavailable (locked for longer than busy_timeout), kDiskFull, kIo,
/// kCorrupt; a failed call changed nothing.
class Catalog {
  public:
    struct Options {
        std::string path;  ///< of the database file; made when absent, its directory must exist
        std::chrono::milliseconds busy_timeout{5000};
    };
    /// Opens, or makes, and migrates. kUnsupported: the file was written by a newer program.
    [[nodiscard]] static Result<std::unique_ptr<Catalog>> open(const Options& options);
    ~Catalog();
    Catalog(const Catalog&) = delete;
    Catalog& operator=(const Catalog&) = delete;

    Users& users() { return *users_; }
    Applications& applications() { return *applications_; }
    Keys& keys() { return *keys_; }
    EventTypes& event_types() { return *event_types_; }
    EndedSessions& ended_sessions() { return *ended_sessions_; }
    Audit& audit() { return *audit_; }
    RefreshTokens& refresh_tokens() { return *refresh_tokens_; }
    KnownSettings& known_settings() { return *known_settings_; }
    CalendarEvents& calendar_events() { return *calendar_events_; }
    CalendarLabels<model::Location>& locations() { return *locations_; }
    CalendarLabels<model::Category>& categories() { return *categories_; }
    CalendarHistory& calendar_history() { return *calendar_history_; }
    Attendees& attendees() { return *attendees_; }
    Feeds& feeds() { return *feeds_; }
    Outbox& outbox() { return *outbox_; }
    Customers& customers() { return *customers_; }
    Products& products() { return *products_; }
    Cashbacks& cashbacks() { return *cashbacks_; }
    Reconciliations& reconciliations() { return *reconciliations_; }
    Destinations& destinations() { return *destinations_; }
    Deliveries& deliveries() { return *deliveries_; }

    /// A number that differs from the last call's when another process has committed since (this
    /// one's own changes do not count). Cheap: ask every second.
    [[nodiscard]] Result<std::uint64_t> version();
    /// Runs a real query. kUnavailable says why not.
    [[nodiscard]] Status check();

  private:
    explicit Catalog(std::unique_ptr<Connection> connection);

    std::unique_ptr<Connection> connection_;
    std::unique_ptr<Users> users_;
    std::unique_ptr<Applications> applications_;
    std::unique_ptr<Keys> keys_;
    std::unique_ptr<EventTypes> event_types_;
    std::unique_ptr<EndedSessions> ended_sessions_;
    std::unique_ptr<Audit> audit_;
    std::unique_ptr<RefreshTokens> refresh_tokens_;
    std::unique_ptr<KnownSettings> known_settings_;
    std::unique_ptr<CalendarEvents> calendar_events_;
    std::unique_ptr<CalendarLabels<model::Location>> locations_;
    std::unique_ptr<CalendarLabels<model::Category>> categories_;
    std::unique_ptr<CalendarHistory> calendar_history_;
    std::unique_ptr<Attendees> attendees_;
    std::unique_ptr<Feeds> feeds_;
    std::unique_ptr<Outbox> outbox_;
    std::unique_ptr<Customers> customers_;
    std::unique_ptr<Products> products_;
    std::unique_ptr<Cashbacks> cashbacks_;
    std::unique_ptr<Reconciliations> reconciliations_;
    std::unique_ptr<Destinations> destinations_;
    std::unique_ptr<Deliveries> deliveries_;
};

}  // namespace eyed::catalog
