// Microsoft Teams receivers: the connector's message card (msteams_configs), which Microsoft has
// retired, and the workflows' adaptive card (msteamsv2_configs), as Alertmanager has both.
#include "alerting/receivers/kinds.h"
#include "alerting/receivers/post_receiver.h"

namespace lapwing::alerting {
namespace {

struct TeamsOptions {
  SecretText url;
  NotificationTemplate title, summary, text;
  bool adaptive = false;
};

class TeamsReceiver final : public PostReceiver {
 public:
  TeamsReceiver(Options common, TeamsOptions options)
      : PostReceiver(std::move(common)), own_(std::move(options)) {}

 private:
  Result<Post> compose(const Notification&, const DeliveryContext&, Texts& texts) const override {
    auto url = own_.url.reveal();
    if (!url) return Error(url.error()).in("webhook_url");
    Post post{*std::move(url), {}};
    JsonWriter json(post.body);
    own_.adaptive ? write_adaptive_card(json, texts) : write_message_card(json, texts);
    return post;
  }

  void write_message_card(JsonWriter& json, Texts& texts) const {
    json.begin_object().key("@context").string("http://schema.org/extensions");
    json.key("@type").string("MessageCard");
    json.key("title").string(texts(own_.title));
    json.key("summary").string(texts(own_.summary));
    json.key("text").string(texts(own_.text));
    json.key("themeColor").string(texts.firing() ? "8C1A1A" : "2DC72D").end_object();
  }

  void write_adaptive_card(JsonWriter& json, Texts& texts) const {
    json.begin_object().key("type").string("message").key("attachments").begin_array();
    json.begin_object().key("contentType").string("application/vnd.microsoft.card.adaptive");
    json.key("contentUrl").null().key("content").begin_object();
    json.key("$schema").string("http://adaptivecards.io/schemas/adaptive-card.json");
    json.key("type").string("AdaptiveCard").key("version").string("1.4");
    json.key("body").begin_array();
    json.begin_object().key("type").string("TextBlock");
    json.key("text").string(texts(own_.title)).key("weight").string("Bolder");
    json.key("size").string("Medium").key("wrap").boolean(true).key("style").string("heading");
    json.key("color").string(texts.firing() ? "Attention" : "Good").end_object();
    json.begin_object().key("type").string("TextBlock");
    json.key("text").string(texts(own_.text)).key("wrap").boolean(true).end_object();
    json.end_array();
    json.key("msteams").begin_object().key("width").string("full").end_object();
    json.end_object().end_object().end_array().end_object();
  }

  const TeamsOptions own_;
};

ReceiverPointer read(config::Mapping& map, const ReceiverGlobals& globals, bool adaptive) {
  TeamsOptions own;
  own.adaptive = adaptive;
  own.url = read_secret(map, "webhook_url");
  if (own.url.empty())
    map.error("webhook_url", "one of webhook_url or webhook_url_file must be configured");
  // Both cards use the first one's templates unless the file defines others.
  own.title = read_text(map, "title", R"({{ template "msteams.default.title" . }})");
  if (!adaptive)
    own.summary = read_text(map, "summary", R"({{ template "msteams.default.summary" . }})");
  own.text = read_text(map, "text", R"({{ template "msteams.default.text" . }})");
  auto common = PostReceiver::read_options(map, globals, adaptive ? "msteamsv2" : "msteams", true);
  return std::make_shared<TeamsReceiver>(std::move(common), std::move(own));
}

}  // namespace

ReceiverPointer read_msteams(config::Mapping& map, const ReceiverGlobals& globals) {
  return read(map, globals, false);
}
ReceiverPointer read_msteamsv2(config::Mapping& map, const ReceiverGlobals& globals) {
  return read(map, globals, true);
}

}  // namespace lapwing::alerting
