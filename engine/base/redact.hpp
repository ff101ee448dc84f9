#pragma once

#include <string>
#include <string_view>

namespace dbplan {

/// The text with every occurrence of `secret` replaced by "(secret)", as it is and as base64 of any
/// text that it is part of. Secrets of less than four characters are not looked for: they would be
/// found everywhere.
std::string redacted(std::string text, std::string_view secret);

}  // namespace dbplan
