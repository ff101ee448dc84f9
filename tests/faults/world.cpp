#include "tests/faults/world.hpp"

#include <cstdlib>

#include "engine/base/digest.hpp"
#include "tests/faults/timed_host.hpp"

namespace dbplan::faults {
namespace {

constexpr std::int64_t kStart = 1'767'600'000'000;  // 2026-01-05T08:00:00Z

std::string decoded(std::string_view text, bool is_query) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      plain += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      plain += is_query && text[i] == '+' ? ' ' : text[i];
    }
  }
  return plain;
}

local::Call call_of(const std::string& method, const std::string& target) {
  local::Call call{.method = method};
  const std::size_t mark = std::min(target.find('?'), target.size());
  call.path = decoded(target.substr(0, mark), false);
  for (std::size_t at = mark + 1; at < target.size();) {
    const std::size_t end = std::min(target.find('&', at), target.size());
    const std::string pair = target.substr(at, end - at);
    const std::size_t equals = std::min(pair.find('='), pair.size());
    call.query.emplace(decoded(pair.substr(0, equals), true),
                       equals < pair.size() ? decoded(pair.substr(equals + 1), true) : "");
    at = end + 1;
  }
  return call;
}

/// The same bytes every time.
local::RandomHex made_up() {
  return [count = 0](std::size_t bytes) mutable {
    std::string hex;
    while (hex.size() < 2 * bytes) hex += sha256_hex("made up " + std::to_string(++count));
    return hex.substr(0, 2 * bytes);
  };
}

std::unique_ptr<local::Store> store_of(const Snapshot* snapshot) {
  auto store = snapshot ? snapshot->store->copy() : local::Store::open(":memory:");
  if (!store) std::abort();
  return std::move(*store);
}

}  // namespace

World::World(SharedTime& time, const Snapshot* snapshot) : time_(time) {
  time_.set(snapshot ? snapshot->time : kStart);
  auto store = store_of(snapshot);
  store_ = store.get();
  const local::WallClock now = [&time = time_] { return time.now(); };
  workspace_ = std::make_unique<local::Workspace>(
      local::WorkspaceParts{.store = std::move(store),
                            .host = make_timed_host(now),
                            .log = log_,
                            .owner = kUser,
                            .token = kToken,
                            .url = "https://workspace.example.com",
                            .now = now,
                            .random = made_up(),
                            .by_request = true,
                            // Clusters that ran in the snapshot run on.
                            .past = snapshot != nullptr});
  workspace_id_ = store_->get("settings", "workspace_id").value_or("");
}

local::Answer World::handle(const std::string& method, const std::string& target,
                            const std::string& body, const std::string& token) {
  local::Call call = call_of(method, target);
  call.body = body;
  call.authorization = "Bearer " + token;
  return workspace_->handle(call);
}

Json World::get(const std::string& target) {
  return parse_json(handle("GET", target, {}).body).value_or(Json());
}

Json World::post(const std::string& target, const Json& body) {
  return parse_json(handle("POST", target, canonical(body)).body).value_or(Json());
}

void World::make_stale(std::int64_t number) {
  const Json rule = {{"fault", "stale"}, {"match", {{"index", number}}}};
  if (!workspace_->set_faults({{"faults", Json::array({rule})}})) std::abort();
}

void World::make_current() {
  if (!workspace_->set_faults({{"faults", Json::array()}})) std::abort();
}

Snapshot World::snapshot() {
  auto copy = store_->copy();
  if (!copy) std::abort();
  return {.store = std::move(*copy), .time = time_.now()};
}

}  // namespace dbplan::faults
