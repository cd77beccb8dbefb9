#include "catalog/cashbacks.h"

#include <map>
#include <set>
#include <utility>

#include "catalog/cashback_ledger.h"
#include "catalog/cashback_rows.h"
#include "catalog/connection.h"
#include "catalog/delivery_rows.h"

namespace eyed::catalog {
namespace {

/// Keeps purchases within one transaction. All that may refuse one is looked at before anything of
/// it is written. Statements are prepared once: this is the hot path.
class Recorder {
  public:
    Recorder(soci::session& sql, DestinationId target)
        : sql_(sql),
          target_(target),
          deliveries_(sql),
          find_key_(sql),
          find_digest_(sql),
          find_customer_(sql),
          add_customer_(sql),
          rename_(sql),
          month_(sql),
          add_month_(sql),
          use_product_(sql),
          add_cashback_(sql),
          set_delivery_(sql),
          add_entry_(sql),
          add_key_(sql) {
        prepare(find_key_,
                "SELECT digest, id FROM cashback_keys WHERE application_id = :application AND "
                "purpose = 'purchase' AND key = :key",
                soci::into(found_digest_), soci::into(id_), soci::use(application_),
                soci::use(key_));
        prepare(find_digest_, "SELECT id FROM cashbacks WHERE digest = :digest ORDER BY id LIMIT 1",
                soci::into(id_), soci::use(digest_));
        columns_.into(find_customer_);
        prepare(find_customer_,
                std::string("SELECT ") + CustomerColumns::kList +
                    " FROM customers WHERE document = :document",
                soci::use(document_));
        prepare(add_customer_,
                "INSERT INTO customers (application_id, document, name, pseudonym, created_at, "
                "updated_at, revision) VALUES (:application, :document, :name, '', :created, "
                ":updated, 1) RETURNING id",
                soci::use(application_), soci::use(document_), soci::use(name_), soci::use(at_),
                soci::use(at_), soci::into(id_));
        prepare(rename_,
                "UPDATE customers SET name = :name, updated_at = :at, revision = revision + 1 "
                "WHERE id = :id",
                soci::use(name_), soci::use(at_), soci::use(customer_));
        prepare(month_,
                "SELECT earned FROM cashback_months WHERE customer_id = :customer AND "
                "product_id = :product AND month = :month",
                soci::into(amount_), soci::use(customer_), soci::use(product_),
                soci::use(month_number_));
        prepare(add_month_,
                "INSERT INTO cashback_months (customer_id, product_id, month, earned) "
                "VALUES (:customer, :product, :month, :earned) "
                "ON CONFLICT (customer_id, product_id, month) "
                "DO UPDATE SET earned = earned + excluded.earned",
                soci::use(customer_), soci::use(product_), soci::use(month_number_),
                soci::use(amount_));
        prepare(use_product_, "UPDATE products SET used = 1 WHERE id = :id AND used = 0",
                soci::use(product_));
        prepare(add_cashback_,
                "INSERT INTO cashbacks (customer_id, application_id, key_id, sold_at, received_at, "
                "total, earned, state, rounding, digest, lines) VALUES (:customer, :application, "
                ":key, :sold, :at, :total, :earned, :state, :rounding, :digest, :lines) "
                "RETURNING id",
                soci::use(customer_), soci::use(application_),
                soci::use(key_id_.value, key_id_.indicator), soci::use(sold_at_), soci::use(at_),
                soci::use(total_), soci::use(amount_), soci::use(state_), soci::use(rounding_),
                soci::use(digest_), soci::use(lines_), soci::into(id_));
        prepare(set_delivery_, "UPDATE cashbacks SET delivery_id = :delivery WHERE id = :id",
                soci::use(delivery_), soci::use(id_));
        prepare(
            add_entry_,
            "INSERT INTO cashback_ledger (cashback_id, kind, amount, at, user_id, key_id, note) "
            "VALUES (:id, 'earned', :amount, :at, :user, :key, '')",
            soci::use(id_), soci::use(amount_), soci::use(at_),
            soci::use(user_id_.value, user_id_.indicator),
            soci::use(key_id_.value, key_id_.indicator));
        prepare(add_key_,
                "INSERT INTO cashback_keys (application_id, purpose, key, digest, id) "
                "VALUES (:application, 'purchase', :key, :digest, :id)",
                soci::use(application_), soci::use(key_), soci::use(digest_), soci::use(id_));
    }

    Result<Cashbacks::Recorded> record(const Cashbacks::New& wanted) {
        EYED_ASSIGN(const auto known, find_known(wanted));
        if (known) {
            EYED_ASSIGN(auto row, find_cashback(sql_, *known));
            return Cashbacks::Recorded{Cashbacks::Recorded::Outcome::kKnown,
                                       std::move(row.cashback), std::move(row.customer)};
        }
        auto customer = find_customer(wanted.purchase.document);
        month_number_ = month_of(wanted.purchase.sold_at);
        customer_ = customer ? customer->id.value : 0;
        EYED_ASSIGN(auto lines, wanted.compute([this](ProductId product) -> Result<model::Money> {
            product_ = product.value;
            return model::Money{customer_ != 0 && month_.execute(true) ? amount_ : 0};
        }));
        Cashbacks::Recorded recorded;
        recorded.customer = keep_customer(std::move(customer), wanted);
        recorded.cashback = insert(wanted, std::move(lines), recorded.customer);
        return recorded;
    }

  private:
    Result<std::optional<CashbackId>> find_known(const Cashbacks::New& wanted) {
        digest_ = digest_text(wanted.digest);
        application_ = wanted.application.value;
        key_ = wanted.key;
        if (key_.empty()) {
            if (!find_digest_.execute(true)) return std::nullopt;
            return CashbackId{id_};
        }
        if (!find_key_.execute(true)) return std::nullopt;
        if (found_digest_ == digest_) return CashbackId{id_};
        return failure(Code::kConflict, "The idempotency key stands for another purchase.");
    }

    std::optional<model::Customer> find_customer(const std::string& document) {
        document_ = document;
        if (!find_customer_.execute(true)) return std::nullopt;
        return columns_.customer();
    }

    model::Customer keep_customer(std::optional<model::Customer> customer,
                                  const Cashbacks::New& wanted) {
        at_ = wanted.received_at.value;
        name_ = wanted.purchase.name;
        if (!customer) {
            add_customer_.execute(true);
            return {.id = CustomerId{id_},
                    .document = document_,
                    .name = name_,
                    .created_at = wanted.received_at,
                    .updated_at = wanted.received_at,
                    .revision = 1};
        }
        if (customer->name != name_) {
            rename_.execute(true);
            customer->name = name_;
            customer->updated_at = wanted.received_at;
            ++customer->revision;
        }
        return std::move(*customer);
    }

    model::Cashback insert(const Cashbacks::New& wanted, std::vector<model::EarnedLine> lines,
                           const model::Customer& customer) {
        model::Cashback cashback{.customer = customer.id,
                                 .application = wanted.application,
                                 .key = wanted.by.key,
                                 .sold_at = wanted.purchase.sold_at,
                                 .received_at = wanted.received_at,
                                 .total = wanted.purchase.total,
                                 .rounding = wanted.rounding,
                                 .lines = std::move(lines)};
        customer_ = customer.id.value;
        add_months(cashback);
        const Standing standing =
            after({}, {.kind = model::LedgerKind::kEarned, .amount = cashback.earned});
        cashback.state = standing.state;
        sold_at_ = cashback.sold_at.value;
        total_ = cashback.total.minor;
        amount_ = cashback.earned.minor;
        state_ = model::cashback_state_name(cashback.state);
        rounding_ = model::rounding_name(cashback.rounding);
        lines_ = lines_text(cashback.lines);
        key_id_ = NullableNumber(static_cast<long long>(wanted.by.key.value));
        user_id_ = NullableNumber(static_cast<long long>(wanted.by.user.value));
        add_cashback_.execute(true);
        cashback.id = CashbackId{id_};
        add_entry_.execute(true);
        if (!key_.empty()) add_key_.execute(true);
        if (cashback.earned.minor > 0) {
            cashback.delivery =
                deliveries_.insert({.destination = target_,
                                    .cashback = cashback.id,
                                    .order_key = std::to_string(customer.id.value),
                                    .body = target_body(customer.document, cashback.earned),
                                    .at = wanted.received_at});
            cashback.message = deliveries_.message();
            delivery_ = cashback.delivery.value;
            set_delivery_.execute(true);
        }
        return cashback;
    }

    /// And what all lines earned.
    void add_months(model::Cashback& cashback) {
        std::map<ProductId, model::Money> earned;
        for (const model::EarnedLine& line : cashback.lines) {
            earned[line.product] += line.earned;
            cashback.earned += line.earned;
        }
        for (const auto& [product, amount] : earned) {
            product_ = product.value;
            if (used_.insert(product).second) use_product_.execute(true);
            amount_ = amount.minor;
            if (amount_ > 0) add_month_.execute(true);
        }
    }

    soci::session& sql_;
    const DestinationId target_;
    DeliveryInserts deliveries_;
    std::set<ProductId> used_;

    CustomerColumns columns_;
    long long id_ = 0;
    long long customer_ = 0;
    long long application_ = 0;
    long long product_ = 0;
    long long month_number_ = 0;
    long long sold_at_ = 0;
    long long at_ = 0;
    long long total_ = 0;
    long long amount_ = 0;
    long long delivery_ = 0;
    NullableNumber user_id_;
    NullableNumber key_id_;
    std::string document_;
    std::string name_;
    std::string key_;
    std::string digest_;
    std::string found_digest_;
    std::string state_;
    std::string rounding_;
    std::string lines_;

    soci::statement find_key_;
    soci::statement find_digest_;
    soci::statement find_customer_;
    soci::statement add_customer_;
    soci::statement rename_;
    soci::statement month_;
    soci::statement add_month_;
    soci::statement use_product_;
    soci::statement add_cashback_;
    soci::statement set_delivery_;
    soci::statement add_entry_;
    soci::statement add_key_;
};

}  // namespace

Result<std::vector<Result<Cashbacks::Recorded>>> Cashbacks::record_all(
    std::span<const New> purchases) {
    using All = std::vector<Result<Recorded>>;
    return connection_.transact([&](soci::session& sql) -> Result<All> {
        EYED_ASSIGN(const auto target, destination_of_kind(sql, model::DestinationKind::kCashback));
        Recorder recorder(sql, target);
        All all;
        all.reserve(purchases.size());
        for (const New& purchase : purchases)
            all.push_back(recorder.record(purchase));
        return all;
    });
}

Result<model::Money> Cashbacks::month_so_far(const std::string& document, ProductId product,
                                             Micros sold_at) {
    return connection_.run([&](soci::session& sql) -> Result<model::Money> {
        const long long number = product.value;
        const long long month = month_of(sold_at);
        long long earned = 0;
        sql << "SELECT earned FROM cashback_months WHERE customer_id = "
               "(SELECT id FROM customers WHERE document = :document) AND product_id = :product "
               "AND month = :month",
            soci::use(document), soci::use(number), soci::use(month), soci::into(earned);
        return model::Money{earned};
    });
}

Result<model::Cashback> Cashbacks::by_id(CashbackId id) {
    return connection_.run([&](soci::session& sql) -> Result<model::Cashback> {
        EYED_ASSIGN(auto row, find_cashback(sql, id));
        return std::move(row.cashback);
    });
}

Result<std::vector<model::LedgerEntry>> Cashbacks::ledger(CashbackId id) {
    return connection_.run([&](soci::session& sql) -> Result<std::vector<model::LedgerEntry>> {
        return select_ledger(sql, id);
    });
}

Result<std::vector<model::Reversal>> Cashbacks::reversals(CashbackId id) {
    return connection_.run([&](soci::session& sql) {
        Conditions of_it;
        of_it.add("cashback_id = ", static_cast<long long>(id.value));
        return select_reversals(sql, of_it);
    });
}

Result<model::Reversal> Cashbacks::reversal(ReversalId id) {
    return connection_.run([&](soci::session& sql) { return find_reversal(sql, id); });
}

}  // namespace eyed::catalog
