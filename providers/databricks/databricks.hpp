#pragma once

#include <memory>
#include <string>

#include "engine/net/transport.hpp"
#include "engine/provider.hpp"

namespace dbplan {
class RetryingTransport;
}

namespace dbplan::databricks {

/// A provider over the Databricks REST API. `host` is for people; requests go to `transport`.
std::unique_ptr<Provider> make_provider(std::string host,
                                        std::unique_ptr<RetryingTransport> transport);

}  // namespace dbplan::databricks
