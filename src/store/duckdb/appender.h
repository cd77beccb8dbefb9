#pragma once

#include <cstdint>
#include <initializer_list>
#include <list>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "base/uuid.h"
#include "duckdb.h"
#include "store/duckdb/connection.h"

namespace eyed::store {

/// Fills a table by data chunks, column after column of one row at a time: `put(…)` for each
/// column, then `end_row()`. Text is not copied until its chunk is full: what it points to outlives
/// finish(). Text that is not UTF-8 is stored with U+FFFD in place of the bad bytes.
class Appender {
  public:
    static Result<Appender> create(Connection& connection, const char* table,
                                   std::initializer_list<duckdb_type> columns);
    Appender(Appender&& other) noexcept;
    Appender& operator=(Appender&&) = delete;
    ~Appender();

    void put(std::uint64_t value) { slot<std::uint64_t>() = value; }
    void put(std::int64_t value) { slot<std::int64_t>() = value; }
    void put(std::uint32_t value) { slot<std::uint32_t>() = value; }
    void put(std::uint8_t value) { slot<std::uint8_t>() = value; }
    void put(std::uint16_t value) { slot<std::uint16_t>() = value; }
    void put(Micros value) { slot<std::int64_t>() = value.value; }
    void put(const Uuid& value);  ///< nil is null
    void put_text(std::string_view text);
    void put_text_or_null(std::string_view text);  ///< "" is null
    void put_blob(std::string_view bytes);
    [[nodiscard]] Status end_row();
    /// Hands the rest over to the transaction.
    [[nodiscard]] Status finish();

    void put_null();

  private:
    Appender() = default;
    template <class T>
    T& slot() {
        return static_cast<T*>(data_[column_++])[row_];
    }
    Status flush();
    void look_up_vectors();

    duckdb_appender appender_ = nullptr;
    duckdb_data_chunk chunk_ = nullptr;
    std::vector<void*> data_;  ///< of each column's vector
    std::list<std::string> repaired_;
    std::size_t column_ = 0;
    std::size_t row_ = 0;
    std::size_t capacity_ = 0;
};

}  // namespace eyed::store
