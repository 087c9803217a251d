// Stream: a TCP connection of a probe, in the clear or behind TLS, on the reactor's thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "agent/base/file.h"
#include "agent/http/tls_client.h"
#include "collectors/probe/address.h"
#include "collectors/probe/reactor.h"

namespace lapwing::collectors::probe {

/// A socket bound to the source address (when there is one) and connected or connecting to `to`.
Result<UniqueFd> connect_socket(int type, const Address& to, const std::string& source);

class Stream : public std::enable_shared_from_this<Stream> {
 public:
  /// Any of them may let the Stream go.
  struct Events {
    std::function<void()> opened;  ///< connected, or TLS stands
    std::function<void(std::string_view text)> text;
    std::function<void()> ended;  ///< the peer sends no more
    std::function<void(const Error&)> failed;
  };

  /// `to` has its port. Errors come as events, later.
  static std::shared_ptr<Stream> open(Reactor& reactor, const Address& to,
                                      const std::string& source, Events events);
  ~Stream();

  /// Begins TLS; `opened` comes again.
  void start_tls(const http::TlsOptions& options, const std::string& server_name);
  void send(std::string_view text);
  /// Only behind TLS.
  http::TlsFacts facts() const { return tls_->facts(); }
  /// No event comes any more.
  void close();

 private:
  Stream(Reactor& reactor, Events events) : reactor_(reactor), events_(std::move(events)) {}
  void on_ready(std::uint32_t ready);
  void on_connected();
  void read_some();
  void take(std::string_view wire);
  void flush();
  void fail(const Error& error);

  Reactor& reactor_;
  Events events_;
  UniqueFd socket_;
  bool connected_ = false;
  std::unique_ptr<http::TlsClient> tls_;
  bool tls_told_ = false;
  std::string out_;
};

}  // namespace lapwing::collectors::probe
