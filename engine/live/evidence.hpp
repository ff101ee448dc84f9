#pragma once

#include <vector>

#include "engine/live/live.hpp"
#include "engine/provider.hpp"

namespace dbplan {

/// Answers each question with one page at most of each list; what the server refuses to tell is
/// noted as unknown. Adds to `live.evidence`.
void gather_evidence(const std::vector<EvidenceQuestion>& questions, Provider& provider,
                     std::size_t threads, Live& live);

}  // namespace dbplan
