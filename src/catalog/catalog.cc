#include "catalog/catalog.h"

#include "catalog/applications.h"
#include "catalog/attendees.h"
#include "catalog/audit.h"
#include "catalog/calendar_events.h"
#include "catalog/calendar_history.h"
#include "catalog/calendar_labels.h"
#include "catalog/cashbacks.h"
#include "catalog/connection.h"
#include "catalog/customers.h"
#include "catalog/deliveries.h"
#include "catalog/destinations.h"
#include "catalog/ended_sessions.h"
#include "catalog/event_types.h"
#include "catalog/feeds.h"
#include "catalog/keys.h"
#include "catalog/known_settings.h"
#include "catalog/outbox.h"
#include "catalog/products.h"
#include "catalog/reconciliations.h"
#include "catalog/refresh_tokens.h"
#include "catalog/users.h"

namespace eyed::catalog {

Catalog::Catalog(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)),
      users_(std::make_unique<Users>(*connection_)),
      applications_(std::make_unique<Applications>(*connection_)),
      keys_(std::make_unique<Keys>(*connection_)),
      event_types_(std::make_unique<EventTypes>(*connection_)),
      ended_sessions_(std::make_unique<EndedSessions>(*connection_)),
      audit_(std::make_unique<Audit>(*connection_)),
      refresh_tokens_(std::make_unique<RefreshTokens>(*connection_)),
      known_settings_(std::make_unique<KnownSettings>(*connection_)),
      calendar_events_(std::make_unique<CalendarEvents>(*connection_)),
      locations_(std::make_unique<Locations>(*connection_)),
      categories_(std::make_unique<Categories>(*connection_)),
      calendar_history_(std::make_unique<CalendarHistory>(*connection_)),
      attendees_(std::make_unique<Attendees>(*connection_)),
      feeds_(std::make_unique<Feeds>(*connection_)),
      outbox_(std::make_unique<Outbox>(*connection_)),
      customers_(std::make_unique<Customers>(*connection_)),
      products_(std::make_unique<Products>(*connection_)),
      cashbacks_(std::make_unique<Cashbacks>(*connection_)),
      reconciliations_(std::make_unique<Reconciliations>(*connection_)),
      destinations_(std::make_unique<Destinations>(*connection_)),
      deliveries_(std::make_unique<Deliveries>(*connection_)) {
}

Catalog::~Catalog() = default;

Result<std::unique_ptr<Catalog>> Catalog::open(const Options& options) {
    EYED_ASSIGN(auto connection, Connection::open({options.path, options.busy_timeout}));
    return std::unique_ptr<Catalog>(new Catalog(std::move(connection)));
}

Result<std::uint64_t> Catalog::version() {
    return connection_->run(
        [](soci::session& sql) -> Result<std::uint64_t> { return sqlite::data_version(sql); });
}

Status Catalog::check() {
    return connection_->run([](soci::session& sql) -> Status {
        long long users = 0;
        sql << "SELECT count(*) FROM users", soci::into(users);
        return {};
    });
}

}  // namespace eyed::catalog
