#include "store/duckdb/appender.h"

#include <cstring>

#include "store/duckdb/text.h"

namespace eyed::store {

namespace {
constexpr std::uint64_t kSignBit = std::uint64_t{1} << 63;
constexpr std::size_t kInlined = 12;
}  // namespace

Result<Appender> Appender::create(Connection& connection, const char* table,
                                  std::initializer_list<duckdb_type> columns) {
    Appender made;
    if (duckdb_appender_create(connection.handle(), nullptr, table, &made.appender_) !=
        DuckDBSuccess) {
        const char* message = duckdb_appender_error(made.appender_);
        return std::unexpected(to_error(message != nullptr ? message : "no appender"));
    }
    std::vector<duckdb_logical_type> types;
    for (const duckdb_type type : columns)
        types.push_back(duckdb_create_logical_type(type));
    made.chunk_ = duckdb_create_data_chunk(types.data(), types.size());
    for (duckdb_logical_type& type : types)
        duckdb_destroy_logical_type(&type);
    made.data_.resize(columns.size());
    made.capacity_ = duckdb_vector_size();
    made.look_up_vectors();
    return made;
}

Appender::Appender(Appender&& other) noexcept
    : appender_(std::exchange(other.appender_, nullptr)),
      chunk_(std::exchange(other.chunk_, nullptr)),
      data_(std::move(other.data_)),
      repaired_(std::move(other.repaired_)),
      column_(other.column_),
      row_(other.row_),
      capacity_(other.capacity_) {
}

Appender::~Appender() {
    if (chunk_ != nullptr) duckdb_destroy_data_chunk(&chunk_);
    if (appender_ != nullptr) duckdb_appender_destroy(&appender_);
}

void Appender::look_up_vectors() {
    for (std::size_t i = 0; i < data_.size(); ++i)
        data_[i] = duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk_, i));
}

void Appender::put_null() {
    duckdb_vector vector = duckdb_data_chunk_get_vector(chunk_, column_++);
    duckdb_vector_ensure_validity_writable(vector);
    duckdb_validity_set_row_invalid(duckdb_vector_get_validity(vector), row_);
}

void Appender::put(const Uuid& value) {
    if (value.is_nil()) return put_null();
    slot<duckdb_hugeint>() = {value.low(), static_cast<std::int64_t>(value.high() ^ kSignBit)};
}

void Appender::put_blob(std::string_view bytes) {
    duckdb_string_t& to = slot<duckdb_string_t>();
    to = {};
    to.value.inlined.length = static_cast<std::uint32_t>(bytes.size());
    if (bytes.size() <= kInlined) {
        if (!bytes.empty()) std::memcpy(to.value.inlined.inlined, bytes.data(), bytes.size());
        return;
    }
    std::memcpy(to.value.pointer.prefix, bytes.data(), sizeof to.value.pointer.prefix);
    to.value.pointer.ptr = const_cast<char*>(bytes.data());  // read only: the appender copies
}

void Appender::put_text(std::string_view text) {
    if (is_utf8(text)) return put_blob(text);
    repaired_.push_back(to_utf8(text));
    put_blob(repaired_.back());
}

void Appender::put_text_or_null(std::string_view text) {
    if (text.empty()) return put_null();
    put_text(text);
}

Status Appender::end_row() {
    column_ = 0;
    if (++row_ < capacity_) return {};
    return flush();
}

Status Appender::flush() {
    if (row_ == 0) return {};
    duckdb_data_chunk_set_size(chunk_, row_);
    if (duckdb_append_data_chunk(appender_, chunk_) != DuckDBSuccess) {
        const char* message = duckdb_appender_error(appender_);
        return std::unexpected(to_error(message != nullptr ? message : "rows not appended"));
    }
    duckdb_data_chunk_reset(chunk_);
    look_up_vectors();
    repaired_.clear();
    row_ = 0;
    return {};
}

Status Appender::finish() {
    EYED_TRY(flush());
    if (duckdb_appender_close(appender_) == DuckDBSuccess) return {};
    const char* message = duckdb_appender_error(appender_);
    return std::unexpected(to_error(message != nullptr ? message : "rows not appended"));
}

}  // namespace eyed::store
