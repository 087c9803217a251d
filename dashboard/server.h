// Dashboard: everything that the agent's port serves. The routes stand in server.cc; each
// resource of the API is a file in api/.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/base/time.h"
#include "agent/http/message.h"
#include "agent/http/router.h"
#include "dashboard/dependencies.h"

namespace lapwing::http {
class Server;
}

namespace lapwing::dashboard {

struct Route {
  std::string method;
  std::string path;  ///< as http::Server::route takes it
  http::Handler handler;
  http::Lane lane = http::Lane::Quick;
};

/// Its handlers run on the server's threads: stop the server before the Dashboard goes.
class Dashboard {
 public:
  explicit Dashboard(Dependencies dependencies);
  ~Dashboard();

  /// Every route, handlers included; they live no longer than the Dashboard.
  std::vector<Route> routes();
  /// Gives every route to the server; before its start().
  void register_routes(http::Server& server);

  /// The live stream's step, for a Loop: returns kNever while nobody listens.
  Timestamp step(Timestamp now);
  /// `wake`: Loop::wake of the loop that runs step(). Before the server's start().
  void on_wake(std::function<void()> wake);
  /// Call from Watermark::on_change: cheap while nobody listens. Any thread.
  void tick_changed() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lapwing::dashboard
