#include "tests/faults/wire.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

namespace dbplan::faults {
namespace {

void put_size(std::string& bytes, std::size_t size) {
  const auto number = static_cast<std::uint32_t>(size);
  bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
}

std::uint32_t take_size(const char*& at) {
  std::uint32_t number = 0;
  std::memcpy(&number, at, sizeof number);
  at += sizeof number;
  return number;
}

bool read_all(int socket, char* to, std::size_t size) {
  while (size > 0) {
    const ssize_t got = read(socket, to, size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    to += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

}  // namespace

bool send_message(int socket, const Message& message) {
  std::string body(1, static_cast<char>(message.type));
  for (const std::string& part : message.parts) {
    put_size(body, part.size());
    body += part;
  }
  std::string bytes;
  put_size(bytes, body.size());
  bytes += body;
  for (std::size_t sent = 0; sent < bytes.size();) {
    const ssize_t put = send(socket, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    sent += static_cast<std::size_t>(put);
  }
  return true;
}

std::optional<Message> receive_message(int socket) {
  char head[sizeof(std::uint32_t)];
  if (!read_all(socket, head, sizeof head)) return std::nullopt;
  const char* at = head;
  std::string body(take_size(at), '\0');
  if (body.empty() || !read_all(socket, body.data(), body.size())) return std::nullopt;
  Message message{.type = static_cast<Message::Type>(body[0])};
  const char* end = body.data() + body.size();
  for (at = body.data() + 1; at < end;) {
    const std::uint32_t size = take_size(at);
    message.parts.emplace_back(at, size);
    at += size;
  }
  return message;
}

}  // namespace dbplan::faults
