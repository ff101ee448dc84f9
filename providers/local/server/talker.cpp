#include "providers/local/server/talker.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace dbplan::local {
namespace {

constexpr std::size_t kLongestLine = 1 << 20;

}  // namespace

void Talker::say(std::string line) {
  outgoing_ += std::move(line) + "\n";
  send();
}

void Talker::send() {
  while (!outgoing_.empty() && process_.input().open()) {
    const ssize_t sent = write(process_.input().get(), outgoing_.data(), outgoing_.size());
    if (sent < 0 && errno == EAGAIN) return;
    // Nobody reads: its end is seen elsewhere.
    if (sent <= 0) outgoing_.clear();
    outgoing_.erase(0, static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
  }
}

void Talker::exchange(const std::function<void(std::string_view)>& on_line) {
  send();
  std::array<char, 8192> buffer{};
  while (process_.output().open()) {
    const ssize_t count = read(process_.output().get(), buffer.data(), buffer.size());
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) break;
    if (count <= 0) process_.close_output();
    if (count > 0) incoming_.append(buffer.data(), static_cast<std::size_t>(count));
  }
  std::size_t start = 0;
  for (auto end = incoming_.find('\n'); end != std::string::npos;
       end = incoming_.find('\n', start)) {
    on_line(std::string_view(incoming_).substr(start, end - start));
    start = end + 1;
  }
  incoming_.erase(0, start);
  if (incoming_.size() > kLongestLine) incoming_.clear();  // no answer of ours is that long
}

void Talker::add_polls(std::vector<pollfd>& polls) const {
  if (process_.output().open()) polls.push_back({process_.output().get(), POLLIN, 0});
  if (process_.ended().open()) polls.push_back({process_.ended().get(), POLLIN, 0});
  if (!outgoing_.empty() && process_.input().open())
    polls.push_back({process_.input().get(), POLLOUT, 0});
}

}  // namespace dbplan::local
