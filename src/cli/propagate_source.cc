#include "cli/propagate_source.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace eyed::cli {
namespace {

using traits = std::ifstream::traits_type;

constexpr int kEnd = traits::eof();
constexpr std::string_view kMark = "\xef\xbb\xbf";  // a byte order mark

bool is_space(int c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r\n";
    const std::size_t begin = std::min(text.find_first_not_of(kSpace), text.size());
    return text.substr(begin, text.find_last_not_of(kSpace) + 1 - begin);
}

}  // namespace

Result<ValueCutter> ValueCutter::open(const std::string& path) {
    ValueCutter cutter;
    cutter.path_ = path;
    cutter.file_ = std::make_unique<std::ifstream>(path, std::ios::binary);
    std::error_code error;
    const bool regular = std::filesystem::is_regular_file(path, error);
    if (!*cutter.file_ || !regular)
        return failure(Code::kInvalidArgument,
                       fmt::format("{}: {}", path,
                                   *cutter.file_ ? "not a file that can be read again"
                                                 : std::strerror(errno)));
    EYED_TRY(cutter.rewind());
    return cutter;
}

Status ValueCutter::rewind() {
    file_->clear();
    file_->seekg(0);
    std::string start(kMark.size(), '\0');
    file_->read(start.data(), static_cast<std::streamsize>(start.size()));
    offset_ = start == kMark ? kMark.size() : 0;
    number_ = 0;
    form_ = Form::kLines;
    file_->clear();
    file_->seekg(static_cast<std::streamoff>(offset_));
    if (!*file_) return failure(Code::kIo, fmt::format("{} cannot be read", path_));
    if (skip_space() != '[') return {};
    form_ = Form::kArray;
    number_ = 0;
    take();
    return {};
}

int ValueCutter::take() {
    ++offset_;
    return file_->rdbuf()->sbumpc();
}

/// Gives the character after it, which stays.
int ValueCutter::skip_space() {
    while (is_space(file_->rdbuf()->sgetc())) {
        if (form_ == Form::kLines && file_->rdbuf()->sgetc() == '\n') ++number_;
        take();
    }
    return file_->rdbuf()->sgetc();
}

Result<bool> ValueCutter::next(Value& value) {
    switch (form_) {
        case Form::kLines:
            return next_line(value);
        case Form::kArray:
            return next_item(value);
        case Form::kEnded:
            break;
    }
    return false;
}

Result<bool> ValueCutter::next_line(Value& value) {
    if (skip_space() == kEnd) return false;
    value.offset = offset_;
    value.number = ++number_;
    value.text.clear();
    while (file_->rdbuf()->sgetc() != kEnd && file_->rdbuf()->sgetc() != '\n') {
        if (value.text.size() == kLongest)
            return failure(Code::kTooLarge, place(value) + ": it is over 16 MiB");
        value.text += traits::to_char_type(take());
    }
    if (file_->rdbuf()->sgetc() == '\n') take();
    value.text.resize(trimmed(value.text).size());  // it begins with no space
    return true;
}

Result<bool> ValueCutter::next_item(Value& value) {
    value.number = number_ + 1;
    if (skip_space() == ']') {
        take();
        form_ = Form::kEnded;
        if (skip_space() != kEnd)
            return failure(Code::kInvalidArgument,
                           fmt::format("{}: something follows the array", path_));
        return false;
    }
    if (number_ > 0) {
        if (skip_space() != ',')
            return broken(value, "a comma, or the end of the array, is missing");
        take();
    }
    skip_space();
    value.number = ++number_;
    EYED_TRY(read_item(value));
    return true;
}

/// Up to the comma or bracket that ends it: the first outside of its texts, objects and arrays.
Status ValueCutter::read_item(Value& value) {
    value.offset = offset_;
    value.text.clear();
    std::uint32_t depth = 0;
    bool within_text = false;
    for (;;) {
        const int next = file_->rdbuf()->sgetc();
        if (next == kEnd) return broken(value, "the file ends within it");
        if (!within_text && depth == 0 && (next == ',' || next == ']')) break;
        if (value.text.size() == kLongest)
            return failure(Code::kTooLarge, place(value) + ": it is over 16 MiB");
        value.text += traits::to_char_type(take());
        if (next == '\\' && within_text && file_->rdbuf()->sgetc() != kEnd) {
            value.text += traits::to_char_type(take());
        } else if (next == '"') {
            within_text = !within_text;
        } else if (!within_text && (next == '{' || next == '[')) {
            ++depth;
        } else if (!within_text && depth > 0 && (next == '}' || next == ']')) {
            --depth;
        }
    }
    value.text.resize(trimmed(value.text).size());
    if (value.text.empty()) return broken(value, "there is no value");
    return {};
}

Status ValueCutter::read_at(std::uint64_t offset, std::uint32_t length, std::string& text) {
    text.resize(length);
    file_->clear();
    file_->seekg(static_cast<std::streamoff>(offset));
    file_->read(text.data(), static_cast<std::streamsize>(length));
    if (!*file_) return failure(Code::kIo, fmt::format("{} has changed meanwhile", path_));
    return {};
}

std::string ValueCutter::place(const Value& value) const {
    return fmt::format("{}: {} {}", path_, unit(), value.number);
}

std::unexpected<Error> ValueCutter::broken(const Value& value, const char* why) const {
    return failure(Code::kInvalidArgument, fmt::format("{}: {}", place(value), why));
}

PropagateSource::PropagateSource(Options options, ValueCutter cutter)
    : options_(std::move(options)), cutter_(std::move(cutter)), random_(options_.seed) {
}

Result<std::unique_ptr<PropagateSource>> PropagateSource::open(Options options) {
    EYED_ASSIGN(auto cutter, ValueCutter::open(options.path));
    std::unique_ptr<PropagateSource> source(
        new PropagateSource(std::move(options), std::move(cutter)));
    EYED_TRY(source->read_over());
    return source;
}

Status PropagateSource::read_over() {
    FileEvent event;
    for (;;) {
        EYED_ASSIGN(const bool more, cutter_.next(value_));
        if (!more) break;
        ++events_;
        event.text.swap(value_.text);
        EYED_TRY(classify(cutter_.place(value_), event));
        if (options_.order == PropagatePlan::Order::kRandom)
            extents_.push_back({value_.offset, static_cast<std::uint32_t>(event.text.size()),
                                static_cast<std::uint32_t>(value_.number)});
    }
    if (events_ == 0)
        return failure(Code::kInvalidArgument,
                       fmt::format("{}: there are no events in it", options_.path));
    return cutter_.rewind();
}

Result<bool> PropagateSource::next_in_order(FileEvent& event) {
    EYED_ASSIGN(bool more, cutter_.next(value_));
    if (!more && options_.ends == PropagatePlan::Ends::kWithFile) return false;
    if (!more) {
        EYED_TRY(cutter_.rewind());
        EYED_ASSIGN(more, cutter_.next(value_));
        if (!more)
            return failure(Code::kIo, fmt::format("{} has changed meanwhile", options_.path));
    }
    event.text.swap(value_.text);
    event.number = value_.number;
    return true;
}

Result<bool> PropagateSource::next(FileEvent& event) {
    if (options_.order == PropagatePlan::Order::kRandom) {
        std::uniform_int_distribution<std::size_t> choice(0, extents_.size() - 1);
        const Extent extent = extents_[choice(random_)];
        EYED_TRY(cutter_.read_at(extent.offset, extent.length, event.text));
        event.number = extent.number;
        EYED_TRY(classify(options_.path, event));
        return true;
    }
    EYED_ASSIGN(const bool more, next_in_order(event));
    if (more) EYED_TRY(classify(cutter_.place(value_), event));
    return more;
}

Status PropagateSource::classify(const std::string& place, FileEvent& event) {
    const auto none = [&](std::string_view why) {
        return failure(Code::kInvalidArgument, fmt::format("{}: {}", place, why));
    };
    event.text.reserve(event.text.size() + 64);  // the index reads past the end of its text
    const schema::JsonFault fault = index_.index(event.text);
    if (fault) return none(fmt::format("it is not JSON: {}", fault.message));
    schema::JsonReader reader(index_);
    if (reader.peek() != '{') return none("an event is a JSON object");
    bool is_event = false;
    bool is_message = false;
    bool has_id = false;
    bool more = true;
    schema::JsonString key;
    schema::JsonValue value;
    std::string scratch;
    bool whole = reader.enter_object();
    while (whole && (whole = reader.next_field(key, more)) && more) {
        whole = reader.read(value);
        const std::string_view name = schema::unescaped(key, scratch);
        if (name == "category" || name == "name") is_event = true;
        if (name == "event_type" || name == "event_payload") is_message = true;
        if (name == "event_id") has_id = value.type != schema::JsonType::kNull;
    }
    if (!whole || !reader.at_end())
        return none(
            fmt::format("it is not JSON: {}", whole ? "Extra data" : reader.fault().message));
    if (!is_event && !is_message)
        return none("an event has category and name, a message event_type and event_payload");
    event.form = is_event ? FileEvent::Form::kEvent : FileEvent::Form::kMessage;
    event.id = has_id ? FileEvent::Id::kOwn : FileEvent::Id::kNone;
    return {};
}

}  // namespace eyed::cli
