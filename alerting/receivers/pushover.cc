// Pushover receiver (pushover.net/api): a form, as Alertmanager's pushover_configs. With `api_url`,
// which is ours, it serves whoever speaks the same.
#include "alerting/receivers/kinds.h"
#include "alerting/receivers/post_receiver.h"

namespace lapwing::alerting {
namespace {

constexpr std::size_t kTitleLimit = 250;
constexpr std::size_t kMessageLimit = 1024;
constexpr std::size_t kUrlLimit = 512;

struct PushoverOptions {
  std::string url;
  SecretText user_key;
  SecretText token;
  NotificationTemplate title, message, link, link_title, priority;
  std::string device;
  std::string sound;
  Duration retry = 1min;
  Duration expire = 1h;
  Duration ttl{};
  bool html = false;
  bool monospace = false;
};

class PushoverReceiver final : public PostReceiver {
 public:
  PushoverReceiver(Options common, PushoverOptions options)
      : PostReceiver(std::move(common)), own_(std::move(options)) {}

 private:
  Result<Post> compose(const Notification&, const DeliveryContext&, Texts& texts) const override;

  const PushoverOptions own_;
};

std::string seconds_text(Duration duration) { return std::to_string(duration.count() / 1000); }

Result<PostReceiver::Post> PushoverReceiver::compose(const Notification&, const DeliveryContext&,
                                                     Texts& texts) const {
  const auto user = own_.user_key.reveal();
  if (!user) return Error(user.error()).in("user_key");
  const auto token = own_.token.reveal();
  if (!token) return Error(token.error()).in("token");
  Post post{own_.url, {}, "application/x-www-form-urlencoded"};
  const auto add = [&](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    if (!post.body.empty()) post.body += '&';
    post.body.append(name).append("=").append(query_text(value));
  };
  add("token", *token);
  add("user", *user);
  add("title", cut_text(texts(own_.title), kTitleLimit));
  std::string message = own_.html ? texts.html(own_.message) : texts(own_.message);
  message = cut_text(std::move(message), kMessageLimit);
  // The service takes no empty message.
  add("message",
      message.find_first_not_of(" \n\t\r") == std::string::npos ? "(no details)" : message);
  add("url", cut_text(texts(own_.link), kUrlLimit));
  add("url_title", texts(own_.link_title));
  add("priority", texts(own_.priority));
  add("retry", seconds_text(own_.retry));
  add("expire", seconds_text(own_.expire));
  if (own_.ttl > Duration{}) add("ttl", seconds_text(own_.ttl));
  add("device", own_.device);
  add("sound", own_.sound);
  if (own_.html) add("html", "1");
  if (own_.monospace) add("monospace", "1");
  return post;
}

}  // namespace

ReceiverPointer read_pushover(config::Mapping& map, const ReceiverGlobals& globals) {
  PushoverOptions own;
  own.url = map.string("api_url", "https://api.pushover.net/1/messages.json");
  own.user_key = read_secret(map, "user_key");
  own.token = read_secret(map, "token");
  if (own.user_key.empty())
    map.error("user_key", "one of user_key or user_key_file must be configured");
  if (own.token.empty()) map.error("token", "one of token or token_file must be configured");
  own.title = read_text(map, "title", R"({{ template "pushover.default.title" . }})");
  own.message = read_text(map, "message", R"({{ template "pushover.default.message" . }})");
  own.link = read_text(map, "url", R"({{ template "pushover.default.url" . }})");
  own.link_title = read_text(map, "url_title");
  own.priority = read_text(map, "priority", R"({{ if eq .Status "firing" }}2{{ else }}0{{ end }})");
  own.device = map.string("device");
  own.sound = map.string("sound");
  own.retry = map.duration("retry", own.retry);
  own.expire = map.duration("expire", own.expire);
  own.ttl = map.duration("ttl", own.ttl);
  own.html = map.flag("html", false);
  own.monospace = map.flag("monospace", false);
  if (own.html && own.monospace)
    map.error("monospace", "at most one of monospace and html must be configured");
  return std::make_shared<PushoverReceiver>(
      PostReceiver::read_options(map, globals, "pushover", true), std::move(own));
}

}  // namespace lapwing::alerting
