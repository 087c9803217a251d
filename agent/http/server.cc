// Puts the parts together and owns the threads: one acceptor, a few workers.
#include "agent/http/server.h"

#include <pthread.h>

#include <thread>
#include <utility>

#include "agent/http/acceptor.h"
#include "agent/http/listener.h"
#include "agent/http/router.h"
#include "agent/http/server_metrics.h"
#include "agent/http/workers.h"

namespace lapwing::http {
namespace {

constexpr Duration kStopPatience = 5s;

}  // namespace

class Server::Impl {
 public:
  Impl(ServerOptions options, Listeners listeners, Log& log, metrics::Registry& registry)
      : options_(std::move(options)),
        log_(log),
        port_(listeners.port),
        metrics_(registry),
        mailbox_(std::make_shared<Mailbox>()),
        workers_(options_, router_, mailbox_, metrics_, clock_, log),
        acceptor_(options_, std::move(listeners.sockets), mailbox_, submit(), metrics_, clock_,
                  log) {}

  ~Impl() { stop(); }

  bool usable() const { return acceptor_.usable(); }
  Router& router() { return router_; }
  int port() const { return port_; }

  void start() {
    if (thread_.joinable()) return;
    workers_.start();
    thread_ = std::thread([this] {
      ::pthread_setname_np(::pthread_self(), "http-acceptor");
      while (acceptor_.turn()) {
      }
    });
  }

  void stop() {
    if (!thread_.joinable()) return;
    acceptor_.stop(kStopPatience);
    thread_.join();
    if (!workers_.stop(0ms))
      log_.warn("http: a handler is still running after {}; its answer is dropped",
                format_duration(kStopPatience));
  }

 private:
  Acceptor::Submit submit() {
    return [this](ConnectionId connection, RawRequest request,
                  const std::string& peer) -> std::string_view {
      const std::string_view target = request.target;
      const Lane lane = router_.lane(target.substr(0, target.find('?')));
      if (workers_.submit({connection, std::move(request), peer, clock_.monotonic(), lane}))
        return {};
      return lane == Lane::Queries ? "query_queue" : "queue";
    };
  }

  const ServerOptions options_;
  const SystemClock clock_;
  Log& log_;
  const int port_;
  Router router_;
  ServerMetrics metrics_;
  const std::shared_ptr<Mailbox> mailbox_;
  Workers workers_;
  Acceptor acceptor_;
  std::thread thread_;
};

Result<std::unique_ptr<Server>> Server::listen(ServerOptions options, Log& log,
                                               metrics::Registry& registry) {
  auto listeners = open_listeners(options.host, options.port);
  if (!listeners) return std::move(listeners).error();
  auto impl = std::make_unique<Impl>(std::move(options), std::move(*listeners), log, registry);
  if (!impl->usable()) return unavailable("cannot listen: no file descriptors are left");
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

void Server::route(const std::string& method, const std::string& path, Handler handler, Lane lane) {
  impl_->router().add(method, path, std::move(handler), lane);
}

void Server::start() { impl_->start(); }
void Server::stop() { impl_->stop(); }
int Server::port() const { return impl_->port(); }

}  // namespace lapwing::http
