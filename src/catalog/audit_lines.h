#pragma once

#include <soci/soci.h>

#include <string>
#include <string_view>

#include "base/json_text.h"
#include "model/audit.h"

namespace eyed::catalog {

/// Adds a line within the transaction that makes the change. Included by the room's sources alone.
void append_audit(soci::session& sql, const model::AuditEntry& entry);

/// The details of a line, one member after the other.
class AuditDetails {
  public:
    AuditDetails& text(std::string_view name, std::string_view value) {
        key(name);
        append_json_string(value, text_);
        return *this;
    }
    /// `"name":["from","to"]`
    AuditDetails& changed(std::string_view name, std::string_view from, std::string_view to) {
        key(name);
        text_ += '[';
        append_json_string(from, text_);
        text_ += ',';
        append_json_string(to, text_);
        text_ += ']';
        return *this;
    }
    /// A value that is JSON already.
    AuditDetails& json(std::string_view name, std::string_view value) {
        key(name);
        text_ += value;
        return *this;
    }
    std::string str() const { return text_ + "}"; }

  private:
    void key(std::string_view name) {
        if (text_.size() > 1) text_ += ',';
        append_json_string(name, text_);
        text_ += ':';
    }
    std::string text_ = "{";
};

}  // namespace eyed::catalog
