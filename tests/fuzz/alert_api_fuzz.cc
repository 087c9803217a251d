// Any bytes as a body that comes from outside: alerts and silences that are posted, rows of
// state.db, what services answer, and a filter in a query.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "alerting/notify/notification_data.h"
#include "alerting/receivers/http_config.h"
#include "alerting/receivers/mail_message.h"
#include "dashboard/api/alertmanager.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_store.h"

using namespace lapwing;

namespace {

struct Agent {
  testing::MemoryStore store;
  testing::FakeClock clock{from_millis(1'700'000'000'000)};
  promql::Engine engine{{}, clock};
  Log log{LogLevel::Error, [](LogLevel, std::string_view) {}};
  metrics::Registry registry;
  exposition::NewestBatches newest{registry};
  alerting::Silences silences;
  dashboard::Dependencies from{.source = store,
                               .engine = engine,
                               .clock = clock,
                               .log = log,
                               .registry = registry,
                               .newest_batches = newest};

  Agent() {
    from.notify.post = [](std::vector<alerting::AlertNotice> notices) {
      for (const alerting::AlertNotice& notice : notices)
        if (notice.labels.empty() || notice.starts_at > notice.ends_at) std::abort();
      return true;
    };
    from.notify.resolve_timeout = [] { return 5min; };
    from.notify.silences = [this] { return silences.all(clock.now()); };
    from.notify.alerts = [] { return alerting::NotifyStatus(); };
    from.notify.set_silence = [this](alerting::Silence silence) -> Result<std::string> {
      auto change = silences.set(std::move(silence), clock.now());
      if (!change) return change.error();
      for (const alerting::Silence& stored : change->stored)
        if (!alerting::decode_silence(alerting::encode_silence(stored))) std::abort();
      return change->id;
    };
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Agent agent;
  http::Request request;
  request.method = "POST";
  request.body.assign(reinterpret_cast<const char*>(data), size);
  (void)dashboard::api::post_alerts(agent.from, request);
  (void)dashboard::api::post_silence(agent.from, request);
  request.parameters = {{"filter", request.body}};
  (void)dashboard::api::silences(agent.from, request);
  (void)dashboard::api::notify_alerts(agent.from, request);
  (void)alerting::decode_notification(request.body);
  (void)alerting::decode_labels(request.body);
  (void)alerting::notification_data_from_json(request.body);
  http::ClientResponse answer;
  answer.status = 200;
  answer.body = request.body;
  answer.headers = {{"Retry-After", request.body}};
  (void)alerting::judge(answer);
  (void)alerting::judge_code(answer, "errcode", "errmsg", 1);
  (void)alerting::mail_addresses(request.body);
  if (alerting::cut_text(request.body, 10).size() > request.body.size() + 3) std::abort();
  return 0;
}
