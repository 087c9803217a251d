// DingTalk receiver: a group's robot (open.dingtalk.com/document/robots/custom-robot-access), a
// Markdown message, signed when a secret is set. Ours: Alertmanager has none.
#include "agent/base/sha256.h"
#include "alerting/receivers/kinds.h"
#include "alerting/receivers/post_receiver.h"
#include "alerting/receivers/robot.h"

namespace lapwing::alerting {
namespace {

constexpr std::size_t kTextLimit = 6000;
constexpr double kTooMany = 130101;  // "send too fast, exceed 20 times per minute"

struct DingtalkOptions {
  Robot robot;
  std::vector<std::string> at_mobiles;
  bool at_all = false;
};

DeliveryResult judge_dingtalk(const http::ClientResponse& answer) {
  return judge_code(answer, "errcode", "errmsg", kTooMany);
}

class DingtalkReceiver final : public PostReceiver {
 public:
  DingtalkReceiver(Options common, DingtalkOptions options)
      : PostReceiver(std::move(common)), own_(std::move(options)) {}

 private:
  Result<Post> compose(const Notification&, const DeliveryContext& context,
                       Texts& texts) const override {
    auto url = signed_url(context.now);
    if (!url) return std::move(url).error();
    Post post{*std::move(url), {}};
    JsonWriter json(post.body);
    json.begin_object().key("msgtype").string("markdown");
    json.key("markdown").begin_object().key("title").string(texts(own_.robot.title));
    std::string text = cut_text(texts(own_.robot.text), kTextLimit);
    for (const std::string& mobile : own_.at_mobiles) text += " @" + mobile;  // Or nobody is told.
    json.key("text").string(text).end_object();
    json.key("at").begin_object().key("atMobiles").begin_array();
    for (const std::string& mobile : own_.at_mobiles) json.string(mobile);
    json.end_array().key("isAtAll").boolean(own_.at_all).end_object().end_object();
    return post;
  }

  Result<std::string> signed_url(Timestamp now) const {
    auto url = own_.robot.reveal_url();
    if (!url || own_.robot.secret.empty()) return url;
    const auto secret = own_.robot.reveal_secret();
    if (!secret) return secret.error();
    const std::string time = std::to_string(to_millis(now));
    const std::string sign = base64(hmac_sha256(*secret, time + "\n" + *secret));
    const char* const joint = url->find('?') == std::string::npos ? "?" : "&";
    return *url + joint + "timestamp=" + time + "&sign=" + query_text(sign);
  }

  JudgeBody judge_body() const override { return &judge_dingtalk; }

  const DingtalkOptions own_;
};

}  // namespace

ReceiverPointer read_dingtalk(config::Mapping& map, const ReceiverGlobals& globals) {
  DingtalkOptions own;
  own.robot = read_robot(map);
  own.at_mobiles = map.strings("at_mobiles");
  own.at_all = map.flag("at_all", false);
  return std::make_shared<DingtalkReceiver>(
      PostReceiver::read_options(map, globals, "dingtalk", true), std::move(own));
}

}  // namespace lapwing::alerting
