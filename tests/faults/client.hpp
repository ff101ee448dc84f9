#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/clock.hpp"
#include "engine/provider.hpp"
#include "tests/faults/shared_time.hpp"
#include "tests/faults/wire.hpp"

namespace dbplan::faults {

/// A way to break dbplan on purpose, to see that the matrix notices. The whole of dbplan: nothing.
struct Mutant {
  std::string name = {};
  std::function<std::unique_ptr<Provider>(std::unique_ptr<Provider>)> wrap = {};
  bool renews = true;  // false: whatever shall happen again and again never does
};

/// One use of the command line.
struct CommandLine {
  std::vector<std::string> arguments;  // without the program's name
  std::filesystem::path folder;        // where it is called
  std::string machine = "here";        // another one cannot tell which processes live here
  std::map<std::string, std::string> environment = {};
  const Mutant* mutant = nullptr;
};

/// The process that runs it: the real program but for its connection and its clock, which are the
/// stage's.
struct Client {
  pid_t pid = 0;
  int socket = -1;
};
Client start_client(const CommandLine& command, const SharedTime& time);

}  // namespace dbplan::faults
