#include "agent/app/app.h"

#include <utility>

#include "agent/app/parts.h"
#include "agent/base/file.h"

namespace lapwing::app {
namespace {

tsdb::StoreOptions store_options(const Plan& whole, const std::string& data_folder) {
  const StorePlan& plan = whole.store;
  tsdb::StoreOptions options;
  options.folder = data_folder + "/store";
  options.raw = {plan.raw.time, plan.raw.size_bytes};
  options.minutes = {plan.minutes.time, plan.minutes.size_bytes};
  options.hours = {plan.hours.time, plan.hours.size_bytes};
  options.head.out_of_order_window = plan.out_of_order_window;
  options.records_limit_bytes = whole.collection.services.top.size_limit_bytes;
  options.sync_interval = plan.sync_interval;
  options.head.series_limit = plan.series_limit;
  return options;
}

Result<std::unique_ptr<http::Server>> listen(const WebPlan& plan, Ground& ground) {
  auto address = http::parse_listen_address(plan.listen);
  if (!address) return std::move(address).error();
  http::ServerOptions options;
  std::tie(options.host, options.port) = *address;
  return http::Server::listen(options, ground.log, ground.registry);
}

}  // namespace

App::App(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
App::~App() = default;

Result<std::unique_ptr<App>> App::start(Options options, Log& log) {
  options.overrides.state_folder = options.data_folder;
  auto plan = read_plan(options.files, options.overrides, host_name());
  if (!plan) return std::move(plan).error();
  for (const std::string& warning : plan->warnings) log.warn("{}", warning);

  auto ground = std::make_unique<Ground>(log);
  auto server = listen(plan->web, *ground);
  if (!server) return std::move(server).error();
  if (auto made = make_directories(options.data_folder); !made)
    return std::move(made).in("data folder").error();
  auto store = tsdb::Store::open(store_options(*plan, options.data_folder), ground->clock, log,
                                 ground->registry);
  if (!store) return std::move(store).error();
  auto parts = std::make_unique<Parts>(std::move(ground), std::move(options), *std::move(plan),
                                       *std::move(store), *std::move(server));
  return std::unique_ptr<App>(new App(std::move(parts)));
}

std::string App::url() const { return parts_->url(); }
Result<void> App::reload() { return parts_->reload(); }
std::string App::status_line() const { return parts_->status_line(); }
bool App::alive() const { return parts_->alive(); }

}  // namespace lapwing::app
