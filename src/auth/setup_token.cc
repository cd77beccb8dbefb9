#include "auth/setup_token.h"

#include "auth/tokens.h"

namespace eyed::auth {

SetupToken::SetupToken() : text_(random_hex(20)) {
}

bool SetupToken::matches(std::string_view sent) const {
    return equal_in_constant_time(sent, text_);
}

}  // namespace eyed::auth
