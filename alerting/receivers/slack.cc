// Slack receiver: incoming webhooks (api.slack.com/messaging/webhooks) with one attachment, as
// Alertmanager's slack_configs.
#include "alerting/receivers/kinds.h"
#include "alerting/receivers/post_receiver.h"

namespace lapwing::alerting {
namespace {

constexpr std::size_t kTitleLimit = 1024;

struct Field {
  NotificationTemplate title;
  NotificationTemplate value;
  bool is_short = false;
};

struct Action {
  std::vector<std::pair<std::string, NotificationTemplate>> members;  ///< type, text, url, …
};

struct SlackOptions {
  SecretText url;
  NotificationTemplate channel, username, color, title, title_link, pretext, text, fallback,
      callback_id, icon_emoji, icon_url, image_url, thumb_url, footer, message_text;
  bool link_names = false;
  std::vector<std::string> markdown_in;
  std::vector<Field> fields;
  std::vector<Action> actions;
};

/// An error's words come as {"ok":false,"error":…} from the web API, as text from webhooks.
DeliveryResult judge_slack(const http::ClientResponse& answer) {
  if (answer.body.find("\"ok\":false") == std::string::npos) return accepted(answer);
  return {DeliveryOutcome::Rejected, "error response from Slack: " + answer.body.substr(0, 200)};
}

class SlackReceiver final : public PostReceiver {
 public:
  SlackReceiver(Options common, SlackOptions options)
      : PostReceiver(std::move(common)), slack_(std::move(options)) {}

 private:
  Result<Post> compose(const Notification&, const DeliveryContext&, Texts& texts) const override;
  JudgeBody judge_body() const override { return &judge_slack; }
  void write_attachment(JsonWriter& json, Texts& texts) const;

  const SlackOptions slack_;
};

void SlackReceiver::write_attachment(JsonWriter& json, Texts& texts) const {
  json.begin_object();
  if (const std::string title = cut_text(texts(slack_.title), kTitleLimit); !title.empty())
    json.key("title").string(title);
  texts.member(json, "title_link", slack_.title_link);
  texts.member(json, "pretext", slack_.pretext);
  json.key("text").string(texts(slack_.text));
  json.key("fallback").string(texts(slack_.fallback));
  json.key("callback_id").string(texts(slack_.callback_id));
  if (!slack_.fields.empty()) {
    json.key("fields").begin_array();
    for (const Field& field : slack_.fields) {
      json.begin_object().key("title").string(texts(field.title));
      json.key("value").string(texts(field.value));
      json.key("short").boolean(field.is_short).end_object();
    }
    json.end_array();
  }
  if (!slack_.actions.empty()) {
    json.key("actions").begin_array();
    for (const Action& action : slack_.actions) {
      json.begin_object();
      for (const auto& [name, text] : action.members) texts.member(json, name, text);
      json.end_object();
    }
    json.end_array();
  }
  texts.member(json, "image_url", slack_.image_url);
  texts.member(json, "thumb_url", slack_.thumb_url);
  json.key("footer").string(texts(slack_.footer));
  texts.member(json, "color", slack_.color);
  if (!slack_.markdown_in.empty()) {
    json.key("mrkdwn_in").begin_array();
    for (const std::string& part : slack_.markdown_in) json.string(part);
    json.end_array();
  }
  json.end_object();
}

Result<PostReceiver::Post> SlackReceiver::compose(const Notification&, const DeliveryContext&,
                                                  Texts& texts) const {
  auto url = slack_.url.reveal();
  if (!url) return Error(url.error()).in("api_url");
  Post post{*std::move(url), {}};
  JsonWriter json(post.body);
  json.begin_object();
  texts.member(json, "channel", slack_.channel);
  texts.member(json, "username", slack_.username);
  texts.member(json, "icon_emoji", slack_.icon_emoji);
  texts.member(json, "icon_url", slack_.icon_url);
  if (slack_.link_names) json.key("link_names").boolean(true);
  texts.member(json, "text", slack_.message_text);
  json.key("attachments").begin_array();
  write_attachment(json, texts);
  json.end_array().end_object();
  return post;
}

void read_fields(config::Mapping& map, SlackOptions& slack) {
  const bool short_fields = map.flag("short_fields", false);
  map.each("fields", [&](config::Mapping& field) {
    slack.fields.push_back(
        {read_text(field, "title"), read_text(field, "value"), field.flag("short", short_fields)});
    if (!field.has("title")) field.error("title", "missing title in Slack field configuration");
    if (!field.has("value")) field.error("value", "missing value in Slack field configuration");
  });
  map.each("actions", [&](config::Mapping& action) {
    Action read;
    for (const char* const key : {"type", "text", "url", "style", "name", "value"})
      read.members.emplace_back(key, read_text(action, key));
    for (const char* const key : {"type", "text"})
      if (!action.has(key))
        action.error(key, std::string("missing ") + key + " in Slack action configuration");
    action.not_served({"confirm"});
    slack.actions.push_back(std::move(read));
  });
}

}  // namespace

ReceiverPointer read_slack(config::Mapping& map, const ReceiverGlobals& globals) {
  SlackOptions slack;
  slack.url = read_secret(map, "api_url");
  if (slack.url.empty()) slack.url = globals.slack_api_url;
  if (slack.url.empty()) map.error("api_url", "no global Slack API URL set");
  slack.channel = read_text(map, "channel");
  slack.username = read_text(map, "username", R"({{ template "slack.default.username" . }})");
  slack.color =
      read_text(map, "color", R"({{ if eq .Status "firing" }}danger{{ else }}good{{ end }})");
  slack.title = read_text(map, "title", R"({{ template "slack.default.title" . }})");
  slack.title_link = read_text(map, "title_link", R"({{ template "slack.default.titlelink" . }})");
  slack.pretext = read_text(map, "pretext", R"({{ template "slack.default.pretext" . }})");
  slack.text = read_text(map, "text", R"({{ template "slack.default.text" . }})");
  slack.fallback = read_text(map, "fallback", R"({{ template "slack.default.fallback" . }})");
  slack.callback_id =
      read_text(map, "callback_id", R"({{ template "slack.default.callbackid" . }})");
  slack.icon_emoji = read_text(map, "icon_emoji", R"({{ template "slack.default.iconemoji" . }})");
  slack.icon_url = read_text(map, "icon_url", R"({{ template "slack.default.iconurl" . }})");
  slack.footer = read_text(map, "footer", R"({{ template "slack.default.footer" . }})");
  slack.image_url = read_text(map, "image_url");
  slack.thumb_url = read_text(map, "thumb_url");
  slack.message_text = read_text(map, "message_text");
  slack.link_names = map.flag("link_names", false);
  slack.markdown_in = map.strings("mrkdwn_in");
  if (!map.has("mrkdwn_in")) slack.markdown_in = {"fallback", "pretext", "text"};
  read_fields(map, slack);
  map.not_served({"app_token", "app_token_file", "app_url", "update_message"});
  auto common = PostReceiver::read_options(map, globals, "slack", false);
  const Duration timeout = map.duration("timeout", Duration{});
  if (timeout > Duration{}) common.timeout = timeout;
  return std::make_shared<SlackReceiver>(std::move(common), std::move(slack));
}

}  // namespace lapwing::alerting
