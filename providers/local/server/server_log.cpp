#include "providers/local/server/server_log.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>

#include "engine/base/clock.hpp"
#include "engine/base/text.hpp"

namespace dbplan::local {

void ServerLog::line(std::string_view text) {
  if (descriptor_ < 0) return;
  const std::chrono::sys_seconds now{std::chrono::seconds(now_() / 1000)};
  const std::string entry = fmt::format("{} {}\n", rfc3339(now), visible(text));
  const std::lock_guard lock(mutex_);
  std::string_view rest = entry;
  while (!rest.empty()) {
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written <= 0) return;  // a log that cannot be written must not end the server
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace dbplan::local
