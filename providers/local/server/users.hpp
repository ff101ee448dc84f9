#pragma once

#include <functional>
#include <map>
#include <string>

#include "engine/base/digest.hpp"
#include "providers/local/server/router.hpp"
#include "providers/local/server/store.hpp"

namespace dbplan::local {

/// `count` bytes in hex; a test may want the same ones every time.
using RandomHex = std::function<std::string(std::size_t count)>;

/// Who may call, and with which token. Tokens are kept over restarts, so that an environment that
/// was set once stays good; those of runs end with their run.
class Users {
 public:
  /// `owner` is added if the store does not know the user yet; a `token` that is not empty becomes
  /// the owner's.
  Users(Store& store, const std::string& owner, const std::string& token = {},
        RandomHex random = random_hex);

  /// The user whose token this is ("Bearer ..."), or empty.
  std::string who(std::string_view authorization) const;
  /// The user's token; a new user is added.
  std::string token_of(const std::string& user);
  /// A further token of `user`, for one run.
  std::string lend(const std::string& user);
  void take_back(const std::string& token);
  bool known(std::string_view user) const;
  /// The number of the user, as text.
  std::string id_of(const std::string& user) const;
  const std::string& owner() const { return owner_; }
  /// A number that identifies the workspace, the same over restarts.
  const std::string& workspace_id() const { return workspace_id_; }

  void add_routes(Router& router);

 private:
  Result<Answer> me(const Call& call) const;
  Result<Answer> add_user(const Call& call);
  Json scim_user(const std::string& user) const;

  Store& store_;
  RandomHex random_;
  std::string owner_;
  std::string workspace_id_;
  std::map<std::string, std::string, std::less<>> tokens_;     // user -> token
  std::map<std::string, std::string, std::less<>> by_digest_;  // of the token -> user
};

}  // namespace dbplan::local
