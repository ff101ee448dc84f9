#include "engine/base/redact.hpp"

#include "engine/base/digest.hpp"

namespace dbplan {
namespace {

constexpr std::size_t kShortest = 4;
constexpr std::string_view kMark = "(secret)";

void replace_all(std::string& text, std::string_view part) {
  if (part.size() < kShortest) return;
  for (std::size_t at = text.find(part); at != std::string::npos;
       at = text.find(part, at + kMark.size()))
    text.replace(at, part.size(), kMark);
}

}  // namespace

std::string redacted(std::string text, std::string_view secret) {
  replace_all(text, secret);
  // Three bytes are four letters: what stands before the secret shifts its letters in three ways.
  // The groups at its ends hold neighbours, too, and little of it.
  for (std::size_t before = 0; before < 3; ++before) {
    std::string letters = base64_encode(std::string(before, '\0') + std::string(secret));
    if (before > 0) letters.erase(0, 4);
    if ((before + secret.size()) % 3 != 0 && letters.size() >= 4)
      letters.resize(letters.size() - 4);
    if (letters.size() >= 8) replace_all(text, letters);
  }
  return text;
}

}  // namespace dbplan
