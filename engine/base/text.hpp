#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dbplan {

/// The text with everything that could fool a reader made visible: control characters (but not
/// newline, when `keep_newlines`), terminal escapes, bidirectional and zero-width characters
/// become "⟨U+202E⟩"; invalid UTF-8 becomes "⟨0xFF⟩".
std::string visible(std::string_view text, bool keep_newlines = false);

/// Columns on a terminal; wide East Asian characters and emoji count two.
std::size_t display_width(std::string_view text);

/// The text filled with spaces to `width` columns.
std::string padded(std::string_view text, std::size_t width);

/// ASCII letters in lower case; other bytes as they are.
std::string lower_case(std::string_view text);

/// Lines without their ends; a final newline adds no line.
std::vector<std::string> split_lines(std::string_view text);

/// "1 request", "2 requests".
std::string counted(std::size_t count, std::string_view noun);

}  // namespace dbplan
