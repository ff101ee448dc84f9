#pragma once

#include <optional>
#include <string>
#include <vector>

namespace dbplan::faults {

/// What a client and its stage say to each other over a pair of sockets.
struct Message {
  enum class Type : char {
    // Of a client.
    Request,  // method, path with query, body, token
    Sleep,    // until when, in milliseconds
    End,      // exit code, standard output, standard error
    // Of the stage.
    Answer,   // status, Retry-After or empty, workspace id, body
    Refused,  // no connection came about
    Lost,     // the connection ended without an answer
    Silent,   // no answer, until the client gives up
    Awake     // the time that was slept until has come
  };
  Type type = Type::Awake;
  std::vector<std::string> parts = {};
};

/// False: the other side is gone.
bool send_message(int socket, const Message& message);
/// Waits; nothing: the other side is gone.
std::optional<Message> receive_message(int socket);

}  // namespace dbplan::faults
