// ntfy receiver: publishing as JSON (docs.ntfy.sh/publish/#publish-as-json). Ours: Alertmanager has
// none.
#include "alerting/receivers/kinds.h"
#include "alerting/receivers/post_receiver.h"

namespace lapwing::alerting {
namespace {

constexpr std::size_t kMessageLimit = 3500;  ///< characters; ntfy makes a file of past 4,096 bytes

struct NtfyOptions {
  std::string url;
  std::string topic;
  SecretText token;
  NotificationTemplate title, message, click;
  std::int64_t priority = 4;
  std::int64_t resolved_priority = 3;
  std::vector<std::string> tags;
};

class NtfyReceiver final : public PostReceiver {
 public:
  NtfyReceiver(Options common, NtfyOptions options)
      : PostReceiver(std::move(common)), own_(std::move(options)) {}

 private:
  Result<Post> compose(const Notification&, const DeliveryContext&, Texts& texts) const override {
    Post post{own_.url, {}};
    if (!own_.token.empty()) {
      const auto token = own_.token.reveal();
      if (!token) return Error(token.error()).in("token");
      post.headers.emplace_back("Authorization", "Bearer " + *token);
    }
    JsonWriter json(post.body);
    json.begin_object().key("topic").string(own_.topic);
    json.key("title").string(texts(own_.title));
    json.key("message").string(cut_text(texts(own_.message), kMessageLimit));
    json.key("priority").integer(texts.firing() ? own_.priority : own_.resolved_priority);
    json.key("tags").begin_array();
    json.string(texts.firing() ? "rotating_light" : "white_check_mark");
    for (const std::string& tag : own_.tags) json.string(tag);
    json.end_array();
    texts.member(json, "click", own_.click);
    json.end_object();
    return post;
  }

  const NtfyOptions own_;
};

}  // namespace

ReceiverPointer read_ntfy(config::Mapping& map, const ReceiverGlobals& globals) {
  NtfyOptions own;
  own.url = map.string("url", "https://ntfy.sh/");
  own.topic = map.required_string("topic");
  own.token = read_secret(map, "token");
  own.title = read_text(map, "title", R"({{ template "pushover.default.title" . }})");
  own.message = read_text(map, "message", R"({{ template "pushover.default.message" . }})");
  own.click = read_text(map, "click", R"({{ template "pushover.default.url" . }})");
  own.priority = map.integer("priority", own.priority, 1, 5);
  own.resolved_priority = map.integer("resolved_priority", own.resolved_priority, 1, 5);
  own.tags = map.strings("tags");
  return std::make_shared<NtfyReceiver>(PostReceiver::read_options(map, globals, "ntfy", true),
                                        std::move(own));
}

}  // namespace lapwing::alerting
