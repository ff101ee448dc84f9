#include "engine/live/observe.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

#include "engine/live/observers.hpp"

namespace dbplan {
namespace {

bool is_named(const Kind& kind, const Sight& sight) {
  const auto of_kind = [&](const Address& address) { return address.kind == kind.name; };
  return std::ranges::any_of(sight.desired.resources, of_kind, &Resource::address) ||
         std::ranges::any_of(sight.ledger.entries, of_kind,
                             [](const auto& entry) { return entry.first; });
}

/// The kinds that have a list of their own and must be looked at.
std::vector<const Kind*> listed_kinds(const Sight& sight, std::span<const Kind* const> kinds) {
  std::vector<const Kind*> listed;
  for (const Kind* kind : kinds) {
    if (kind->home != Home::Server || kind->in_tree) continue;
    if (is_named(*kind, sight) || (sight.look == Look::All && !kind->stamp_field.empty()))
      listed.push_back(kind);
  }
  return listed;
}

/// A service that is switched off or not for us holds nothing of ours.
bool is_hidden(const Error& error) {
  return error.code == Error::Code::Denied || error.code == Error::Code::NotFound ||
         error.code == Error::Code::Invalid;
}

/// A carried resource is there when its carrier has its block.
void observe_carried(const Sight& sight, Live& live) {
  std::map<Address, Address> carried;  // address -> carrier
  for (const Resource& resource : sight.desired.resources)
    if (resource.carrier) carried.emplace(resource.address, *resource.carrier);
  for (const auto& [address, entry] : sight.ledger.entries)
    if (entry.carrier) carried.emplace(address, *entry.carrier);
  for (const auto& [address, carrier] : carried) {
    const LiveResource* job = live.find(carrier);
    if (!job) continue;
    for (const char* block : {"schedule", "trigger", "continuous"})
      if (job->body.contains(block))
        live.found[address] = {.id = job->id, .body = {}, .facts = {}, .carrier = carrier};
  }
}

void merge(Live& live, Live& part) {
  live.found.merge(part.found);
  live.doubles.merge(part.doubles);
  live.left_behind.merge(part.left_behind);
  live.foreign.merge(part.foreign);
  live.adopted.merge(part.adopted);
  live.not_adoptable.merge(part.not_adoptable);
  live.pages.merge(part.pages);
}

}  // namespace

Result<> in_parallel(std::size_t count, std::size_t threads,
                     const std::function<Result<>(std::size_t)>& task) {
  std::vector<Result<>> results(count);
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < count; i = next++) results[i] = task(i);
  };
  if (count == 1 || threads <= 1) {
    work();
  } else {
    std::vector<std::jthread> running;
    for (std::size_t i = 0; i < std::min(count, threads); ++i) running.emplace_back(work);
  }
  for (Result<>& result : results)
    if (!result) return result;
  return {};
}

Result<Live> observe(const Desired& desired, const Ledger& ledger, Provider& provider,
                     std::span<const Kind* const> kinds, Look look, std::size_t threads) {
  // Without a ledger only the stamps can tell what was removed from the spec.
  if (look == Look::Named && (!ledger.found || ledger.unsettled)) look = Look::All;
  const Sight sight{desired, ledger, provider, look, threads};
  const std::vector<const Kind*> listed = listed_kinds(sight, kinds);
  std::vector<Live> parts(listed.size() + 1);
  TRY_VOID(in_parallel(parts.size(), threads, [&](std::size_t i) -> Result<> {
    if (i == listed.size()) return observe_tree(sight, parts[i]);
    if (listed[i]->stamp_field.empty()) return observe_named(*listed[i], sight, parts[i]);
    auto seen = observe_stamped(*listed[i], sight, parts[i]);
    if (!seen && is_hidden(seen.error()) && !is_named(*listed[i], sight)) return {};
    return seen;
  }));
  Live live;
  for (Live& part : parts) merge(live, part);
  observe_carried(sight, live);
  TRY_VOID(observe_parts(sight, kinds, live));
  return live;
}

}  // namespace dbplan
