#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace eyed::cashback {

/// Brazil's number of a natural person (CPF): eleven digits of which the last two check the others
/// (modulo 11, Receita Federal). Read with or without dots and dash, `111.444.777-35`; all digits
/// equal is none. Gives the digits. nullopt: it is none.
std::optional<std::string> read_cpf(std::string_view text);

/// A copy of any text in which every CPF, with or without dots and dash, is masked
/// (model::masked_cpf). Linear.
std::string with_masked_cpfs(std::string_view text);

}  // namespace eyed::cashback
