#include "catalog/event_types.h"

#include "catalog/columns.h"
#include "catalog/connection.h"

namespace eyed::catalog {
namespace {

model::CheckMode mode_of(const std::string& name) {
    for (const model::CheckMode mode : {model::CheckMode::kObserve, model::CheckMode::kEnforce})
        if (model::mode_name(mode) == name) return mode;
    return model::CheckMode::kOff;
}

/// One row on its way out.
struct Row {
    long long id = 0;
    long long application = 0;
    std::string category;
    std::string name;
    std::string description;
    std::string example;
    soci::indicator example_indicator = soci::i_null;
    std::string schema;
    soci::indicator schema_indicator = soci::i_null;
    std::string mode;
    long long version = 0;
    long long revision = 0;
    long long first_seen = 0;
    long long updated_at = 0;
    NullableNumber updated_by;

    model::EventType type() const {
        model::EventType type;
        type.id = EventTypeId{id};
        type.application = ApplicationId{application};
        type.category = category;
        type.name = name;
        type.description = description;
        if (example_indicator == soci::i_ok) type.example = example;
        if (schema_indicator == soci::i_ok) type.schema = schema;
        type.mode = mode_of(mode);
        type.version = static_cast<std::uint32_t>(version);
        type.revision = static_cast<std::uint64_t>(revision);
        type.first_seen = Micros{first_seen};
        type.updated_at = Micros{updated_at};
        type.updated_by = UserId{updated_by.id()};
        return type;
    }
};

/// What a query looks for; SOCI binds by reference, so it stays in one place.
struct Parameters {
    std::vector<std::string> texts;
    std::vector<long long> numbers;
};

/// Rows of the select with `tail`, whose parameters are first the texts, then the numbers.
std::vector<model::EventType> select(soci::session& sql, const std::string& tail,
                                     const Parameters& parameters) {
    Row row;
    soci::statement statement(sql);
    statement.exchange(soci::into(row.id));
    statement.exchange(soci::into(row.application));
    statement.exchange(soci::into(row.category));
    statement.exchange(soci::into(row.name));
    statement.exchange(soci::into(row.description));
    statement.exchange(soci::into(row.example, row.example_indicator));
    statement.exchange(soci::into(row.schema, row.schema_indicator));
    statement.exchange(soci::into(row.mode));
    statement.exchange(soci::into(row.version));
    statement.exchange(soci::into(row.revision));
    statement.exchange(soci::into(row.first_seen));
    statement.exchange(soci::into(row.updated_at));
    statement.exchange(soci::into(row.updated_by.value, row.updated_by.indicator));
    for (const auto& text : parameters.texts)
        statement.exchange(soci::use(text));
    for (const auto& number : parameters.numbers)
        statement.exchange(soci::use(number));
    statement.alloc();
    statement.prepare(
        "SELECT id, application_id, category, name, description, example, schema, mode, version, "
        "revision, first_seen, updated_at, updated_by FROM event_types " +
        tail);
    statement.define_and_bind();
    statement.execute();
    std::vector<model::EventType> types;
    while (statement.fetch())
        types.push_back(row.type());
    return types;
}

long long next_revision(soci::session& sql) {
    long long revision = 0;
    sql << "SELECT coalesce(max(revision), 0) + 1 FROM event_types", soci::into(revision);
    return revision;
}

std::optional<model::EventType> find(soci::session& sql, const std::string& category,
                                     const std::string& name) {
    auto found = select(sql, "WHERE category = :category AND name = :name", {{category, name}, {}});
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

model::EventType insert(soci::session& sql, const EventTypes::New& wanted) {
    const long long application = wanted.application.value;
    const long long revision = next_revision(sql);
    const long long at = wanted.first_seen.value;
    long long id = 0;
    sql << "INSERT INTO event_types (application_id, category, name, description, mode, version, "
           "revision, first_seen, updated_at) "
           "VALUES (:application, :category, :name, '', 'off', 1, :revision, :seen, :updated) "
           "RETURNING id",
        soci::use(application), soci::use(wanted.category), soci::use(wanted.name),
        soci::use(revision), soci::use(at), soci::use(at), soci::into(id);
    model::EventType type;
    type.id = EventTypeId{id};
    type.application = wanted.application;
    type.category = wanted.category;
    type.name = wanted.name;
    type.version = 1;
    type.revision = static_cast<std::uint64_t>(revision);
    type.first_seen = wanted.first_seen;
    type.updated_at = wanted.first_seen;
    return type;
}

/// `%` and `_` of a search mean themselves.
std::string like_pattern(const std::string& search) {
    std::string pattern = "%";
    for (const char c : search) {
        if (c == '%' || c == '_' || c == '\\') pattern += '\\';
        pattern += c;
    }
    return pattern + "%";
}

struct Where {
    std::string text;
    std::vector<std::string> parameters;
};

Where where_of(const EventTypes::Page& page) {
    Where where{"WHERE 1 = 1", {}};
    if (page.category) {
        where.text += " AND category = :category";
        where.parameters.push_back(*page.category);
    }
    if (page.name) {
        where.text += " AND name = :name";
        where.parameters.push_back(*page.name);
    }
    if (!page.applications.empty()) {
        std::string ids;
        for (const ApplicationId id : page.applications)
            ids += (ids.empty() ? "" : ", ") + std::to_string(id.value);
        where.text += " AND application_id IN (" + ids + ")";
    }
    if (!page.search.empty()) {
        where.text += R"( AND (category LIKE :a ESCAPE '\' OR name LIKE :b ESCAPE '\'))";
        where.parameters.insert(where.parameters.end(), 2, like_pattern(page.search));
    }
    return where;
}

/// Every order is total: ties are broken by id.
std::string order_of(const EventTypes::Page& page) {
    const std::string direction =
        page.direction == EventTypes::Page::Direction::kAscending ? " ASC" : " DESC";
    std::string columns;
    switch (page.order) {
        case EventTypes::OrderBy::kCategoryName:
            columns = "category" + direction + ", name";
            break;
        case EventTypes::OrderBy::kName:
            columns = "name";
            break;
        case EventTypes::OrderBy::kFirstSeen:
            columns = "first_seen";
            break;
        case EventTypes::OrderBy::kUpdatedAt:
            columns = "updated_at";
            break;
    }
    return " ORDER BY " + columns + direction + ", id" + direction;
}

Result<model::EventType> get(soci::session& sql, EventTypeId id) {
    auto found = select(sql, "WHERE id = :id", {{}, {id.value}});
    if (found.empty()) return failure(Code::kNotFound, "there is no such event type");
    return std::move(found.front());
}

}  // namespace

Result<std::vector<std::optional<model::EventType>>> EventTypes::create_if_absent(
    const std::vector<New>& wanted, std::uint32_t limit_per_application) {
    using Types = std::vector<std::optional<model::EventType>>;
    return connection_.transact([&](soci::session& sql) -> Result<Types> {
        Types types;
        for (const New& one : wanted) {
            auto type = find(sql, one.category, one.name);
            if (!type) {
                const long long application = one.application.value;
                long long made = 0;
                sql << "SELECT count(*) FROM event_types WHERE application_id = :application",
                    soci::use(application), soci::into(made);
                if (made < static_cast<long long>(limit_per_application)) type = insert(sql, one);
            }
            types.push_back(std::move(type));
        }
        return types;
    });
}

Result<std::vector<model::EventType>> EventTypes::changes_since(std::uint64_t revision) {
    return connection_.run([&](soci::session& sql) -> Result<std::vector<model::EventType>> {
        return select(sql, "WHERE revision > :revision ORDER BY revision",
                      {{}, {static_cast<long long>(revision)}});
    });
}

Result<model::EventType> EventTypes::by_id(EventTypeId id) {
    return connection_.run([&](soci::session& sql) { return get(sql, id); });
}

Result<EventTypes::Found> EventTypes::list(const Page& page) {
    return connection_.run([&](soci::session& sql) -> Result<Found> {
        const Where where = where_of(page);
        Found found;
        long long total = 0;
        soci::statement count(sql);
        count.exchange(soci::into(total));
        for (const auto& parameter : where.parameters)
            count.exchange(soci::use(parameter));
        count.alloc();
        count.prepare("SELECT count(*) FROM event_types " + where.text);
        count.define_and_bind();
        count.execute(true);
        found.total = static_cast<std::uint64_t>(total);
        found.rows = select(sql, where.text + order_of(page) + " LIMIT :limit OFFSET :offset",
                            {where.parameters, {page.limit, static_cast<long long>(page.offset)}});
        return found;
    });
}

Result<model::EventType> EventTypes::set_example(const Edit& edit) {
    return connection_.transact([&](soci::session& sql) -> Result<model::EventType> {
        EYED_TRY(get(sql, edit.id));
        const std::string example = edit.example.value_or("");
        auto indicator = edit.example ? soci::i_ok : soci::i_null;
        const std::string mode = edit.example ? "enforce" : "off";
        const long long revision = next_revision(sql);
        const long long at = edit.at.value;
        NullableNumber by(edit.by.value);
        const long long id = edit.id.value;
        sql << "UPDATE event_types SET example = :example, mode = :mode, version = version + 1, "
               "revision = :revision, "
               "updated_at = :at, updated_by = :by WHERE id = :id",
            soci::use(example, indicator), soci::use(mode), soci::use(revision), soci::use(at),
            soci::use(by.value, by.indicator), soci::use(id);
        return get(sql, edit.id);
    });
}

}  // namespace eyed::catalog
