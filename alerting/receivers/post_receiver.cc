#include "alerting/receivers/post_receiver.h"

namespace lapwing::alerting {

PostReceiver::Options PostReceiver::read_options(config::Mapping& map,
                                                 const ReceiverGlobals& globals,
                                                 std::string_view kind, bool send_resolved) {
  Options options;
  options.kind = kind;
  options.send_resolved = map.flag("send_resolved", send_resolved);
  options.http = read_http_config(map, globals.http);
  return options;
}

void PostReceiver::send(const Notification& notification, const DeliveryContext& context,
                        Done done) const {
  Texts texts(notification, context, options_.max_alerts);
  auto post = compose(notification, context, texts);
  if (!post) return done({DeliveryOutcome::Retry, post.error().message});
  if (!texts.ok()) return done(texts.failure());
  auto request = post_request(options_.http, std::move(post->url), notification);
  if (!request) return done({DeliveryOutcome::Retry, request.error().message});
  request->timeout = options_.timeout;
  for (auto& header : request->headers)
    if (header.first == "Content-Type") header.second = post->content_type;
  for (auto& header : post->headers) request->headers.push_back(std::move(header));
  post_json(*std::move(request), std::move(post->body), context.http, judge_body(),
            std::move(done));
}

}  // namespace lapwing::alerting
