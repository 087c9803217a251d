#include "alerting/receivers/robot.h"

#include "alerting/receivers/texts.h"

namespace lapwing::alerting {
namespace {

Result<std::string> named(Result<std::string> secret, const char* name) {
  if (!secret) return std::move(secret).error().in(name);
  return secret;
}

}  // namespace

Result<std::string> Robot::reveal_url() const { return named(url.reveal(), "webhook_url"); }

Result<std::string> Robot::reveal_secret() const { return named(secret.reveal(), "secret"); }

Robot read_robot(config::Mapping& map) {
  Robot robot;
  robot.url = read_secret(map, "webhook_url");
  if (robot.url.empty())
    map.error("webhook_url", "one of webhook_url or webhook_url_file must be configured");
  robot.secret = read_secret(map, "secret");
  robot.title = read_text(map, "title", R"({{ template "msteams.default.title" . }})");
  robot.text = read_text(map, "text", R"({{ template "msteams.default.text" . }})");
  return robot;
}

}  // namespace lapwing::alerting
