// TlsClient: the client's side of TLS over any stream: bytes from the wire in, bytes for the wire
// out, no socket and no waiting. For probes that speak to what is no HTTP; HTTP goes by Client.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "agent/base/result.h"
#include "agent/http/tls_facts.h"
#include "agent/http/tls_options.h"

namespace lapwing::http {

/// Used by one thread at a time.
class TlsClient {
 public:
  /// `server_name` is asked for and checked, a name or an address; options.server_name wins.
  /// Invalid when a file of the options cannot be used.
  static Result<std::unique_ptr<TlsClient>> create(const TlsOptions& options,
                                                   const std::string& server_name);
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  /// Takes what came from the wire and moves the handshake on. Unavailable when the peer is not
  /// trusted or speaks no TLS.
  Result<void> receive(std::string_view wire);
  bool agreed() const { return agreed_; }
  /// The peer has ended the stream.
  bool ended() const { return ended_; }
  /// Text to send; only when agreed().
  Result<void> send(std::string_view text);
  /// What has come and was not taken yet.
  std::string take_text();
  /// What the wire must get now.
  std::string take_wire();
  /// Only when agreed().
  TlsFacts facts() const;

 private:
  struct State;
  explicit TlsClient(std::unique_ptr<State> state);
  Result<void> advance();

  std::unique_ptr<State> state_;
  bool agreed_ = false;
  bool ended_ = false;
};

}  // namespace lapwing::http
