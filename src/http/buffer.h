#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

namespace eyed::http {

/// Bytes that grow without being cleared first, with readable padding past the end. Owned by one
/// connection.
class Buffer {
  public:
    static constexpr std::size_t kPadding = 64;

    Buffer() = default;
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    Buffer(Buffer&& other) noexcept { swap(other); }
    Buffer& operator=(Buffer&& other) noexcept {
        swap(other);
        return *this;
    }
    ~Buffer() { std::free(data_); }

    char* data() { return data_; }
    const char* data() const { return data_; }
    std::size_t size() const { return size_; }
    std::size_t capacity() const { return capacity_; }
    std::size_t room() const { return capacity_ - size_; }
    char* end() { return data_ + size_; }
    std::string_view view() const { return {data_, size_}; }

    /// At least `capacity` bytes, padding not counted; what is in it stays. Moves the bytes.
    void reserve(std::size_t capacity) {
        if (capacity <= capacity_) return;
        void* grown = std::realloc(data_, capacity + kPadding);
        if (grown == nullptr) throw std::bad_alloc();
        data_ = static_cast<char*>(grown);
        capacity_ = capacity;
        std::memset(data_ + capacity_, 0, kPadding);
    }
    /// `bytes` were written at end().
    void grew(std::size_t bytes) { size_ += bytes; }
    void resize_down(std::size_t size) { size_ = size; }
    void append(std::string_view bytes) {
        if (bytes.empty()) return;
        if (bytes.size() > room()) reserve(size_ + bytes.size());
        std::memcpy(end(), bytes.data(), bytes.size());
        size_ += bytes.size();
    }
    /// Zeroes the padding right after the bytes, so that reading it is defined.
    void pad() {
        if (data_ != nullptr) std::memset(data_ + size_, 0, kPadding);
    }
    void clear() { size_ = 0; }
    void release() {
        std::free(std::exchange(data_, nullptr));
        size_ = capacity_ = 0;
    }

  private:
    void swap(Buffer& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        std::swap(capacity_, other.capacity_);
    }
    char* data_ = nullptr;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

}  // namespace eyed::http
